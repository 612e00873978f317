package io.shoal.transport.http.content;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Cid;
import io.shoal.api.MalformedDataException;
import java.io.InputStream;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class FormatsTest {
  private static final int INPUTS = Boolean.getBoolean("shoal.full") ? 5_000_000 : 50_000;

  private static JsonNode cases(String name) throws Exception {
    try (InputStream in =
        Objects.requireNonNull(FormatsTest.class.getResourceAsStream("/vectors/" + name))) {
      return JsonMapper.shared().readTree(in).get("cases");
    }
  }

  @Test
  void validNodesAreRead() throws Exception {
    for (JsonNode one : cases("dag-pb-nodes.json")) {
      DagPb node = DagPb.decode(HexFormat.of().parseHex(one.get("dag_pb_hex").asString()));
      JsonNode links = one.get("dag_json").get("Links");
      assertEquals(links.size(), node.links().size(), one.get("name").asString());
      for (int i = 0; i < links.size(); i++) {
        assertEquals(
            Cid.parse(links.get(i).get("Hash").get("/").asString()), node.links().get(i).cid());
        assertEquals(links.get(i).path("Name").asString(""), node.links().get(i).name());
      }
    }
  }

  @Test
  void invalidNodesAreRefused() throws Exception {
    int refused = 0;
    for (JsonNode one : cases("dag-pb-invalid.json")) {
      if (one.has("hex")) {
        byte[] node = HexFormat.of().parseHex(one.get("hex").asString());
        assertThrows(
            MalformedDataException.class, () -> DagPb.decode(node), one.get("name").asString());
        refused++;
      }
    }
    assertEquals(5, refused);
  }

  @Test
  void namesHaveTheHashOfTheVectors() throws Exception {
    for (JsonNode one : cases("murmur3-x64-64.json")) {
      assertEquals(
          one.get("hash").asString(),
          HexFormat.of().toHexDigits(HamtShard.hash(one.get("name").asString())),
          one.get("name").asString());
    }
  }

  @Test
  void mutatedNodesAreReadOrRefused() throws Exception {
    JsonNode nodes = cases("dag-pb-nodes.json");
    Random random = new Random(1);
    int refused = 0;
    for (int i = 0; i < INPUTS; i++) {
      byte[] node =
          HexFormat.of()
              .parseHex(nodes.get(random.nextInt(nodes.size())).get("dag_pb_hex").asString());
      for (int changes = random.nextInt(4); changes >= 0 && node.length > 0; changes--) {
        node[random.nextInt(node.length)] = (byte) random.nextInt(256);
      }
      try {
        DagPb read = DagPb.decode(node);
        if (read.unixFs().isPresent()) {
          HamtShard.of(read, read.unixFs().get());
        }
      } catch (MalformedDataException e) {
        refused++;
      } catch (RuntimeException e) {
        throw new AssertionError("input " + i + ": " + HexFormat.of().formatHex(node), e);
      }
    }
    assertTrue(refused > INPUTS / 10, "the mutations reach the checks: " + refused);
  }
}
