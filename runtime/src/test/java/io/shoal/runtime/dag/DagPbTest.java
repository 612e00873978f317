package io.shoal.runtime.dag;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Cid;
import io.shoal.api.MalformedDataException;
import io.shoal.runtime.testing.Blocks;
import io.shoal.runtime.testing.Vectors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class DagPbTest {
  private static final HexFormat HEX = HexFormat.of();
  private static final String LINK = "0a09015500050001020304";

  static List<JsonNode> nodes() {
    return Vectors.cases("dag-pb-nodes.json");
  }

  static List<JsonNode> malformedBytes() {
    return Vectors.cases("dag-pb-invalid.json").stream().filter(c -> c.has("hex")).toList();
  }

  static List<JsonNode> malformedForms() {
    return Vectors.cases("dag-pb-invalid.json").stream().filter(c -> c.has("dag-json")).toList();
  }

  @Test
  void everyInvalidVectorIsOfOneOfBothSuites() {
    assertEquals(
        Vectors.cases("dag-pb-invalid.json").size(),
        malformedBytes().size() + malformedForms().size());
    assertFalse(malformedBytes().isEmpty());
    assertFalse(malformedForms().isEmpty());
  }

  @ParameterizedTest
  @MethodSource("nodes")
  void aNodeIsReadAndWrittenByteForByte(JsonNode vector) throws Exception {
    byte[] bytes = HEX.parseHex(vector.get("dag_pb_hex").asString());
    PbNode due = fromDagJson(vector.get("dag_json"));
    PbNode node = DagPb.decode(bytes);
    assertEquals(due.links(), node.links());
    assertEquals(due.data().map(HEX::formatHex), node.data().map(HEX::formatHex));
    assertArrayEquals(bytes, DagPb.encode(due));
    assertEquals(vector.get("cid").asString(), new Blocks().putNode(bytes).toString());
  }

  @ParameterizedTest
  @MethodSource("malformedBytes")
  void malformedBytesAreRefused(JsonNode vector) {
    byte[] bytes = HEX.parseHex(vector.get("hex").asString());
    assertThrows(MalformedDataException.class, () -> DagPb.decode(bytes));
  }

  @ParameterizedTest
  @MethodSource("malformedForms")
  void aFormThatIsNotANodeCannotBeMade(JsonNode vector) {
    assertThrows(
        IllegalArgumentException.class, () -> DagPb.encode(fromDagJson(vector.get("dag-json"))));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0a", // ends after a tag
        "0a05ff", // shorter than it says
        "0a000a00", // Data twice
        "0800", // Data as a number
        "1a00", // an unknown field
        "0a8000", // an overlong length
        "8a0000", // an overlong tag
        "0000", // field zero
        "120b" + LINK + "0a00120b" + LINK, // links on both sides of Data
        "120d" + LINK + "1800" + "00", // a field zero behind
        "1216" + LINK + LINK, // two CIDs
        "120d1200" + LINK, // the name before the CID
        "120f" + LINK + "12001200", // two names
        "120f" + LINK + "18001200", // the size before the name
        "120c" + LINK + "12", // ends in its middle
        "120e" + LINK + "1201ff", // a name that is not UTF-8
        "121618ffffffffffffffffff01" + LINK, // a size beyond 63 bits, and first
        "12160a090155000500010203041818ffffffffffffffffff01"
      })
  void whatIsNotStrictIsRefused(String hex) {
    assertThrows(MalformedDataException.class, () -> DagPb.decode(HEX.parseHex(hex)));
  }

  @Test
  void dataMayComeBeforeTheLinks() throws Exception {
    PbNode node = DagPb.decode(HEX.parseHex("0a0101" + "120b" + LINK + "120b" + LINK));
    assertEquals(2, node.links().size());
    assertArrayEquals(new byte[] {1}, node.data().orElseThrow());
  }

  @Test
  void damagedBytesAreRefusedOrReadBackToTheSameNode() throws Exception {
    Random random = new Random(8472);
    List<byte[]> seeds =
        nodes().stream().map(v -> HEX.parseHex(v.get("dag_pb_hex").asString())).toList();
    int accepted = 0;
    for (int round = 0; round < 200_000; round++) {
      byte[] seed = seeds.get(random.nextInt(seeds.size()));
      byte[] bytes = Arrays.copyOf(seed, Math.max(0, seed.length - random.nextInt(3)));
      for (int flips = random.nextInt(3); flips > 0 && bytes.length > 0; flips--) {
        bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      }
      try {
        PbNode node = DagPb.decode(bytes);
        accepted++;
        byte[] again = DagPb.encode(node);
        assertEquals(bytes.length, again.length);
        assertEquals(node.links(), DagPb.decode(again).links());
        UnixNode.parse(bytes);
      } catch (MalformedDataException refused) {
        assertFalse(refused.getMessage().isEmpty());
      }
    }
    assertTrue(accepted > 1_000);
  }

  /// The data model's form of a node: anything but the exact shape is an
  /// [IllegalArgumentException].
  private static PbNode fromDagJson(JsonNode json) throws Exception {
    require(json.isObject(), "a node is a map");
    requireKeys(json, "Data", "Links");
    Optional<byte[]> data = Optional.empty();
    if (json.has("Data")) {
      require(json.get("Data").isObject() && json.get("Data").has("/"), "Data is bytes");
      JsonNode bytes = json.get("Data").get("/").path("bytes");
      require(bytes.isString(), "Data is bytes");
      data = Optional.of(Base64.getDecoder().decode(bytes.asString()));
    }
    JsonNode list = json.path("Links");
    require(list.isArray(), "Links is a list");
    List<PbLink> links = new ArrayList<>();
    for (JsonNode link : list) {
      require(link.isObject(), "a link is a map");
      requireKeys(link, "Hash", "Name", "Tsize");
      JsonNode hash = link.path("Hash").path("/");
      require(hash.isString(), "a Hash is a CID");
      links.add(new PbLink(Cid.parse(hash.asString()), name(link), tsize(link)));
    }
    return new PbNode(links, data);
  }

  private static Optional<String> name(JsonNode link) {
    require(!link.has("Name") || link.get("Name").isString(), "a Name is a string");
    return link.has("Name") ? Optional.of(link.get("Name").asString()) : Optional.empty();
  }

  private static OptionalLong tsize(JsonNode link) {
    require(!link.has("Tsize") || link.get("Tsize").isIntegralNumber(), "a Tsize is an integer");
    return link.has("Tsize") ? OptionalLong.of(link.get("Tsize").asLong()) : OptionalLong.empty();
  }

  private static void requireKeys(JsonNode map, String... allowed) {
    for (String key : map.propertyNames()) {
      require(List.of(allowed).contains(key), "extraneous " + key);
    }
  }

  private static void require(boolean condition, String what) {
    if (!condition) {
      throw new IllegalArgumentException(what);
    }
  }
}
