package io.shoal.discovery.kademlia.node;

import io.shoal.discovery.kademlia.announce.AnnounceFigures;
import io.shoal.discovery.kademlia.announce.Announcer;
import io.shoal.discovery.kademlia.item.ItemClient;
import io.shoal.discovery.kademlia.item.ItemStore;
import io.shoal.discovery.kademlia.krpc.Contact;
import io.shoal.discovery.kademlia.krpc.Family;
import io.shoal.discovery.kademlia.krpc.Link;
import io.shoal.discovery.kademlia.krpc.Method;
import io.shoal.discovery.kademlia.krpc.NodeId;
import io.shoal.discovery.kademlia.krpc.Packet;
import io.shoal.discovery.kademlia.krpc.PacketReader;
import io.shoal.discovery.kademlia.krpc.Scope;
import io.shoal.discovery.kademlia.krpc.TokenIssuer;
import io.shoal.discovery.kademlia.lookup.LookupEnd;
import io.shoal.discovery.kademlia.lookup.LookupRun;
import io.shoal.discovery.kademlia.lookup.Network;
import io.shoal.discovery.kademlia.lookup.Timers;
import io.shoal.discovery.kademlia.maintenance.Bootstrap;
import io.shoal.discovery.kademlia.maintenance.TableMaintenance;
import io.shoal.discovery.kademlia.respond.ProviderStore;
import io.shoal.discovery.kademlia.respond.RateLimiter;
import io.shoal.discovery.kademlia.respond.Responder;
import io.shoal.discovery.kademlia.routing.AddressRules;
import io.shoal.discovery.kademlia.routing.DhtSettings;
import io.shoal.discovery.kademlia.routing.RoutingTable;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.random.RandomGenerator;

/// A member of a Mainline DHT (BEP 5), as a state machine: datagrams, commands and the passing of
/// time go in, datagrams and answers come out.
///
/// Single-threaded: its owner calls every method from one thread, with a time in milliseconds that
/// never goes back. Nothing here waits, reads a clock or touches a socket, so that the same class
/// runs in the plugin and, by the thousand, in a simulation.
public final class DhtNode {
  private static final long SWEEP_MILLIS = 60_000;

  private final DhtSettings settings;
  private final AddressRules rules;
  private final TrafficCounters network;
  private final RoutingTable table;
  private final Timers timers = new Timers();
  private final TableMaintenance maintenance;
  private final Bootstrap bootstrap;
  private final Announcer announcer;
  private final ProviderStore providers;
  private final ItemStore storedItems;
  private final ItemClient items;
  private final Responder responder;
  private final RateLimiter limiter = new RateLimiter();
  private long droppedQueries;
  private long garbage;

  /// @param random must be unguessable in production: transaction ids and tokens come from it
  public DhtNode(
      NodeId self, DhtSettings settings, Network network, RandomGenerator random, long nowMillis) {
    this.settings = settings;
    this.rules = settings.addressRules();
    this.network = new TrafficCounters(network);
    this.table = new RoutingTable(self, NodeId.random(random), rules, nowMillis);
    this.maintenance = new TableMaintenance(settings, rules, table, this.network, random, timers);
    this.bootstrap = new Bootstrap(settings, table, maintenance, this.network, timers);
    this.announcer =
        new Announcer(settings, table, maintenance, bootstrap, this.network, random, timers);
    this.providers =
        new ProviderStore(settings.family(), ProviderStore.Limits.of(settings), random);
    this.storedItems = new ItemStore(table::self, random, nowMillis);
    this.items =
        new ItemClient(settings, table, maintenance, bootstrap, storedItems, random, timers);
    this.responder =
        new Responder(
            settings,
            table,
            new TokenIssuer(random, nowMillis),
            providers,
            storedItems,
            announcer::providersSeenBy);
  }

  /// Takes what a search brings.
  public interface FindListener {
    /// A provider; each comes once.
    void found(InetSocketAddress provider);

    /// The last call.
    void ended(LookupEnd why);
  }

  /// A search that goes on.
  public interface Search {
    /// Ends it; the listener hears nothing more.
    void cancel();
  }

