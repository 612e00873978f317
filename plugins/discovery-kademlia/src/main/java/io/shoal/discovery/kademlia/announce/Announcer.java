package io.shoal.discovery.kademlia.announce;

import io.shoal.discovery.kademlia.krpc.Contact;
import io.shoal.discovery.kademlia.krpc.Method;
import io.shoal.discovery.kademlia.krpc.NodeId;
import io.shoal.discovery.kademlia.krpc.Scope;
import io.shoal.discovery.kademlia.lookup.Lookup;
import io.shoal.discovery.kademlia.lookup.LookupRun;
import io.shoal.discovery.kademlia.lookup.Network;
import io.shoal.discovery.kademlia.lookup.Timers;
import io.shoal.discovery.kademlia.maintenance.Bootstrap;
import io.shoal.discovery.kademlia.maintenance.TableMaintenance;
import io.shoal.discovery.kademlia.routing.DhtSettings;
import io.shoal.discovery.kademlia.routing.RoutingTable;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.random.RandomGenerator;

/// Keeps this node's keys announced: each at the eight closest nodes, renewed before they forget
/// it. Single-threaded.
///
/// Keys that are due go out in the order of the key space, paced, and each uses what the lookups
/// before it learned, see [AnnouncedKeys], [AnnouncePace] and [Neighbourhood]. Keys that are new go
/// first. A key that fewer than eight nodes keep goes out again when the table grows.
public final class Announcer {
  /// New keys on their way; those of the sweeps are bounded by [AnnouncedKeys#LANES].
  static final int MAX_QUEUED_RUNNING = 64;

  /// Keys that wait to go out before the sweeps; of more, the others wait for their sweep, which
  /// takes fewer queries.
  static final int MAX_QUEUED = 256;

  /// Queries for a node that wait for their turn: with more, the next key for it waits instead.
  static final long MAX_BACKLOG_MILLIS = 2_000;

  /// Nodes tend to arrive in groups: one renewal for all of them.
  static final long GROWTH_PAUSE_MILLIS = 250;

  /// Keys that share so many bits more than the eight closest nodes do can use each other's
  /// answers: of those eight about two share as much.
  private static final int FINER_BITS = 2;

  /// A key that too few nodes keep goes out again after such a part of the interval.
  private static final int THIN_PART = 5;

  /// A key may go such a part of the interval before its time, to stay with its neighbours.
  private static final int EARLY_PART = 4;

  private final DhtSettings settings;
  private final RoutingTable table;
  private final TableMaintenance maintenance;
  private final Bootstrap bootstrap;
  private final Network network;
  private final Timers timers;
  private final AnnouncedKeys keys;
  private final Queue<AnnouncedKey> queue = new ArrayDeque<>();
  private final Neighbourhood neighbourhood = new Neighbourhood();
  private final AddressPacer pacer = new AddressPacer();
  private final AnnouncePace pace;
  private final AnnounceFigures figures;
  private final AnnounceBatches batches;
  private Timers.Timer wake = Timers.never();
  private long wakeMillis = Long.MAX_VALUE;
  private int queuedRunning;
  private boolean settling;
  private boolean pumping;
  private boolean growthPlanned;

  public Announcer(
      DhtSettings settings,
      RoutingTable table,
      TableMaintenance maintenance,
      Bootstrap bootstrap,
      Network network,
      RandomGenerator random,
      Timers timers) {
    this.settings = settings;
    this.table = table;
    this.maintenance = maintenance;
    this.bootstrap = bootstrap;
    this.network = network;
    this.timers = timers;
    this.pace = new AnnouncePace(table::isLocal);
    this.keys = new AnnouncedKeys(random);
    this.figures = new AnnounceFigures(settings.announceInterval(), keys);
    this.batches =
        new AnnounceBatches(
            neighbourhood, timers, () -> newSender(PacedQueries.ALWAYS_ASK), sent -> spend(sent));
    maintenance.onGrowth(this::grew);
  }

  /// Where this node serves a key.
  ///
  /// @param port 1 to 65535
  /// @param host the address it listens at; empty for wherever the asker sees us
  public record Place(int port, Optional<InetAddress> host) {}

  /// Is notified when a first announcement ends.
  @FunctionalInterface
  public interface Listener {
    /// @param ports those that at least one other node took
    void ended(Set<Integer> ports);
  }

  /// Announces a key from now on, in place of what was announced for it.
  public void announce(NodeId key, List<Place> places, Listener listener, long nowMillis) {
    AnnouncedKey entry = keys.enter(key, nowMillis);
    entry.replace(keys.shared(places), listener);
    if (!entry.isRunning() && !entry.isQueued()) {
      if (queue.size() < MAX_QUEUED) {
        entry.queue();
        queue.add(entry);
      } else {
        keys.plan(entry, nowMillis, true);
      }
      pumpWhenSettled(nowMillis);
    }
  }

