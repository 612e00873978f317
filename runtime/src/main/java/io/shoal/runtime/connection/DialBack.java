package io.shoal.runtime.connection;

import io.shoal.api.PeerAddress;
import io.shoal.api.PeerConnection;
import io.shoal.api.PeerFaultException;
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
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Finds out whether this node can be reached from outside, with the help of the peers that it
/// reached, and helps them in turn. Only peers of global scope are asked and answered: on one
/// machine or one network there is nothing to find out. A peer that does not want to try does not
/// answer. Usable from any thread.
public final class DialBack {
  private static final Logger LOG = LoggerFactory.getLogger(DialBack.class);

  /// Between two rounds of questions, one question each.
  public static final long EVERY_MILLIS = 20_000;

  /// For other peers, at once: each may wait ten seconds for an answer that does not come.
  static final int MAX_TRIES = 2;

  /// Before a host is tried again.
  static final long TRY_AGAIN_MILLIS = 5 * 60_000L;

  /// Hosts whose last try is remembered; while it is full of young ones no other host is tried.
  private static final int MAX_TRIED = 1_024;

  private final Connections connections;
  private final Dialler dialler;
  private final LongSupplier clockMillis;
  private final Reachability reachability = new Reachability();
  private final Map<PeerKey, Long> tried = new HashMap<>();
  private int trying;

  /// @param clockMillis time in milliseconds that never goes back
  public DialBack(Connections connections, Dialler dialler, LongSupplier clockMillis) {
    this.connections = connections;
    this.dialler = dialler;
    this.clockMillis = clockMillis;
  }

  /// A connection was made.
  public synchronized void connected(PeerConnection connection) {
    RemotePeer remote = connection.remote();
    if (!remote.outbound() && isOutside(remote)) {
      reachability.reached(clockMillis.getAsLong());
    }
  }

  private static boolean isOutside(RemotePeer remote) {
    return AddressScope.of(remote.address()) == AddressScope.GLOBAL;
  }

  private static PeerKey host(RemotePeer remote) {
    return PeerKey.unproven(remote.address());
  }

  /// Asks one peer, if there is something to find out and a peer to ask.
  public void round() {
    if (connections.isFull()) {
      // A peer that is turned away for want of room would say that there is no answer.
      return;
    }
    for (PeerConnection connection : connections.all()) {
      RemotePeer remote = connection.remote();
      if (remote.outbound()
          && isOutside(remote)
          && connections.traits().carriesMessages(connection)
          && isToBeAsked(host(remote))) {
        send(connection, MessageTypes.DIAL_BACK_QUESTION, DialBackMessages.question());
        return;
      }
    }
  }

  private synchronized boolean isToBeAsked(PeerKey host) {
    return reachability.ask(host, clockMillis.getAsLong());
  }

  /// A peer asks whether it can be reached. It is dialled only where it is seen, so that no peer
  /// can make this node knock at another's door.
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
    Thread.ofVirtual().name("dial-back").start(() -> tryFor(from, address));
  }

  private void tryFor(PeerConnection asker, PeerAddress address) {
    try {
      Optional<Boolean> reached = dialler.answers(address);
      if (reached.isPresent()) {
        ByteBuffer answer = DialBackMessages.answer(reached.get());
        send(asker, MessageTypes.DIAL_BACK_ANSWER, answer);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      end();
    }
  }

  private synchronized boolean begin(PeerKey host) {
    long now = clockMillis.getAsLong();
    tried.values().removeIf(at -> now - at >= TRY_AGAIN_MILLIS);
    if (trying >= MAX_TRIES || tried.size() >= MAX_TRIED || tried.containsKey(host)) {
      return false;
    }
    tried.put(host, now);
    trying++;
    return true;
  }

  private synchronized void end() {
    trying--;
  }

  /// A peer reports whether it reached this node. A malformed answer is ignored.
  public void answered(PeerConnection from, ByteBuffer bytes) {
    if (!isOutside(from.remote())) {
      return;
    }
    try {
      boolean reached = DialBackMessages.readAnswer(bytes);
      synchronized (this) {
        reachability.answered(host(from.remote()), reached, clockMillis.getAsLong());
      }
    } catch (PeerFaultException e) {
      LOG.debug("an answer of {} is ignored: {}", PeerKey.of(from), e.getMessage());
    }
  }

  /// Advice for the user, if this node cannot be reached from outside.
  public Optional<String> advice(List<PeerAddress> endpoints) {
    Set<PeerKey> inVain = inVain();
    if (inVain.isEmpty() || endpoints.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        "this node cannot be reached from outside: %d peers tried to connect and could not, so that only peers that it connects to can fetch from it: open %s in the firewall, and forward it in the router"
            .formatted(
                inVain.size(),
                String.join(", ", endpoints.stream().map(PeerAddress::uri).toList())));
  }

  private synchronized Set<PeerKey> inVain() {
    return reachability.inVain(clockMillis.getAsLong());
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
                LOG.debug("{} was sent no dial-back message: {}", PeerKey.of(to), e.getMessage());
              }
            });
  }
}
