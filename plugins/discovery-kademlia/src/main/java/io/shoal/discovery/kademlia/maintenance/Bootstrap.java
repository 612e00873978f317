package io.shoal.discovery.kademlia.maintenance;

import io.shoal.discovery.kademlia.krpc.Contact;
import io.shoal.discovery.kademlia.krpc.Family;
import io.shoal.discovery.kademlia.krpc.Method;
import io.shoal.discovery.kademlia.krpc.Packet;
import io.shoal.discovery.kademlia.krpc.Scope;
import io.shoal.discovery.kademlia.lookup.Lookup;
import io.shoal.discovery.kademlia.lookup.Network;
import io.shoal.discovery.kademlia.lookup.PendingQueries;
import io.shoal.discovery.kademlia.lookup.Timers;
import io.shoal.discovery.kademlia.routing.DhtSettings;
import io.shoal.discovery.kademlia.routing.RoutingTable;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

/// Finds a first node, and again a first node when all are lost. Single-threaded.
///
/// A node that knows very few others, or was never answered by one of its bootstrap nodes, may be
/// on an island: nodes that named one another while the node that would have connected them was
/// away. It goes on asking, less often each time.
public final class Bootstrap {
  /// Addresses asked in one attempt: a saved table has some hundred, of which a few that live are
  /// enough.
  static final int MAX_ASKED = 32;

  /// First nodes whose surroundings are looked up: one that is honest is enough.
  static final int MAX_EXPLORED = 3;

  static final long FIRST_RETRY_MILLIS = 1_000;

  /// Short enough that a node started before its bootstrap node joins without a long wait.
  static final long MAX_RETRY_MILLIS = 15_000;

  /// A network of fewer nodes is an island until the contrary is shown: fewer than a lookup ends
  /// with.
  static final int FEW_NODES = Lookup.CLOSEST;

  /// A node on an island has what it needs there: the first wait is where the other ends.
  static final long FIRST_AGAIN_MILLIS = MAX_RETRY_MILLIS;

  /// A bootstrap node that comes at last brings islands together within so long; one that never
  /// comes gets eight datagrams an hour.
  public static final long MAX_AGAIN_MILLIS = 15 * 60_000;

  private final DhtSettings settings;
  private final RoutingTable table;
  private final TableMaintenance maintenance;
  private final Lookups lookups;
  private final Network network;
  private final Timers timers;
  private final List<LongConsumer> waiting = new ArrayList<>();
  private boolean trying;
  private boolean settled;
  private int explored;
  private int pending;
  private long retryMillis = FIRST_RETRY_MILLIS;
  private long againMillis = FIRST_AGAIN_MILLIS;
  private Optional<Timers.Timer> next = Optional.empty();

  /// Of the addresses that were named, those that answered.
  private final Set<InetSocketAddress> reached = new HashSet<>();

  /// Those that were asked last.
  private Addresses last = Addresses.NONE;

  private boolean spread;

  public Bootstrap(
      DhtSettings settings,
      RoutingTable table,
      TableMaintenance maintenance,
      Network network,
      Timers timers) {
    this.settings = settings;
    this.table = table;
    this.maintenance = maintenance;
    this.lookups = maintenance.lookups();
    this.network = network;
    this.timers = timers;
    maintenance.onGrowth(this::grew);
    maintenance.onIsolation(this::start);
  }

  /// Where a node may begin.
  ///
  /// @param named by the user, directly or as `mainline`
  /// @param routers those of them that must stay out of the table; one of them is as good as all
  /// @param lastKnown nodes of an earlier time, when all others are lost
  /// @param complete whether everything that was named has an address now
  public record Addresses(
      List<InetSocketAddress> named,
      Set<InetSocketAddress> routers,
      List<InetSocketAddress> lastKnown,
      boolean complete) {
    public static final Addresses NONE = new Addresses(List.of(), Set.of(), List.of(), true);

    public static Addresses of(InetSocketAddress... named) {
      return of(List.of(named));
    }

    public static Addresses of(List<InetSocketAddress> named) {
      return new Addresses(List.copyOf(named), Set.of(), List.of(), true);
    }
  }

  public void start(long nowMillis) {
    if (!trying && table.isEmpty()) {
      trying = true;
      network.wantBootstrap();
    }
  }

  /// Runs `action` as soon as a node is known, or it is known that there is none.
  public void whenSettled(LongConsumer action, long nowMillis) {
    if (!table.isEmpty() || !trying) {
      action.accept(nowMillis);
    } else {
      waiting.add(action);
    }
  }

  /// Whether the first attempt is not over yet: that no node is known means nothing then.
  public boolean isFirstAttempt() {
    return !settled;
  }

  /// Takes the addresses that were wanted.
  public void ask(Addresses addresses, long nowMillis) {
    boolean again = !table.isEmpty();
    List<InetSocketAddress> named = usable(addresses.named().stream());
    // Names may have other addresses every day.
    reached.retainAll(named);
    last = addresses;
    // A node that was reached is of no more use once enough others are known.
    List<InetSocketAddress> asked =
        hasFew()
            ? usable(Stream.concat(named.stream(), addresses.lastKnown().stream()))
            : missing();
    pending += asked.size();
    asked.forEach(address -> new Question(address, named.contains(address), again).send(nowMillis));
    settleIfDone(nowMillis);
  }

