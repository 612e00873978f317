package io.shoal.runtime.importer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.shoal.runtime.dag.DagWalker;
import io.shoal.runtime.dag.TreePlan;
import io.shoal.runtime.dag.TreePlanner;
import io.shoal.runtime.testing.Blocks;
import io.shoal.runtime.testing.ContentReader;
import io.shoal.runtime.testing.Vectors;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

class FileLayoutTest {

  static List<JsonNode> vectors() {
    return Vectors.cases("unixfs-import.json");
  }

  @ParameterizedTest
  @MethodSource("vectors")
  void aFileHasTheRootThatOtherToolsGiveIt(JsonNode vector) throws Exception {
    byte[] content =
        vector.has("content_utf8")
            ? vector.get("content_utf8").asString().getBytes(StandardCharsets.UTF_8)
            : Blocks.pattern(vector.get("size").asInt());
    ImportProfile profile =
        new ImportProfile(
            vector.get("chunk").asInt(),
            vector.get("width").asInt(),
            vector.get("cid_version").asInt(),
            256 * 1024,
            256);
    Blocks blocks = new Blocks();
    DagChild root = blocks.file(content, profile, vector.get("raw_leaves").asBoolean());
    assertEquals(vector.get("cid").asString(), root.cid().toString());
    assertEquals(content.length, root.fileBytes());
    if (vector.has("dag_size")) {
      assertEquals(vector.get("dag_size").asLong(), root.dagBytes());
      assertEquals(vector.get("unique_blocks").asInt(), blocks.size());
    }
    DagWalker dag = blocks.walk(root.cid());
    assertEquals(blocks.size(), dag.size());
    TreePlan plan = TreePlanner.plan(dag);
    assertEquals(1, plan.files().size());
    assertEquals(
        Blocks.sha256Hex(content), Blocks.sha256Hex(ContentReader.read(blocks, root.cid())));
  }

  @Test
  void theDefaultProfileIsThePublicOne() {
    assertEquals(
        new ImportProfile(1_048_576, 1_024, 1, 262_144, 256), ImportProfile.unixfsV1(1_048_576));
  }
}
