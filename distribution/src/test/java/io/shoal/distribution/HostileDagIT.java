package io.shoal.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Cid;
import io.shoal.distribution.ShoalProcess.Node;
import io.shoal.distribution.ShoalProcess.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// DAGs that take many times their own size, against the packaged program with its own heap:
/// fetched or refused in words, and never felt afterwards.
@Timeout(900)
class HostileDagIT {
  private static final boolean FULL = Boolean.getBoolean("shoal.full");

  private static final int TIMES = FULL ? 1_000_000 : 6_000;

  @TempDir Path folder;

  private Map<String, Cid> dags() throws Exception {
    RawDag dag = new RawDag(folder.resolve("blocks"));
    RawDag.Part one = new RawDag.Part(dag.raw(new byte[] {1}), 1);
    RawDag.Part two = new RawDag.Part(dag.raw(new byte[] {2}), 1);
    RawDag.Part same = dag.repeated(List.of(one), TIMES);
    RawDag.Part alternating = dag.repeated(List.of(one, two), TIMES / 2);
    Map<String, Cid> dags = new LinkedHashMap<>();
    dags.put("a byte again and again", same.cid());
    dags.put("two bytes in turn", alternating.cid());
    dags.put("that file in many places", dag.folder(same.cid(), 100));
    dags.put("many folders", dag.folder(dag.folder(one.cid(), 10), TIMES / 50));
    dags.put("leaves that are nowhere", dag.leaves(TIMES, RawDag::unseen).cid());
    return dags;
  }

  @Test
  void whatTakesManyTimesItsSizeIsFetchedOrRefusedAndLeavesTheNodeWell() throws Exception {
    Map<String, Cid> dags = dags();
    Path data = folder.resolve("victim");
    try (Node provider = ShoalProcess.serve(folder.resolve("provider"))) {
      provider.run("add", "-q", "--hashed-dir", folder.resolve("blocks").toString()).done();
      try (Node victim = ShoalProcess.serve(data)) {
        for (Map.Entry<String, Cid> dag : dags.entrySet()) {
          Path target = folder.resolve("out-" + dag.getValue());
          Result get = get(victim, provider, dag.getValue(), target);
          boolean whole = !dag.getKey().contains("nowhere");
          if (whole && !dag.getKey().contains("places")) {
            assertEquals(0, get.code(), () -> dag.getKey() + ": " + get);
          }
          assertFalse(get.toString().contains("OutOfMemory"), get::toString);
          assertEquals(get.code() == 0, Files.exists(target), dag::getKey);
          assertWell(victim, dag.getKey());
          if (get.code() == 0) {
            victim.run("ls", dag.getValue().toString()).done();
            victim.run("stat", dag.getValue().toString()).done();
          }
        }
      }
      try (Node again = ShoalProcess.serve(data)) {
        assertWell(again, "after a restart");
        again.run("gc").done();
        again.run("verify").done();
      }
    }
  }

  private static Result get(Node victim, Node provider, Cid root, Path target) throws Exception {
    return victim.run(
        "get",
        root.toString(),
        "-o",
        target.toString(),
        "--peer",
        provider.address(),
        "--timeout",
        FULL ? "60s" : "5s");
  }

  private static void assertWell(Node node, String when) throws Exception {
    Result status = node.run("status").done();
    assertTrue(status.out().contains("peer"), () -> when + ": " + status);
    node.run("ls").done();
  }
}
