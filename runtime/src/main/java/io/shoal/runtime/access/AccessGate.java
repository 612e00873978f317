package io.shoal.runtime.access;

import io.shoal.api.PeerAddress;
import io.shoal.api.PeerConnection;
import io.shoal.api.PeerId;
import io.shoal.api.PeerUnreachableException;
import io.shoal.api.RemotePeer;
import io.shoal.api.SwarmSecret;
import io.shoal.runtime.access.AdmissionProof.Verdict;
import io.shoal.runtime.peer.PeerKey;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps out who may not take part: decides for every connection, and knows who waits for the
/// decision. Usable from any thread; no lock is held while something is sent or closed.
public final class AccessGate {
  private static final Logger LOG = LoggerFactory.getLogger(AccessGate.class);

  /// Between two looks for proofs that are late.
  public static final long TICK_MILLIS = 500;

  /// Connections that wait for a proof at once, about 500 bytes each and a socket.
  static final int MAX_WAITING = 128;

  /// Of one host, so that it cannot take the place of all others; members behind one address that
  /// start together are let in one after the other, in milliseconds.
  static final int MAX_WAITING_PER_HOST = 32;

  /// Hosts of which a refusal was told; what they try again goes to the debug log.
  private static final int MAX_TOLD = 256;

  private static final long TELL_AGAIN_MILLIS = 10 * 60_000L;

  private static final long LOOK_EVERY_MILLIS = 100;

  private static final String GONE = "closed the connection";

  /// A connection that waits, or was decided on.
  private static final class Entering {
    private final AdmissionProof entrance;
    private final CompletableFuture<Verdict> decided = new CompletableFuture<>();

    Entering(AdmissionProof entrance) {
      this.entrance = entrance;
    }
  }

