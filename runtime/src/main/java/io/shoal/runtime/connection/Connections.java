package io.shoal.runtime.connection;

import io.shoal.api.PeerAddress;
import io.shoal.api.PeerConnection;
import io.shoal.api.PeerUnreachableException;
import io.shoal.runtime.peer.Bans;
import io.shoal.runtime.peer.ConnectionKey;
import io.shoal.runtime.peer.PeerBook;
import io.shoal.runtime.peer.PeerKey;
import io.shoal.runtime.peer.Reputation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The open connections: how many there may be, and which give way to better ones. Each is shared
/// by all that goes on over it. [Dialler] makes new ones. Usable from any thread; nothing is sent
/// or closed under the lock.
public final class Connections {
  private static final Logger LOG = LoggerFactory.getLogger(Connections.class);

  /// Each connection closes at once; this is for all of them on a machine that is busy.
  private static final Duration CLOSE_WITHIN = Duration.ofSeconds(5);

  /// Connections that only this node's own dials may take: else a flood of incoming connections
  /// would end its downloads. Of small limits an eighth.
  private static final int MAX_KEPT_FOR_DIALS = 32;

  /// A connection that this node opened and does not use is closed after this long.
  private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(60);

  private static final class Link {
    private int users;
    private long idleSinceNanos;

    Link(long nowNanos) {
      idleSinceNanos = nowNanos;
    }
  }

  private final int maxConnections;
  private final int maxInbound;
  private final PeerBook book;
  private final SchemeTraits traits;
  private final LongSupplier nanoTime;
  private final Map<ConnectionKey, Link> open = new LinkedHashMap<>();
  private final Map<PeerKey, ConnectionKey> byPeer = new HashMap<>();
  private final Map<String, ConnectionKey> byDialled = new HashMap<>();
  private boolean closed;

  /// @param traits of the schemes that this node uses
  /// @param nanoTime monotonic, any origin
  public Connections(
      int maxConnections, PeerBook book, SchemeTraits traits, LongSupplier nanoTime) {
    this.maxConnections = maxConnections;
    this.maxInbound = maxConnections - Math.min(MAX_KEPT_FOR_DIALS, maxConnections / 8);
    this.book = book;
    this.traits = traits;
    this.nanoTime = nanoTime;
  }

  /// What each connection can do.
  public SchemeTraits traits() {
    return traits;
  }

  /// How many connections there may be.
  int max() {
    return maxConnections;
  }

  /// Whether there is no room for another connection.
  boolean isFull() {
    return isFull(0);
  }

  /// Whether there is no room for another connection besides some that are not known here yet.
  synchronized boolean isFull(int besides) {
    return closed || open.size() + besides >= maxConnections;
  }

  /// Refuses a dial whose connection would not be kept.
  synchronized void requireRoomFor(PeerAddress address) throws PeerUnreachableException {
    if (closed) {
      throw new PeerUnreachableException("the node stops");
    }
    if (open.size() >= maxConnections && lessWorthThan(book.score(address)).isEmpty()) {
      throw new PeerUnreachableException(
          "%s is not dialled: %d connections are open (limits.connections)"
              .formatted(address, open.size()));
    }
  }

  /// The open connection to an address, if there is one; given back with [#release].
  synchronized Optional<PeerConnection> retain(PeerAddress address) {
    return Optional.ofNullable(byDialled.get(address.uri()))
        .or(() -> address.peerId().map(PeerKey::of).map(byPeer::get))
        .map(ConnectionKey::connection)
        .filter(known -> known.isOpen() && retain(known));
  }

  /// Uses a connection that was dialled at `address`, as [#retain(PeerConnection)] does.
  synchronized boolean retainDialled(PeerAddress address, PeerConnection connection) {
    boolean retained = retain(connection);
    if (retained) {
      byDialled.put(address.uri(), new ConnectionKey(connection));
    }
    return retained;
  }

  /// Uses an open connection; given back with [#release]. False if it is gone.
  public synchronized boolean retain(PeerConnection connection) {
    Link link = open.get(new ConnectionKey(connection));
    if (link != null) {
      link.users++;
    }
    return link != null;
  }

  public synchronized void release(PeerConnection connection) {
    Link link = open.get(new ConnectionKey(connection));
    if (link != null && --link.users == 0) {
      link.idleSinceNanos = nanoTime.getAsLong();
    }
  }

