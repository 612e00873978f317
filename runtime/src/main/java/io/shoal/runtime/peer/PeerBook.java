package io.shoal.runtime.peer;

import io.shoal.api.PeerAddress;
import io.shoal.api.RemotePeer;
import io.shoal.runtime.peer.Reputation.Penalty;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/// What this node remembers of peers: how fast, how reliable, who is banned and until when. Usable
/// from any thread.
///
/// A peer is held to account by what it proved to be, an address only for whether somebody answers
/// there: else who announces a stranger's identity at an address where nobody is would ruin the
/// stranger's name.
public final class PeerBook {
  /// Peers that are remembered; about 500 bytes each.
  static final int MAX_PEERS = 4_096;

  private static final long MAX_RETRY_MILLIS = Duration.ofMinutes(5).toMillis();

  /// What is known of a peer.
  ///
  /// @param seenMillis when it was last heard of
  public record Entry(
      PeerKey key,
      PeerAddress address,
      String agent,
      long roundTripMillis,
      long receivedBytes,
      long sentBytes,
      int failures,
      Reputation reputation,
      long seenMillis) {}

  private static final class Known {
    private PeerAddress address;
    private String agent = "";
    private long roundTripMillis = -1;
    private long receivedBytes;
    private long sentBytes;
    private int failures;
    private Reputation reputation;
    private long seenMillis;
    private long retryMillis;

    Known(PeerAddress address, Reputation reputation) {
      this.address = address;
      this.reputation = reputation;
    }
  }

  private final LongSupplier clockMillis;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<PeerKey, Known> peers = new HashMap<>();
  private final Map<String, PeerKey> provenAt = new HashMap<>();
  private final Bans bans = new Bans();
  private long changes;
  private long distrusts;

  /// @param clockMillis wall-clock time in milliseconds
  public PeerBook(LongSupplier clockMillis) {
    this.clockMillis = clockMillis;
  }

  private <T> T locked(Supplier<T> work) {
    lock.lock();
    try {
      return work.get();
    } finally {
      lock.unlock();
    }
  }

  private void change(Runnable work) {
    lock.lock();
    try {
      work.run();
      changes++;
    } finally {
      lock.unlock();
    }
  }

  // --- what happened
  // -------------------------------------------------------------------------

  /// A connection stands.
  public void connected(RemotePeer remote, long roundTripMillis) {
    change(
        () -> {
          Known known = known(PeerKey.of(remote), remote.address());
          known.address = remote.listenAddress().orElse(remote.address());
          known.agent = remote.agent();
          known.failures = 0;
          known.retryMillis = 0;
          if (roundTripMillis >= 0) {
            known.roundTripMillis = roundTripMillis;
          }
          if (remote.provenId().isPresent() && remote.outbound()) {
            // What was remembered of the bare address belongs to the peer that proved to be there.
            peers.remove(new PeerKey(remote.address().uri()));
            provenAt.put(remote.address().uri(), PeerKey.of(remote));
          }
        });
  }

  /// Bytes of the peer's were verified.
  public void received(RemotePeer remote, long bytes) {
    change(
        () -> {
          Known known = known(PeerKey.of(remote), remote.address());
          known.receivedBytes += bytes;
          known.reputation = known.reputation.gave(bytes, now());
        });
  }

  public void sent(RemotePeer remote, long bytes) {
    change(() -> known(PeerKey.of(remote), remote.address()).sentBytes += bytes);
  }

  /// Nobody answered at an address, or somebody else than was expected.
  public void unreachable(PeerAddress address) {
    change(
        () -> {
          Known known = known(new PeerKey(address.uri()), address);
          known.reputation = known.reputation.did(Penalty.UNREACHABLE, now());
          retryLater(known);
        });
  }

  /// A peer did something that counts against it.
  public void did(RemotePeer remote, Penalty penalty) {
    change(
        () -> {
          Known known = known(PeerKey.of(remote), remote.address());
          known.reputation = known.reputation.did(penalty, now());
        });
  }

  /// This node parted from a peer: it is not dialled again at once.
  public void partedFrom(RemotePeer remote) {
    change(() -> retryLater(known(PeerKey.of(remote), remote.address())));
  }

  private void retryLater(Known known) {
    known.failures++;
    long wait = Math.min(MAX_RETRY_MILLIS, 1000L << Math.min(known.failures - 1, 20));
    known.retryMillis = now() + wait;
  }

  /// A peer did harm.
  ///
  /// @return the ban, and those of where it is that follow from it
  public List<Bans.Ban> ban(RemotePeer remote, String reason) {
    return locked(
        () -> {
          changes++;
          Known known = known(PeerKey.of(remote), remote.address());
          known.reputation = known.reputation.did(Penalty.LIED, now());
          List<Bans.Ban> made =
              bans.add(
                  remote.provenId().isPresent() ? Bans.Kind.IDENTITY : Bans.Kind.ADDRESS,
                  banKey(remote).text(),
                  PeerOrigin.of(remote.address()),
                  reason,
                  now());
          distrusts += made.size() - 1;
          return made;
        });
  }

  /// Of those that came by themselves and prove nothing the connection alone: others come from the
  /// same host. Many of them make the host distrusted.
  private static PeerKey banKey(RemotePeer remote) {
    return remote.provenId().isPresent() || !remote.outbound()
        ? PeerKey.of(remote)
        : PeerKey.unproven(remote.address());
  }

  // --- what follows
  // -------------------------------------------------------------------------

