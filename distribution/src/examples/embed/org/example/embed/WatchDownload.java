package org.example.embed;

import io.shoal.api.PeerAddress;
import io.shoal.api.ShoalException;
import io.shoal.runtime.Node;
import io.shoal.runtime.command.ContentCommands.GetRequest;
import io.shoal.runtime.command.ContentCommands.Progress;
import io.shoal.runtime.command.Reference;
import io.shoal.runtime.command.StatusCommands.NodeStatus;
import io.shoal.runtime.command.StatusCommands.PeerEntry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// Fetches from a peer that is running, and shows progress and the status of the node.
///
/// Arguments: the folder of plugins, the node's data folder, the reference, the peer's address,
/// where the copy goes.
public final class WatchDownload {

  private WatchDownload() {}

  public static void main(String[] args) throws ShoalException, IOException, InterruptedException {
    Path copy = Path.of(args[4]).toAbsolutePath();
    var request =
        GetRequest.builder(Reference.parse(args[2]), copy.getParent())
            .target(copy)
            .peers(List.of(PeerAddress.parse(args[3])))
            .replace(true)
            .build();
    try (Node node = LocalNode.start(Path.of(args[0]), Path.of(args[1]))) {
      node.get(request, WatchDownload::show);
      show(node.status());
      node.peers().forEach(WatchDownload::show);
    }
  }

  /// Called at most ten times a second, and must not block.
  private static void show(Progress progress) {
    System.out.println(
        "%s: %d of %d bytes from %d peers %s"
            .formatted(
                progress.phase(),
                progress.doneBytes(),
                progress.totalBytes(),
                progress.peers(),
                progress.message()));
  }

  private static void show(NodeStatus status) {
    System.out.println("this is " + status.peerId() + ", listening at " + status.endpoints());
    System.out.println(
        status.store().chunks() + " chunks; " + status.transfers().size() + " downloads run");
    status.advice().forEach(System.out::println);
  }

  private static void show(PeerEntry peer) {
    String who = peer.peerId().orElse(peer.address());
    System.out.println(who + " sent " + peer.receivedBytes() + " bytes");
  }
}
