package io.shoal.runtime;

import io.shoal.api.PeerAddress;
import io.shoal.api.RemotePeer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/// What this node remembers of peers: how fast, how reliable, who is banned and until when. Usable
/// from any thread.
final class PeerBook {
  /// Peers that are remembered; about 400 bytes each.
  static final int MAX_PEERS = 4_096;

  /// Bans that are remembered. They outlive the peer's entry.
  static final int MAX_BANS = 4_096;

  /// How long who sent wrong bytes stays away. Long enough that lying does not pay, short enough
  /// for a repaired machine to come back.
  static final Duration BAN = Duration.ofHours(1);

  /// A score moves half the way back to the middle in this time: old sins and old merits count
  /// less.
  private static final double SCORE_HALF_LIFE_MILLIS = Duration.ofHours(1).toMillis();

  private static final double MIDDLE_SCORE = 50;
  private static final long MAX_RETRY_MILLIS = Duration.ofMinutes(5).toMillis();

  /// What is known of a peer.
  record Entry(
      PeerKey key,
      PeerAddress address,
      String agent,
      long roundTripMillis,
      long receivedBytes,
      long sentBytes,
      int failures,
      int score) {}

  /// A ban.
  record Ban(String reason, long untilMillis) {}

  private static final class Known {
    private PeerAddress address;
    private String agent = "";
    private long roundTripMillis = -1;
    private long receivedBytes;
    private long sentBytes;
    private int failures;
    private double score = MIDDLE_SCORE;
    private long scoredMillis;
    private long seenMillis;
    private long retryMillis;

    Known(PeerAddress address) {
      this.address = address;
    }
  }

  private final LongSupplier clockMillis;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<PeerKey, Known> peers = new HashMap<>();
  private final Map<PeerKey, Ban> bans = new LinkedHashMap<>();
  private long changes;

  /// @param clockMillis wall-clock time in milliseconds
  PeerBook(LongSupplier clockMillis) {
    this.clockMillis = clockMillis;
  }

  /// A connection stands.
  void connected(RemotePeer remote, long roundTripMillis) {
    lock.lock();
    try {
      Known known = known(PeerKey.of(remote), remote.listenAddress().orElse(remote.address()));
      known.agent = remote.agent();
      known.failures = 0;
      known.retryMillis = 0;
      if (roundTripMillis >= 0) {
        known.roundTripMillis = roundTripMillis;
      }
      if (remote.provenId().isPresent() && remote.outbound()) {
        // What was remembered of the bare address belongs to the peer that proved to be there.
        peers.remove(new PeerKey(remote.address().uri()));
      }
    } finally {
      lock.unlock();
    }
  }

  void received(RemotePeer remote, long bytes) {
    lock.lock();
    try {
      Known known = known(PeerKey.of(remote), remote.address());
      known.receivedBytes += bytes;
      score(known, bytes > 0 ? 1 : 0);
    } finally {
      lock.unlock();
    }
  }

  void sent(RemotePeer remote, long bytes) {
    lock.lock();
    try {
      known(PeerKey.of(remote), remote.address()).sentBytes += bytes;
    } finally {
      lock.unlock();
    }
  }

  /// Nobody answered at an address, or who was there failed.
  void failed(PeerAddress address) {
    lock.lock();
    try {
      PeerKey key = address.peerId().map(PeerKey::of).orElse(new PeerKey(address.uri()));
      Known known = known(key, address);
      known.failures++;
      long wait = Math.min(MAX_RETRY_MILLIS, 1000L << Math.min(known.failures - 1, 20));
      known.retryMillis = clockMillis.getAsLong() + wait;
      score(known, -10);
    } finally {
      lock.unlock();
    }
  }

  /// Whether an address may be dialled now: not banned, and not failed a moment ago.
  boolean mayDial(PeerAddress address) {
    lock.lock();
    try {
      long now = clockMillis.getAsLong();
      Optional<PeerKey> id = address.peerId().map(PeerKey::of);
      if (id.map(key -> banned(key, now)).orElse(false) || banned(PeerKey.unproven(address), now)) {
        return false;
      }
      Known known = peers.get(id.orElse(new PeerKey(address.uri())));
      return known == null || known.retryMillis <= now;
    } finally {
      lock.unlock();
    }
  }

  /// Why who is at an address is banned, if that is so.
  Optional<Ban> ban(PeerAddress address) {
    return address
        .peerId()
        .map(PeerKey::of)
        .flatMap(this::ban)
        .or(() -> ban(PeerKey.unproven(address)));
  }

