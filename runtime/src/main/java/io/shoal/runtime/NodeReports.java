package io.shoal.runtime;

import io.shoal.api.DiscoveryStatus;
import io.shoal.api.PeerConnection;
import io.shoal.api.RetryableException;
import io.shoal.runtime.command.StatusCommands;
import io.shoal.runtime.discovery.PeerNetwork;
import io.shoal.runtime.download.Download;
import io.shoal.runtime.download.PausedDownload;
import io.shoal.runtime.maintenance.VerifyRecord;
import io.shoal.runtime.peer.Bans;
import io.shoal.runtime.peer.PeerBook;
import io.shoal.runtime.peer.PeerKey;
import io.shoal.runtime.plugin.ActivePlugins;
import io.shoal.runtime.plugin.inspection.ExtensionKind;
import io.shoal.runtime.plugin.inspection.PluginProblem;
import io.shoal.runtime.plugin.inspection.PluginReport;
import io.shoal.runtime.store.AdoptedFiles;
import io.shoal.runtime.store.KeptRoot;
import io.shoal.runtime.store.LocalStore;
import io.shoal.runtime.transport.MachineAddresses;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// The commands that report how the node is: `status` and `peers`.
final class NodeReports {
  /// Bans that are reported: a peer that keeps changing its identity earns thousands.
  private static final int MAX_BANS = 100;

  private final NodeCore core;
  private final ActivePlugins plugins;
  private final Inspections inspections;
  private final LocalStore local;
  private final PeerNetwork network;
  private final String peerId;
  private final String version;
  private final SystemSources sources;
  private final long readyNanos;

  NodeReports(NodeCore core, ActivePlugins plugins, String peerId, String version) {
    this.core = core;
    this.plugins = plugins;
    this.inspections = new Inspections(plugins.all());
    this.local = core.local();
    this.network = core.network();
    this.peerId = peerId;
    this.version = version;
    this.sources = core.sources();
    this.readyNanos = sources.nanoTime().getAsLong();
  }

  /// What the active plugins can be asked.
  Inspections inspections() {
    return inspections;
  }

  StatusCommands.NodeStatus status() throws IOException, RetryableException {
    MachineAddresses machine = sources.addresses().get();
    List<StatusCommands.DiscoveryEntry> discoveries = new ArrayList<>();
    network
        .discoveries()
        .forEach(
            (id, discovery) -> {
              DiscoveryStatus status = discovery.status();
              discoveries.add(
                  new StatusCommands.DiscoveryEntry(
                      id,
                      status.endpoint().map(machine::firstText),
                      status.reachablePeers(),
                      status.announcedKeys(),
                      status.overdueKeys(),
                      status.lag().toMillis(),
                      details(status)));
            });
    return new StatusCommands.NodeStatus(
        peerId,
        version,
        Duration.ofNanos(sources.nanoTime().getAsLong() - readyNanos).toMillis(),
        core.endpoints().all().stream().flatMap(own -> machine.texts(own).stream()).toList(),
        discoveries,
        local.store().usage(),
        Stream.concat(
                core.downloads().all().stream().map(NodeReports::entry),
                core.downloads().paused().stream().map(NodeReports::entry))
            .toList(),
        uploads(),
        core.names().renewal().entry(),
        bans(),
        new StatusCommands.AccessEntry(core.accessGate().mode(), core.accessGate().refused()),
        check(),
        advice());
  }

  private static Map<String, String> details(DiscoveryStatus status) {
    Map<String, String> details = new LinkedHashMap<>(status.details());
    if (status.inexpressibleEndpoints() > 0) {
      details.put(
          "endpoints that it cannot announce", Integer.toString(status.inexpressibleEndpoints()));
    }
    status
        .lastFailure()
        .ifPresent(
            why ->
                details.put(
                    "failed", "%d keys, the last because %s".formatted(status.failedKeys(), why)));
    return details;
  }

  private StatusCommands.CheckEntry check() {
    VerifyRecord record = core.maintenance().record();
    VerifyRecord.Ended last = record.last();
    boolean serves = core.mode() == Node.Mode.SERVE;
    return new StatusCommands.CheckEntry(
        last.endedMillis(),
        last.chunks(),
        last.bytes(),
        last.corrupt(),
        last.missing(),
        serves && record.runs() ? record.running().bytes() : -1,
        serves ? core.maintenance().scheduledVerify().dueMillis() : 0);
  }

  private List<String> advice() {
    List<String> advice = new ArrayList<>();
    for (ActivePlugins.Active<?> plugin : plugins.all()) {
      for (String line : plugin.extension().advice()) {
        String id = "plugin " + plugin.pluginId();
        advice.add(line.startsWith(id + " ") ? line : id + ": " + line);
      }
    }
    core.leftBehind().advice().ifPresent(advice::add);
    AdoptedFiles adopted = new AdoptedFiles(local);
    Map<AdoptedFiles.Loss, List<String>> lost = new EnumMap<>(AdoptedFiles.Loss.class);
    for (KeptRoot root : core.index().all()) {
      adopted
          .problem(root)
          .filter(_ -> !core.leftBehind().contains(root.cid()))
          .ifPresent(
              problem ->
                  lost.computeIfAbsent(problem.loss(), any -> new ArrayList<>())
                      .add(root.cid() + ": " + problem.message()));
    }
    lost.forEach(
        (loss, lines) ->
            advice.add(lines.size() == 1 ? lines.getFirst() : advice(loss, lines.size())));
    long missing = core.maintenance().record().last().missing();
    if (missing > 0) {
      advice.add(
          "the last check of the store missed "
              + (missing == 1 ? "1 chunk" : missing + " chunks")
              + " of roots in the store: 'shoal verify --repair' fetches what other peers have");
    }
    int waiting = core.announcer().waiting();
    if (waiting > 0) {
      advice.add(
          (waiting == 1 ? "1 root waits" : waiting + " roots wait")
              + " to be announced for the first time");
    }
    core.dialBack().advice(core.endpoints().all()).ifPresent(advice::add);
    if (network.discoveries().isEmpty() && core.mode() != Node.Mode.OFFLINE) {
      advice.add("no discovery is active: peers are found by --peer alone (active.discovery)");
    }
    return advice;
  }

