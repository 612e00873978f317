package io.shoal.distribution.command;

import io.shoal.api.ShoalException;
import io.shoal.api.StoreUsage;
import io.shoal.distribution.console.Console;
import io.shoal.distribution.console.ExitCode;
import io.shoal.runtime.Node;
import io.shoal.runtime.command.NameCommands.NamesEntry;
import io.shoal.runtime.command.NodeCommands;
import io.shoal.runtime.command.Reference;
import io.shoal.runtime.command.StatusCommands.AccessEntry;
import io.shoal.runtime.command.StatusCommands.BanEntry;
import io.shoal.runtime.command.StatusCommands.CheckEntry;
import io.shoal.runtime.command.StatusCommands.DiscoveryEntry;
import io.shoal.runtime.command.StatusCommands.NodeStatus;
import io.shoal.runtime.command.StatusCommands.TransferEntry;
import io.shoal.runtime.command.StatusCommands.UploadEntry;
import io.shoal.runtime.unit.Units;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;

@Command(name = "status")
public final class StatusCommand extends NodeCommand {

  /// Bans that a terminal shows.
  private static final int MAX_BANS = 10;

  public StatusCommand(Environment environment) {
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
    NodeStatus status = node.status();
    if (common.json) {
      console().json(status);
      return ExitCode.DONE;
    }
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("peer", status.peerId()));
    rows.add(
        List.of(
            "node",
            status.endpoints().isEmpty()
                ? "none runs on " + common.dataFolder() + "; start one with 'shoal serve'"
                : status.version() + ", up " + Units.time(status.uptimeMillis())));
    status.endpoints().forEach(endpoint -> rows.add(List.of("listens", endpoint)));
    ServeCommand.forOthers(status.endpoints())
        .ifPresent(command -> rows.add(List.of("elsewhere", command)));
    for (DiscoveryEntry entry : status.discoveries()) {
      rows.add(List.of("discovery", line(entry)));
      entry.details().forEach((key, value) -> rows.add(List.of("", key + ": " + value)));
    }
    rows.add(List.of("store", line(status.store())));
    status.transfers().forEach(entry -> rows.add(List.of("transfer", line(entry))));
    rows.add(List.of("uploads", line(status.uploads())));
    rows.add(List.of("names", line(status.names())));
    status.bans().stream()
        .limit(MAX_BANS)
        .forEach(entry -> rows.add(List.of("banned", line(entry))));
    if (status.bans().size() > MAX_BANS) {
      rows.add(List.of("", (status.bans().size() - MAX_BANS) + " more; --json has them"));
    }
    rows.add(List.of("access", line(status.access())));
    rows.add(List.of("check", line(status.check(), System.currentTimeMillis())));
    status.advice().forEach(line -> rows.add(List.of("advice", line)));
    console().table(rows);
    return ExitCode.DONE;
  }

  private static String line(DiscoveryEntry entry) {
    var line =
        new StringBuilder(
            "%s: %d peers, %d keys announced"
                .formatted(entry.plugin(), entry.reachablePeers(), entry.announcedKeys()));
    entry.endpoint().ifPresent(endpoint -> line.append(", listens on ").append(endpoint));
    if (entry.overdueKeys() > 0) {
      line.append(
          ", %d of them late by up to %s"
              .formatted(entry.overdueKeys(), Units.time(entry.lagMillis())));
    }
    return line.toString();
  }

  private static String line(StoreUsage store) {
    if (store.chunks() < 0 && store.ownedBytes() < 0) {
      return "does not count its chunks";
    }
    var line =
        new StringBuilder(
            "%s chunks, %s of its own, %s in users' files"
                .formatted(
                    store.chunks() < 0 ? "?" : store.chunks(),
                    Units.size(store.ownedBytes()),
                    Units.size(store.adoptedBytes())));
    if (store.availableBytes() >= 0) {
      line.append(", room for ").append(Units.size(store.availableBytes()));
    }
    return line.toString();
  }

  private static String line(TransferEntry entry) {
    String name = entry.name().isEmpty() ? entry.root() : Console.printable(entry.name());
    return "%s: %s of %s, %s, %d peers, %s"
        .formatted(
            name,
            Units.size(entry.doneBytes()),
            Units.size(entry.sizeBytes()),
            Units.rate(entry.bytesPerSecond()),
            entry.peers(),
            entry.state());
  }

  private static String line(NamesEntry entry) {
    String waiting =
        entry.waiting() == 0 ? "" : " (" + entry.waiting() + " not on other nodes yet)";
    return "%d published%s, %d of other publishers kept alive"
        .formatted(entry.published(), waiting, entry.kept());
  }

  private static String line(BanEntry entry) {
    boolean personal = entry.kind().equals("identity") || entry.kind().equals("address");
    return "%s%s: %s; ends in %s%s"
        .formatted(
            personal ? "" : "strangers at ",
            entry.subject(),
            Console.printable(entry.reason()),
            Units.time(entry.leftMillis()),
            entry.times() > 1 ? ", time " + entry.times() : "");
  }

  private static String line(AccessEntry entry) {
    return entry.turnedAway() == 0
        ? entry.mode()
        : "%s, %d connections turned away".formatted(entry.mode(), entry.turnedAway());
  }

  private static String line(CheckEntry entry, long nowMillis) {
    var line = new StringBuilder();
    if (entry.endedMillis() == 0) {
      line.append("never checked");
    } else {
      line.append(
          "%s ago: %d chunks (%s), %d corrupt, %d missing"
              .formatted(
                  Units.time(Math.max(0, nowMillis - entry.endedMillis())),
                  entry.chunks(),
                  Units.size(entry.bytes()),
                  entry.corrupt(),
                  entry.missing()));
    }
    if (entry.runningBytes() >= 0) {
      line.append("; a check is running, ")
          .append(Units.size(entry.runningBytes()))
          .append(" so far");
    } else if (entry.nextMillis() > 0) {
      line.append("; next in ").append(Units.time(Math.max(0, entry.nextMillis() - nowMillis)));
    }
    return line.toString();
  }

  private static String line(UploadEntry entry) {
    return "%s sent, %s, %d requests running, %d waiting, %d peers"
        .formatted(
            Units.size(entry.sentBytes()),
            Units.rate(entry.bytesPerSecond()),
            entry.activeRequests(),
            entry.waitingRequests(),
            entry.peers());
  }
}