  private final Access access;
  private final PeerId self;
  private final LongSupplier clockMillis;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<PeerConnection, Entering> entering = new HashMap<>();
  private final Map<PeerKey, Long> told =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<PeerKey, Long> eldest) {
          return size() > MAX_TOLD;
        }
      };

  /// Why connections that are gone were turned away, for who has dialled and asks only then.
  private final Map<PeerConnection, Verdict> gone = new WeakHashMap<>();

  /// Turned away because they are late, and not closed yet.
  private final List<PeerConnection> denied = new ArrayList<>();

  private int waiting;
  private long refused;

  /// @param clockMillis time in milliseconds that never goes back
  public AccessGate(Access access, PeerId self, LongSupplier clockMillis) {
    this.access = access;
    this.self = self;
    this.clockMillis = clockMillis;
  }

  /// The mode, as `status` shows it.
  public String mode() {
    return access.word();
  }

  /// Connections that were turned away.
  public long refused() {
    lock.lock();
    try {
      return refused;
    } finally {
      lock.unlock();
    }
  }

  /// Connections that wait for the other side's proof.
  public int waiting() {
    lock.lock();
    try {
      return waiting;
    } finally {
      lock.unlock();
    }
  }

  /// Refuses a dial whose end is known already.
  public void requireDialable(PeerAddress address) throws PeerUnreachableException {
    if (access instanceof Access.AllowList(Set<PeerId> peers)
        && address.peerId().filter(id -> !peers.contains(id)).isPresent()) {
      throw new PeerUnreachableException(address + " is not dialled: it is not in accessList");
    }
  }

  /// A connection stands. Where a proof is needed, this sends the own one.
  public Verdict arrived(PeerConnection connection) {
    RemotePeer remote = connection.remote();
    return switch (access) {
      case Access.Open _ -> new Verdict.Admitted();
      case Access.AllowList(Set<PeerId> peers) ->
          listed(connection, peers) instanceof Verdict.Refused no
              ? refuse(connection, no)
              : new Verdict.Admitted();
      case Access.Secret(SharedSecret secret) -> ask(connection, remote, secret);
    };
  }

  private Verdict ask(PeerConnection connection, RemotePeer remote, SwarmSecret secret) {
    Optional<byte[]> binding = connection.channelBinding();
    Optional<PeerId> other = remote.provenId();
    if (binding.isEmpty() || other.isEmpty()) {
      return refuse(
          connection,
          new Verdict.Refused(
              "cannot prove anything: the transport binds no proof to a connection"));
    }
    Entering begun =
        new Entering(
            new AdmissionProof(
                secret,
                binding.get(),
                self,
                other.get(),
                remote.outbound(),
                clockMillis.getAsLong()));
    if (!begin(connection, begun)) {
      return refuse(
          connection, new Verdict.Refused("came while too many others wait to prove themselves"));
    }
    try {
      // Before anything else goes out on this connection: the other side reads nothing that comes
      // before the proof. The first message never waits.
      connection.send(AccessProof.TYPE, ByteBuffer.wrap(begun.entrance.ownProof()));
    } catch (PeerUnreachableException e) {
      LOG.debug("{} went away before it was sent a proof", PeerKey.of(remote));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return new Verdict.Waiting();
  }

  private boolean begin(PeerConnection connection, Entering begun) {
    PeerKey host = PeerKey.unproven(connection.remote().address());
    lock.lock();
    try {
      long ofHost =
          entering.entrySet().stream()
              .filter(entry -> entry.getValue().entrance.verdict() instanceof Verdict.Waiting)
              .filter(entry -> PeerKey.unproven(entry.getKey().remote().address()).equals(host))
              .count();
      // Who was dialled is wanted, and dials are bounded elsewhere.
      if (!connection.remote().outbound()
          && (waiting >= MAX_WAITING || ofHost >= MAX_WAITING_PER_HOST)) {
        return false;
      }
      entering.put(connection, begun);
      waiting++;
      return true;
    } finally {
      lock.unlock();
    }
  }

  /// Whether the peer of a connection was let in.
  public boolean isAdmitted(PeerConnection connection) {
    return switch (access) {
      case Access.Open _ -> true;
      // Asked each time: a call may come between the refusal and the end of the connection.
      case Access.AllowList(Set<PeerId> peers) ->
          listed(connection, peers) instanceof Verdict.Admitted;
      case Access.Secret _ -> verdict(connection) instanceof Verdict.Admitted;
    };
  }

  private static Verdict listed(PeerConnection connection, Set<PeerId> peers) {
    return connection.remote().provenId().filter(peers::contains).isPresent()
        ? new Verdict.Admitted()
        : new Verdict.Refused("is not in accessList");
  }

  private Verdict verdict(PeerConnection connection) {
    lock.lock();
    try {
      Entering known = entering.get(connection);
      return known == null
          ? new Verdict.Refused("is gone")
          : known.decided.getNow(new Verdict.Waiting());
    } finally {
      lock.unlock();
    }
  }

  /// A peer that was not let in yet sent a proof. Whoever lets it in calls [#opened] then.
  public Verdict proved(PeerConnection connection, ByteBuffer proof) {
    Verdict verdict;
    lock.lock();
    try {
      Entering known = entering.get(connection);
      if (known == null || !(known.entrance.verdict() instanceof Verdict.Waiting)) {
        return new Verdict.Waiting();
      }
      verdict = known.entrance.proved(proof);
      waiting--;
    } finally {
      lock.unlock();
    }
    return verdict instanceof Verdict.Refused no ? refuse(connection, no) : verdict;
  }

  /// All here know the connection now: what waited for that goes on.
  public void opened(PeerConnection connection) {
    decide(connection, new Verdict.Admitted());
  }

  private void decide(PeerConnection connection, Verdict verdict) {
    Optional<Entering> known;
    lock.lock();
    try {
      known = Optional.ofNullable(entering.get(connection));
    } finally {
      lock.unlock();
    }
    known.ifPresent(k -> k.decided.complete(verdict));
  }

  /// Every [#TICK_MILLIS]: turns away whose proof is late.
  ///
  /// @return the connections to be closed: those of the last time, so that what they asked for is
  ///   denied first, and their users learn why they get nothing
  public List<PeerConnection> tick() {
    List<PeerConnection> toClose;
    Map<PeerConnection, Verdict.Refused> late = new HashMap<>();
    lock.lock();
    try {
      long now = clockMillis.getAsLong();
      entering.forEach(
          (connection, known) -> {
            boolean waited = known.entrance.verdict() instanceof Verdict.Waiting;
            if (waited && known.entrance.tick(now) instanceof Verdict.Refused no) {
              waiting--;
              late.put(connection, no);
            }
          });
      toClose = List.copyOf(denied);
      denied.clear();
      denied.addAll(late.keySet());
    } finally {
      lock.unlock();
    }
    late.forEach(this::refuse);
    return toClose;
  }

  /// A connection ended.
  public void left(PeerConnection connection) {
    Entering known;
    Verdict verdict;
    lock.lock();
    try {
      known = entering.remove(connection);
      if (known == null) {
        return;
      }
      if (known.entrance.verdict() instanceof Verdict.Waiting) {
        waiting--;
      }
      verdict = known.entrance.left();
      gone.put(connection, verdict);
    } finally {
      lock.unlock();
    }
    known.decided.complete(verdict);
  }

  /// Waits until a connection was decided on, or ended.
  ///
  /// @return never that it waits
  public Verdict await(PeerConnection connection) throws InterruptedException {
    return switch (access) {
      case Access.Open _ -> new Verdict.Admitted();
      case Access.AllowList(Set<PeerId> peers) -> listed(connection, peers);
      case Access.Secret _ -> awaitProof(connection);
    };
  }

  private Verdict awaitProof(PeerConnection connection) throws InterruptedException {
    Optional<Entering> known;
    lock.lock();
    try {
      known = Optional.ofNullable(entering.get(connection));
      if (known.isEmpty()) {
        Verdict last = gone.get(connection);
        return last instanceof Verdict.Refused ? last : new Verdict.Refused(GONE);
      }
    } finally {
      lock.unlock();
    }
    while (true) {
      try {
        return known.get().decided.get(LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        // The end of a connection may be told only once all calls for it have returned.
        if (!connection.isOpen()) {
          return new Verdict.Refused(GONE);
        }
      } catch (ExecutionException e) {
        throw new AssertionError("a decision does not fail", e);
      }
    }
  }

  private Verdict refuse(PeerConnection connection, Verdict.Refused why) {
    RemotePeer remote = connection.remote();
    PeerKey host = PeerKey.unproven(remote.address());
    boolean tell;
    lock.lock();
    try {
      refused++;
      long now = clockMillis.getAsLong();
      Long last = told.get(host);
      tell = last == null || now - last >= TELL_AGAIN_MILLIS;
      if (tell) {
        told.put(host, now);
      }
    } finally {
      lock.unlock();
    }
    String line = "peer {} at {} is turned away: it {}";
    if (tell) {
      LOG.warn(line, PeerKey.of(remote), remote.address().uri(), why.why());
    } else {
      LOG.debug(line, PeerKey.of(remote), remote.address().uri(), why.why());
    }
    decide(connection, why);
    return why;
  }
}
