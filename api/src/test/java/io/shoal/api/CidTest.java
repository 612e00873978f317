package io.shoal.api;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class CidTest {
  private static final HexFormat HEX = HexFormat.of();
  private static final String HELLO = "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e";

  static List<JsonNode> vectors() {
    return Vectors.cases("cids.json");
  }

  @ParameterizedTest
  @MethodSource("vectors")
  void everyVectorIsReadOrRefused(JsonNode vector) throws Exception {
    String text = vector.get("cid").asString();
    if (!vector.get("valid").asBoolean()) {
      assertThrows(InvalidInputException.class, () -> Cid.parse(text));
      return;
    }
    Cid cid = Cid.parse(text);
    assertEquals(vector.get("version").asInt(), cid.version());
    long codec = Long.decode(vector.get("codec").asString());
    assertEquals(codec, cid.codec());
    assertEquals(vector.get("multihash").asString(), cid.multihash().toString());
    assertEquals(vector.get("bytes").asString(), HEX.formatHex(cid.toBytes()));
    assertEquals(text, cid.toString());
    assertEquals(cid, Cid.fromBytes(cid.toBytes()));
    assertEquals(vector.path("as_v1_base32").asString(text), cid.toV1().toString());
    for (String base : List.of("base58btc", "base16", "base64url")) {
      if (vector.has(base)) {
        assertEquals(cid, Cid.parse(vector.get(base).asString()));
      }
    }
  }

  @Test
  void everyBaseGivesTheSameId() throws Exception {
    Cid cid = Cid.parse(HELLO);
    assertEquals(cid, Cid.parse("B" + HELLO.substring(1).toUpperCase(Locale.ROOT)));
    assertEquals(
        cid, Cid.parse("m" + Base64.getEncoder().withoutPadding().encodeToString(cid.toBytes())));
    String base36 = new BigInteger(1, cid.toBytes()).toString(36);
    assertEquals(cid, Cid.parse("k" + base36));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5f", // bits left over
        "bAFKREIFZJUT3TE2NHYEKKLSS27NH3K72YSCO7Y32KOAO5EEI66WOF36N5E", // wrong case
        "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e ", // a space
        "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e=", // padding
        "uAVUAAB", // bits left over
        "QmPKt7ptM2ZYSGPUc8PmPT2VBkLDK3iqpG9TBJY7PCE9rl", // not in base 58
        "f0155000", // a digest without its length's bytes
        "f01551201ff", // SHA-256 of one byte
        "f0155ffffffffffffffffff0100", // a varint of ten bytes
        "f01558000", // an overlong hash code
        "f12200ea94486979c426d46b72a0df1ede54963b043f2584946b9ec9f80a8aae2ebc0", // version 0 in
        // base 16
      })
  void whatIsNotExactlyOneIdIsRefused(String text) {
    assertThrows(InvalidInputException.class, () -> Cid.parse(text));
  }

  @Test
  void aRefusalIsOneLineAndShowsNoControlCharacters() {
    InvalidInputException e =
        assertThrows(
            InvalidInputException.class, () -> Cid.parse("b\u001b[2J\nrm" + "x".repeat(10_000)));
    assertFalse(e.getMessage().contains("\n"));
    assertFalse(e.getMessage().contains("\u001b"));
    assertTrue(e.getMessage().length() < 300);
  }

  @Test
  void anIdentityIdCarriesUpTo128Bytes() throws Exception {
    byte[] most = new byte[128];
    Arrays.fill(most, (byte) 7);
    Cid cid = Cid.of(Cid.RAW, Multihash.of(Multihash.IDENTITY, most));
    assertTrue(cid.isIdentity());
    assertArrayEquals(most, Cid.parse(cid.toString()).identityContent());
    assertFalse(Cid.parse(HELLO).isIdentity());

    byte[] tooLong = new byte[5 + 129];
    System.arraycopy(HEX.parseHex("0155008101"), 0, tooLong, 0, 5);
    assertThrows(MalformedDataException.class, () -> Cid.fromBytes(tooLong));
  }

  @Test
  void readingTakesOneIdAndLeavesWhatFollows() throws Exception {
    Cid one = Cid.parse(HELLO);
    Cid zero = Cid.parse("QmPKt7ptM2ZYSGPUc8PmPT2VBkLDK3iqpG9TBJY7PCE9rF");
    ByteBuffer buffer = ByteBuffer.allocate(200);
    one.write(buffer);
    zero.write(buffer);
    buffer.put("rest".getBytes(StandardCharsets.US_ASCII)).flip();
    assertEquals(one, Cid.read(buffer));
    assertEquals(zero, Cid.read(buffer));
    assertEquals(4, buffer.remaining());
  }

  @Test
  void versionsDifferAndTheirVersionOneIsTheSame() throws Exception {
    Cid zero = Cid.parse("QmPKt7ptM2ZYSGPUc8PmPT2VBkLDK3iqpG9TBJY7PCE9rF");
    Cid one = Cid.of(Cid.DAG_PB, zero.multihash());
    assertNotEquals(zero, one);
    assertEquals(one, zero.toV1());
    assertEquals(zero, Cid.ofV0(one.multihash()));
  }

  @Test
  void anyCodecAndHashSurvivesItsTextAndBinaryForm() throws Exception {
    Random random = new Random(20250101);
    for (int round = 0; round < 2_000; round++) {
      byte[] digest = new byte[random.nextInt(Multihash.MAX_DIGEST_SIZE_BYTES + 1)];
      random.nextBytes(digest);
      long code = 0x100 + (random.nextLong(Long.MAX_VALUE - 0x100) >>> random.nextInt(56));
      long codec = random.nextLong(Long.MAX_VALUE) >>> random.nextInt(63);
      Cid cid = Cid.of(codec, Multihash.of(code, digest));
      assertEquals(codec, cid.codec());
      assertEquals(code, cid.multihashCode());
      assertEquals(cid, Cid.parse(cid.toString()));
      assertEquals(cid.hashCode(), Cid.fromBytes(cid.toBytes()).hashCode());
      assertTrue(cid.sizeBytes() <= Cid.MAX_BYTES);
      assertEquals(cid, Cid.parse("z" + Multibase.encodeBase58(cid.toBytes())));
    }
  }

  @Test
  void randomAndDamagedBytesAreRefusedOrReadBackExactly() throws Exception {
    Random random = new Random(4711);
    byte[] good = Cid.parse(HELLO).toBytes();
    for (int round = 0; round < 200_000; round++) {
      byte[] bytes;
      if (random.nextBoolean()) {
        bytes = Arrays.copyOf(good, random.nextInt(good.length + 3));
        for (int flips = random.nextInt(3); flips > 0 && bytes.length > 0; flips--) {
          bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        }
      } else {
        bytes = new byte[random.nextInt(60)];
        random.nextBytes(bytes);
      }
      try {
        assertArrayEquals(bytes, Cid.fromBytes(bytes).toBytes());
      } catch (MalformedDataException refused) {
        assertFalse(refused.getMessage().isEmpty());
      }
    }
  }

  @Test
  void randomTextIsRefusedOrReadBackToTheSameId() throws Exception {
    Random random = new Random(99);
    String alphabet = "abcdefghijklmnopqrstuvwxyz234567BzfkumQ019-_+/=é\u0000";
    for (int round = 0; round < 100_000; round++) {
      StringBuilder text = new StringBuilder(random.nextBoolean() ? HELLO : "");
      for (int edits = 1 + random.nextInt(3); edits > 0; edits--) {
        char c = alphabet.charAt(random.nextInt(alphabet.length()));
        if (text.isEmpty() || random.nextBoolean()) {
          text.insert(random.nextInt(text.length() + 1), c);
        } else {
          text.setCharAt(random.nextInt(text.length()), c);
        }
      }
      try {
        Cid cid = Cid.parse(text.toString());
        assertEquals(cid, Cid.parse(cid.toString()));
      } catch (InvalidInputException refused) {
        assertFalse(refused.getMessage().contains("\n"));
      }
    }
  }
}
