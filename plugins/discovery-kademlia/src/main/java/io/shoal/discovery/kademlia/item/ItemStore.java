package io.shoal.discovery.kademlia.item;

import io.shoal.discovery.kademlia.bencode.Bytes;
import io.shoal.discovery.kademlia.krpc.Item;
import io.shoal.discovery.kademlia.krpc.NodeId;
import io.shoal.discovery.kademlia.krpc.Packet.Fault;
import io.shoal.discovery.kademlia.routing.SourceCounts;
import java.net.InetAddress;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/// The items that others put here (BEP 44). Each lives for two hours unless it is put again. When
/// the store is full, the items that are farthest from this node's id make room for nearer ones:
/// for those other nodes are nearer.
///
/// Single-threaded. All that it holds is verified.
public final class ItemStore {
  /// BEP 44.
  static final long LIFETIME_MILLIS = 2 * 60 * 60_000;

  /// Three times what libtorrent keeps.
  static final int MAX_ITEMS = 2_000;

  /// Values, keys, salts and signatures of all items, without what the JVM adds: some 3 MB in all.
  static final int MAX_BYTES = 1_500_000;

  /// Of one source on the open internet, so that no source fills the store alone.
  static final int MAX_ITEMS_PER_SOURCE = 200;

  /// Each costs about a tenth of a millisecond, so that puts take at most some percent of a
  /// processor.
  static final int MAX_CHECKS_PER_SECOND = 200;

  private final Supplier<NodeId> self;

  /// Least recently put first: expiry is a walk from the front.
  private final Map<NodeId, Held> items = new LinkedHashMap<>();

  private final SourceCounts sources;
  private int bytes;
  private double checks = MAX_CHECKS_PER_SECOND;
  private long checksMillis;

  /// @param self this node's id, which may change
  public ItemStore(Supplier<NodeId> self, RandomGenerator random, long nowMillis) {
    this.self = self;
    this.sources = new SourceCounts(random);
    this.checksMillis = nowMillis;
  }

  /// Why an item is not taken, as a [Fault] says it.
  public record Refusal(int code, String text) {}

  /// @param renewals how often this node itself renewed it
  private record Held(Item item, InetAddress source, long putMillis, int renewals) {
    int bytes() {
      return bytesOf(item);
    }
  }

  private static int bytesOf(Item item) {
    return switch (item) {
      case Item.Immutable(Bytes value) -> value.length();
      case Item.Mutable mutable ->
          mutable.value().length()
              + mutable.salt().length()
              + Item.KEY_BYTES
              + Item.SIGNATURE_BYTES;
    };
  }

  /// The checks that come before that of the token.
  public static Optional<Refusal> refuseSize(Item item) {
    if (item.value().length() > Item.MAX_VALUE_BYTES) {
      return refusal(Fault.VALUE_TOO_BIG, "Value too big");
    }
    return item instanceof Item.Mutable mutable && mutable.salt().length() > Item.MAX_SALT_BYTES
        ? refusal(Fault.SALT_TOO_BIG, "Salt too big")
        : Optional.empty();
  }

  /// Stores an item or renews it, if it passes the checks that come after that of the token.
  ///
  /// @param target that of the item
  /// @param replaces the only sequence number that may be replaced, if any
  /// @return empty if it is stored now
  public Optional<Refusal> put(
      Item item, NodeId target, OptionalLong replaces, InetAddress source, long nowMillis) {
    expire(nowMillis);
    Optional<Held> held = Optional.ofNullable(items.get(target));
    if (item instanceof Item.Mutable mutable && mutable.sequence() < 0) {
      return refusal(Fault.PROTOCOL, "Negative sequence number");
    }
    // Before the signature, which costs more than all the rest.
    if (held.isEmpty() && !isWelcome(target, item, source)) {
      return refusal(Fault.SERVER, "Full");
    }
    boolean verified = held.isPresent() && held.get().item().equals(item);
    if (!verified && item instanceof Item.Mutable mutable) {
      if (!mayCheck(nowMillis)) {
        return refusal(Fault.SERVER, "Busy");
      }
      if (!Ed25519.verifies(mutable.key(), mutable.signedBytes(), mutable.signature())) {
        return refusal(Fault.BAD_SIGNATURE, "Invalid signature");
      }
    }
    Optional<Refusal> older = held.flatMap(h -> refuseOrder(h.item(), item, replaces));
    if (older.isEmpty()) {
      makeRoom(item, target);
      int renewals = held.filter(h -> h.item().equals(item)).map(Held::renewals).orElse(0);
      keep(target, new Held(item, held.map(Held::source).orElse(source), nowMillis, renewals));
    }
    return older;
  }

