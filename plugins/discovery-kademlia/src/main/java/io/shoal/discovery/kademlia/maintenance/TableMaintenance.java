package io.shoal.discovery.kademlia.maintenance;

import io.shoal.discovery.kademlia.krpc.Contact;
import io.shoal.discovery.kademlia.krpc.Family;
import io.shoal.discovery.kademlia.krpc.Method;
import io.shoal.discovery.kademlia.krpc.NodeId;
import io.shoal.discovery.kademlia.krpc.Packet;
import io.shoal.discovery.kademlia.krpc.PacketWriter;
import io.shoal.discovery.kademlia.krpc.Scope;
import io.shoal.discovery.kademlia.lookup.Network;
import io.shoal.discovery.kademlia.lookup.PendingQueries;
import io.shoal.discovery.kademlia.lookup.Timers;
import io.shoal.discovery.kademlia.routing.AddressRules;
import io.shoal.discovery.kademlia.routing.BoundId;
import io.shoal.discovery.kademlia.routing.Bucket;
import io.shoal.discovery.kademlia.routing.DhtSettings;
import io.shoal.discovery.kademlia.routing.RoutingTable;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.random.RandomGenerator;

/// Keeps the routing table true: adds nodes that answer, checks nodes in doubt, looks up stale
/// buckets. Single-threaded.
public final class TableMaintenance implements PendingQueries.Witness, OtherFamily {
  /// One doubtful node is asked so often; libtorrent's pace, which keeps a full table fresh with 12
  /// packets a minute.
  static final long CHECK_MILLIS = 5_000;

  static final long STALE_CHECK_MILLIS = 60_000;

  /// With so many nodes known, a family needs no more from the other.
  static final int FEW_NODES = 4 * Bucket.MAX_ENTRIES;

  /// After that, at the latest after twice that, a newcomer looks up its surroundings and its
  /// buckets once more: nodes that came at the same time have found their places too, and by then
  /// it knows how far the closest of a target may lie.
  public static final long SECOND_LOOK_MILLIS = 15_000;

  /// Pings in flight to unknown nodes that asked us something. A node that is not pinged now will
  /// ask again.
  static final int MAX_GREETINGS = 64;

  private final DhtSettings settings;
  private final AddressRules rules;
  private final RoutingTable table;
  private final RandomGenerator random;
  private final Timers timers;
  private final Set<InetSocketAddress> greeting = new HashSet<>();
  private final Set<InetSocketAddress> routers = new HashSet<>();
  private final List<LongConsumer> growthListeners = new ArrayList<>();
  private final List<LongConsumer> lossListeners = new ArrayList<>();
  private Optional<TableMaintenance> sibling = Optional.empty();
  private final AddressVotes votes = new AddressVotes();
  private final PendingQueries queries;
  private final Lookups lookups;
  private long unboundIds;

  public TableMaintenance(
      DhtSettings settings,
      AddressRules rules,
      RoutingTable table,
      Network network,
      RandomGenerator random,
      Timers timers) {
    this.settings = settings;
    this.rules = rules;
    this.table = table;
    this.random = random;
    this.timers = timers;
    this.queries =
        new PendingQueries(
            table,
            settings.readOnly(),
            new PacketWriter(settings.version()),
            network,
            random,
            timers,
            this);
    this.lookups = new Lookups(settings, rules, table, queries, this);
  }

  public PendingQueries queries() {
    return queries;
  }

  public Lookups lookups() {
    return lookups;
  }

  /// Runs `listener` with the time whenever a node comes in.
  public void onGrowth(LongConsumer listener) {
    growthListeners.add(listener);
  }

  /// Runs `listener` with the time when the last node goes.
  void onIsolation(LongConsumer listener) {
    lossListeners.add(listener);
  }

  /// The other address family on this machine.
  public void pairWith(TableMaintenance other) {
    sibling = Optional.of(other);
  }

  @Override
  public Set<Family> want() {
    return sibling.filter(other -> other.table.size() < FEW_NODES).isPresent()
        ? EnumSet.allOf(Family.class)
        : Set.of();
  }

  @Override
  public void handOver(Scope link, Packet.Answer answer, long nowMillis) {
    sibling
        .filter(other -> other.table.size() < FEW_NODES)
        .ifPresent(other -> other.heardOf(link, answer, nowMillis));
  }

  private void heardOf(Scope link, Packet.Answer answer, long nowMillis) {
    for (Contact contact : answer.nodesOf(settings.family())) {
      if (settings.mayShare(link, contact.address())) {
        asked(contact, false, nowMillis);
      }
    }
  }

  public void start(long nowMillis) {
    // Spread, so that nodes that start together do not all speak at the same moment.
    timers.at(nowMillis + random.nextLong(1, CHECK_MILLIS), this::checkDoubtful);
    timers.at(nowMillis + random.nextLong(1, STALE_CHECK_MILLIS), this::refreshStale);
  }

