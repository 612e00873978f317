package io.shoal.discovery.kademlia.item;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.shoal.discovery.kademlia.bencode.Bytes;
import io.shoal.discovery.kademlia.krpc.Item;
import io.shoal.discovery.kademlia.krpc.ItemTest;
import io.shoal.discovery.kademlia.testing.SigningKey;
import io.shoal.discovery.kademlia.testing.Vectors;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class Ed25519Test {
  private static final SigningKey KEY = SigningKey.of(1);
  private static final byte[] MESSAGE = {1, 2, 3};

  /// The order of the group, little-endian.
  private static final byte[] ORDER =
      HexFormat.of().parseHex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");

  @TestFactory
  Stream<DynamicTest> theSignaturesOfAllVectorsAreJudgedAsIsDue() {
    return Vectors.cases("dht/bep44-items.json").stream()
        .filter(c -> c.path("kind").asString().equals("mutable"))
        .filter(c -> c.path("valid").asBoolean() || c.path("expect_error").asInt() == 206)
        .map(
            c ->
                dynamicTest(
                    c.path("target").asString() + " " + c.path("note").asString(""),
                    () -> {
                      Item.Mutable item = (Item.Mutable) ItemTest.of(c);
                      assertEquals(
                          c.path("valid").asBoolean(),
                          Ed25519.verifies(item.key(), item.signedBytes(), item.signature()));
                    }));
  }

  @Test
  void theScalarPlusTheOrderIsNoSignature() {
    byte[] signature = KEY.sign(MESSAGE);
    assertTrue(Ed25519.verifies(KEY.publicKey(), MESSAGE, Bytes.of(signature)));
    int carry = 0;
    for (int i = 0; i < 32; i++) {
      int sum = (signature[32 + i] & 0xff) + (ORDER[i] & 0xff) + carry;
      signature[32 + i] = (byte) sum;
      carry = sum >>> 8;
    }
    assertFalse(Ed25519.verifies(KEY.publicKey(), MESSAGE, Bytes.of(signature)));
  }

  @Test
  void aKeyBeyondTheFieldIsNoKey() {
    byte[] key = new byte[32];
    Arrays.fill(key, (byte) 0xff);
    key[0] = (byte) 0xee;
    key[31] = 0x7f;
    Bytes signature = Bytes.of(KEY.sign(MESSAGE));
    assertFalse(Ed25519.verifies(Bytes.of(key), MESSAGE, signature), "1 plus the prime");
    Arrays.fill(key, (byte) 0);
    key[0] = 2;
    assertFalse(Ed25519.verifies(Bytes.of(key), MESSAGE, signature), "no point of the curve");
  }
}