  private List<InetSocketAddress> usable(Stream<InetSocketAddress> addresses) {
    return addresses
        .filter(a -> Scope.isUsable(a) && Family.of(a.getAddress()) == settings.family())
        .distinct()
        .limit(MAX_ASKED)
        .toList();
  }

  /// Those that were named and never answered.
  private List<InetSocketAddress> missing() {
    boolean knowsARouter = last.routers().stream().anyMatch(reached::contains);
    return usable(last.named().stream()).stream()
        .filter(a -> !reached.contains(a) && !(knowsARouter && last.routers().contains(a)))
        .toList();
  }

  private boolean hasFew() {
    return table.closest(table.self(), FEW_NODES, entry -> entry.failures() == 0).size()
        < FEW_NODES;
  }

  private void grew(long nowMillis) {
    retryMillis = FIRST_RETRY_MILLIS;
    settle(nowMillis);
    if (table.size() == 1 && pending == 0) {
      // The first node asked us something.
      lookups.lookUpSelfFrom(table.contacts().getFirst(), List.of(), this::spreadOut, nowMillis);
    }
  }

  private void spreadOut(long nowMillis) {
    if (!spread && !table.isEmpty()) {
      spread = true;
      maintenance.refreshFarBuckets(nowMillis);
      maintenance.lookAgain(nowMillis);
    }
  }

  private void settleIfDone(long nowMillis) {
    if (pending > 0) {
      return;
    }
    settle(nowMillis);
    if (!table.isEmpty() && !spread) {
      // None of them answered, but another node asked us something.
      lookups.lookUpSelf(List.of(), this::spreadOut, nowMillis);
    }
    next.ifPresent(Timers.Timer::cancel);
    next = Optional.of(timers.at(nowMillis + nextWaitMillis(), this::lookAround));
  }

  private long nextWaitMillis() {
    if (table.isEmpty()) {
      long wait = retryMillis;
      retryMillis = Math.min(2 * wait, MAX_RETRY_MILLIS);
      return wait;
    }
    if (!mayBeAnIsland()) {
      againMillis = FIRST_AGAIN_MILLIS;
      return MAX_AGAIN_MILLIS;
    }
    long wait = againMillis;
    againMillis = Math.min(2 * wait, MAX_AGAIN_MILLIS);
    return wait;
  }

  private void lookAround(long nowMillis) {
    if (trying) {
      return;
    }
    if (mayBeAnIsland()) {
      trying = true;
      network.wantBootstrap();
    } else {
      settleIfDone(nowMillis);
    }
  }

  private boolean mayBeAnIsland() {
    return !last.complete() || !missing().isEmpty() || hasFew();
  }

  private void settle(long nowMillis) {
    trying = false;
    settled = true;
    List<LongConsumer> released = List.copyOf(waiting);
    waiting.clear();
    released.forEach(action -> action.accept(nowMillis));
  }

  /// One address that is asked for our neighbours. A lost datagram costs a second, not the attempt:
  /// it is asked twice.
  private final class Question implements PendingQueries.Handler {
    private final InetSocketAddress address;
    private final boolean named;
    private final boolean again;
    private boolean repeated;
    private int open;

    /// @param named whether the address was named rather than remembered
    /// @param again whether others are known already
    Question(InetSocketAddress address, boolean named, boolean again) {
      this.address = address;
      this.named = named;
      this.again = again;
    }

    void send(long nowMillis) {
      open++;
      maintenance
          .queries()
          .send(
              address,
              Optional.empty(),
              new Method.FindNode(table.self(), maintenance.want()),
              this,
              nowMillis);
    }

    @Override
    public void replied(Contact from, Packet.Reply reply, long nowMillis) {
      if (named && reached.add(address) && again) {
        // The nodes it knows may be a network that is unknown here.
        spread = false;
      }
      maintenance.handOver(Scope.of(address.getAddress()), reply.answer(), nowMillis);
      List<Contact> seeds =
          reply.answer().nodesOf(settings.family()).stream()
              .filter(c -> settings.mayShare(Scope.of(address.getAddress()), c.address()))
              .toList();
      LongConsumer ended =
          now -> {
            spreadOut(now);
            closed(now);
          };
      // A router is busy enough, and names the nodes it met last, wherever they are.
      if (explored < MAX_EXPLORED && !maintenance.isRouter(address)) {
        explored++;
        lookups.lookUpSelfFrom(from, seeds, ended, nowMillis);
      } else {
        lookups.lookUpSelf(seeds, ended, nowMillis);
      }
    }

    @Override
    public void failed(long nowMillis) {
      closed(nowMillis);
    }

    @Override
    public void slow(long nowMillis) {
      if (!repeated) {
        repeated = true;
        send(nowMillis);
      }
    }

    private void closed(long nowMillis) {
      if (--open == 0) {
        pending--;
        settleIfDone(nowMillis);
      }
    }
  }
}
