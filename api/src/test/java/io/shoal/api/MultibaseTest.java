package io.shoal.api;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The texts are test vectors of the multibase specification (basic, leading zeros).
class MultibaseTest {

  @ParameterizedTest
  @CsvSource({
    "yes mani !, f796573206d616e692021",
    "yes mani !, bpfsxgidnmfxgsibb",
    "yes mani !, BPFSXGIDNMFXGSIBB",
    "yes mani !, k2lcpzo5yikidynfl",
    "yes mani !, z7paNL19xttacUY",
    "yes mani !, meWVzIG1hbmkgIQ",
    "yes mani !, ueWVzIG1hbmkgIQ",
    "'\0yes mani !', f00796573206d616e692021",
    "'\0yes mani !', bab4wk4zanvqw42jaee",
    "'\0yes mani !', k02lcpzo5yikidynfl",
    "'\0yes mani !', z17paNL19xttacUY",
    "'\0yes mani !', mAHllcyBtYW5pICE",
    "'', b",
  })
  void everyBaseIsRead(String text, String encoded) throws Exception {
    byte[] bytes = text.replace("\\0", "\0").getBytes(StandardCharsets.US_ASCII);
    assertArrayEquals(bytes, Multibase.decode(encoded));
    switch (encoded.charAt(0)) {
      case 'b' -> assertEquals(encoded, "b" + Multibase.encodeBase32(bytes));
      case 'k' -> assertEquals(encoded, "k" + Multibase.encodeBase36(bytes));
      case 'z' -> {
        assertEquals(encoded, "z" + Multibase.encodeBase58(bytes));
        assertArrayEquals(bytes, Multibase.decodeBase58(encoded.substring(1)));
      }
      default -> assertFalse(encoded.isEmpty());
    }
  }

  @Test
  void whatIsEncodedIsDecoded() throws Exception {
    Random random = new Random(3);
    for (int size = 0; size < 60; size++) {
      byte[] bytes = new byte[size];
      random.nextBytes(bytes);
      if (size > 1 && size % 3 == 0) {
        bytes[0] = 0;
      }
      assertArrayEquals(bytes, Multibase.decode("b" + Multibase.encodeBase32(bytes)));
      assertArrayEquals(bytes, Multibase.decode("k" + Multibase.encodeBase36(bytes)));
      assertArrayEquals(bytes, Multibase.decodeBase58(Multibase.encodeBase58(bytes)));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "?abc",
        "796573",
        "f7965F3",
        "f796",
        "fxx",
        "bmb",
        "bpfsxgidnmfxgsibb=",
        "bPFSX",
        "z0OIl",
        "k-",
        "meWVzIG1hbmkgIQ==",
        "meWVzIG1hbmkgIR",
        "u+/+/",
        "b\u0000"
      })
  void everyOtherSpellingIsRefused(String encoded) {
    var fault =
        assertThrows(
            MalformedDataException.class,
            () -> {
              byte[] read = Multibase.decode(encoded);
              throw new AssertionError(encoded + " is read as " + read.length + " bytes");
            });
    assertTrue(String.valueOf(fault.getMessage()).chars().noneMatch(c -> c < ' '));
  }

  @Test
  void longTextsAreNotLookedAt() {
    String text = "z".repeat(Multibase.MAX_TEXT_CHARS + 1);
    assertThrows(MalformedDataException.class, () -> Multibase.decode(text));
    assertThrows(MalformedDataException.class, () -> Multibase.decodeBase58(text));
  }
}
