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
import java.util.function.LongSupplier;

/// The memory of peers: how fast and how reliable they are, which are banned and until when. Usable
/// from any thread.
///
/// A peer is held to account for what it did under its proven identity, an address only for whether
/// a peer answers there: else a liar could ruin a stranger's score by announcing its identity at an
/// address where no peer is.
public final class PeerBook {
  /// Peers that are remembered; about 500 bytes each.
  static final int MAX_PEERS = 4_096;

  private static final long MAX_RETRY_MILLIS = Duration.ofMinutes(5).toMillis();

  /// Before another look whether this machine has again what it lacked.
  private static final long NOT_TRIED_MILLIS = 1_000;

  /// Everything that is known of a peer.
  ///
  /// @param seenMillis when anything was last known of it
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
  private final Map<PeerKey, Known> peers = new HashMap<>();
  private final Map<String, PeerKey> provenAt = new HashMap<>();
  private final Bans bans = new Bans();
  private long changes;
  private long distrusts;

  /// @param clockMillis wall-clock time in milliseconds
  public PeerBook(LongSupplier clockMillis) {
    this.clockMillis = clockMillis;
  }

  // Events.

  /// A connection was made.
  public synchronized void connected(RemotePeer remote, long roundTripMillis) {
    Known known = known(PeerKey.of(remote), remote.address());
    known.address = remote.listenAddress().orElse(remote.address());
    known.agent = remote.agent();
    known.failures = 0;
    known.retryMillis = 0;
    if (roundTripMillis >= 0) {
      known.roundTripMillis = roundTripMillis;
    }
    if (remote.provenId().isPresent() && remote.outbound()) {
      // The memory of the bare address belongs to the peer that proved to be there.
      peers.remove(new PeerKey(remote.address().uri()));
      provenAt.put(remote.address().uri(), PeerKey.of(remote));
    }
    changes++;
  }

  /// Bytes of the peer's were verified.
  public synchronized void received(RemotePeer remote, long bytes) {
    Known known = known(PeerKey.of(remote), remote.address());
    known.receivedBytes += bytes;
    known.reputation = known.reputation.gave(bytes, now());
    changes++;
  }

  public synchronized void sent(RemotePeer remote, long bytes) {
    known(PeerKey.of(remote), remote.address()).sentBytes += bytes;
    changes++;
  }

  /// No peer answered at an address, or another than was expected.
  public synchronized void unreachable(PeerAddress address) {
    Known known = known(new PeerKey(address.uri()), address);
    known.reputation = known.reputation.did(Penalty.UNREACHABLE, now());
    retryLater(known);
    changes++;
  }

  /// No connection was tried, since this machine lacks what it takes: a port, a descriptor, a
  /// network. Says nothing about the peer.
  public synchronized void notTried(PeerAddress address) {
    known(new PeerKey(address.uri()), address).retryMillis = now() + NOT_TRIED_MILLIS;
  }

  /// A peer did something that counts against it.
  public synchronized void did(RemotePeer remote, Penalty penalty) {
    Known known = known(PeerKey.of(remote), remote.address());
    known.reputation = known.reputation.did(penalty, now());
    changes++;
  }

  /// This node disconnected from a peer: it is not dialled again at once.
  public synchronized void disconnectedFrom(RemotePeer remote) {
    retryLater(known(PeerKey.of(remote), remote.address()));
    changes++;
  }

  private void retryLater(Known known) {
    known.failures++;
    long wait = Math.min(MAX_RETRY_MILLIS, 1000L << Math.min(known.failures - 1, 20));
    known.retryMillis = now() + wait;
  }

  /// A peer did harm.
  ///
  /// @return the ban, and those of its host and network that follow from it
  public synchronized List<Bans.Ban> ban(RemotePeer remote, String reason) {
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
  }

  /// By what a peer is banned. One that connected by itself and proves nothing only by its
  /// connection: others come from the same host. Many such bans make the host distrusted.
  private static PeerKey banKey(RemotePeer remote) {
    return remote.provenId().isPresent() || !remote.outbound()
        ? PeerKey.of(remote)
        : PeerKey.unproven(remote.address());
  }

