package io.shoal.discovery.kademlia.announce;

import io.shoal.discovery.kademlia.lookup.Lookup;
import java.util.function.BooleanSupplier;

/// How fast keys go out: a budget, in keys, that time fills and queries use up. A key takes one
/// from it when it begins, and gives that back when it is settled: then its queries have been paid.
/// Among local nodes a key costs one whatever it takes: it is their number that is small.
/// Single-threaded.
final class AnnouncePace {
  /// A hundred thousand keys in fourteen minutes, at 16 packets and about 2 kB each: some 2 Mbit/s
  /// in either direction. No node gets more than [AddressPacer] allows.
  static final int KEYS_PER_SECOND = 120;

  /// Among local nodes alone: in a small network every node gets two queries a key, which is half
  /// of what a node answers to one local address.
  static final int LOCAL_KEYS_PER_SECOND = 400;

  /// Keys that may go out at once after a pause: what a user adds by hand.
  static final int BURST_KEYS = 50;

  /// Eight lookups and eight announcements: what a key costs if all is known (BEP 5's tokens are
  /// bound to the key). A key that costs more or less changes the pace.
  static final int QUERIES_PER_KEY = 2 * Lookup.CLOSEST;

  private final BooleanSupplier isLocal;
  private double budget = BURST_KEYS;
  private long refilledMillis;

  /// @param isLocal whether only local nodes are known now
  AnnouncePace(BooleanSupplier isLocal) {
    this.isLocal = isLocal;
  }

  private int keysPerSecond() {
    return isLocal.getAsBoolean() ? LOCAL_KEYS_PER_SECOND : KEYS_PER_SECOND;
  }

  void refill(long nowMillis) {
    double refilled = budget + (nowMillis - refilledMillis) * (double) keysPerSecond() / 1000;
    budget = Math.min(BURST_KEYS, refilled);
    refilledMillis = nowMillis;
  }

  /// Whether another key may go out now.
  boolean allowsKey() {
    return budget >= 1;
  }

  /// How long until another key may go out.
  long waitMillis() {
    return (long) Math.ceil((1 - budget) * 1000 / keysPerSecond());
  }

  void keyBegins() {
    budget--;
  }

  void keySettled() {
    budget += isLocal.getAsBoolean() ? 0 : 1;
  }

  void spend(int queries) {
    budget -= isLocal.getAsBoolean() ? 0 : (double) queries / QUERIES_PER_KEY;
  }
}