  public void start(long nowMillis) {
    bootstrap.start(nowMillis);
    maintenance.start(nowMillis);
    sweep(nowMillis);
  }

  private void sweep(long nowMillis) {
    providers.sweep(nowMillis);
    items.sweep(nowMillis);
    timers.at(nowMillis + SWEEP_MILLIS, this::sweep);
  }

  /// Takes the addresses that [Network#wantBootstrap] asked for.
  public void bootstrap(Bootstrap.Addresses addresses, long nowMillis) {
    addresses.routers().forEach(maintenance::addRouter);
    bootstrap.ask(addresses, nowMillis);
  }

  /// Makes this node and the node of the other address family on this machine know of each other:
  /// each answers for both where a query `want`s both, and hands over the nodes of the other family
  /// that it learns of (BEP 32).
  public void pairWith(DhtNode other) {
    maintenance.pairWith(other.maintenance);
    other.maintenance.pairWith(maintenance);
    responder.pairWith(other.settings.family(), other.table);
    other.responder.pairWith(settings.family(), table);
  }

  public Family family() {
    return settings.family();
  }

  /// Whether no node is known.
  public boolean isIsolated() {
    return table.isEmpty();
  }

  /// Frees nodes that the user named from the rule of one node a network.
  public void exempt(List<InetSocketAddress> addresses) {
    addresses.forEach(rules::exempt);
  }

  public void onDatagram(InetSocketAddress from, byte[] datagram, long nowMillis) {
    // A socket for IPv6 may hand over IPv4 as well, which is another network with other tables.
    if (!Scope.isUsable(from) || Family.of(from.getAddress()) != settings.family()) {
      return;
    }
    Packet packet = Link.of(from, PacketReader.read(datagram));
    network.received(datagram, packet);
    switch (packet) {
      case Packet.Query query -> onQuery(from, query, datagram, nowMillis);
      case Packet.BadQuery query -> {
        if (mayAnswer(from, nowMillis)) {
          network.send(from, responder.answer(query));
        }
      }
      case Packet.Reply reply -> maintenance.queries().onReply(from, reply, nowMillis);
      case Packet.Fault fault -> maintenance.queries().onFault(from, fault, nowMillis);
      case Packet.Garbage ignored -> garbage++;
    }
  }

  private void onQuery(
      InetSocketAddress from, Packet.Query query, byte[] datagram, long nowMillis) {
    if (mayAnswer(from, nowMillis)) {
      network.send(from, responder.answer(query, from, datagram.length, nowMillis));
      maintenance.asked(new Contact(query.sender(), from), query.readOnly(), nowMillis);
    }
  }

  private boolean mayAnswer(InetSocketAddress from, long nowMillis) {
    boolean may = !settings.readOnly() && limiter.admits(from, nowMillis);
    droppedQueries += may ? 0 : 1;
    return may;
  }

  /// Does what is due.
  public void onTick(long nowMillis) {
    timers.run(nowMillis);
  }

  /// When [#onTick] is to be called next.
  public OptionalLong nextTickMillis() {
    return timers.nextMillis();
  }

  /// Announces a key until [#withdraw]; see [Announcer].
  public void announce(
      NodeId key, List<Announcer.Place> places, Announcer.Listener listener, long nowMillis) {
    announcer.announce(key, places, listener, nowMillis);
  }

  public void withdraw(NodeId key) {
    announcer.withdraw(key);
  }

  /// Searches the providers of a key: among what others announced here, then at the nodes that are
  /// close to it.
  public Search find(NodeId key, FindListener listener, long nowMillis) {
    Finder finder = new Finder(key, listener);
    finder.found(announcedHere(key, nowMillis), nowMillis);
    bootstrap.whenSettled(finder::start, nowMillis);
    return finder::cancel;
  }

  /// Gets and puts small values (BEP 44).
  public ItemClient items() {
    return items;
  }

  /// Known nodes, closest to the own id first: what is worth saving for the next start.
  public List<Contact> contacts() {
    return table.contacts();
  }

  public NodeId id() {
    return table.self();
  }

  /// Our address as the world sees it, once enough others agree (BEP 42).
  Optional<InetAddress> externalAddress() {
    return maintenance.externalAddress();
  }