  // Conclusions.

  /// Whether an address may be dialled now.
  ///
  /// @param given whether the user named it: then its score and its neighbours count for nothing
  public synchronized boolean mayDial(PeerAddress address, boolean given) {
    Optional<Known> bare = Optional.ofNullable(peers.get(new PeerKey(address.uri())));
    Optional<Known> known = keyOf(address).map(peers::get);
    boolean waits = bare.filter(this::waits).isPresent() || known.filter(this::waits).isPresent();
    if (waits || banOf(address, given).isPresent()) {
      return false;
    }
    double score = known.or(() -> bare).map(this::score).orElse(Reputation.MIDDLE);
    return given
        || score >= Reputation.MERITED
        || score >= Reputation.MIN_TO_DIAL
            && bans.distrusted(PeerOrigin.of(address), now()).isEmpty();
  }

  /// A clock that was set back does not make a wait longer than it was to be.
  private boolean waits(Known known) {
    long left = known.retryMillis - now();
    return left > 0 && left <= MAX_RETRY_MILLIS;
  }

  /// The score of the peer that is expected at an address.
  public synchronized double score(PeerAddress address) {
    return keyOf(address)
        .map(peers::get)
        .or(() -> Optional.ofNullable(peers.get(new PeerKey(address.uri()))))
        .map(this::score)
        .orElse(Reputation.MIDDLE);
  }

  public synchronized double score(RemotePeer remote) {
    return Optional.ofNullable(peers.get(PeerKey.of(remote)))
        .map(this::score)
        .orElse(Reputation.MIDDLE);
  }

  /// Why a peer is asked for nothing although it is connected, if that is so: too many were banned
  /// where it comes from, and it has no merits of its own.
  public synchronized Optional<Bans.Ban> distrusted(RemotePeer remote) {
    return score(remote) >= Reputation.MERITED
        ? Optional.empty()
        : bans.distrusted(PeerOrigin.of(remote.address()), now());
  }

  /// The ban of the peer that is expected at an address.
  public synchronized Optional<Bans.Ban> ban(PeerAddress address) {
    return banOf(address, false);
  }

  private Optional<Bans.Ban> banOf(PeerAddress address, boolean given) {
    // At an address that the user gave, another peer may be than was met there last.
    Optional<PeerKey> who = given ? address.peerId().map(PeerKey::of) : keyOf(address);
    return who.flatMap(key -> bans.of(key.text(), now()))
        .or(() -> bans.of(PeerKey.unproven(address).text(), now()));
  }

  /// The ban of the peer at the other end of a connection.
  public Optional<Bans.Ban> ban(RemotePeer remote) {
    PeerKey key =
        remote.provenId().map(PeerKey::of).orElseGet(() -> PeerKey.unproven(remote.address()));
    return ban(key);
  }

  /// The ban of a peer by its key.
  public synchronized Optional<Bans.Ban> ban(PeerKey key) {
    return bans.of(key.text(), now());
  }

  /// A number that grows whenever a host or a network becomes distrusted.
  public synchronized long distrusts() {
    return distrusts;
  }

  /// The bans that hold now.
  public synchronized List<Bans.Ban> bans() {
    return bans.holding(now());
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

  // The whole book.

  public synchronized List<Entry> entries() {
    List<Entry> entries = new ArrayList<>(peers.size());
    peers.forEach((key, known) -> entries.add(entry(key, known)));
    return entries;
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
  synchronized List<Bans.Ban> rememberedBans() {
    return List.copyOf(bans.remembered());
  }

  /// A number that grows whenever something becomes known.
  synchronized long changes() {
    return changes;
  }

  /// Restores what was known of a peer.
  synchronized void restore(Entry entry) {
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
    changes++;
  }

  /// Restores a ban, unless it is forgotten by now.
  synchronized void restore(Bans.Ban ban) {
    bans.restore(ban, now());
    changes++;
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

  /// Forgets first the peers that never gave anything: a flood of new names must not wash away the
  /// peers that this node knows well.
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
