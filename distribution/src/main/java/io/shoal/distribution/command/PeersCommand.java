package io.shoal.distribution.command;

import io.shoal.api.ShoalException;
import io.shoal.distribution.console.Console;
import io.shoal.distribution.console.ExitCode;
import io.shoal.runtime.Node;
import io.shoal.runtime.command.NodeCommands;
import io.shoal.runtime.command.Reference;
import io.shoal.runtime.command.StatusCommands.PeerEntry;
import io.shoal.runtime.unit.Units;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;

@Command(name = "peers")
public final class PeersCommand extends NodeCommand {

  public PeersCommand(Environment environment) {
    super(environment);
  }

  @Override
  Node.Mode mode() {
    return Node.Mode.OFFLINE;
  }

  @Override
  public boolean take(Optional<Reference> reference) {
    return reference.isEmpty();
  }

  @Override
  public int run(NodeCommands node) throws ShoalException, IOException, InterruptedException {
    List<List<String>> rows = new ArrayList<>();
    for (PeerEntry peer : node.peers()) {
      if (common.json) {
        console().json(peer);
      } else {
        rows.add(row(peer));
      }
    }
    if (!rows.isEmpty()) {
      rows.addFirst(
          List.of("ADDRESS", "STATE", "RTT", "RECEIVED", "SENT", "SCORE", "PEER", "NOTE"));
    }
    console().table(rows);
    return ExitCode.DONE;
  }

  private static List<String> row(PeerEntry peer) {
    return List.of(
        peer.address(),
        peer.banned().isPresent() ? "banned" : peer.connected() ? "connected" : "known",
        peer.roundTripMillis() < 0 ? "?" : peer.roundTripMillis() + " ms",
        Units.size(peer.receivedBytes()),
        Units.size(peer.sentBytes()),
        Integer.toString(peer.score()),
        peer.peerId().orElse("?"),
        peer.banned().orElse(Console.printable(peer.agent())));
  }
}