  /// Whether an address may be dialled now.
  ///
  /// @param given whether the user named it: then its score and its neighbours count for nothing
  public boolean mayDial(PeerAddress address, boolean given) {
    return locked(
        () -> {
          Optional<Known> bare = Optional.ofNullable(peers.get(new PeerKey(address.uri())));
          Optional<Known> known = keyOf(address).map(peers::get);
          boolean waits =
              bare.filter(k -> k.retryMillis > now()).isPresent()
                  || known.filter(k -> k.retryMillis > now()).isPresent();
          if (waits || banOf(address, given).isPresent()) {
            return false;
          }
          double score = known.or(() -> bare).map(this::score).orElse(Reputation.MIDDLE);
          return given
              || score >= Reputation.MERITED
              || score >= Reputation.MIN_TO_DIAL
                  && bans.distrusted(PeerOrigin.of(address), now()).isEmpty();
        });
  }

  /// The score of who is expected at an address.
  public double score(PeerAddress address) {
    return locked(
        () ->
            keyOf(address)
                .map(peers::get)
                .or(() -> Optional.ofNullable(peers.get(new PeerKey(address.uri()))))
                .map(this::score)
                .orElse(Reputation.MIDDLE));
  }

  public double score(RemotePeer remote) {
    return locked(
        () ->
            Optional.ofNullable(peers.get(PeerKey.of(remote)))
                .map(this::score)
                .orElse(Reputation.MIDDLE));
  }

  /// Why a peer is asked for nothing although it is connected, if that is so: too many were banned
  /// where it comes from, and it has no merits of its own.
  public Optional<Bans.Ban> distrusted(RemotePeer remote) {
    return locked(
        () ->
            score(remote) >= Reputation.MERITED
                ? Optional.empty()
                : bans.distrusted(PeerOrigin.of(remote.address()), now()));
  }

  /// Why who is at an address is banned, if that is so.
  public Optional<Bans.Ban> ban(PeerAddress address) {
    return locked(() -> banOf(address, false));
  }

  private Optional<Bans.Ban> banOf(PeerAddress address, boolean given) {
    // Where the user sends this node, who was met there last may have been replaced.
    Optional<PeerKey> who = given ? address.peerId().map(PeerKey::of) : keyOf(address);
    return who.flatMap(key -> bans.of(key.text(), now()))
        .or(() -> bans.of(PeerKey.unproven(address).text(), now()));
  }

  /// The ban of who is on the other side of a connection.
  public Optional<Bans.Ban> ban(RemotePeer remote) {
    PeerKey key =
        remote.provenId().map(PeerKey::of).orElseGet(() -> PeerKey.unproven(remote.address()));
    return ban(key);
  }

  /// The ban of a peer by its key.
  public Optional<Bans.Ban> ban(PeerKey key) {
    return locked(() -> bans.of(key.text(), now()));
  }

  /// A number that grows whenever a host or a network becomes distrusted.
  public long distrusts() {
    return locked(() -> distrusts);
  }

  /// The bans that hold now.
  public List<Bans.Ban> bans() {
    return locked(() -> bans.holding(now()));
  }

  private Optional<PeerKey> keyOf(PeerAddress address) {
    return address
        .peerId()
        .map(PeerKey::of)
        .or(() -> Optional.ofNullable(provenAt.get(address.uri())));
  }

  private double score(Known known) {
    return known.reputation.at(now());
  }

  private long now() {
    return clockMillis.getAsLong();
  }

  // --- all that is known
  // -------------------------------------------------------------------------

  public List<Entry> entries() {
    return locked(
        () -> {
          List<Entry> entries = new ArrayList<>(peers.size());
          peers.forEach((key, known) -> entries.add(entry(key, known)));
          return entries;
        });
  }

  private static Entry entry(PeerKey key, Known known) {
    return new Entry(
        key,
        known.address,
        known.agent,
        known.roundTripMillis,
        known.receivedBytes,
        known.sentBytes,
        known.failures,
        known.reputation,
        known.seenMillis);
  }

  /// Bans with those that are over but make the next one longer.
  List<Bans.Ban> rememberedBans() {
    return locked(() -> List.copyOf(bans.remembered()));
  }

  /// A number that grows whenever something becomes known.
  long changes() {
    return locked(() -> changes);
  }

  /// Takes up what was known of a peer.
  void restore(Entry entry) {
    change(
        () -> {
          Known known = known(entry.key(), entry.address());
          known.agent = entry.agent();
          known.roundTripMillis = entry.roundTripMillis();
          known.receivedBytes = entry.receivedBytes();
          known.sentBytes = entry.sentBytes();
          known.failures = entry.failures();
          Reputation was = entry.reputation();
          // A clock that was set back must not keep a score from fading.
          known.reputation =
              new Reputation(Math.clamp(was.score(), 0, 100), Math.min(was.atMillis(), now()));
          known.seenMillis = Math.min(entry.seenMillis(), now());
        });
  }

  /// Takes up a ban, unless it is forgotten by now.
  void restore(Bans.Ban ban) {
    change(() -> bans.restore(ban, now()));
  }

  private Known known(PeerKey key, PeerAddress address) {
    Known known = peers.get(key);
    if (known == null) {
      makeRoom();
      known = new Known(address, Reputation.unknown(now()));
      peers.put(key, known);
    }
    known.seenMillis = now();
    return known;
  }

  /// Who never gave anything goes first: a flood of new names must not wash away whom this node
  /// knows well.
  private void makeRoom() {
    if (peers.size() < MAX_PEERS) {
      return;
    }
    // A tenth at once, so that a flood of new addresses does not sort the book for each.
    peers.entrySet().stream()
        .sorted(
            Comparator.comparing((Map.Entry<PeerKey, Known> e) -> e.getValue().receivedBytes > 0)
                .thenComparingLong(e -> e.getValue().seenMillis))
        .limit(MAX_PEERS / 10)
        .map(Map.Entry::getKey)
        .toList()
        .forEach(peers::remove);
    provenAt.values().retainAll(peers.keySet());
  }
}