  public void withdraw(NodeId key) {
    keys.remove(key).ifPresent(entry -> entry.notifyListeners(Set.of()));
  }

  /// Our own places of a key, as `asker` can reach them: an asker that meets the provider itself
  /// need not look further.
  public List<InetSocketAddress> providersSeenBy(NodeId key, InetSocketAddress asker) {
    Optional<AnnouncedKey> entry = keys.get(key);
    if (entry.isEmpty()) {
      return List.of();
    }
    Scope scope = Scope.of(asker.getAddress());
    List<InetSocketAddress> out = new ArrayList<>();
    for (Place place : entry.get().places()) {
      place
          .host()
          .or(() -> network.ownAddressToward(asker.getAddress()))
          .map(host -> new InetSocketAddress(host, place.port()))
          .filter(address -> settings.mayShare(scope, address))
          .ifPresent(out::add);
    }
    return out;
  }

  private void grew(long nowMillis) {
    if (!growthPlanned) {
      growthPlanned = true;
      long pause = table.size() == 1 ? 0 : GROWTH_PAUSE_MILLIS;
      timers.at(nowMillis + pause, this::spreadFurther);
    }
  }

  private void spreadFurther(long nowMillis) {
    growthPlanned = false;
    keys.forEach(
        entry -> {
          if (entry.holders() < Lookup.CLOSEST) {
            entry.outdate();
            if (!entry.isRunning() && !entry.isQueued()) {
              keys.plan(entry, nowMillis, false);
            }
          }
        });
    pumpWhenSettled(nowMillis);
  }

  private void pumpWhenSettled(long nowMillis) {
    if (!settling) {
      settling = true;
      bootstrap.whenSettled(
          now -> {
            settling = false;
            pump(now);
          },
          nowMillis);
    }
  }

  private void pump(long nowMillis) {
    if (pumping) {
      return;
    }
    if (table.isEmpty()) {
      // Nothing is tried until the table grows.
      keys.fail(queue, nowMillis);
      planWake(Math.max(keys.nextMillis(), nowMillis + 1), nowMillis);
      return;
    }
    pumping = true;
    pace.refill(nowMillis);
    boolean more = true;
    while (more && pace.allowsKey()) {
      // In turns, so that neither waits for the other.
      boolean one = runQueued(nowMillis);
      more = runDue(nowMillis) || one;
    }
    pumping = false;
    planWake(
        pace.allowsKey()
            ? Math.max(keys.nextMillis(), nowMillis + 1)
            : nowMillis + pace.waitMillis(),
        nowMillis);
  }

  private boolean runQueued(long nowMillis) {
    while (queuedRunning < MAX_QUEUED_RUNNING && !queue.isEmpty()) {
      AnnouncedKey next = queue.remove();
      // It may have gone with a sweep, or been withdrawn.
      if (next.isQueued() && keys.isCurrent(next)) {
        queuedRunning++;
        run(next, true, false, nowMillis);
        return true;
      }
    }
    return false;
  }

  private boolean runDue(long nowMillis) {
    long early = settings.announceInterval().toMillis() / EARLY_PART;
    Optional<AnnouncedKey> next = keys.takeDue(early, nowMillis);
    next.ifPresent(
        entry -> {
          long backlog = backlogMillis(entry.key(), nowMillis);
          if (backlog > MAX_BACKLOG_MILLIS) {
            keys.rest(entry, nowMillis + backlog - MAX_BACKLOG_MILLIS);
          } else {
            // A key that is new, thin or failed is more urgent than a batch.
            boolean batching = entry.mayWait() && entry.places().size() == 1;
            run(entry, false, batching, nowMillis);
          }
        });
    return next.isPresent();
  }

  private long backlogMillis(NodeId key, long nowMillis) {
    long most = 0;
    for (Contact contact : neighbourhood.closest(key, Lookup.CLOSEST)) {
      most = Math.max(most, pacer.delayMillis(contact.address(), nowMillis));
    }
    return most;
  }

  private void planWake(long atMillis, long nowMillis) {
    if (atMillis < wakeMillis || wakeMillis <= nowMillis) {
      wake.cancel();
      wakeMillis = atMillis;
      wake =
          atMillis == Long.MAX_VALUE
              ? Timers.never()
              : timers.at(
                  atMillis,
                  now -> {
                    wakeMillis = Long.MAX_VALUE;
                    pumpWhenSettled(now);
                  });
    }
  }

