package io.shoal.discovery.kademlia;

import io.shoal.api.DiscoveryStatus;
import io.shoal.api.Endpoint;
import io.shoal.api.Metrics;
import io.shoal.api.PluginContext;
import io.shoal.api.Scheduler;
import io.shoal.api.UserFaultException;
import io.shoal.discovery.kademlia.announce.AnnounceStatus;
import io.shoal.discovery.kademlia.krpc.Contact;
import io.shoal.discovery.kademlia.krpc.Family;
import io.shoal.discovery.kademlia.krpc.NodeId;
import io.shoal.discovery.kademlia.maintenance.Bootstrap;
import io.shoal.discovery.kademlia.node.DefenceCounters;
import io.shoal.discovery.kademlia.node.DhtNode;
import io.shoal.discovery.kademlia.routing.SavedTable;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A node in the network: sockets, thread, saved table and figures. Usable from any thread.
final class Membership implements AutoCloseable {
  static final String JOIN_ADVICE =
      "add `plugins.discovery-kademlia.bootstrap: [HOST:PORT]` to conf/shoal.yaml"
          + " or start with --bootstrap HOST:PORT";

  private static final Logger LOG = LoggerFactory.getLogger(Membership.class);

  /// A crash loses what was learned in so long; the price is one small file.
  private static final Duration SAVE_PAUSE = Duration.ofMinutes(5);

  /// Another address is announced within a minute, of which most is the announcement's.
  private static final Duration LOOK_PAUSE = Duration.ofSeconds(10);

  private final KademliaConfig config;
  private final TableFile file;

  /// The network as it was known last: the best hope when all nodes are lost.
  private volatile List<Contact> lastKnown;

  private final DhtLoop loop;
  private final BlockingCalls calls;
  private volatile Map<Family, DhtNode.Snapshot> figures = Map.of();

  /// Whether the user was told that no node answers, and none did since.
  private boolean warned;

  private Membership(
      KademliaConfig config, TableFile file, Optional<SavedTable> saved, Sockets sockets)
      throws IOException {
    this.config = config;
    this.file = file;
    this.lastKnown = saved.map(SavedTable::contacts).orElse(List.of());
    SecureRandom random = new SecureRandom();
    // Both families begin with one id; each binds it to its own address, once that is known.
    NodeId fresh = NodeId.random(random);
    this.loop =
        new DhtLoop(
            sockets,
            System::nanoTime,
            (family, network, now) ->
                new DhtNode(
                    saved.flatMap(table -> table.id(family)).orElse(fresh),
                    config.settings(family),
                    network,
                    random,
                    now),
            this::bringBootstrap,
            this::take);
    this.calls = new BlockingCalls(loop);
  }

  /// Opens socket and saved table, and joins the network in the background.
  static Membership join(KademliaConfig config, PluginContext context)
      throws IOException, UserFaultException {
    TableFile file = new TableFile(context.dataFolder());
    Optional<SavedTable> saved = file.load();
    Sockets sockets =
        config.listen().isEmpty()
            ? Sockets.openDefault(KademliaConfig.DEFAULT_PORT)
            : Sockets.open(config.listen(), context.pluginId());
    try {
      Membership membership = new Membership(config, file, saved, sockets);
      membership.loop.start();
      context.scheduler().every(SAVE_PAUSE, membership::saveSoon);
      membership.count(context.metrics());
      return membership;
    } catch (IOException | RuntimeException e) {
      sockets.close();
      throw e;
    }
  }

  /// Called by the loop's thread alone.
  private void take(Map<Family, DhtNode.Snapshot> snapshots) {
    figures = snapshots;
    if (!isAlone()) {
      warned = false;
    } else if (!warned && !config.bootstrap().isEmpty()) {
      warned = true;
      LOG.warn("{}", aloneAdvice());
    }
  }

  /// Whether no other node is known, though it was tried.
  private boolean isAlone() {
    Collection<DhtNode.Snapshot> all = figures.values();
    return !all.isEmpty() && all.stream().allMatch(one -> one.nodes() == 0 && !one.joining());
  }

  private String aloneAdvice() {
    return config.bootstrap().isEmpty()
        ? "no other DHT node is known: " + JOIN_ADVICE
        : "no bootstrap node answers ("
            + String.join(", ", config.bootstrap().names())
            + "): check that it runs and that UDP reaches it";
  }