  void ban(RemotePeer remote, String reason) {
    lock.lock();
    try {
      PeerKey key =
          remote.provenId().map(PeerKey::of).orElseGet(() -> PeerKey.unproven(remote.address()));
      long now = clockMillis.getAsLong();
      bans.values().removeIf(ban -> ban.untilMillis() <= now);
      if (bans.size() >= MAX_BANS) {
        bans.remove(bans.keySet().iterator().next());
      }
      bans.put(key, new Ban(reason, now + BAN.toMillis()));
      known(PeerKey.of(remote), remote.address()).score = 0;
    } finally {
      lock.unlock();
    }
  }

  /// The ban of who is on the other side of a connection.
  Optional<Ban> ban(RemotePeer remote) {
    PeerKey key =
        remote.provenId().map(PeerKey::of).orElseGet(() -> PeerKey.unproven(remote.address()));
    lock.lock();
    try {
      long now = clockMillis.getAsLong();
      return banned(key, now) ? Optional.ofNullable(bans.get(key)) : Optional.empty();
    } finally {
      lock.unlock();
    }
  }

  /// The ban of a peer by its key.
  Optional<Ban> ban(PeerKey key) {
    lock.lock();
    try {
      return banned(key, clockMillis.getAsLong())
          ? Optional.ofNullable(bans.get(key))
          : Optional.empty();
    } finally {
      lock.unlock();
    }
  }

  List<Entry> entries() {
    lock.lock();
    try {
      List<Entry> entries = new ArrayList<>(peers.size());
      peers.forEach(
          (key, known) -> {
            score(known, 0);
            entries.add(
                new Entry(
                    key,
                    known.address,
                    known.agent,
                    known.roundTripMillis,
                    known.receivedBytes,
                    known.sentBytes,
                    known.failures,
                    (int) Math.round(known.score)));
          });
      return entries;
    } finally {
      lock.unlock();
    }
  }

  /// The bans that hold now.
  Map<PeerKey, Ban> bans() {
    lock.lock();
    try {
      long now = clockMillis.getAsLong();
      Map<PeerKey, Ban> holding = new LinkedHashMap<>(bans);
      holding.values().removeIf(ban -> ban.untilMillis() <= now);
      return holding;
    } finally {
      lock.unlock();
    }
  }

  /// A number that grows whenever something becomes known.
  long changes() {
    lock.lock();
    try {
      return changes;
    } finally {
      lock.unlock();
    }
  }

  /// Takes up what was known of a peer when its score was `entry.score()`, at `scoredMillis`.
  void restore(Entry entry, long scoredMillis) {
    lock.lock();
    try {
      Known known = known(entry.key(), entry.address());
      known.agent = entry.agent();
      known.roundTripMillis = entry.roundTripMillis();
      known.receivedBytes = entry.receivedBytes();
      known.sentBytes = entry.sentBytes();
      known.failures = entry.failures();
      known.score = Math.clamp(entry.score(), 0, 100);
      // A clock that was set back must not make a score grow.
      known.scoredMillis = Math.min(scoredMillis, clockMillis.getAsLong());
      known.seenMillis = known.scoredMillis;
    } finally {
      lock.unlock();
    }
  }

  /// Takes up a ban, unless it is over. It lasts no longer from now than a new one, whatever became
  /// of the clock.
  void restore(PeerKey key, Ban ban) {
    lock.lock();
    try {
      long now = clockMillis.getAsLong();
      if (ban.untilMillis() > now && bans.size() < MAX_BANS) {
        bans.put(key, new Ban(ban.reason(), Math.min(ban.untilMillis(), now + BAN.toMillis())));
      }
    } finally {
      lock.unlock();
    }
  }

  private boolean banned(PeerKey key, long now) {
    Ban ban = bans.get(key);
    return ban != null && ban.untilMillis() > now;
  }

  private void score(Known known, double by) {
    long now = clockMillis.getAsLong();
    double kept = Math.pow(0.5, (now - known.scoredMillis) / SCORE_HALF_LIFE_MILLIS);
    known.score = Math.clamp(MIDDLE_SCORE + (known.score - MIDDLE_SCORE) * kept + by, 0, 100);
    known.scoredMillis = now;
  }

  private Known known(PeerKey key, PeerAddress address) {
    long now = clockMillis.getAsLong();
    Known known = peers.get(key);
    if (known == null) {
      if (peers.size() >= MAX_PEERS) {
        // A tenth at once, so that a flood of new addresses does not sort the book for each.
        peers.entrySet().stream()
            .sorted(Comparator.comparingLong(entry -> entry.getValue().seenMillis))
            .limit(MAX_PEERS / 10)
            .map(Map.Entry::getKey)
            .toList()
            .forEach(peers::remove);
      }
      known = new Known(address);
      known.scoredMillis = now;
      peers.put(key, known);
    }
    known.seenMillis = now;
    changes++;
    return known;
  }
}