  /// A connection was made.
  ///
  /// @return whether it may stay
  public boolean connected(PeerConnection connection) {
    Optional<Bans.Ban> ban = book.ban(connection.remote());
    if (ban.isPresent()) {
      LOG.debug("{} is banned: {}", PeerKey.of(connection), ban.get().reason());
      return false;
    }
    Optional<PeerConnection> dropped = Optional.empty();
    synchronized (this) {
      if (closed) {
        return false;
      }
      if (open.size() >= (connection.remote().outbound() ? maxConnections : maxInbound)) {
        dropped = lessWorthThan(book.score(connection.remote()));
        if (dropped.isEmpty()) {
          return false;
        }
      }
      dropped.ifPresent(this::forget);
      open.put(new ConnectionKey(connection), new Link(nanoTime.getAsLong()));
      if (traits.mayAsk(connection)) {
        byPeer.putIfAbsent(PeerKey.of(connection), new ConnectionKey(connection));
      }
    }
    dropped.ifPresent(worse -> worse.close(PeerConnection.Reason.FULL));
    return true;
  }

  /// The connection that goes first when a better peer comes: of those that this node itself does
  /// not use the one whose peer has the lowest score, the youngest of several. Called under the
  /// lock.
  private Optional<PeerConnection> lessWorthThan(double score) {
    Optional<PeerConnection> worst = Optional.empty();
    double lowest = score - Reputation.WORTH_A_PLACE;
    for (Map.Entry<ConnectionKey, Link> entry : open.entrySet()) {
      PeerConnection connection = entry.getKey().connection();
      double its = book.score(connection.remote());
      if (entry.getValue().users <= 0 && its <= lowest) {
        lowest = its;
        worst = Optional.of(connection);
      }
    }
    return worst;
  }

  /// A peer sent what the rules of the runtime's messages do not allow.
  public void brokeRules(PeerConnection connection, String how) {
    disconnect(connection, Reputation.Penalty.BROKE_RULES, PeerConnection.Reason.FAULT, how);
  }

  /// A peer takes a place that others wait for, and does not use it.
  public void tooSlow(PeerConnection connection, String how) {
    disconnect(connection, Reputation.Penalty.STALLED, PeerConnection.Reason.IDLE, how);
  }

  private void disconnect(
      PeerConnection connection,
      Reputation.Penalty penalty,
      PeerConnection.Reason reason,
      String how) {
    LOG.info("disconnected from peer {}: {}", PeerKey.of(connection), how);
    book.did(connection.remote(), penalty);
    connection.close(reason);
  }

  /// A connection ended.
  public void disconnected(PeerConnection connection) {
    if (connection.fault().isPresent()) {
      book.did(connection.remote(), Reputation.Penalty.BROKE_RULES);
    }
    forget(connection);
  }

  private synchronized void forget(PeerConnection connection) {
    ConnectionKey gone = new ConnectionKey(connection);
    open.remove(gone);
    byPeer.remove(PeerKey.of(connection), gone);
    byDialled.values().removeIf(gone::equals);
  }

  public synchronized Collection<PeerConnection> all() {
    return open.keySet().stream().map(ConnectionKey::connection).toList();
  }

  /// Closes all connections of a peer that was banned.
  public void closeAllOf(PeerKey peer) {
    for (PeerConnection connection : all()) {
      if (PeerKey.of(connection).equals(peer)) {
        connection.close(PeerConnection.Reason.FAULT);
      }
    }
  }

  /// Closes what this node opened and uses no longer.
  ///
  /// @param busy whether the other side uses a connection, which then stays
  public void sweep(Predicate<PeerConnection> busy) {
    for (PeerConnection connection : idle()) {
      if (!busy.test(connection)) {
        connection.close();
      }
    }
  }

  private synchronized List<PeerConnection> idle() {
    long now = nanoTime.getAsLong();
    List<PeerConnection> idle = new ArrayList<>();
    open.forEach(
        (key, link) -> {
          boolean unused = link.users <= 0 && now - link.idleSinceNanos > IDLE_NANOS;
          if (unused && key.connection().remote().outbound()) {
            idle.add(key.connection());
          }
        });
    return idle;
  }

  /// Closes all. A transport does not block in that unless it is faulty, and is left behind then.
  public void close() {
    synchronized (this) {
      closed = true;
    }
    Thread closing = Thread.ofVirtual().name("close-connections").start(this::closeAll);
    try {
      if (!closing.join(CLOSE_WITHIN)) {
        LOG.warn("a transport does not close its connections: they are left behind");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void closeAll() {
    all().forEach(connection -> connection.close(PeerConnection.Reason.STOPPING));
  }
}
