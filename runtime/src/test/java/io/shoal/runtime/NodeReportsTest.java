package io.shoal.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.shoal.runtime.TestSwarm.TestNode;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeReportsTest {
  @TempDir Path folder;

  @Test
  void nothingWaitsToBeAnnouncedWhereNobodyCouldBeTold() throws Exception {
    try (TestSwarm swarm = new TestSwarm(folder)) {
      TestNode node = swarm.nodeWithoutDiscovery("node");
      node.add(swarm.file("in", 100, 1));
      assertEquals(
          List.of("no discovery is active: peers are found by --peer alone (active.discovery)"),
          new NodeReports(node.core, node.id.toString(), "0").status().advice());
    }
  }
}