  private static Optional<Refusal> refuseOrder(Item stored, Item item, OptionalLong replaces) {
    if (!(stored instanceof Item.Mutable old && item instanceof Item.Mutable mutable)) {
      // A value with the hash of a key and salt does not happen by chance.
      return stored.equals(item)
          ? Optional.empty()
          : refusal(Fault.PROTOCOL, "An item of the other kind is stored");
    }
    if (replaces.isPresent() && replaces.getAsLong() != old.sequence()) {
      return refusal(Fault.OTHER_SEQUENCE, "CAS mismatch");
    }
    boolean same = mutable.sequence() == old.sequence() && mutable.value().equals(old.value());
    return same || mutable.sequence() > old.sequence()
        ? Optional.empty()
        : refusal(Fault.OLD_SEQUENCE, "Sequence number not above the stored one");
  }

  private boolean isWelcome(NodeId target, Item item, InetAddress source) {
    if (sources.of(source) >= MAX_ITEMS_PER_SOURCE) {
      return false;
    }
    return hasRoom(bytesOf(item)) || self.get().compareDistance(target, farthest()) < 0;
  }

  private boolean hasRoom(int more) {
    return items.size() < MAX_ITEMS && bytes + more <= MAX_BYTES;
  }

  private NodeId farthest() {
    return items.keySet().stream().max(self.get()::compareDistance).orElseGet(self);
  }

  /// A newcomer that is let in is nearer than the farthest item, and no item is larger than a few
  /// others: so it does not go itself.
  private void makeRoom(Item item, NodeId target) {
    remove(target);
    while (!items.isEmpty() && !hasRoom(bytesOf(item))) {
      remove(farthest());
    }
  }

  private void keep(NodeId target, Held held) {
    items.put(target, held);
    bytes += held.bytes();
    sources.add(held.source(), 1);
  }

  private void remove(NodeId target) {
    Optional.ofNullable(items.remove(target)).ifPresent(this::uncount);
  }

  private void uncount(Held held) {
    bytes -= held.bytes();
    sources.add(held.source(), -1);
  }

  private boolean mayCheck(long nowMillis) {
    double refilled = checks + (nowMillis - checksMillis) * MAX_CHECKS_PER_SECOND / 1000.0;
    checks = Math.min(refilled, MAX_CHECKS_PER_SECOND);
    checksMillis = nowMillis;
    if (checks < 1) {
      return false;
    }
    checks--;
    return true;
  }

  public Optional<Item> get(NodeId target, long nowMillis) {
    expire(nowMillis);
    return Optional.ofNullable(items.get(target)).map(Held::item);
  }

  /// The item that was not put for longest, if that was before the given time.
  ///
  /// @param maxRenewals items that this node renewed so often itself are left to expire
  Optional<Item> due(long millis, int maxRenewals) {
    for (Held held : items.values()) {
      if (held.putMillis() > millis) {
        return Optional.empty();
      }
      if (held.renewals() < maxRenewals) {
        return Optional.of(held.item());
      }
    }
    return Optional.empty();
  }

  /// Prolongs the life of an item as if it had been put again.
  void renew(NodeId target, long nowMillis) {
    Optional.ofNullable(items.remove(target))
        .ifPresent(
            held ->
                items.put(
                    target, new Held(held.item(), held.source(), nowMillis, held.renewals() + 1)));
  }

  /// Drops what has expired.
  void expire(long nowMillis) {
    Iterator<Held> oldestFirst = items.values().iterator();
    while (oldestFirst.hasNext()) {
      Held held = oldestFirst.next();
      if (nowMillis - held.putMillis() < LIFETIME_MILLIS) {
        return;
      }
      oldestFirst.remove();
      uncount(held);
    }
  }

  int size() {
    return items.size();
  }

  private static Optional<Refusal> refusal(int code, String text) {
    return Optional.of(new Refusal(code, text));
  }
}
