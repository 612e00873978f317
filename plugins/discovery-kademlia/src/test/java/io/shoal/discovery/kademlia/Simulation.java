package io.shoal.discovery.kademlia;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/// Many real nodes on a network that exists only here: time jumps from event to event, and one seed
/// gives one run.
final class Simulation {
  private final RandomGenerator random;
  private final double loss;
  private final Map<InetSocketAddress, Peer> live = new HashMap<>();
  private final List<Peer> all = new ArrayList<>();
  private final PriorityQueue<Event> events =
      new PriorityQueue<>(
          Comparator.comparingLong(Event::atMillis).thenComparingLong(Event::order));
  private long made;
  private long nowMillis;
  private long datagrams;
  private long trace;

  /// @param loss the share of datagrams that are lost
  Simulation(long seed, double loss) {
    this.random = new SplittableRandom(seed);
    this.loss = loss;
  }

  private record Event(long atMillis, long order, Runnable action) {}

  /// One node with its address.
  final class Peer implements Network {
    private final InetSocketAddress address;
    private final DhtNode node;
    private final List<InetSocketAddress> bootstrap;
    private long plannedMillis = Long.MAX_VALUE;

    private Peer(InetSocketAddress address, List<InetSocketAddress> bootstrap) {
      this.address = address;
      this.bootstrap = bootstrap;
      this.node =
          new DhtNode(
              NodeId.random(random),
              DhtSettings.ordinary(),
              this,
              new SplittableRandom(random.nextLong()),
              nowMillis);
    }

    InetSocketAddress address() {
      return address;
    }

    DhtNode node() {
      return node;
    }

    /// Plans the next look at the node's timers.
    private void plan() {
      OptionalLong next = node.nextTickMillis();
      if (next.isPresent() && next.getAsLong() < plannedMillis) {
        plannedMillis = Math.max(next.getAsLong(), nowMillis);
        at(plannedMillis - nowMillis, this::tick);
      }
    }

    private void tick() {
      if (live.get(address) == this && plannedMillis <= nowMillis) {
        plannedMillis = Long.MAX_VALUE;
        node.onTick(nowMillis);
        plan();
      }
    }

    @Override
    public void send(InetSocketAddress to, byte[] datagram) {
      datagrams++;
      trace = 31 * trace + Arrays.hashCode(datagram);
      if (random.nextDouble() >= loss) {
        at(random.nextLong(5, 120), () -> deliver(address, to, datagram));
      }
    }

    @Override
    public Optional<InetAddress> ownAddressToward(InetAddress peer) {
      return Optional.of(address.getAddress());
    }

    @Override
    public void wantBootstrap() {
      at(0, () -> act(() -> node.bootstrap(bootstrap, Set.of(), nowMillis)));
    }

    /// Gives the node a command.
    void act(Runnable command) {
      if (live.get(address) == this) {
        command.run();
        plan();
      }
    }
  }

  private void at(long delayMillis, Runnable action) {
    events.add(new Event(nowMillis + delayMillis, made++, action));
  }

  private void deliver(InetSocketAddress from, InetSocketAddress to, byte[] datagram) {
    Peer peer = live.get(to);
    if (peer != null) {
      peer.node.onDatagram(from, datagram, nowMillis);
      peer.plan();
    }
  }

  /// Adds a node that knows some random live one.
  Peer join() {
    List<InetSocketAddress> bootstrap = live.isEmpty() ? List.of() : List.of(anyLive().address());
    Peer peer = new Peer(addressOf(all.size()), bootstrap);
    all.add(peer);
    live.put(peer.address(), peer);
    peer.act(() -> peer.node.start(nowMillis));
    return peer;
  }

  void kill(Peer peer) {
    live.remove(peer.address());
  }

  Peer anyLive() {
    Peer peer;
    do {
      peer = all.get(random.nextInt(all.size()));
    } while (live.get(peer.address()) != peer);
    return peer;
  }

  private static InetSocketAddress addressOf(int number) {
    try {
      byte[] host = {10, (byte) (number >>> 16), (byte) (number >>> 8), (byte) number};
      return new InetSocketAddress(InetAddress.getByAddress(host), 6881);
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  void run(Duration time) {
    long end = nowMillis + time.toMillis();
    while (!events.isEmpty() && events.peek().atMillis() <= end) {
      Event event = events.remove();
      nowMillis = event.atMillis();
      event.action().run();
    }
    nowMillis = end;
  }

  long nowMillis() {
    return nowMillis;
  }

  RandomGenerator random() {
    return random;
  }

  long datagrams() {
    return datagrams;
  }

  /// Differs if any datagram of the run does.
  long trace() {
    return trace;
  }

  int liveNodes() {
    return live.size();
  }
}
