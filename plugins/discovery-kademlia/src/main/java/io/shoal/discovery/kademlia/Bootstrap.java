package io.shoal.discovery.kademlia;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

/// Finds a first node, and again a first node when all are lost. Single-threaded.
final class Bootstrap {
  /// Addresses asked in one attempt: a saved table has some hundred, of which a few that live are
  /// enough.
  static final int MAX_ASKED = 32;

  static final long FIRST_RETRY_MILLIS = 1_000;

  /// Short enough that a node started before its bootstrap node joins without anybody waiting long
  /// for it.
  static final long MAX_RETRY_MILLIS = 15_000;

  private final DhtSettings settings;
  private final RoutingTable table;
  private final Upkeep upkeep;
  private final Network network;
  private final Timers timers;
  private final List<LongConsumer> waiting = new ArrayList<>();
  private boolean trying;
  private int pending;
  private long retryMillis = FIRST_RETRY_MILLIS;
  private boolean spread;

  Bootstrap(
      DhtSettings settings, RoutingTable table, Upkeep upkeep, Network network, Timers timers) {
    this.settings = settings;
    this.table = table;
    this.upkeep = upkeep;
    this.network = network;
    this.timers = timers;
    upkeep.onGrowth(this::grew);
    upkeep.onIsolation(this::start);
  }

  void start(long nowMillis) {
    if (!trying && table.isEmpty()) {
      trying = true;
      network.wantBootstrap();
    }
  }

  /// Runs `action` as soon as a node is known, or it is known that there is none.
  void whenSettled(LongConsumer action, long nowMillis) {
    if (!table.isEmpty() || !trying) {
      action.accept(nowMillis);
    } else {
      waiting.add(action);
    }
  }

  /// Takes the addresses that were wanted; none if none could be resolved.
  void ask(List<InetSocketAddress> nodes, long nowMillis) {
    List<InetSocketAddress> usable =
        nodes.stream()
            .filter(a -> Scope.isUsable(a) && Family.of(a.getAddress()) == settings.family())
            .distinct()
            .limit(MAX_ASKED)
            .toList();
    pending += usable.size();
    usable.forEach(address -> new Question(address).send(nowMillis));
    settleIfDone(nowMillis);
  }

  private void grew(long nowMillis) {
    retryMillis = FIRST_RETRY_MILLIS;
    settle(nowMillis);
    if (table.size() == 1) {
      // The first node may have come by itself: its neighbours are not known yet.
      upkeep.lookUpSelf(List.of(), this::spreadOut, nowMillis);
    }
  }

  private void spreadOut(long nowMillis) {
    if (!spread && !table.isEmpty()) {
      spread = true;
      upkeep.refreshFarBuckets(nowMillis);
      upkeep.lookAgain(nowMillis);
    }
  }

  private void settleIfDone(long nowMillis) {
    if (pending > 0) {
      return;
    }
    settle(nowMillis);
    if (table.isEmpty()) {
      timers.at(nowMillis + retryMillis, this::start);
      retryMillis = Math.min(2 * retryMillis, MAX_RETRY_MILLIS);
    }
  }

  private void settle(long nowMillis) {
    trying = false;
    List<LongConsumer> released = List.copyOf(waiting);
    waiting.clear();
    released.forEach(action -> action.accept(nowMillis));
  }

  /// One address that is asked for our neighbours. A lost datagram costs a second, not the attempt:
  /// it is asked twice.
  private final class Question implements Requests.Handler {
    private final InetSocketAddress address;
    private boolean repeated;
    private int open;

    Question(InetSocketAddress address) {
      this.address = address;
    }

    void send(long nowMillis) {
      open++;
      upkeep
          .requests()
          .send(
              address,
              Optional.empty(),
              new Method.FindNode(table.self(), upkeep.want()),
              this,
              nowMillis);
    }

    @Override
    public void replied(Contact from, Packet.Reply reply, long nowMillis) {
      upkeep.handOver(Scope.of(address.getAddress()), reply.answer(), nowMillis);
      List<Contact> seeds =
          reply.answer().nodesOf(settings.family()).stream()
              .filter(c -> settings.mayTell(Scope.of(address.getAddress()), c.address()))
              .toList();
      upkeep.lookUpSelf(
          seeds,
          now -> {
            spreadOut(now);
            closed(now);
          },
          nowMillis);
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
