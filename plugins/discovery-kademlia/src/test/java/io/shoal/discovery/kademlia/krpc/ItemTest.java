package io.shoal.discovery.kademlia.krpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.shoal.discovery.kademlia.bencode.Bytes;
import io.shoal.discovery.kademlia.testing.Vectors;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

public class ItemTest {

  /// The item of a case of `bep44-items.json`, valid or not.
  public static Item of(JsonNode c) {
    Bytes value = bytes(c, "v_bencoded");
    return c.path("kind").asString().equals("mutable")
        ? new Item.Mutable(
            bytes(c, "public_key"),
            bytes(c, "salt"),
            c.path("seq").asLong(),
            value,
            bytes(c, "signature"))
        : new Item.Immutable(value);
  }

  private static Bytes bytes(JsonNode c, String field) {
    return Bytes.of(Vectors.hex(c, field));
  }

  @TestFactory
  Stream<DynamicTest> everyVectorHasItsTargetAndSignedBytes() {
    return Vectors.cases("dht/bep44-items.json").stream()
        .map(
            c ->
                dynamicTest(
                    c.path("target").asString() + " " + c.path("note").asString(""),
                    () -> {
                      Item item = of(c);
                      assertEquals(c.path("target").asString(), item.target().toString());
                      if (item instanceof Item.Mutable mutable
                          && c.path("signed_buffer").isString()) {
                        assertEquals(
                            c.path("signed_buffer").asString(),
                            HexFormat.of().formatHex(mutable.signedBytes()));
                      }
                    }));
  }

  @TestFactory
  Stream<DynamicTest> theTargetsOfBep46AreThoseOfKeyAndSalt() {
    return Vectors.cases("dht/bep46-targets.json").stream()
        .map(
            c ->
                dynamicTest(
                    c.path("target").asString(),
                    () ->
                        assertEquals(
                            c.path("target").asString(),
                            Item.targetOf(bytes(c, "public_key"), bytes(c, "salt")).toString())));
  }
}