  private PacedQueries newSender(int relyingBits) {
    return new PacedQueries(maintenance.queries(), pacer, neighbourhood, timers, relyingBits);
  }

  /// Keys that share more bits than the eight closest nodes do have nearly the same eight.
  private int relyingBits(NodeId key) {
    List<Contact> closest = neighbourhood.closest(key, Lookup.CLOSEST);
    return closest.size() < Lookup.CLOSEST
        ? PacedQueries.ALWAYS_ASK
        : key.commonPrefixBits(closest.getLast().id()) + FINER_BITS;
  }

  /// @param batching whether it may go out with others, to nodes that take many at once
  private void run(AnnouncedKey entry, boolean queued, boolean batching, long nowMillis) {
    pace.keyBegins();
    entry.begins();
    Run run =
        new Run(
            entry,
            queued,
            entry.round(),
            entry.places(),
            newSender(batching ? relyingBits(entry.key()) : PacedQueries.ALWAYS_ASK));
    maintenance
        .lookups()
        .lookUp(
            entry.key(),
            new Method.GetPeers(entry.key(), Set.of()),
            neighbourhood.closest(entry.key(), Lookup.CLOSEST),
            figures.plausibleRadius(maintenance.lookups().plausibleRadius()),
            run.queries(),
            (closest, now) -> {
              figures.found(entry.key(), closest);
              List<Contact> contacts = closest.stream().map(LookupRun.Holder::contact).toList();
              if (batching && batches.reach(contacts, now)) {
                goesWithOthers(run, contacts, now);
              } else if (batching && closest.stream().anyMatch(h -> h.token().isEmpty())) {
                // Not all take many at once: each has to be asked for a token of this key.
                settle(run);
                run(entry, queued, false, now);
              } else {
                new AnnounceRound(
                        entry.key(),
                        run.places(),
                        run.queries(),
                        (ports, holders, end) -> ended(run, ports, holders, end))
                    .start(closest, now);
              }
            })
        .start(nowMillis);
  }

  /// Its lane goes on at once: that is how a batch fills.
  private void goesWithOthers(Run run, List<Contact> closest, long nowMillis) {
    settle(run);
    keys.ended(run.entry());
    int port = run.places().getFirst().port();
    batches.add(
        run.entry().key(),
        port,
        closest,
        (holders, end) -> {
          figures.announced();
          taken(run, holders > 0 ? Set.of(port) : Set.of(), holders, end);
          pump(end);
        },
        nowMillis);
    pump(nowMillis);
  }

  private void settle(Run run) {
    pace.keySettled();
    spend(run.queries().sent());
  }

  private void spend(int queries) {
    figures.sent(queries);
    pace.spend(queries);
  }

  /// One announcement of a key, on its way.
  private record Run(
      AnnouncedKey entry, boolean queued, int round, List<Place> places, PacedQueries queries) {}

  private void ended(Run run, Set<Integer> ports, int holders, long nowMillis) {
    AnnouncedKey entry = run.entry();
    figures.announced();
    settle(run);
    if (run.queued()) {
      queuedRunning--;
    } else {
      keys.ended(entry);
    }
    taken(run, ports, holders, nowMillis);
    pump(nowMillis);
  }

  private void taken(Run run, Set<Integer> ports, int holders, long nowMillis) {
    AnnouncedKey entry = run.entry();
    keys.took(entry, holders, nowMillis);
    if (keys.isCurrent(entry)) {
      planNext(run, nowMillis);
      if (run.places().equals(entry.places())) {
        entry.notifyListeners(ports);
      }
    }
  }

  private void planNext(Run run, long nowMillis) {
    AnnouncedKey entry = run.entry();
    if (run.round() != entry.round()) {
      // New places, or new nodes, while it ran.
      long pause = entry.holders() > 0 ? GROWTH_PAUSE_MILLIS : 0;
      keys.plan(entry, nowMillis + pause, false);
    } else if (entry.holders() == 0) {
      keys.plan(entry, nowMillis + entry.takeRetryMillis(), false);
    } else {
      long interval = settings.announceInterval().toMillis();
      // Datagrams got lost, or a node is full: fewer keep it than could.
      boolean thin = entry.holders() < Math.min(Lookup.CLOSEST, table.size());
      long renewal = interval + (long) (keys.spread(entry) * interval / 3);
      keys.plan(entry, nowMillis + (thin ? interval / THIN_PART : renewal), !thin);
    }
  }

  /// The figures of now; walks over all keys, unless it did so a moment ago.
  public AnnounceFigures.Progress progress(long nowMillis) {
    return figures.progress(table.isLocal(), nowMillis);
  }
}
