package io.shoal.runtime.access;

import io.shoal.api.PeerAddress;
import io.shoal.api.PeerConnection;
import io.shoal.api.PeerId;
import io.shoal.api.PeerUnreachableException;
import io.shoal.api.RemotePeer;
import io.shoal.api.SwarmSecret;
import io.shoal.runtime.access.AdmissionProof.Verdict;
import io.shoal.runtime.peer.PeerKey;
import io.shoal.runtime.peer.WeakConnectionMap;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps out peers that may not take part: decides for every connection, and knows which wait for
/// the decision. Usable from any thread; no lock is held while something is sent or closed.
public final class AccessGate {
  private static final Logger LOG = LoggerFactory.getLogger(AccessGate.class);

  /// Between two looks for proofs that are late.
  public static final long TICK_MILLIS = 500;

  /// Connections that wait for a proof at once, about 500 bytes each and a socket.
  static final int MAX_WAITING = 128;

  /// Of one host, so that it cannot take the place of all others; members behind one address that
  /// start together are let in one after the other, in milliseconds.
  static final int MAX_WAITING_PER_HOST = 32;

  /// Hosts of which a refusal was logged; their further tries go to the debug log.
  private static final int MAX_LOGGED = 256;

  private static final long LOG_AGAIN_MILLIS = 10 * 60_000L;

  private static final long LOOK_EVERY_MILLIS = 100;

  private static final String GONE = "closed the connection";

  /// A connection that waits, or was decided on.
  private static final class Entering {
    private final AdmissionProof proof;
    private final CompletableFuture<Verdict> decided = new CompletableFuture<>();

    Entering(AdmissionProof proof) {
      this.proof = proof;
    }
  }