  /// Looks whether this machine gets another address, where it listens at all of them: then it
  /// joins again, since those who know it know it elsewhere.
  ///
  /// @param moved called after such a change
  void watchAddresses(Scheduler scheduler, Runnable moved) {
    NewAddresses addresses = new NewAddresses(OwnAddresses.all());
    scheduler.every(
        LOOK_PAUSE,
        () -> {
          if (isAnywhere() && addresses.look(OwnAddresses.all())) {
            LOG.info("This machine has another address: the DHT announces from there");
            loop.post(now -> loop.nodes().values().forEach(this::bringBootstrap));
            moved.run();
          }
        });
  }

  private boolean isAnywhere() {
    return loop.locals().values().stream().anyMatch(at -> at.getAddress().isAnyLocalAddress());
  }

  private void count(Metrics metrics) {
    gauge(metrics, "known_nodes", "Nodes in the routing table", DhtNode.Snapshot::nodes);
    gauge(metrics, "announced_keys", "Keys kept announced", DhtNode.Snapshot::announcedKeys);
    gauge(metrics, "overdue_keys", "Keys not renewed in time", DhtNode.Snapshot::overdueKeys);
    gauge(
        metrics,
        "stored_providers",
        "Providers that other nodes announced here",
        DhtNode.Snapshot::storedProviders);
    gauge(metrics, "waiting_queries", "Own queries in flight", DhtNode.Snapshot::waitingQueries);
    gauge(
        metrics,
        "dropped_queries",
        "Queries of other nodes that were not answered",
        DhtNode.Snapshot::droppedQueries);
    gauge(
        metrics,
        "malformed_packets",
        "Datagrams that were not a DHT message",
        DhtNode.Snapshot::garbage);
    countDefence(metrics);
  }

  private void countDefence(Metrics metrics) {
    defence(
        metrics,
        "rate_limited_queries",
        "Queries beyond the bounds of their source, its network or of all",
        DefenceCounters::rateLimited);
    defence(
        metrics,
        "wrong_tokens",
        "Announcements and items without a token that was issued",
        DefenceCounters::wrongTokens);
    defence(
        metrics,
        "refused_stores",
        "Announcements beyond the quotas, and items that were not to be kept",
        DefenceCounters::refusedStores);
    defence(
        metrics,
        "unbound_ids",
        "Nodes with an id that their address does not allow",
        DefenceCounters::unboundIds);
    defence(
        metrics,
        "crowded_nodes",
        "Nodes of networks that have their share of the table already",
        DefenceCounters::crowdedNodes);
    defence(
        metrics,
        "unasked_answers",
        "Answers that no query waited for",
        DefenceCounters::unaskedAnswers);
    defence(
        metrics,
        "shortened_answers",
        "Answers shortened because their address may be forged",
        DefenceCounters::shortenedAnswers);
  }

  private void defence(
      Metrics metrics, String name, String description, ToLongFunction<DefenceCounters> value) {
    gauge(metrics, name, description, snapshot -> value.applyAsLong(snapshot.defence()));
  }

  private void gauge(
      Metrics metrics, String name, String description, ToLongFunction<DhtNode.Snapshot> value) {
    metrics.gauge(name, description, () -> sum(value));
  }

  private long sum(ToLongFunction<DhtNode.Snapshot> value) {
    return figures.values().stream().mapToLong(value).sum();
  }

  /// The greater value of the two families, which do the same with the same keys. A family that
  /// knows no node does not count: a machine without a route in one family lacks nothing.
  private long most(ToLongFunction<DhtNode.Snapshot> value) {
    Collection<DhtNode.Snapshot> all = figures.values();
    boolean isAlone = all.stream().allMatch(one -> one.nodes() == 0);
    return all.stream().filter(one -> isAlone || one.nodes() > 0).mapToLong(value).max().orElse(0);
  }

  DhtInspection inspection(ProviderKey keys) {
    return new DhtInspection(loop, calls, keys);
  }

  BlockingCalls calls() {
    return calls;
  }

