package org.example.embed;

import io.shoal.api.PeerAddress;
import io.shoal.api.ShoalException;
import io.shoal.runtime.Node;
import io.shoal.runtime.command.ContentCommands.AddRequest;
import io.shoal.runtime.command.ContentCommands.Added;
import io.shoal.runtime.command.ContentCommands.Fetched;
import io.shoal.runtime.command.ContentCommands.GetRequest;
import io.shoal.runtime.command.ContentCommands.ProgressListener;
import io.shoal.runtime.command.Reference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Adds a file on one node, fetches it on another, and prints how many bytes came from each peer.
///
/// Arguments: the folder of plugins, the file, where the copy goes.
public final class TwoNodes {

  private TwoNodes() {}

  public static void main(String[] args) throws ShoalException, IOException, InterruptedException {
    Path plugins = Path.of(args[0]);
    Path file = Path.of(args[1]).toAbsolutePath();
    Path copy = Path.of(args[2]).toAbsolutePath();
    Path data = Files.createTempDirectory("two-nodes");
    try (Node giver = LocalNode.start(plugins, data.resolve("giver"));
        Node taker = LocalNode.start(plugins, data.resolve("taker"))) {
      Added added = add(giver, file);
      System.out.println("added " + added.name() + " as " + added.root());

      Fetched fetched = taker.get(request(giver, added, copy), ProgressListener.SILENT);
      System.out.println("fetched " + fetched.sizeBytes() + " bytes into " + fetched.path());
      fetched.bytesByPeer().forEach((peer, bytes) -> System.out.println(bytes + " from " + peer));
    }
  }

  private static Added add(Node node, Path file)
      throws ShoalException, IOException, InterruptedException {
    List<Added> results = new ArrayList<>();
    var request = AddRequest.builder(List.of(file)).build();
    node.add(request, ProgressListener.SILENT, results::add);
    return results.getFirst();
  }

  private static GetRequest request(Node giver, Added added, Path copy)
      throws ShoalException, IOException {
    // An address with a peer id behind `#` is answered by that peer or not at all.
    PeerAddress address = PeerAddress.parse(giver.status().endpoints().getFirst());
    return GetRequest.builder(Reference.parse(added.root()), copy.getParent())
        .target(copy)
        .peers(List.of(address))
        .replace(true)
        .build();
  }
}
