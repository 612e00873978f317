package io.shoal.runtime.naming;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.MalformedDataException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FlatBencodeTest {
  private static final long SEED = 44;

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  @Test
  void keysAreWrittenInOrderAndReadBack() throws Exception {
    byte[] encoded = new FlatBencode().put("size", -5).put("name", "ü").put("a", 0).encode();
    assertArrayEquals(bytes("d1:ai0e4:name2:\u00c3\u00bc4:sizei-5ee"), encoded);
    FlatBencode read = FlatBencode.parse(encoded);
    assertEquals("ü", read.text("name").orElseThrow());
    assertEquals(-5, read.requiredNumber("size"));
    assertEquals(0, read.number("a").orElseThrow());
    assertThrows(MalformedDataException.class, () -> read.number("name"));
    assertThrows(MalformedDataException.class, () -> read.bytes("size"));
    assertThrows(MalformedDataException.class, () -> read.requiredBytes("other"));
    assertThrows(MalformedDataException.class, () -> read.requireOnly(Set.of("name", "size")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "d",
        "le",
        "i1e",
        "de ",
        "dee",
        "d1:a",
        "d1:ai1e",
        "d1:ai01ee",
        "d1:ai-0ee",
        "d1:ai-ee",
        "d1:aiee",
        "d1:ai+1ee",
        "d1:ai9223372036854775808ee",
        "d1:ai99999999999999999999ee",
        "d01:ai1ee",
        "d1:a01:xe",
        "d1:a2:xe",
        "d1:a9999999:xe",
        "d1:a-1:xe",
        "d1:alee",
        "d1:adee",
        "d1:bi1e1:ai1ee",
        "d1:ai1e1:ai1ee",
        "d1:Ai1ee",
        "d0:i1ee",
        "d17:aaaaaaaaaaaaaaaaai1ee",
        "di1ei1ee"
      })
  void whatIsNotTheOneFormIsRefused(String text) {
    assertThrows(MalformedDataException.class, () -> FlatBencode.parse(bytes(text)));
  }

  @Test
  void moreEntriesThanTheLimitAreRefused() {
    FlatBencode many = new FlatBencode();
    for (char c = 'a'; c <= 'a' + FlatBencode.MAX_ENTRIES; c++) {
      many.put("" + c, 1);
    }
    assertThrows(MalformedDataException.class, () -> FlatBencode.parse(many.encode()));
  }

  @Test
  void whateverIsReadIsWrittenAgainAsItWas() {
    Random random = new Random(SEED);
    byte[] alphabet = bytes("d1:ai0e2:xyi-7e3:key5:valueee");
    int read = 0;
    for (int i = 0; i < 100_000; i++) {
      byte[] packet;
      if (i % 2 == 0) {
        packet = written(random).encode();
        int mutations = random.nextInt(3);
        for (int m = 0; m < mutations; m++) {
          packet[random.nextInt(packet.length)] = alphabet[random.nextInt(alphabet.length)];
        }
      } else {
        packet = new byte[random.nextInt(40)];
        for (int b = 0; b < packet.length; b++) {
          packet[b] = alphabet[random.nextInt(alphabet.length)];
        }
      }
      try {
        assertArrayEquals(packet, FlatBencode.parse(packet).encode());
        read++;
      } catch (MalformedDataException e) {
        // refused, which is all that may happen
      }
    }
    assertTrue(read > 15_000, "read " + read);
  }

  private static FlatBencode written(Random random) {
    FlatBencode out = new FlatBencode();
    int entries = random.nextInt(5);
    for (int i = 0; i < entries; i++) {
      String key = "" + (char) ('a' + random.nextInt(26)) + (char) ('a' + random.nextInt(26));
      if (random.nextBoolean()) {
        out.put(key, random.nextLong() >> random.nextInt(64));
      } else {
        byte[] value = new byte[random.nextInt(20)];
        random.nextBytes(value);
        out.put(key, value);
      }
    }
    return out;
  }
}
