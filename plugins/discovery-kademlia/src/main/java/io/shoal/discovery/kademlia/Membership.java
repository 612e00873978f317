package io.shoal.discovery.kademlia;

import io.shoal.api.DiscoveryStatus;
import io.shoal.api.Metrics;
import io.shoal.api.PluginContext;
import io.shoal.api.UserFaultException;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A node that is in the network: socket, thread, saved table and figures. Usable from any thread.
final class Membership implements AutoCloseable {
  static final String JOIN_ADVICE =
      "add `plugins.discovery-kademlia.bootstrap: [HOST:PORT]` to conf/shoal.yaml"
          + " or start with --bootstrap HOST:PORT";

  private static final Logger LOG = LoggerFactory.getLogger(Membership.class);

  /// A crash costs the news of so long, at the price of one small file.
  private static final Duration SAVE_PAUSE = Duration.ofMinutes(5);

  private static final DhtNode.Snapshot NOTHING_YET =
      new DhtNode.Snapshot(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

  private final KademliaConfig config;
  private final Path folder;
  private final Family family;

  /// What is known to have been the network last: the best hope when all nodes are lost.
  private volatile List<Contact> lastKnown;

  private final DhtLoop loop;
  private final BlockingCalls calls;
  private volatile DhtNode.Snapshot figures = NOTHING_YET;

  private Membership(
      KademliaConfig config, Path folder, Optional<SavedTable> saved, DatagramChannel channel)
      throws IOException {
    this.config = config;
    this.folder = folder;
    this.family = Family.of(config.listen().getAddress());
    this.lastKnown = saved.map(SavedTable::contacts).orElse(List.of());
    SecureRandom random = new SecureRandom();
    NodeId id = saved.map(SavedTable::id).orElseGet(() -> NodeId.random(random));
    this.loop =
        new DhtLoop(
            channel,
            network -> new DhtNode(id, config.settings(), network, random, DhtLoop.nowMillis()),
            this::bringBootstrap,
            snapshot -> figures = snapshot);
    this.calls = new BlockingCalls(loop);
  }

  /// Opens socket and saved table, and joins the network in the background.
  static Membership join(KademliaConfig config, PluginContext context)
      throws IOException, UserFaultException {
    Path folder = context.dataFolder();
    Optional<SavedTable> saved = SavedTable.load(folder);
    DatagramChannel channel = bind(config, context.pluginId());
    try {
      Membership membership = new Membership(config, folder, saved, channel);
      membership.loop.start();
      context.scheduler().every(SAVE_PAUSE, membership::saveSoon);
      membership.count(context.metrics());
      return membership;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static DatagramChannel bind(KademliaConfig config, String pluginId)
      throws IOException, UserFaultException {
    InetSocketAddress listen = config.listen();
    DatagramChannel channel = DatagramChannel.open(Family.of(listen.getAddress()).protocol());
    try {
      channel.bind(listen);
      return channel;
    } catch (BindException e) {
      if (config.listenIsDefault()) {
        LOG.info("Port {} is taken, so the DHT uses another one", listen.getPort());
        channel.bind(new InetSocketAddress(listen.getAddress(), 0));
        return channel;
      }
      channel.close();
      throw new UserFaultException(
          "plugins.%s.listen: cannot listen on UDP %s (%s): choose another address, or port 0 for any"
              .formatted(pluginId, HostPort.format(listen), e.getMessage()),
          e);
    }
  }

  private void count(Metrics metrics) {
    gauge(metrics, "known_nodes", "Nodes in the routing table", DhtNode.Snapshot::nodes);
    gauge(metrics, "announced_keys", "Keys kept announced", DhtNode.Snapshot::announcedKeys);
    gauge(metrics, "overdue_keys", "Keys not renewed in time", DhtNode.Snapshot::overdueKeys);
    gauge(
        metrics,
        "stored_providers",
        "Providers that others announced here",
        DhtNode.Snapshot::storedProviders);
    gauge(metrics, "waiting_queries", "Own queries in flight", DhtNode.Snapshot::waitingQueries);
    gauge(
        metrics,
        "dropped_queries",
        "Queries of others that were not answered",
        DhtNode.Snapshot::droppedQueries);
    gauge(
        metrics, "malformed_packets", "Datagrams that were no message", DhtNode.Snapshot::garbage);
  }

  private void gauge(
      Metrics metrics, String name, String description, ToLongFunction<DhtNode.Snapshot> value) {
    metrics.gauge(name, description, () -> value.applyAsLong(figures));
  }

  BlockingCalls calls() {
    return calls;
  }

  /// Names are asked for on a thread of their own: a name server may take its time.
  private void bringBootstrap() {
    Thread.ofVirtual()
        .name("dht-bootstrap")
        .start(
            () -> {
              BootstrapNames.Resolved resolved = config.bootstrap().resolve();
              List<InetSocketAddress> all = new ArrayList<>(resolved.all());
              lastKnown.forEach(contact -> all.add(contact.address()));
              loop.post(
                  now -> {
                    loop.node().exempt(resolved.named());
                    loop.node().bootstrap(all, resolved.routers(), now);
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
    return new SavedTable(loop.node().id(), loop.node().contacts());
  }

  private void save(SavedTable table) {
    if (!table.contacts().isEmpty()) {
      lastKnown = table.contacts();
    }
    SavedTable kept = new SavedTable(table.id(), lastKnown);
    try {
      kept.save(folder, family);
    } catch (IOException e) {
      LOG.warn(
          "{}: the DHT's table cannot be saved ({}): the next start takes longer",
          folder,
          e.getMessage());
    }
  }

  DiscoveryStatus status() {
    DhtNode.Snapshot now = figures;
    List<String> advice = new ArrayList<>();
    if (now.nodes() == 0) {
      advice.add(
          config.bootstrap().isEmpty()
              ? "no other DHT node is known: " + JOIN_ADVICE
              : "no bootstrap node answers ("
                  + String.join(", ", config.bootstrap().names())
                  + "): check that it runs and that UDP reaches it");
    }
    Map<String, String> details = new LinkedHashMap<>();
    details.put("stored keys", Integer.toString(now.storedKeys()));
    details.put("stored providers", Integer.toString(now.storedProviders()));
    details.put("keys waiting", Integer.toString(now.dueKeys()));
    if (config.readOnly()) {
      details.put("role", "read-only member");
    }
    return new DiscoveryStatus(
        Optional.of(HostPort.format(loop.local())),
        now.nodes(),
        now.announcedKeys(),
        now.overdueKeys(),
        Duration.ofMillis(now.lagMillis()),
        advice,
        details);
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