  /// Names are asked for on a thread of their own: a name server may take its time.
  private void bringBootstrap(DhtNode node) {
    Thread.ofVirtual()
        .name("dht-bootstrap")
        .start(
            () -> {
              BootstrapNames.Resolved resolved = config.bootstrap().resolve();
              Bootstrap.Addresses addresses =
                  new Bootstrap.Addresses(
                      resolved.all(),
                      resolved.routers(),
                      lastKnown.stream().map(Contact::address).toList(),
                      resolved.complete());
              loop.post(
                  now -> {
                    node.exempt(resolved.named());
                    node.bootstrap(addresses, now);
                  });
            });
  }

  private void saveSoon() {
    loop.post(
        now -> {
          SavedTable table = current();
          Thread.ofVirtual().name("dht-save").start(() -> save(table));
        });
  }

  private SavedTable current() {
    Map<Family, NodeId> ids = new EnumMap<>(Family.class);
    List<Contact> contacts = new ArrayList<>();
    loop.nodes()
        .forEach(
            (family, node) -> {
              ids.put(family, node.id());
              List<Contact> known = node.contacts();
              contacts.addAll(known.isEmpty() ? lastKnown(family) : known);
            });
    return new SavedTable(ids, contacts);
  }

  private List<Contact> lastKnown(Family family) {
    return lastKnown.stream()
        .filter(contact -> Family.of(contact.address().getAddress()) == family)
        .toList();
  }

  private void save(SavedTable table) {
    lastKnown = table.contacts();
    if (!file.isKept()) {
      return;
    }
    try {
      file.save(table);
    } catch (IOException e) {
      LOG.warn(
          "{}: the DHT's table cannot be saved ({}): the next start takes longer",
          file.folder(),
          e.getMessage());
    }
  }

  /// @param inexpressible how many endpoints of this node cannot be announced
  DiscoveryStatus status(int inexpressible) {
    List<String> advice = new ArrayList<>();
    long nodes = sum(DhtNode.Snapshot::nodes);
    if (isAlone() || nodes == 0 && config.bootstrap().isEmpty()) {
      advice.add(aloneAdvice());
    }
    Map<String, String> details = new LinkedHashMap<>();
    details.put("stored keys", Long.toString(sum(DhtNode.Snapshot::storedKeys)));
    details.put("stored providers", Long.toString(sum(DhtNode.Snapshot::storedProviders)));
    Map<Family, DhtNode.Snapshot> now = figures;
    boolean both = loop.locals().size() > 1;
    now.forEach(
        (family, snapshot) -> {
          String prefix = both ? family.label() + " " : "";
          details.put(prefix + "id", snapshot.id().toString());
          if (both) {
            details.put(prefix + "nodes", Integer.toString(snapshot.nodes()));
          }
          AnnounceStatus.report(prefix, snapshot.announcing(), advice, details);
          String refused = snapshot.defence().inWords();
          if (!refused.isEmpty()) {
            details.put(prefix + "refused", refused);
          }
          snapshot
              .external()
              .ifPresent(seen -> details.put(prefix + "seen as", seen.getHostAddress()));
        });
    if (both) {
      loop.locals()
          .forEach(
              (family, local) -> details.put(family.label() + " listens at", Contact.text(local)));
    }
    if (config.readOnly()) {
      details.put("role", "read-only member");
    }
    return DiscoveryStatus.builder()
        .endpoint(Contact.text(loop.local()))
        .sockets(sockets())
        .reachablePeers(Math.toIntExact(nodes))
        .announcedKeys(most(DhtNode.Snapshot::announcedKeys))
        .overdue(
            most(DhtNode.Snapshot::overdueKeys),
            Duration.ofMillis(most(DhtNode.Snapshot::lagMillis)))
        .inexpressibleEndpoints(inexpressible)
        .failed(
            most(DhtNode.Snapshot::failedKeys),
            nodes == 0 ? "no other DHT node is known" : "no DHT node stored the announcement")
        .advice(advice)
        .details(details)
        .build();
  }

  private List<Endpoint.Socket> sockets() {
    return loop.locals().values().stream()
        .map(
            local ->
                new Endpoint.Socket(Endpoint.Protocol.UDP, local.getAddress(), local.getPort()))
        .toList();
  }

  @Override
  public void close() {
    calls.close();
    try {
      loop.close();
    } catch (IOException e) {
      LOG.debug("Closing the DHT's socket failed", e);
    }
    save(current());
  }
}
