package io.shoal.discovery.kademlia.maintenance;

import io.shoal.discovery.kademlia.krpc.Contact;
import io.shoal.discovery.kademlia.krpc.Family;
import io.shoal.discovery.kademlia.krpc.Method;
import io.shoal.discovery.kademlia.krpc.NodeId;
import io.shoal.discovery.kademlia.krpc.Packet;
import io.shoal.discovery.kademlia.krpc.PacketWriter;
import io.shoal.discovery.kademlia.krpc.Scope;
import io.shoal.discovery.kademlia.lookup.Lookup;
import io.shoal.discovery.kademlia.lookup.LookupRun;
import io.shoal.discovery.kademlia.lookup.Network;
import io.shoal.discovery.kademlia.lookup.PendingQueries;
import io.shoal.discovery.kademlia.lookup.QuerySender;
import io.shoal.discovery.kademlia.lookup.Timers;
import io.shoal.discovery.kademlia.routing.AddressRules;
import io.shoal.discovery.kademlia.routing.BoundId;
import io.shoal.discovery.kademlia.routing.Bucket;
import io.shoal.discovery.kademlia.routing.Density;
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
import java.util.stream.Stream;

/// Keeps the routing table true: lets in who answers, asks who is in doubt, looks up what got
/// stale. Single-threaded.
public final class TableMaintenance implements PendingQueries.Witness, LookupRun.Owner {
  /// One doubtful node is asked so often; libtorrent's pace, which keeps a full table fresh with 12
  /// packets a minute.
  static final long CHECK_MILLIS = 5_000;

  static final long STALE_CHECK_MILLIS = 60_000;

  /// With so many nodes known, a family needs no more from the other.
  static final int FEW_NODES = 4 * Bucket.MAX_ENTRIES;

  /// Nodes of the table that a lookup begins with: the closest are asked, the others if those and
  /// whom they name lead it astray.
  static final int SEEDS = 3 * Lookup.CLOSEST;

  /// After that, at the latest after twice that, a newcomer looks up its surroundings and its
  /// buckets once more: nodes that came at the same time have found their places too, and it can
  /// tell by then how far the closest of a target may lie.
  public static final long SECOND_LOOK_MILLIS = 15_000;

