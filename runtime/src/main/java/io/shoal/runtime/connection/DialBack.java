package io.shoal.runtime.connection;

import io.shoal.api.PeerAddress;
import io.shoal.api.PeerConnection;
import io.shoal.api.PeerUnreachableException;
import io.shoal.api.RemotePeer;
import io.shoal.runtime.peer.AddressScope;
import io.shoal.runtime.peer.PeerKey;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Finds out whether this node can be reached from outside, with the help of the peers that it
/// reached, and helps them in turn. Only peers out there are asked and answered: on one machine or
/// one network there is nothing to find out. Usable from any thread.
///
/// Messages: type 4, the question, without bytes: connect to where I say that I listen. Type 5, the
/// answer: one byte, 1 if that went well and 0 if nobody was reached there. Who does not want to
/// try says nothing.
public final class DialBack {
  private static final Logger LOG = LoggerFactory.getLogger(DialBack.class);

  public static final int QUESTION = 4;
  public static final int ANSWER = 5;

  /// Between two rounds of questions, one question each.
  public static final long EVERY_MILLIS = 20_000;

  /// For others, at once: each may wait ten seconds for nobody.
  static final int MAX_TRIES = 2;

  /// Before somebody is tried for again.
  static final long TRY_AGAIN_MILLIS = 5 * 60_000L;

  /// Hosts whose last try is remembered; while it is full of young ones nobody else is tried for.
  private static final int MAX_TRIED = 1_024;

  private final Connections connections;
  private final Dialler dialler;
  private final LongSupplier clockMillis;
  private final ReentrantLock lock = new ReentrantLock();
  private final Reachability reachability = new Reachability();
  private final Map<PeerKey, Long> tried = new HashMap<>();
  private int trying;

  /// @param clockMillis time in milliseconds that never goes back
  public DialBack(Connections connections, Dialler dialler, LongSupplier clockMillis) {
    this.connections = connections;
    this.dialler = dialler;
    this.clockMillis = clockMillis;
  }

  /// A connection stands.
  public void connected(PeerConnection connection) {
    RemotePeer remote = connection.remote();
    if (!remote.outbound() && isOutside(remote)) {
      lock.lock();
      try {
        reachability.reached(clockMillis.getAsLong());
      } finally {
        lock.unlock();
      }
    }
  }

  private static boolean isOutside(RemotePeer remote) {
    return AddressScope.of(remote.address()) == AddressScope.GLOBAL;
  }

  private static PeerKey host(RemotePeer remote) {
    return PeerKey.unproven(remote.address());
  }

  /// Asks one peer, if there is something to find out and somebody to ask.
  public void round() {
    if (connections.isFull()) {
      // Who is turned away for want of room would say that nobody answers.
      return;
    }
    for (PeerConnection connection : connections.all()) {
      RemotePeer remote = connection.remote();
      if (remote.outbound() && isOutside(remote) && isToBeAsked(host(remote))) {
        send(connection, QUESTION, ByteBuffer.allocate(0));
        return;
      }
    }
  }

  private boolean isToBeAsked(PeerKey host) {
    lock.lock();
    try {
      return reachability.ask(host, clockMillis.getAsLong());
    } finally {
      lock.unlock();
    }
  }

  /// A peer wants to know whether it can be reached. It is tried only where it is seen, so that
  /// nobody can make this node knock at somebody else's door.
  public void asked(PeerConnection from) {
    RemotePeer remote = from.remote();
    Optional<PeerAddress> where =
        remote
            .listenAddress()
            .filter(address -> PeerKey.unproven(address).equals(host(remote)))
            .filter(address -> !AddressScope.hasServicePort(address));
    if (remote.outbound() || !isOutside(remote) || where.isEmpty() || !begin(host(remote))) {
      return;
    }
    PeerAddress address = remote.provenId().map(where.get()::withPeerId).orElse(where.get());
    Thread.ofVirtual()
        .name("dial-back")
        .start(
            () -> {
              try {
                dialler
                    .answers(address)
                    .ifPresent(
                        yes ->
                            send(from, ANSWER, ByteBuffer.wrap(new byte[] {(byte) (yes ? 1 : 0)})));
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              } finally {
                end();
              }
            });
  }

  private boolean begin(PeerKey host) {
    long now = clockMillis.getAsLong();
    lock.lock();
    try {
      tried.values().removeIf(at -> now - at >= TRY_AGAIN_MILLIS);
      if (trying >= MAX_TRIES || tried.size() >= MAX_TRIED || tried.containsKey(host)) {
        return false;
      }
      tried.put(host, now);
      trying++;
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void end() {
    lock.lock();
    try {
      trying--;
    } finally {
      lock.unlock();
    }
  }

  /// A peer says whether it reached this node.
  public void answered(PeerConnection from, ByteBuffer bytes) {
    if (bytes.remaining() != 1 || !isOutside(from.remote())) {
      return;
    }
    byte answer = bytes.get();
    if (answer == 0 || answer == 1) {
      lock.lock();
      try {
        reachability.answered(host(from.remote()), answer == 1, clockMillis.getAsLong());
      } finally {
        lock.unlock();
      }
    }
  }

  /// What the user should know, if this node cannot be reached from outside.
  public Optional<String> advice(List<PeerAddress> endpoints) {
    Set<PeerKey> inVain;
    lock.lock();
    try {
      inVain = reachability.inVain(clockMillis.getAsLong());
    } finally {
      lock.unlock();
    }
    if (inVain.isEmpty() || endpoints.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        "this node cannot be reached from outside: %d peers tried to connect and could not, so that only peers that it connects to can fetch from it: open %s in the firewall, and forward it in the router"
            .formatted(
                inVain.size(),
                String.join(", ", endpoints.stream().map(PeerAddress::uri).toList())));
  }

  // On a thread of its own: sending waits while the peer takes nothing.
  private static void send(PeerConnection to, int type, ByteBuffer bytes) {
    Thread.ofVirtual()
        .name("dial-back-message")
        .start(
            () -> {
              try {
                to.send(type, bytes);
              } catch (PeerUnreachableException | InterruptedException e) {
                LOG.debug("{} did not hear: {}", PeerKey.of(to), e.getMessage());
              }
            });
  }
}
