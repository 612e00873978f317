package io.shoal.discovery.fixed;

import io.shoal.api.Cid;
import io.shoal.api.ConfigKey;
import io.shoal.api.Discovery;
import io.shoal.api.DiscoveryStatus;
import io.shoal.api.Inspection;
import io.shoal.api.InvalidConfigException;
import io.shoal.api.InvalidInputException;
import io.shoal.api.PeerAddress;
import io.shoal.api.PluginContext;
import io.shoal.api.Provider;
import io.shoal.api.ShoalException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reports the peers that the operator lists, whatever is searched: in the configuration (`peers`),
/// and in a file (`file`), which may change while the node runs.
///
/// The file is looked at again and again, not watched by means of the system: these do not see
/// changes on network file systems, and take a thread.
public final class StaticDiscovery implements Discovery {
  private static final Logger LOG = LoggerFactory.getLogger(StaticDiscovery.class);

  private static final Duration CHECK_EVERY = Duration.ofSeconds(2);

  private static final Path NO_FILE = Path.of("");

  private static final Inspection.Question PEERS =
      new Inspection.Question("peers", "", "the listed peers, and where each is listed");

  private volatile Listed listed = Listed.NONE;

  /// Does nothing yet; see [#start].
  public StaticDiscovery() {}

  /// A peer, and where it is listed.
  private record Peer(PeerAddress address, String origin) {}

  private record Listed(List<Peer> peers, List<String> faults, Map<String, String> details) {
    static final Listed NONE = new Listed(List.of(), List.of(), Map.of());
  }

  @Override
  public List<ConfigKey> configuration() {
    return List.of(
        ConfigKey.of("peers", ConfigKey.Kind.LIST).describe("Addresses of peers"),
        ConfigKey.of("file", ConfigKey.Kind.PATH)
            .describe("A file with a peer address a line, read again when it changes"),
        ConfigKey.time("checkEvery")
            .otherwise("2s")
            .describe("How often the file is looked at for changes"));
  }

  @Override
  public void start(PluginContext context) throws InvalidConfigException {
    String prefix = "plugins." + context.pluginId() + ".";
    List<Peer> configured =
        configured(prefix + "peers", context.config().texts("peers", List.of()));
    Path path = context.config().path("file", NO_FILE);
    Duration every =
        context
            .config()
            .duration("checkEvery", Duration.ofMillis(10), Duration.ofHours(1), CHECK_EVERY);
    if (path.equals(NO_FILE)) {
      List<String> faults =
          configured.isEmpty()
              ? List.of(prefix + "peers and " + prefix + "file are not set: name peers by either")
              : List.of();
      faults.forEach(LOG::warn);
      listed = new Listed(configured, faults, Map.of());
      return;
    }
    PeerFile file = new PeerFile(path);
    listed = new Listed(configured, List.of(), Map.of("file", path.toString()));
    look(file, path, configured);
    context.scheduler().every(every, () -> look(file, path, configured));
  }

  private static List<Peer> configured(String key, List<String> texts)
      throws InvalidConfigException {
    if (texts.size() > PeerFile.MAX_PEERS) {
      throw new InvalidConfigException(
          "%s has %d peers: list at most %d".formatted(key, texts.size(), PeerFile.MAX_PEERS));
    }
    List<Peer> peers = new ArrayList<>();
    for (String text : texts) {
      try {
        peers.add(new Peer(PeerAddress.parse(text), "configuration"));
      } catch (InvalidInputException e) {
        throw new InvalidConfigException(key + ": " + e.getMessage(), e);
      }
    }
    return peers;
  }

  /// Timers run one after the other, and [#start] looks before there is one.
  private void look(PeerFile file, Path path, List<Peer> configured) {
    Optional<PeerFile.Contents> changed = file.look();
    if (changed.isEmpty()) {
      return;
    }
    PeerFile.Contents now = changed.get();
    List<Peer> peers = new ArrayList<>(configured);
    for (PeerFile.Entry entry : now.peers()) {
      peers.add(new Peer(entry.address(), path + ":" + entry.line()));
    }
    Map<String, String> details = new LinkedHashMap<>();
    details.put("file", path.toString());
    details.put("peersInFile", Integer.toString(now.peers().size()));
    details.put("linesLeftOut", Integer.toString(now.leftOut()));
    listed = new Listed(List.copyOf(peers), now.faults(), details);
    now.faults().forEach(LOG::warn);
    LOG.info("{}: {} peers, {} lines left out", path, now.peers().size(), now.leftOut());
  }

  @Override
  public void findProviders(Cid cid, Set<String> schemes, ProviderSink sink)
      throws InterruptedException {
    Set<String> reported = new HashSet<>();
    for (Peer peer : listed.peers()) {
      if (Thread.interrupted()) {
        throw new InterruptedException("the search was interrupted");
      }
      Provider provider = Provider.at(peer.address()).fromOperator().unannounced();
      if (schemes.contains(peer.address().scheme())
          && reported.add(peer.address().uri())
          && !sink.found(provider)) {
        return;
      }
    }
  }

  @Override
  public DiscoveryStatus status() {
    Listed now = listed;
    return DiscoveryStatus.builder()
        .reachablePeers(now.peers().size())
        .advice(now.faults())
        .details(now.details())
        .build();
  }

  @Override
  public Optional<Inspection> inspection() {
    return Optional.of(new ListInspection());
  }

  private final class ListInspection implements Inspection {
    @Override
    public List<Question> questions() {
      return List.of(PEERS);
    }

    @Override
    public void ask(String question, List<String> arguments, AnswerSink sink)
        throws ShoalException {
      if (!question.equals(PEERS.name())) {
        throw new InvalidInputException("there is no question '" + question + "': ask 'peers'");
      }
      if (!arguments.isEmpty()) {
        throw new InvalidInputException("'peers' takes no argument: leave it out");
      }
      sink.columns(List.of("address", "listedIn"));
      for (Peer peer : listed.peers()) {
        sink.row(List.of(peer.address().toString(), peer.origin()));
      }
    }
  }

  @Override
  public void close() {
    listed = Listed.NONE;
  }
}
