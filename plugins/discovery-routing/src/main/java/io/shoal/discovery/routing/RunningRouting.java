package io.shoal.discovery.routing;

import io.shoal.api.Cid;
import io.shoal.api.Discovery.ProviderSink;
import io.shoal.api.DiscoveryStatus;
import io.shoal.api.Metrics;
import io.shoal.api.PeerAddress;
import io.shoal.api.PeerId;
import io.shoal.api.PluginContext;
import io.shoal.api.ShoalException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The parts of a started [RoutingDiscovery]. Usable from any thread.
final class RunningRouting implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RunningRouting.class);

  /// Contents that come one after the other go in one batch.
  private static final Duration ANNOUNCE_EVERY = Duration.ofMillis(200);

  private static final Duration SWEEP_EVERY = Duration.ofMinutes(1);

  /// A server of this node's own, with what it has.
  record Own(RoutingServer server, ProviderTable table, OwnContents contents) {}

  private final RoutingSettings settings;
  private final String prefix;
  private final PeerId self;
  private final LongSupplier nanoTime;
  private final RoutingClient client;
  private final AnswerCache cache;
  private final Map<RoutingEndpoint, Backoff> servers;
  private final Set<RoutingEndpoint> openServers;
  private final List<Announcer> announcers = new ArrayList<>();
  private final Optional<Own> own;
  private final Set<ProviderQuery> queries = ConcurrentHashMap.newKeySet();
  private final Metrics.Counter searches;

  private volatile PeerRecord record;
  private volatile int inexpressible;
  private volatile boolean closed;

  private RunningRouting(
      RoutingSettings settings,
      String prefix,
      PluginContext context,
      LongSupplier nanoTime,
      Optional<Own> own) {
    this.settings = settings;
    this.prefix = prefix;
    this.self = context.identity().peerId();
    this.nanoTime = nanoTime;
    this.cache = new AnswerCache(nanoTime);
    this.client = new RoutingClient(cache, settings.timeout(), nanoTime, context.clock());
    this.own = own;
    this.record = PeerRecord.of(self, List.of());
    this.searches = context.metrics().counter("searches_total", "Searches for providers");
    RandomGenerator random = new SecureRandom();
    Map<RoutingEndpoint, Backoff> asked = new LinkedHashMap<>();
    settings.servers().forEach(server -> asked.put(server, new Backoff(nanoTime, random)));
    this.servers = Map.copyOf(asked);
    this.openServers =
        settings.token().isEmpty()
            ? Set.of()
            : Set.copyOf(settings.announceTo().stream().filter(RoutingEndpoint::isOpen).toList());
    for (RoutingEndpoint server : settings.announceTo()) {
      announcers.add(
          new Announcer(
              server,
              settings,
              new Backoff(nanoTime, random),
              client,
              context.identity(),
              () -> record,
              context.clock(),
              nanoTime));
    }
  }

  static RunningRouting start(
      RoutingSettings settings, String prefix, PluginContext context, LongSupplier nanoTime)
      throws ShoalException {
    Optional<Own> own = Optional.empty();
    if (settings.serving().isPresent()) {
      RoutingSettings.Serving serving = settings.serving().get();
      ProviderTable table = new ProviderTable(serving.maxRecords(), nanoTime, context.clock());
      OwnContents contents = new OwnContents(context.identity().peerId());
      RoutingServer server =
          RoutingServer.start(
              prefix + "listen",
              serving,
              settings.token(),
              table,
              contents,
              nanoTime,
              context.scheduler(),
              context.metrics());
      context.scheduler().every(SWEEP_EVERY, table::sweep);
      own = Optional.of(new Own(server, table, contents));
      LOG.info("the routing server listens at {}", HostPort.text(server.address()));
    }
    RunningRouting running = new RunningRouting(settings, prefix, context, nanoTime, own);
    for (Announcer announcer : running.announcers) {
      context.scheduler().every(ANNOUNCE_EVERY, announcer::run);
    }
    return running;
  }

  void reachableAt(List<PeerAddress> endpoints) {
    record = PeerRecord.of(self, endpoints);
    inexpressible =
        Math.toIntExact(
            endpoints.stream().filter(address -> !PeerRecord.isExpressible(address)).count());
    own.ifPresent(here -> here.contents().reachableAt(endpoints));
    announcers.forEach(announcer -> announcer.queue().addressesChanged());
  }

  void announce(Cid cid) {
    if (cid.codec() == Cid.TORRENT_INFO) {
      // An info-hash is no content of IPFS.
      return;
    }
    own.ifPresent(here -> here.contents().add(cid));
    announcers.forEach(announcer -> announcer.queue().add(cid));
  }

  void withdraw(Cid cid) {
    own.ifPresent(here -> here.contents().remove(cid));
    announcers.forEach(announcer -> announcer.queue().remove(cid));
  }

  void find(Cid cid, Set<String> schemes, ProviderSink sink)
      throws ShoalException, InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException("the search was interrupted");
    }
    if (cid.codec() == Cid.TORRENT_INFO || cid.isIdentity()) {
      return;
    }
    searches.add(1);
    ProviderQuery query = new ProviderQuery(client, cid, schemes);
    queries.add(query);
    try {
      if (closed) {
        throw new IllegalStateException("the discovery is closed");
      }
      query.run(local(cid), servers, settings.timeout(), nanoTime, sink);
    } finally {
      queries.remove(query);
    }
  }

  /// What nodes announced to the server here; their addresses were checked when they came.
  private Optional<List<PeerAddress>> local(Cid cid) {
    return own.map(
        here ->
            here.table().find(cid.multihash(), RoutingServer.MAX_STREAMED).stream()
                .filter(found -> !found.peer().equals(self))
                .flatMap(found -> found.dialable().stream())
                .toList());
  }

  /// A server counts as reachable until it fails, and this node's own always: it has an answer for
  /// all nodes that announce to it.
  DiscoveryStatus status() {
    if (closed) {
      return DiscoveryStatus.builder().build();
    }
    long now = nanoTime.getAsLong();
    List<Announcer> failing =
        announcers.stream()
            .filter(each -> each.lastFailure().isPresent() && each.queue().size() > 0)
            .toList();
    long failed =
        failing.stream().mapToLong(each -> each.queue().waiting()).max().orElse(0)
            + announcers.stream().mapToLong(each -> each.queue().refused()).max().orElse(0);
    long reachable = servers.values().stream().filter(each -> each.lastFailure().isEmpty()).count();
    DiscoveryStatus.Builder status =
        DiscoveryStatus.builder()
            .reachablePeers(Math.toIntExact(reachable) + (own.isPresent() ? 1 : 0))
            .announcedKeys(
                Math.max(
                    own.map(here -> here.contents().size()).orElse(0),
                    announcers.stream().mapToLong(each -> each.queue().size()).max().orElse(0)))
            .overdue(
                announcers.stream().mapToLong(each -> each.queue().overdue(now)).max().orElse(0),
                announcers.stream()
                    .map(each -> each.queue().lag(now))
                    .max(Duration::compareTo)
                    .orElse(Duration.ZERO))
            .inexpressibleEndpoints(inexpressible)
            .failed(
                failed,
                failing.stream()
                    .flatMap(each -> each.lastFailure().stream())
                    .findFirst()
                    .orElse("more than " + AnnounceQueue.MAX_CONTENTS + " contents"))
            .advice(advice())
            .details(details());
    own.ifPresent(here -> status.endpoint(HostPort.text(here.server().address())));
    return status.build();
  }

  private List<String> advice() {
    List<String> advice = new ArrayList<>();
    if (servers.isEmpty() && own.isEmpty() && announcers.isEmpty()) {
      advice.add(prefix + "endpoints is not set: name a routing server to ask");
    }
    for (RoutingEndpoint server : openServers) {
      advice.add("%s gets the token of %stoken in the open: use https".formatted(server, prefix));
    }
    return advice;
  }

  private Map<String, String> details() {
    Map<String, String> details = new LinkedHashMap<>();
    details.put("servers", Integer.toString(servers.size()));
    details.put("keptAnswers", Integer.toString(cache.size()));
    own.ifPresent(here -> details.put("records", Integer.toString(here.table().records())));
    return details;
  }

  Map<RoutingEndpoint, Backoff> servers() {
    return servers;
  }

  List<Announcer> announcers() {
    return announcers;
  }

  Optional<Own> own() {
    return own;
  }

  @Override
  public void close() {
    closed = true;
    queries.forEach(ProviderQuery::cancel);
    own.ifPresent(here -> here.server().close());
    client.close();
  }
}
