package io.shoal.discovery.lan;

import io.shoal.api.Cid;
import io.shoal.api.Discovery.ProviderSink;
import io.shoal.api.DiscoveryStatus;
import io.shoal.api.PeerAddress;
import io.shoal.api.PluginContext;
import io.shoal.api.Provider;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// This node's part in the local network: what it announces, and what it found.
final class LocalNetwork implements AutoCloseable {
  /// How long a search waits for the answers to the first question of this node, from its start:
  /// neighbours answer within 120 ms, or a second after their last answer.
  private static final Duration FIRST_ANSWERS = Duration.ofMillis(1_300);

  /// The same once there was an answer.
  private static final Duration FURTHER_ANSWERS = Duration.ofMillis(400);

  /// Bytes of a name that no other node has.
  private static final int NAME_BYTES = 8;

  private final SwarmKeys keys;
  private final NeighbourTable neighbours = new NeighbourTable();
  private final HeardKeys heard = new HeardKeys();
  private final Optional<KeyAgent> content;
  private final List<Agent> agents;
  private final LanLoop loop;
  private final String pluginId;
  private final long startNanos = System.nanoTime();
  private volatile OwnEndpoints endpoints = OwnEndpoints.NONE;
  private volatile Announced announced = new Announced(0, 0);

  /// Guarded by this.
  private long changes;

  /// Guarded by this.
  private boolean closed;

  private record Announced(int contents, long leftOut) {}

  LocalNetwork(PluginContext context, List<String> interfaces, boolean dnsSd, boolean contentKeys)
      throws IOException {
    this.keys = new SwarmKeys(context.swarmSecret());
    this.pluginId = context.pluginId();
    SecureRandom random = new SecureRandom();
    byte[] name = new byte[NAME_BYTES];
    random.nextBytes(name);
    String instance = HexFormat.of().formatHex(name);
    Map<Group, Agent> agents = new EnumMap<>(Group.class);
    if (dnsSd) {
      ServiceAgent agent = new ServiceAgent(keys, "shoal-" + instance, neighbours, random);
      agents.put(Group.DNS_IPV4, agent);
      agents.put(Group.DNS_IPV6, agent);
    }
    this.content =
        contentKeys ? Optional.of(new KeyAgent(keys, instance, heard)) : Optional.empty();
    content.ifPresent(
        agent -> {
          agents.put(Group.SEARCH_IPV4, agent);
          agents.put(Group.SEARCH_IPV6, agent);
        });
    this.loop = new LanLoop(interfaces, agents, System::nanoTime, this::changed);
    this.agents = agents.values().stream().distinct().toList();
    context.metrics().gauge("neighbours", "Nodes in the local network", neighbours::size);
    context
        .metrics()
        .gauge("received_packets", "Multicast packets that came", () -> loop.state().received());
    context
        .metrics()
        .gauge(
            "dropped_packets",
            "Multicast packets that were malformed, too many, or of another network",
            () -> loop.state().dropped());
  }

  /// Returns at once: sockets and interfaces are the loop's work, which a start does not wait for.
  void start() {
    loop.start();
  }

  private synchronized void changed() {
    changes++;
    notifyAll();
  }

  void reachableAt(List<PeerAddress> all) {
    OwnEndpoints now = new OwnEndpoints(all);
    endpoints = now;
    loop.post(nanos -> agents.forEach(agent -> agent.reachableAt(now, nanos)));
  }

  void announce(Cid cid) {
    content.ifPresent(agent -> loop.post(now -> count(agent, () -> agent.announce(cid, now))));
  }

  void withdraw(Cid cid) {
    content.ifPresent(agent -> loop.post(_ -> count(agent, () -> agent.withdraw(cid))));
  }

  private void count(KeyAgent agent, Runnable change) {
    change.run();
    announced = new Announced(agent.size(), agent.leftOut());
  }

  /// Reports what is known, and in the first moments of this node what comes then.
  void find(Cid cid, Set<String> schemes, ProviderSink sink) throws InterruptedException {
    Set<String> reported = new HashSet<>();
    while (true) {
      long seen = changes();
      for (Provider provider : providers(cid, schemes)) {
        if (Thread.interrupted()) {
          throw new InterruptedException("the search was interrupted");
        }
        if (reported.add(provider.address().uri()) && !sink.found(provider)) {
          return;
        }
      }
      if (!awaitChange(seen, reported.isEmpty() ? FIRST_ANSWERS : FURTHER_ANSWERS)) {
        return;
      }
    }
  }

  private synchronized long changes() {
    return changes;
  }

  /// @return false if nothing more is waited for
  private synchronized boolean awaitChange(long seen, Duration sinceStart)
      throws InterruptedException {
    while (changes == seen && !closed) {
      long left = sinceStart.toNanos() - (System.nanoTime() - startNanos);
      if (left <= 0) {
        return false;
      }
      // Rounded up: 0 would wait without end.
      wait(Duration.ofNanos(left).toMillis() + 1);
    }
    return !closed;
  }

  private List<Provider> providers(Cid cid, Set<String> schemes) {
    List<Provider> providers = new ArrayList<>();
    for (String scheme : schemes) {
      for (InetSocketAddress place : heard.places(keys.provider(cid, scheme), System.nanoTime())) {
        providers.add(Provider.at(address(scheme, place)));
      }
    }
    for (NeighbourTable.Neighbour neighbour : neighbours.all()) {
      for (PeerAddress endpoint : neighbour.endpoints()) {
        if (schemes.contains(endpoint.scheme())) {
          providers.add(Provider.at(endpoint).unannounced());
        }
      }
    }
    return providers;
  }

  private static PeerAddress address(String scheme, InetSocketAddress place) {
    String host = place.getAddress().getHostAddress();
    boolean isV6 = Family.of(place.getAddress()) == Family.IPV6;
    return PeerAddress.of(
        scheme + "://" + (isV6 ? "[" + host + "]" : host) + ":" + place.getPort());
  }

  NeighbourTable neighbours() {
    return neighbours;
  }

  HeardKeys heard() {
    return heard;
  }

  LanLoop.State state() {
    return loop.state();
  }

  OwnEndpoints endpoints() {
    return endpoints;
  }

  DiscoveryStatus status() {
    LanLoop.State state = loop.state();
    Announced now = announced;
    List<String> advice = new ArrayList<>();
    for (String name : state.links().missing()) {
      advice.add(
          "plugins.%s.interfaces names %s, which is not there or not up: `ip link` lists what is"
              .formatted(pluginId, name));
    }
    state.fault().ifPresent(fault -> advice.add("plugins." + pluginId + ": " + fault));
    Map<String, String> details = new LinkedHashMap<>();
    details.put(
        "interfaces", String.join(" ", state.links().links().stream().map(Link::name).toList()));
    details.put("heardKeys", Integer.toString(heard.size()));
    details.put("keysLeftOut", Long.toString(now.leftOut()));
    return DiscoveryStatus.builder()
        .reachablePeers(neighbours.size())
        .announcedKeys(now.contents())
        .inexpressibleEndpoints(endpoints.inexpressible())
        .advice(advice)
        .details(details)
        .build();
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      notifyAll();
    }
    loop.close();
    neighbours.clear();
    heard.clear();
  }
}