  /// The inside of this node.
  public Inspector inspector() {
    return new Inspector(table, maintenance, bootstrap);
  }

  /// Providers that others announced here.
  List<InetSocketAddress> announcedHere(NodeId key, long nowMillis) {
    return providers.sample(key, PacketReader.MAX_VALUES, false, any -> true, nowMillis);
  }

  /// What went over the network so far, by name.
  public Map<String, Long> traffic() {
    return network.figures();
  }

  /// Figures of this moment; walks over the announced keys.
  public Snapshot snapshot(long nowMillis) {
    return new Snapshot(
        table.self(),
        maintenance.externalAddress(),
        table.size(),
        table.isEmpty() && bootstrap.isFirstAttempt(),
        announcer.progress(nowMillis),
        providers.keys(),
        providers.size(),
        maintenance.queries().size(),
        droppedQueries,
        defence(),
        garbage);
  }

  private DefenceCounters defence() {
    return new DefenceCounters(
        limiter.overSource(),
        limiter.overNetwork(),
        limiter.overAll(),
        responder.wrongTokens(),
        responder.refusedStores(),
        maintenance.unboundIds(),
        table.crowdedNodes(),
        maintenance.queries().unaskedAnswers(),
        responder.sizes().shortenedAnswers(),
        responder.sizes().withheldContents());
  }

  /// @param id the own id
  /// @param external our address as the world sees it, once enough other nodes agree (BEP 42)
  /// @param nodes known nodes
  /// @param joining whether the first attempt to find one is not over yet
  /// @param announcing how own keys are kept announced
  /// @param storedKeys keys that others announced here
  /// @param storedProviders their providers
  /// @param waitingQueries our queries in flight
  /// @param droppedQueries queries that were not answered: over a limit, or because this node is
  ///   read-only
  /// @param defence what was refused
  /// @param garbage datagrams that were nothing
  public record Snapshot(
      NodeId id,
      Optional<InetAddress> external,
      int nodes,
      boolean joining,
      AnnounceFigures.Progress announcing,
      int storedKeys,
      int storedProviders,
      int waitingQueries,
      long droppedQueries,
      DefenceCounters defence,
      long garbage) {
    /// Own keys.
    public int announcedKeys() {
      return announcing.keys();
    }

    /// Own keys that are late.
    public long overdueKeys() {
      return announcing.overdue();
    }

    /// Own keys that no other node took at the last try.
    public long failedKeys() {
      return announcing.failed();
    }

    /// By how much the latest is late.
    public long lagMillis() {
      return announcing.lagMillis();
    }
  }

  private final class Finder implements LookupRun.Listener {
    /// More providers than a download can use; whatever a search brings beyond that is a flood.
    private static final int MAX_FOUND = 2_000;

    private final NodeId key;
    private final FindListener listener;
    private final Set<InetSocketAddress> reported = new HashSet<>();
    private LookupEnd why = LookupEnd.NOBODY_ANSWERED;
    private boolean cancelled;

    Finder(NodeId key, FindListener listener) {
      this.key = key;
      this.listener = listener;
    }

    void start(long nowMillis) {
      if (cancelled) {
        return;
      }
      maintenance.lookups().lookUp(key, new Method.GetPeers(key, Set.of()), this).start(nowMillis);
    }

    void cancel() {
      cancelled = true;
    }

    @Override
    public boolean cancelled() {
      return cancelled;
    }

    @Override
    public void found(List<InetSocketAddress> found, long nowMillis) {
      for (InetSocketAddress provider : found) {
        if (!cancelled && reported.size() < MAX_FOUND && reported.add(provider)) {
          listener.found(provider);
        }
      }
    }

    @Override
    public void ends(LookupEnd end) {
      why = end;
    }

    @Override
    public void ended(List<LookupRun.Holder> closest, long nowMillis) {
      if (!cancelled) {
        // With providers that were announced right here, it is no failure to be alone.
        boolean alone = why == LookupEnd.NOBODY_ANSWERED && !reported.isEmpty();
        listener.ended(alone ? LookupEnd.EXHAUSTED : why);
      }
    }
  }
}
