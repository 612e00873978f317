package io.shoal.discovery.kademlia.testing;

import io.shoal.discovery.kademlia.krpc.NodeId;
import io.shoal.discovery.kademlia.lookup.Network;
import io.shoal.discovery.kademlia.maintenance.Bootstrap;
import io.shoal.discovery.kademlia.node.DhtNode;
import io.shoal.discovery.kademlia.routing.AddressRules;
import io.shoal.discovery.kademlia.routing.BoundId;
import io.shoal.discovery.kademlia.routing.DhtSettings;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Many real nodes on a network that exists only here: time jumps from event to event, and one seed
/// gives one run.
///
/// Everything goes through the real writer and reader as datagrams, which may be late, lost or
/// stopped by a [Nat]. Strangers with other intentions are [Member]s of their own.
public final class Simulation {
  private final Conditions conditions;
  private final RandomGenerator random;
  private final AddressPlan addresses;
  private final Map<InetSocketAddress, Member> members = new HashMap<>();
  private final List<Peer> live = new ArrayList<>();
  private final EventQueue events = new EventQueue();
  private long datagrams;
  private long trace;

  /// An ordinary private network.
  ///
  /// @param loss the share of datagrams that are lost
  public Simulation(long seed, double loss) {
    this(seed, Conditions.privateNetwork(loss));
  }

  public Simulation(long seed, Conditions conditions) {
    this.conditions = conditions;
    this.random = new SplittableRandom(seed);
    this.addresses = new AddressPlan(conditions.settings().publicNetwork());
  }

  /// What the network and the nodes on it are like.
  ///
  /// @param loss the share of datagrams that are lost
  /// @param natShare the share of nodes behind a [Nat]
  /// @param settings of each node
  /// @param ids gives a node at an address its id
  public record Conditions(
      double loss,
      double natShare,
      DhtSettings settings,
      BiFunction<InetAddress, RandomGenerator, NodeId> ids) {

    static Conditions privateNetwork(double loss) {
      return new Conditions(
          loss, 0, TestSettings.ordinary(), (address, random) -> NodeId.random(random));
    }

    /// A network of addresses from all over the world, in which nodes trust no address.
    public static Conditions publicNetwork(double loss) {
      DhtSettings settings =
          TestSettings.publicNetwork(new DhtSettings.Routing(true, AddressRules.Ids.ANY, 1));
      return new Conditions(loss, 0, settings, BoundId::of);
    }

    /// @param enforceIds whether ids count only at the addresses that they belong to (BEP 42)
    /// @param paths disjoint ones, of each search
    public Conditions with(boolean enforceIds, int paths) {
      return with(
          TestSettings.with(
              settings,
              new DhtSettings.Routing(
                  true, enforceIds ? AddressRules.Ids.REQUIRED : AddressRules.Ids.ANY, paths)));
    }

    public Conditions with(DhtSettings other) {
      return new Conditions(loss, natShare, other, ids);
    }

    public Conditions withNat(double share) {
      return new Conditions(loss, share, settings, ids);
    }
  }

  /// A node with an address on the network.
  public abstract static class Member {
    private final InetSocketAddress address;
    private final Terrain.Spot spot;
    private final @Nullable Nat nat;
    private boolean gone;

    public Member(InetSocketAddress address, RandomGenerator random, boolean behindNat) {
      this.address = address;
      this.spot = Terrain.Spot.random(random);
      this.nat = behindNat ? new Nat() : null;
    }

    public InetSocketAddress address() {
      return address;
    }

    public boolean isLive() {
      return !gone;
    }

    boolean isReachable() {
      return nat == null;
    }

    public abstract void receive(InetSocketAddress from, byte[] datagram, long nowMillis);
  }

  /// Looks at what one node sends and receives.
  public interface Tap {
    void sent(InetSocketAddress to, byte[] datagram);

    /// Before the node sees it.
    void received(InetSocketAddress from, byte[] datagram);
  }

  /// One real node with its address.
  public final class Peer extends Member implements Network {
    private final DhtNode node;
    private final List<Tap> taps = new ArrayList<>(0);
    private int position;
    private Optional<Bootstrap.Addresses> knows = Optional.empty();
    private long plannedMillis = Long.MAX_VALUE;

    private Peer(InetSocketAddress address, boolean behindNat, DhtSettings settings) {
      super(address, random, behindNat);
      this.node =
          new DhtNode(
              idFor(address.getAddress()),
              settings,
              this,
              new SplittableRandom(random.nextLong()),
              nowMillis());
    }

    public DhtNode node() {
      return node;
    }

    public void add(Tap tap) {
      taps.add(tap);
    }

    public void remove(Tap tap) {
      taps.remove(tap);
    }

    /// Plans the next look at the node's timers.
    private void plan() {
      OptionalLong next = node.nextTickMillis();
      if (next.isPresent() && next.getAsLong() < plannedMillis) {
        plannedMillis = Math.max(next.getAsLong(), nowMillis());
        events.add(plannedMillis, new Tick(this));
      }
    }

    private void tick() {
      if (isLive() && plannedMillis <= nowMillis()) {
        plannedMillis = Long.MAX_VALUE;
        node.onTick(nowMillis());
        plan();
      }
    }

    @Override
    public void receive(InetSocketAddress from, byte[] datagram, long nowMillis) {
      for (int i = 0; i < taps.size(); i++) {
        taps.get(i).received(from, datagram);
      }
      node.onDatagram(from, datagram, nowMillis);
      plan();
    }