  /// Pings to unknown nodes that asked us something. Whoever is not pinged now asks again some
  /// time.
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
  private final Density density = new Density();
  private final PendingQueries requests;
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
    this.requests =
        new PendingQueries(
            table,
            settings.readOnly(),
            new PacketWriter(settings.version()),
            network,
            random,
            timers,
            this);
  }

  public PendingQueries requests() {
    return requests;
  }

  /// Is told of the time whenever a node came in.
  public void onGrowth(LongConsumer listener) {
    growthListeners.add(listener);
  }

  /// Is told of the time when the last node went.
  void onIsolation(LongConsumer listener) {
    lossListeners.add(listener);
  }

  /// The other address family on this machine.
  public void pairWith(TableMaintenance other) {
    sibling = Optional.of(other);
  }

  /// Whom to ask for: nodes of both families as long as the other one knows few, else of the own
  /// one alone (BEP 32).
  Set<Family> want() {
    return sibling.filter(other -> other.table.size() < FEW_NODES).isPresent()
        ? EnumSet.allOf(Family.class)
        : Set.of();
  }

  /// Hands nodes of the other family over that an answer named.
  @Override
  public void handOver(Scope link, Packet.Answer answer, long nowMillis) {
    sibling
        .filter(other -> other.table.size() < FEW_NODES)
        .ifPresent(other -> other.heardOf(link, answer, nowMillis));
  }

  private void heardOf(Scope link, Packet.Answer answer, long nowMillis) {
    for (Contact contact : answer.nodesOf(settings.family())) {
      if (settings.mayTell(link, contact.address())) {
        asked(contact, false, nowMillis);
      }
    }
  }

  public void start(long nowMillis) {
    // Spread, so that nodes that start together do not all speak at the same moment.
    timers.at(nowMillis + random.nextLong(1, CHECK_MILLIS), this::checkDoubtful);
    timers.at(nowMillis + random.nextLong(1, STALE_CHECK_MILLIS), this::refreshStale);
  }

  /// Somebody from whom one may start, but who must not get into tables: a router of the public
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
        && settings.mayTell(Scope.of(contact.address().getAddress()), contact.address());
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
      requests.send(
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
        now -> lookUpSelf(List.of(), this::refreshFarBuckets, now));
  }

  private void refresh(int bucket, long nowMillis) {
    if (bucket == table.bucketCount() - 1) {
      lookUpSelf(List.of(), now -> {}, nowMillis);
    } else {
      NodeId target = table.wantedIn(bucket, random);
      lookUp(target, List.of(), plausibleRadius(), (closest, now) -> {}, nowMillis);
    }
  }

  /// Looks up the own id, which makes this node known to its neighbours and them to it.
  void lookUpSelf(List<Contact> seeds, LongConsumer ended, long nowMillis) {
    // As wide as it may, since all that is known of the density comes from there.
    lookUp(
        table.self(),
        seeds,
        Density.AS_WIDE_AS_MAY_BE,
        (closest, now) -> ended.accept(now),
        nowMillis);
  }

  /// Looks up the own id by way of the surroundings of a first node.
  ///
  /// What it names near the own id comes from one far bucket, of which colluders may have all eight
  /// places; a newcomer who asks only those meets no honest node, now or later, and lets in others
  /// who do not either. But its own surroundings a node knows completely: honest nodes cannot be
  /// pushed out of there. Those are asked as well.
  void lookUpSelfFrom(Contact first, List<Contact> named, LongConsumer ended, long nowMillis) {
    lookUp(
        first.id(),
        List.of(first),
        Density.AS_WIDE_AS_MAY_BE,
        (around, now) -> {
          List<Contact> seeds = new ArrayList<>(named);
          around.forEach(holder -> seeds.add(holder.contact()));
          lookUpSelf(seeds, ended, now);
        },
        nowMillis);
  }

  /// @param radius how far its k closest may plausibly reach, see [Density]
  private void lookUp(
      NodeId target,
      List<Contact> seeds,
      double radius,
      LookupRun.Listener listener,
      long nowMillis) {
    List<Contact> all = new ArrayList<>(seeds);
    all.addAll(seeds(target, 1));
    // Upkeep takes one path: what it is led astray to enters no bucket but its own.
    new LookupRun(
            table.self(),
            target,
            all,
            1,
            radius,
            new Method.FindNode(target, want()),
            rules,
            this,
            requests,
            settings,
            listener)
        .start(nowMillis);
  }

  /// A lookup that begins at the closest known nodes and asks `method`, on as many disjoint paths
  /// as is set; to be started.
  public LookupRun lookUp(NodeId target, Method method, LookupRun.Listener listener) {
    return lookUp(target, method, List.of(), plausibleRadius(), requests, listener);
  }

  /// A lookup that begins at `known` nodes as well, and asks through `sender`.
  ///
  /// @param radius how far its k closest may plausibly reach
  public LookupRun lookUp(
      NodeId target,
      Method method,
      List<Contact> known,
      double radius,
      QuerySender sender,
      LookupRun.Listener listener) {
    int paths = settings.paths();
    return new LookupRun(
        table.self(),
        target,
        seeds(target, paths, known),
        paths,
        radius,
        method,
        rules,
        this,
        sender,
        settings,
        listener);
  }

  private List<Contact> seeds(NodeId target, int paths, List<Contact> known) {
    List<Contact> inTable = seeds(target, paths);
    if (known.isEmpty()) {
      return inTable;
    }
    return Stream.concat(known.stream(), inTable.stream())
        .distinct()
        .sorted((a, b) -> target.compareDistance(a.id(), b.id()))
        .toList();
  }

  /// A lookup ended.
  @Override
  public void lookupEnded(NodeId target, List<Contact> closest) {
    if (closest.size() >= Lookup.CLOSEST) {
      density.ended(target, closest.getLast().id());
    }
  }

  /// How far the k closest may plausibly lie from any target.
  public double plausibleRadius() {
    List<Contact> near =
        table.closest(table.self(), Lookup.CLOSEST, entry -> entry.failures() == 0);
    return density.plausibleRadius(
        near.size() < Lookup.CLOSEST ? 1 : table.self().distancePart(near.getLast().id()));
  }

  private List<Contact> seeds(NodeId target, int paths) {
    return table.closest(target, Math.max(SEEDS, Lookup.CLOSEST * paths), entry -> !entry.isBad());
  }

  @Override
  public void seen(InetSocketAddress by, InetSocketAddress own, long nowMillis) {
    votes
        .vote(by.getAddress(), own.getAddress())
        .filter(address -> !BoundId.matches(table.self(), address))
        .ifPresent(address -> moveTo(BoundId.of(address, random), nowMillis));
  }

  /// Takes another id: whoever checks ids would pass over this node otherwise. Announced keys stay,
  /// since they lie at others; what others stored here is found by who still knows the old id, and
  /// is announced to others within the usual interval.
  private void moveTo(NodeId id, long nowMillis) {
    List<Contact> before = table.contacts();
    table.moveTo(id, nowMillis);
    // All that were known, also those that have no place around the new id: its neighbours are
    // found from them.
    lookUpSelf(before, this::refreshFarBuckets, nowMillis);
  }

  /// Nodes that were not let in for their id.
  public long unboundIds() {
    return unboundIds;
  }

  /// Our address as the world sees it, once enough others agree.
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
