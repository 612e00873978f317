package io.shoal.runtime.dag;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.shoal.runtime.testing.Blocks;
import io.shoal.runtime.testing.Vectors;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

class HashVectorsTest {

  static List<JsonNode> names() {
    return Vectors.cases("murmur3-x64-64.json");
  }

  static List<JsonNode> messages() {
    return Vectors.cases("sha256-short.json");
  }

  @ParameterizedTest
  @MethodSource("names")
  void namesHashAsInTheFixture(JsonNode vector) {
    long hash = HamtShard.hash(vector.get("name").asString());
    assertEquals(vector.get("hash").asString(), HexFormat.of().toHexDigits(hash));
    byte[] bytes = HexFormat.of().parseHex(vector.get("hash").asString());
    for (int level = 0; level < 8; level++) {
      assertEquals(bytes[level] & 0xff, HamtShard.bucket(hash, level, 256));
    }
  }

  @ParameterizedTest
  @MethodSource("messages")
  void theDigestThatTheseTestsUseIsSha256(JsonNode vector) {
    byte[] input = HexFormat.of().parseHex(vector.get("input").asString());
    assertEquals(vector.get("sha256").asString(), Blocks.sha256Hex(input));
  }
}