    @Override
    public void send(InetSocketAddress to, byte[] datagram) {
      for (int i = 0; i < taps.size(); i++) {
        taps.get(i).sent(to, datagram);
      }
      Simulation.this.send(this, to, datagram);
    }

    @Override
    public Optional<InetAddress> ownAddressToward(InetAddress peer) {
      return Optional.of(address().getAddress());
    }

    @Override
    public void wantBootstrap() {
      after(
          Duration.ZERO,
          () ->
              act(
                  () ->
                      node.bootstrap(
                          knows.orElseGet(() -> Bootstrap.Addresses.of(anyBootstrapNode(this))),
                          nowMillis())));
    }

    /// Gives the node a command.
    public void act(Runnable command) {
      if (isLive()) {
        command.run();
        plan();
      }
    }
  }

  private static final class Tick extends EventQueue.Event {
    private final Peer peer;

    Tick(Peer peer) {
      this.peer = peer;
    }

    @Override
    void happen() {
      peer.tick();
    }
  }

  private final class Delivery extends EventQueue.Event {
    private final Member from;
    private final Member to;
    private final byte[] datagram;

    Delivery(Member from, Member to, byte[] datagram) {
      this.from = from;
      this.to = to;
      this.datagram = datagram;
    }

    @Override
    void happen() {
      if (!to.gone && (to.nat == null || to.nat.admits(from.address, nowMillis()))) {
        to.receive(from.address, datagram, nowMillis());
      }
    }
  }

  private static final class Planned extends EventQueue.Event {
    private final Runnable action;

    Planned(Runnable action) {
      this.action = action;
    }

    @Override
    void happen() {
      action.run();
    }
  }

  public void after(Duration delay, Runnable action) {
    events.add(nowMillis() + delay.toMillis(), new Planned(action));
  }

  /// Sends a datagram, or loses it.
  public void send(Member from, InetSocketAddress to, byte[] datagram) {
    datagrams++;
    trace = 31 * (31 * trace + nowMillis()) + Arrays.hashCode(datagram);
    if (from.nat != null) {
      from.nat.sent(to, nowMillis());
    }
    Member recipient = members.get(to);
    if (recipient != null && random.nextDouble() >= conditions.loss()) {
      long travel = Terrain.travelMillis(from.spot, recipient.spot, random);
      events.add(nowMillis() + travel, new Delivery(from, recipient, datagram));
    }
  }

  /// Adds a node that knows some random live one.
  public Peer join() {
    return join(conditions.settings());
  }

  /// Adds a node that differs from the others.
  public Peer join(DhtSettings settings) {
    boolean behindNat = conditions.natShare() > 0 && random.nextDouble() < conditions.natShare();
    return join(new Peer(addresses.next(), behindNat && !live.isEmpty(), settings));
  }

  private Peer join(Peer peer) {
    peer.position = live.size();
    live.add(peer);
    add(peer);
    peer.act(() -> peer.node.start(nowMillis()));
    return peer;
  }

  /// Adds a node that knows only these addresses, as one that comes back after a while.
  public Peer joinFrom(List<InetSocketAddress> saved) {
    Peer peer = join();
    peer.knows = Optional.of(new Bootstrap.Addresses(List.of(), Set.of(), saved, true));
    return peer;
  }

  /// Adds a node at an address from [#newAddress], which begins with `named`.
  public Peer joinAt(InetSocketAddress address, InetSocketAddress... named) {
    Peer peer = new Peer(address, false, conditions.settings());
    peer.knows = Optional.of(Bootstrap.Addresses.of(named));
    return join(peer);
  }

  /// Lets a stranger take part, at an address from [#newAddress].
  public void add(Member member) {
    members.put(member.address, member);
  }

  public InetSocketAddress newAddress() {
    return addresses.next();
  }

  /// The id that a node at this address would have.
  NodeId idFor(InetAddress address) {
    return conditions.ids().apply(address, random);
  }

  /// Ends a node without a word.
  public void kill(Peer peer) {
    if (peer.isLive()) {
      remove(peer);
      Peer last = live.removeLast();
      if (last != peer) {
        live.set(peer.position, last);
        last.position = peer.position;
      }
    }
  }

  public void remove(Member member) {
    member.gone = true;
    members.remove(member.address);
  }

  public Peer anyLive() {
    return live.get(random.nextInt(live.size()));
  }

  /// The bootstrap node of a newcomer: one that can be reached and is a member already, so that
  /// newcomers of one moment do not make a network of their own. None only if there is none.
  private List<InetSocketAddress> anyBootstrapNode(Peer except) {
    List<InetSocketAddress> lonely = List.of();
    int first = random.nextInt(live.size());
    for (int i = 0; i < live.size(); i++) {
      Peer peer = live.get((first + i) % live.size());
      if (peer != except && peer.isReachable()) {
        if (!peer.node.isIsolated()) {
          return List.of(peer.address());
        }
        lonely = List.of(peer.address());
      }
    }
    return lonely;
  }

  public void run(Duration time) {
    long end = nowMillis() + time.toMillis();
    for (EventQueue.Event next = events.takeUntil(end);
        next != null;
        next = events.takeUntil(end)) {
      next.happen();
    }
  }

  public long nowMillis() {
    return events.nowMillis();
  }

  public RandomGenerator random() {
    return random;
  }

  /// How many were sent, the lost ones included.
  public long datagrams() {
    return datagrams;
  }

  /// Differs if any datagram of the run, or its time, does.
  public long trace() {
    return trace;
  }

  public int liveNodes() {
    return live.size();
  }

  List<Peer> live() {
    return live;
  }
}
