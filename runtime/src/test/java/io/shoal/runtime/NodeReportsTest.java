package io.shoal.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.shoal.api.PeerAddress;
import io.shoal.api.PeerId;
import io.shoal.api.RemotePeer;
import io.shoal.runtime.command.StatusCommands;
import io.shoal.runtime.peer.PeerBook;
import io.shoal.runtime.peer.PeerKey;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeReportsTest {
  @TempDir Path folder;

  @Test
  void anAddressIsListedOnceWithItsLastPeerAndAllBans() throws Exception {
    try (TestSwarm swarm = new TestSwarm(folder)) {
      TestNode node = swarm.nodeWithoutDiscovery("node");
      PeerBook book = node.book();
      RemotePeer before = remote(1);
      RemotePeer now = remote(2);
      book.connected(before, 3);
      book.unreachable(now.address());
      book.connected(now, 4);
      book.unreachable(now.address());
      NodeReports reports = node.reports();
      assertEquals(
          List.of(now.address().uri()),
          reports.peers().stream().map(StatusCommands.PeerEntry::address).toList());
      book.ban(before, "it lied");
      assertEquals(2, reports.peers().size(), "a banned peer is listed");
      StatusCommands.BanEntry ban = reports.status().bans().getFirst();
      assertEquals("identity", ban.kind());
      assertEquals(PeerKey.of(before).text(), ban.subject());
      assertEquals("it lied", ban.reason());
    }
  }

  private static RemotePeer remote(int n) {
    byte[] key = new byte[32];
    key[0] = (byte) n;
    return new RemotePeer(
        PeerAddress.of("mem://there:4600"),
        Optional.empty(),
        Optional.of(PeerId.ofEd25519(key)),
        "test",
        true);
  }

  @Test
  void withoutADiscoveryNothingWaitsToBeAnnounced() throws Exception {
    try (TestSwarm swarm = new TestSwarm(folder)) {
      TestNode node = swarm.nodeWithoutDiscovery("node");
      node.add(swarm.file("in", 100, 1));
      assertEquals(
          List.of("no discovery is active: peers are found by --peer alone (active.discovery)"),
          node.status().advice());
    }
  }
}
