package io.shoal.discovery.kademlia.item;

import io.shoal.discovery.kademlia.krpc.Item;
import io.shoal.discovery.kademlia.krpc.Method;
import io.shoal.discovery.kademlia.krpc.NodeId;
import io.shoal.discovery.kademlia.krpc.Packet;
import io.shoal.discovery.kademlia.lookup.Lookup;
import io.shoal.discovery.kademlia.lookup.LookupRun;
import io.shoal.discovery.kademlia.lookup.Timers;
import io.shoal.discovery.kademlia.maintenance.Bootstrap;
import io.shoal.discovery.kademlia.maintenance.TableMaintenance;
import io.shoal.discovery.kademlia.routing.DhtSettings;
import io.shoal.discovery.kademlia.routing.RoutingTable;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.random.RandomGenerator;

/// Gets and puts items in the network, and keeps alive those that this node holds for others (BEP
/// 44). Single-threaded.
public final class ItemClient {
  /// An item that was not put for so long is put again by its holders. A node adds up to half as
  /// much of its own, so that one of the eight holders comes first and spares the others the work.
  static final long REPUBLISH_MILLIS = 60 * 60_000;

  /// How often a node does that for one version of an item: for a day, so that an abandoned item
  /// disappears.
  static final int MAX_REPUBLICATIONS = 24;

  /// One item is put again so often at most: with about 30 queries each, 6 queries a second.
  static final long REPUBLISH_PAUSE_MILLIS = 5_000;

  private final DhtSettings settings;
  private final RoutingTable table;
  private final TableMaintenance maintenance;
  private final Bootstrap bootstrap;
  private final ItemStore store;
  private final Timers timers;
  private final long republishMillis;
  private boolean republishing;

  public ItemClient(
      DhtSettings settings,
      RoutingTable table,
      TableMaintenance maintenance,
      Bootstrap bootstrap,
      ItemStore store,
      RandomGenerator random,
      Timers timers) {
    this.settings = settings;
    this.table = table;
    this.maintenance = maintenance;
    this.bootstrap = bootstrap;
    this.store = store;
    this.timers = timers;
    this.republishMillis = REPUBLISH_MILLIS + random.nextLong(REPUBLISH_MILLIS / 2);
  }

  /// How a publication ended.
  public sealed interface PutEnd {
    /// Some took it; 0 if none of those that were asked did.
    record Stored(int nodes) implements PutEnd {}

    /// A node holds a newer item, another one of the same sequence number, or not the one that was
    /// to be replaced.
    ///
    /// @param sequence its sequence number, if it was shown
    record Conflict(OptionalLong sequence) implements PutEnd {}

    /// No node could be asked.
    record NobodyAnswered() implements PutEnd {}

    /// The outcome of both families together: a conflict in one of them is one.
    default PutEnd and(PutEnd other) {
      return switch (this) {
        case NobodyAnswered() -> other;
        case Conflict conflict -> conflict;
        case Stored(int nodes) ->
            switch (other) {
              case Stored(int more) -> new Stored(nodes + more);
              case Conflict conflict -> conflict;
              case NobodyAnswered() -> this;
            };
      };
    }
  }

  /// Takes how a publication ended.
  @FunctionalInterface
  public interface PutListener {
    void ended(PutEnd end, long nowMillis);
  }

  /// Looks for an item. Of the closest nodes, those that lag behind are given what was found.
  public void get(ItemName name, ItemGet.End end, long nowMillis) {
    ItemGet.End refreshing =
        (outcome, now) -> {
          outcome.item().ifPresent(item -> give(item, outcome.lagging(), now));
          end.ended(outcome, now);
        };
    bootstrap.whenSettled(now -> lookUp(name, refreshing, now), nowMillis);
  }

  private void give(Item item, List<LookupRun.Holder> to, long nowMillis) {
    new PutRound(item, OptionalLong.empty(), maintenance.queries(), (stored, faults, now) -> {})
        .start(to, nowMillis);
  }

