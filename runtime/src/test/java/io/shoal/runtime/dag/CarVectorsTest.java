package io.shoal.runtime.dag;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Cid;
import io.shoal.runtime.command.NotFoundException;
import io.shoal.runtime.importer.DagChild;
import io.shoal.runtime.importer.FolderLayout;
import io.shoal.runtime.importer.ImportProfile;
import io.shoal.runtime.testing.Blocks;
import io.shoal.runtime.testing.ContentReader;
import io.shoal.runtime.testing.Vectors;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

class CarVectorsTest {
  private static final String HAMT =
      "trustless_gateway_car--single-layer-hamt-with-multi-block-files.car";

  static List<JsonNode> cars() {
    List<JsonNode> cars = new ArrayList<>();
    Vectors.json("car/expected.json").get("cars").forEach(cars::add);
    return cars;
  }

  @ParameterizedTest
  @MethodSource("cars")
  void everyBlockHashesToItsCid(JsonNode car) throws Exception {
    List<Car.Block> blocks = Car.read(Vectors.bytes("car/" + car.get("file").asString()));
    assertEquals(car.get("block_count").asInt(), blocks.size());
    int i = 0;
    for (JsonNode due : car.get("blocks")) {
      Car.Block block = blocks.get(i++);
      assertEquals(due.get("cid").asString(), block.cid().toString());
      assertEquals((long) Long.decode(due.get("codec").asString()), block.cid().codec());
      assertEquals(due.get("size").asInt(), block.bytes().length);
    }
  }

  @ParameterizedTest
  @MethodSource("cars")
  void everyTreeIsReadAsExpectedOrRefused(JsonNode car) throws Exception {
    Blocks blocks = blocks(car);
    Cid root = Cid.parse(car.get("roots").get(0).asString());
    List<JsonNode> tree = new ArrayList<>();
    car.get("tree").forEach(tree::add);
    DagWalker dag = blocks.walk(root);
    if (tree.stream().anyMatch(entry -> entry.has("missing_block"))) {
      assertIncomplete(blocks, root, dag, tree.getFirst());
    } else if (tree.stream().anyMatch(entry -> entry.get("path").asString().contains(".."))) {
      assertThrows(MalformedContentException.class, () -> TreePlanner.plan(dag));
    } else {
      assertTree(blocks, TreePlanner.plan(dag), tree);
    }
  }

  private static Blocks blocks(JsonNode car) throws Exception {
    Blocks blocks = new Blocks();
    for (Car.Block block : Car.read(Vectors.bytes("car/" + car.get("file").asString()))) {
      blocks.put(block.cid(), block.bytes());
    }
    return blocks;
  }

  private static void assertIncomplete(Blocks blocks, Cid root, DagWalker dag, JsonNode file)
      throws Exception {
    Cid missing = Cid.parse(file.get("missing_block").asString());
    if (missing.codec() == Cid.DAG_PB) {
      assertFalse(dag.complete());
      assertEquals(List.of(missing), dag.missingNodes(10));
    }
    NotFoundException e =
        assertThrows(NotFoundException.class, () -> ContentReader.read(blocks, root));
    assertTrue(e.getMessage().contains(missing.toString()));
  }

  private static void assertTree(Blocks blocks, TreePlan plan, List<JsonNode> tree)
      throws Exception {
    Map<String, String> due = new TreeMap<>();
    for (JsonNode entry : tree) {
      String path = entry.get("path").asString().substring(1);
      String kind = entry.get("kind").asString();
      due.put(
          path,
          switch (kind) {
            case "dir", "hamt" -> "dir " + entry.get("cid").asString();
            case "file" ->
                "file " + entry.get("sha256").asString() + " " + entry.get("size").asLong();
            case "symlink" -> "skipped symbolic link to '" + entry.get("target").asString() + "'";
            default -> path.isEmpty() ? "opaque" : "skipped";
          });
    }
    Map<String, String> actual = new TreeMap<>();
    plan.folders().forEach(folder -> actual.put(folder.path(), "dir " + folder.cid()));
    for (TreePlan.PlannedFile file : plan.files()) {
      boolean opaque = file.cid().codec() != Cid.RAW && file.cid().codec() != Cid.DAG_PB;
      byte[] bytes = opaque ? new byte[0] : ContentReader.read(blocks, file.cid());
      long size = file.content().sizeBytes();
      assertTrue(opaque || size == TreePlan.UNKNOWN_SIZE || size == bytes.length);
      actual.put(
          file.path(), opaque ? "opaque" : "file " + Blocks.sha256Hex(bytes) + " " + bytes.length);
    }
    for (TreePlan.Skipped skipped : plan.skipped()) {
      boolean link = skipped.reason().startsWith("it is a symbolic");
      actual.put(skipped.path(), link ? "skipped" + skipped.reason().substring(7) : "skipped");
    }
    JsonNode root = tree.getFirst();
    if (root.get("kind").asString().equals("hamt")) {
      // The expectations list the first entries only.
      assertEquals(root.get("entries").asInt() + 1, actual.size());
      actual.keySet().retainAll(due.keySet());
    }
    assertEquals(due, actual);
  }

  @Test
  void aShardedFolderIsWrittenAsItWasFound() throws Exception {
    JsonNode car =
        cars().stream()
            .filter(c -> c.get("file").asString().equals(HAMT))
            .findFirst()
            .orElseThrow();
    Blocks blocks = blocks(car);
    Cid root = Cid.parse(car.get("roots").get(0).asString());
    List<FolderLayout.Named> entries = new ArrayList<>();
    collect(blocks, root, entries);
    assertEquals(1_000, entries.size());
    ImportProfile sharding = new ImportProfile(1_048_576, 1_024, 1, 0, 256);
    Blocks written = new Blocks();
    assertEquals(root, new FolderLayout(sharding, written).write(entries).cid());
  }

  private static void collect(Blocks blocks, Cid shard, List<FolderLayout.Named> into)
      throws Exception {
    PbNode node = DagPb.decode(blocks.load(shard));
    for (PbLink link : node.links()) {
      String name = link.name().orElseThrow().substring(2);
      if (name.isEmpty()) {
        collect(blocks, link.hash(), into);
      } else {
        long tsize = link.tsize().orElseThrow();
        into.add(new FolderLayout.Named(name, new DagChild(link.hash(), 0, tsize, 1)));
      }
    }
  }

  @Test
  void theShardedFixtureIsNumberedOnceAChunk() throws Exception {
    JsonNode car =
        cars().stream()
            .filter(c -> c.get("file").asString().equals(HAMT))
            .findFirst()
            .orElseThrow();
    Blocks blocks = blocks(car);
    DagWalker dag = blocks.walk(Cid.parse(car.get("roots").get(0).asString()));
    Set<Cid> seen = new HashSet<>();
    for (int i = 0; i < dag.size(); i++) {
      assertTrue(seen.add(dag.cid(i)));
    }
    assertEquals(blocks.size(), seen.size());
  }
}