  /// Adds a node from which one may start, but which must not enter tables: a router of the public
  /// network.
  public void addRouter(InetSocketAddress router) {
    routers.add(router);
  }

  boolean isRouter(InetSocketAddress address) {
    return routers.contains(address);
  }

  @Override
  public void answered(Contact contact, long nowMillis) {
    if (!isWanted(contact)) {
      return;
    }
    switch (table.answered(contact, nowMillis)) {
      case ADDED -> growthListeners.forEach(listener -> listener.accept(nowMillis));
      case WAITING ->
          table.mostDoubtfulBeside(contact.id(), nowMillis).ifPresent(c -> ping(c, nowMillis));
      case KNOWN, REPLACED, REFUSED -> {}
    }
  }

  private boolean isWanted(Contact contact) {
    if (!rules.mayCount(contact)) {
      unboundIds++;
      return false;
    }
    return !routers.contains(contact.address())
        && settings.mayShare(Scope.of(contact.address().getAddress()), contact.address());
  }

  @Override
  public void unanswered(Contact contact, long nowMillis) {
    boolean wasEmpty = table.isEmpty();
    table
        .failed(contact, nowMillis)
        .ifPresentOrElse(
            replacement -> ping(replacement, nowMillis),
            () -> {
              if (table.isContested(contact)) {
                ping(contact, nowMillis);
              }
            });
    if (table.isEmpty() && !wasEmpty) {
      lossListeners.forEach(listener -> listener.accept(nowMillis));
    }
  }

  /// A node asked us something. If it would fit in, it is asked back: only an answer shows that it
  /// is where it seems to be.
  public void asked(Contact contact, boolean readOnly, long nowMillis) {
    if (!readOnly
        && isWanted(contact)
        && table.asked(contact, nowMillis)
        && greeting.size() < MAX_GREETINGS) {
      ping(contact, nowMillis);
    }
  }

  private void ping(Contact contact, long nowMillis) {
    if (greeting.add(contact.address())) {
      queries.send(
          contact.address(),
          Optional.of(contact.id()),
          new Method.Ping(),
          new Greeting(contact.address()),
          nowMillis);
    }
  }

  private void checkDoubtful(long nowMillis) {
    table.mostDoubtful(nowMillis).ifPresent(contact -> ping(contact, nowMillis));
    timers.at(nowMillis + CHECK_MILLIS, this::checkDoubtful);
  }

  private void refreshStale(long nowMillis) {
    for (int bucket : table.takeStale(settings.refreshInterval().toMillis(), nowMillis)) {
      refresh(bucket, nowMillis);
    }
    timers.at(nowMillis + STALE_CHECK_MILLIS, this::refreshStale);
  }

  /// Looks up all buckets but the nearest, which a lookup of the own id has filled.
  void refreshFarBuckets(long nowMillis) {
    for (int bucket = 0; bucket < table.bucketCount() - 1; bucket++) {
      refresh(bucket, nowMillis);
    }
  }

  /// Looks up everything once more, after a while.
  void lookAgain(long nowMillis) {
    timers.at(
        nowMillis + random.nextLong(SECOND_LOOK_MILLIS, 2 * SECOND_LOOK_MILLIS),
        now -> lookups.lookUpSelf(List.of(), this::refreshFarBuckets, now));
  }

  private void refresh(int bucket, long nowMillis) {
    if (bucket == table.bucketCount() - 1) {
      lookups.lookUpSelf(List.of(), now -> {}, nowMillis);
    } else {
      lookups.refresh(table.wantedIn(bucket, random), nowMillis);
    }
  }

  @Override
  public void seen(InetSocketAddress by, InetSocketAddress own, long nowMillis) {
    votes
        .vote(by.getAddress(), own.getAddress())
        .filter(address -> !BoundId.matches(table.self(), address))
        .ifPresent(address -> moveTo(BoundId.of(address, random), nowMillis));
  }

  /// Takes another id: nodes that check ids would skip this one otherwise. Announced keys stay,
  /// since they lie at other nodes. What others stored here is still found by nodes that know the
  /// old id, and is announced elsewhere within the usual interval.
  private void moveTo(NodeId id, long nowMillis) {
    List<Contact> before = table.contacts();
    table.moveTo(id, nowMillis);
    // All that were known, also those that have no place around the new id: its neighbours are
    // found from them.
    lookups.lookUpSelf(before, this::refreshFarBuckets, nowMillis);
  }

  /// Nodes that were not let in for their id.
  public long unboundIds() {
    return unboundIds;
  }

  /// Our address as the world sees it, once enough other nodes agree.
  public Optional<InetAddress> externalAddress() {
    return votes.agreed();
  }

  private final class Greeting implements PendingQueries.Handler {
    private final InetSocketAddress address;

    Greeting(InetSocketAddress address) {
      this.address = address;
    }

    @Override
    public void replied(Contact from, Packet.Reply reply, long nowMillis) {
      greeting.remove(address);
    }

    @Override
    public void failed(long nowMillis) {
      greeting.remove(address);
    }
  }
}