  private void lookUp(ItemName name, ItemGet.End end, long nowMillis) {
    NodeId target = name.target();
    Optional<Item> known = store.get(target, nowMillis);
    maintenance
        .lookups()
        .lookUp(
            target,
            new Method.Get(target, OptionalLong.empty(), Set.of()),
            new ItemGet(name, known, end))
        .start(nowMillis);
  }

  /// Gives a verified item to the closest nodes, and keeps it here as well, for nodes that ask
  /// here.
  ///
  /// @param replaces the only sequence number that may be replaced, if any
  public void put(Item item, OptionalLong replaces, PutListener listener, long nowMillis) {
    bootstrap.whenSettled(
        settled ->
            lookUp(
                ItemName.of(item),
                (outcome, now) -> put(item, replaces, outcome, listener, now),
                settled),
        nowMillis);
  }

  private void put(
      Item item, OptionalLong replaces, ItemGet.Outcome found, PutListener listener, long now) {
    if (found.closest().isEmpty()) {
      listener.ended(new PutEnd.NobodyAnswered(), now);
      return;
    }
    Optional<PutEnd> conflict = found.item().flatMap(there -> conflict(there, item, replaces));
    if (conflict.isPresent()) {
      listener.ended(conflict.get(), now);
      return;
    }
    // Its source is this node; the address stands for "not counted".
    store.put(item, item.target(), OptionalLong.empty(), InetAddress.getLoopbackAddress(), now);
    PutRound.End end =
        (stored, faults, ended) -> {
          boolean refused = stored == 0 && faults.stream().anyMatch(ItemClient::isConflict);
          listener.ended(
              refused ? new PutEnd.Conflict(OptionalLong.empty()) : new PutEnd.Stored(stored),
              ended);
        };
    new PutRound(item, replaces, maintenance.queries(), end).start(found.closest(), now);
  }

  private static boolean isConflict(Packet.Fault fault) {
    return fault.code() == Packet.Fault.OTHER_SEQUENCE || fault.code() == Packet.Fault.OLD_SEQUENCE;
  }

  private static Optional<PutEnd> conflict(Item there, Item item, OptionalLong replaces) {
    if (!(there instanceof Item.Mutable old && item instanceof Item.Mutable mutable)) {
      return Optional.empty();
    }
    boolean same = old.sequence() == mutable.sequence() && old.value().equals(mutable.value());
    boolean allowed =
        same
            || mutable.sequence() > old.sequence()
                && (replaces.isEmpty() || replaces.getAsLong() == old.sequence());
    return allowed
        ? Optional.empty()
        : Optional.of(new PutEnd.Conflict(OptionalLong.of(old.sequence())));
  }

  /// Drops what has expired and puts again, one after the other, what would expire soon.
  public void sweep(long nowMillis) {
    store.expire(nowMillis);
    if (!republishing) {
      republishNext(nowMillis);
    }
  }

  private void republishNext(long nowMillis) {
    Optional<Item> due = store.due(nowMillis - republishMillis, MAX_REPUBLICATIONS);
    republishing = due.isPresent() && !settings.readOnly();
    if (republishing) {
      Item item = due.get();
      // Whatever the outcome, it is not due again for an hour.
      store.renew(item.target(), nowMillis);
      lookUp(ItemName.of(item), (outcome, now) -> republish(item, outcome, now), nowMillis);
      timers.at(nowMillis + REPUBLISH_PAUSE_MILLIS, this::republishNext);
    }
  }

  private void republish(Item held, ItemGet.Outcome found, long nowMillis) {
    NodeId target = held.target();
    long nearer =
        found.closest().stream()
            .filter(holder -> target.compareDistance(holder.contact().id(), table.self()) < 0)
            .count();
    // Enough other nodes are nearer now: they keep it, and it expires here.
    if (nearer < Lookup.CLOSEST) {
      give(found.item().orElse(held), found.closest(), nowMillis);
    }
  }
}