  private final Access access;
  private final PeerId self;
  private final LongSupplier clockMillis;
  private final IdentityHashMap<PeerConnection, Entering> entering = new IdentityHashMap<>();
  private final Map<PeerKey, Long> logged =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<PeerKey, Long> eldest) {
          return size() > MAX_LOGGED;
        }
      };

  /// Why connections that are gone were turned away, for a dial that asks only then.
  private final WeakConnectionMap<Verdict> gone = new WeakConnectionMap<>();

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

  /// Whether peers that prove nothing may take part.
  public boolean admitsUnproven() {
    return access instanceof Access.Open;
  }

  /// Connections that were turned away.
  public synchronized long refused() {
    return refused;
  }

  /// Connections that wait for the other side's proof.
  public synchronized int waiting() {
    return waiting;
  }

  /// Refuses a dial whose end is known already.
  public void requireDialable(PeerAddress address) throws PeerUnreachableException {
    if (access instanceof Access.AllowList(Set<PeerId> peers)
        && address.peerId().filter(id -> !peers.contains(id)).isPresent()) {
      throw new PeerUnreachableException(address + " is not dialled: it is not in accessList");
    }
  }

  /// A connection was made. Where a proof is needed, this sends the own one.
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
      connection.send(AccessProof.TYPE, ByteBuffer.wrap(begun.proof.ownProof()));
    } catch (PeerUnreachableException e) {
      LOG.debug("{} disconnected before it was sent a proof", PeerKey.of(remote));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return new Verdict.Waiting();
  }

  private boolean begin(PeerConnection connection, Entering begun) {
    PeerKey host = PeerKey.unproven(connection.remote().address());
    synchronized (this) {
      long ofHost =
          entering.entrySet().stream()
              .filter(entry -> entry.getValue().proof.verdict() instanceof Verdict.Waiting)
              .filter(entry -> PeerKey.unproven(entry.getKey().remote().address()).equals(host))
              .count();
      // A peer that was dialled is wanted, and dials are bounded elsewhere.
      if (!connection.remote().outbound()
          && (waiting >= MAX_WAITING || ofHost >= MAX_WAITING_PER_HOST)) {
        return false;
      }
      entering.put(connection, begun);
      waiting++;
      return true;
    }
  }

  /// Whether the peer of a connection was admitted.
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
    synchronized (this) {
      Entering known = entering.get(connection);
      return known == null
          ? new Verdict.Refused("is gone")
          : known.decided.getNow(new Verdict.Waiting());
    }
  }

  /// A peer that was not admitted yet sent a proof. If it is right, the caller makes the connection
  /// known to the node and then calls [#opened].
  public Verdict proved(PeerConnection connection, ByteBuffer proof) {
    Verdict verdict;
    synchronized (this) {
      Entering known = entering.get(connection);
      if (known == null || !(known.proof.verdict() instanceof Verdict.Waiting)) {
        return new Verdict.Waiting();
      }
      verdict = known.proof.proved(proof);
      waiting--;
    }
    return verdict instanceof Verdict.Refused no ? refuse(connection, no) : verdict;
  }

  /// The connection is known to all parts of the node: calls that waited for that go on.
  public void opened(PeerConnection connection) {
    decide(connection, new Verdict.Admitted());
  }

  private void decide(PeerConnection connection, Verdict verdict) {
    Optional<Entering> known;
    synchronized (this) {
      known = Optional.ofNullable(entering.get(connection));
    }
    known.ifPresent(k -> k.decided.complete(verdict));
  }

  /// Every [#TICK_MILLIS]: turns away peers whose proof is late.
  ///
  /// @return the connections to be closed: those of the last time, so that what they asked for is
  ///   denied first, and their users see why they get nothing
  public List<PeerConnection> tick() {
    List<PeerConnection> toClose;
    IdentityHashMap<PeerConnection, Verdict.Refused> late = new IdentityHashMap<>();
    synchronized (this) {
      long now = clockMillis.getAsLong();
      entering.forEach(
          (connection, known) -> {
            boolean waited = known.proof.verdict() instanceof Verdict.Waiting;
            if (waited && known.proof.tick(now) instanceof Verdict.Refused no) {
              waiting--;
              late.put(connection, no);
            }
          });
      toClose = List.copyOf(denied);
      denied.clear();
      denied.addAll(late.keySet());
    }
    late.forEach(this::refuse);
    return toClose;
  }

  /// A connection ended.
  public void left(PeerConnection connection) {
    Entering known;
    Verdict verdict;
    synchronized (this) {
      known = entering.remove(connection);
      if (known == null) {
        return;
      }
      if (known.proof.verdict() instanceof Verdict.Waiting) {
        waiting--;
      }
      verdict = known.proof.left();
      gone.put(connection, verdict);
    }
    known.decided.complete(verdict);
  }

  /// Waits until a connection was decided on, or ended.
  ///
  /// @return never [Verdict.Waiting]
  public Verdict await(PeerConnection connection) throws InterruptedException {
    return switch (access) {
      case Access.Open _ -> new Verdict.Admitted();
      case Access.AllowList(Set<PeerId> peers) -> listed(connection, peers);
      case Access.Secret _ -> awaitProof(connection);
    };
  }

  private Verdict awaitProof(PeerConnection connection) throws InterruptedException {
    Optional<Entering> known;
    synchronized (this) {
      known = Optional.ofNullable(entering.get(connection));
      if (known.isEmpty()) {
        return gone.get(connection)
            .filter(Verdict.Refused.class::isInstance)
            .orElse(new Verdict.Refused(GONE));
      }
    }
    while (true) {
      try {
        return known.get().decided.get(LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        // The end of a connection may be reported only once all calls for it have returned.
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
    boolean warn;
    synchronized (this) {
      refused++;
      long now = clockMillis.getAsLong();
      Long last = logged.get(host);
      warn = last == null || now - last >= LOG_AGAIN_MILLIS;
      if (warn) {
        logged.put(host, now);
      }
    }
    String line = "peer {} at {} is turned away: it {}";
    if (warn) {
      LOG.warn(line, PeerKey.of(remote), remote.address().uri(), why.why());
    } else {
      LOG.debug(line, PeerKey.of(remote), remote.address().uri(), why.why());
    }
    decide(connection, why);
    return why;
  }
}