  private static String advice(AdoptedFiles.Loss loss, int roots) {
    return roots
        + switch (loss) {
          case CHANGED ->
              " roots are not provided, since their files were changed: 'shoal verify' reads these"
                  + " again, 'shoal gc' forgets what differs";
          case GONE ->
              " roots are not provided, since their files are gone: 'shoal gc' forgets them";
          case AWAY ->
              " roots are not provided, since their folders are not there: connect their medium, or"
                  + " forget them with 'shoal unpin'";
          case UNREADABLE ->
              " roots are not provided, since their files cannot be read: see 'shoal ls'";
        };
  }

  private static StatusCommands.TransferEntry entry(Download download) {
    return new StatusCommands.TransferEntry(
        download.request().root().toString(),
        download.request().name(),
        download.counters().totalBytes(),
        download.counters().doneBytes(),
        download.counters().bytesPerSecond(),
        download.peerCount(),
        download.state());
  }

  private static StatusCommands.TransferEntry entry(PausedDownload download) {
    return new StatusCommands.TransferEntry(
        download.request().root().toString(),
        download.request().name(),
        download.counters().totalBytes(),
        download.counters().doneBytes(),
        0,
        0,
        download.why());
  }

  private StatusCommands.UploadEntry uploads() {
    Set<PeerKey> peers = new HashSet<>();
    network.connections().all().forEach(connection -> peers.add(PeerKey.of(connection)));
    return new StatusCommands.UploadEntry(
        core.uploads().sentBytes(),
        core.uploads().bytesPerSecond(),
        core.server().running(),
        core.server().waiting(),
        peers.size());
  }

  List<StatusCommands.PeerEntry> peers() {
    Map<PeerKey, PeerConnection> connected = new HashMap<>();
    network
        .connections()
        .all()
        .forEach(connection -> connected.put(PeerKey.of(connection), connection));
    long now = sources.clock().millis();
    List<StatusCommands.PeerEntry> entries = new ArrayList<>();
    for (PeerBook.Entry peer : onePerAddress(network.book().entries(), connected.keySet())) {
      boolean proven = !peer.key().text().contains(":");
      entries.add(
          new StatusCommands.PeerEntry(
              proven ? Optional.of(peer.key().text()) : Optional.empty(),
              peer.address().uri(),
              connected.containsKey(peer.key()),
              peer.agent(),
              peer.roundTripMillis(),
              peer.receivedBytes(),
              peer.sentBytes(),
              peer.failures(),
              (int) Math.round(peer.reputation().at(now)),
              network.book().ban(peer.key()).map(this::ban)));
    }
    entries.sort((a, b) -> Boolean.compare(b.connected(), a.connected()));
    return entries;
  }

  /// Of several peers met at one address, the connected one or else the one seen last; and every
  /// banned peer.
  private List<PeerBook.Entry> onePerAddress(List<PeerBook.Entry> all, Set<PeerKey> connected) {
    Map<String, PeerBook.Entry> shown = new HashMap<>();
    List<PeerBook.Entry> entries = new ArrayList<>();
    for (PeerBook.Entry entry : all) {
      if (network.book().ban(entry.key()).isPresent()) {
        entries.add(entry);
      } else {
        shown.merge(
            entry.address().uri(),
            entry,
            (one, other) ->
                connected.contains(one.key()) != connected.contains(other.key())
                    ? connected.contains(one.key()) ? one : other
                    : one.seenMillis() > other.seenMillis() ? one : other);
      }
    }
    entries.addAll(shown.values());
    return entries;
  }

  /// The bans that are in force, the newest first.
  private List<StatusCommands.BanEntry> bans() {
    long now = sources.clock().millis();
    return network.book().bans().reversed().stream()
        .limit(MAX_BANS)
        .map(
            ban ->
                new StatusCommands.BanEntry(
                    ban.kind().name().toLowerCase(Locale.ROOT),
                    ban.subject(),
                    ban.reason(),
                    ban.untilMillis() - now,
                    ban.times()))
        .toList();
  }

  private String ban(Bans.Ban ban) {
    long minutes = Math.max(0, (ban.untilMillis() - sources.clock().millis()) / 60_000);
    return "%s; ends in %d minutes".formatted(ban.reason(), minutes);
  }

  static StatusCommands.PluginEntry entry(PluginReport report) {
    return new StatusCommands.PluginEntry(
        report.id(),
        report.kinds().stream().map(ExtensionKind::word).sorted().toList(),
        report.version(),
        report.location().map(Path::toString).orElse(""),
        report.state().name().toLowerCase(Locale.ROOT),
        report.active(),
        report.problem().map(PluginProblem::message));
  }
}
