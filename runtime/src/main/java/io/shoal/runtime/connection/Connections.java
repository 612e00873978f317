package io.shoal.runtime.connection;

import io.shoal.api.ChunkServer;
import io.shoal.api.PeerAddress;
import io.shoal.api.PeerConnection;
import io.shoal.api.PeerFaultException;
import io.shoal.api.PeerId;
import io.shoal.api.PeerUnreachableException;
import io.shoal.api.ShoalException;
import io.shoal.api.Transport;
import io.shoal.api.UserFaultException;
import io.shoal.runtime.access.AccessGate;
import io.shoal.runtime.access.AdmissionProof;
import io.shoal.runtime.peer.Bans;
import io.shoal.runtime.peer.DialLimits;
import io.shoal.runtime.peer.PeerBook;
import io.shoal.runtime.peer.PeerKey;
import io.shoal.runtime.peer.Reputation;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The connections that stand, and how new ones come to be. Every connection is shared by all that
/// goes on over it. Usable from any thread; no lock is held across a dial.
public final class Connections {
  private static final Logger LOG = LoggerFactory.getLogger(Connections.class);

  /// Dials that run at once: each may wait ten seconds for nobody.
  private static final int MAX_DIALS = 32;

  /// Connections that only this node's own dials may take: else whoever floods it with connections
  /// would end its downloads. Of small limits an eighth.
  private static final int MAX_KEPT_FOR_DIALS = 32;

  /// A connection that this node opened and nobody uses is closed after this long.
  private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(60);

  private static final class Link {
    private int users;
    private long idleSinceNanos;

    Link(long nowNanos) {
      idleSinceNanos = nowNanos;
    }
  }

  private final Map<String, Transport> dialable;
  private final int maxConnections;
  private final int maxInbound;
  private final PeerId self;
  private final PeerBook book;
  private final AccessGate gate;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<PeerConnection, Link> open = new LinkedHashMap<>();
  private final Map<PeerKey, PeerConnection> byPeer = new HashMap<>();
  private final Map<String, PeerConnection> byDialled = new HashMap<>();
  private final Set<String> dialling = new HashSet<>();
  private final DialLimits dialLimits =
      new DialLimits(() -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()));
  private final Semaphore dials = new Semaphore(MAX_DIALS);
  private volatile Set<String> ownEndpoints = Set.of();
  private volatile boolean closed;

  /// @param dialable the transports by scheme that this node may dial
  /// @param gate decides which connections are handed out
  public Connections(
      Map<String, Transport> dialable,
      int maxConnections,
      PeerId self,
      PeerBook book,
      AccessGate gate) {
    this.dialable = Map.copyOf(dialable);
    this.maxConnections = maxConnections;
    this.maxInbound = maxConnections - Math.min(MAX_KEPT_FOR_DIALS, maxConnections / 8);
    this.self = self;
    this.book = book;
    this.gate = gate;
  }

  public Set<String> schemes() {
    return dialable.keySet();
  }

  /// Where this node itself listens: never dialled.
  public void ownEndpoints(List<PeerAddress> endpoints) {
    Set<String> own = new HashSet<>();
    endpoints.forEach(endpoint -> own.add(endpoint.uri()));
    ownEndpoints = Set.copyOf(own);
  }

  /// Whether a dial of `address` has a point now.
  ///
  /// @param given whether the user named it
  public boolean worthDialling(PeerAddress address, boolean given) {
    return dialable.containsKey(address.scheme())
        && !isSelf(address)
        && book.mayDial(address, given);
  }

  /// Counts a dial of an address that a stranger told of; false if it must wait.
  public boolean takeTurn(PeerAddress address) {
    lock.lock();
    try {
      return dialLimits.take(address);
    } finally {
      lock.unlock();
    }
  }

  /// Whether this node itself is there.
  public boolean isSelf(PeerAddress address) {
    return ownEndpoints.contains(address.uri())
        || address.peerId().filter(self::equals).isPresent();
  }

  /// A connection to who is at `address`: one that stands already, or a new one. The caller gives
  /// it back with [#release].
  public PeerConnection connect(PeerAddress address, ChunkServer server)
      throws ShoalException, InterruptedException {
    Optional<PeerConnection> known = find(address);
    if (known.isPresent()) {
      return known.get();
    }
    Transport transport = dialable.get(address.scheme());
    if (transport == null) {
      throw new UserFaultException(
          "no active transport dials '%s': expected %s"
              .formatted(address, String.join(", ", dialable.keySet())));
    }
    begin(address);
    try {
      return dial(transport, address, server);
    } finally {
      lock.lock();
      try {
        dialling.remove(address.uri());
      } finally {
        lock.unlock();
      }
    }
  }

  private void begin(PeerAddress address) throws PeerUnreachableException {
    lock.lock();
    try {
      if (closed) {
        throw new PeerUnreachableException("the node stops");
      }
      if (open.size() >= maxConnections && lessWorthThan(book.score(address)).isEmpty()) {
        throw new PeerUnreachableException(
            address
                + " is not dialled: "
                + open.size()
                + " connections stand (limits.connections)");
      }
      if (!dialling.add(address.uri())) {
        throw new PeerUnreachableException(address + " is being dialled already");
      }
    } finally {
      lock.unlock();
    }
  }

  private PeerConnection dial(Transport transport, PeerAddress address, ChunkServer server)
      throws ShoalException, InterruptedException {
    dials.acquire();
    long started = System.nanoTime();
    try {
      gate.requireDialable(address);
      PeerConnection connection = transport.connect(address, server);
      long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started);
      if (connection.remote().provenId().filter(self::equals).isPresent()) {
        connection.close();
        throw new PeerUnreachableException(address + " is this node itself");
      }
      if (gate.await(connection) instanceof AdmissionProof.Verdict.Refused(String why)) {
        connection.close();
        throw new PeerUnreachableException(address + ": the peer there " + why);
      }
      book.connected(connection.remote(), millis);
      return dialled(address, connection);
    } catch (PeerUnreachableException | PeerFaultException e) {
      book.unreachable(address);
      LOG.debug("no connection to {}: {}", address, e.getMessage());
      throw e;
    } finally {
      dials.release();
    }
  }

  /// Whether somebody answers at an address, tried by a connection of its own that ends at once.
  /// Empty if it could not be tried, which says nothing of the address.
  Optional<Boolean> answers(PeerAddress address) throws InterruptedException {
    Transport transport = dialable.get(address.scheme());
    if (transport == null || isFull() || !takeTurn(address)) {
      return Optional.empty();
    }
    dials.acquire();
    try (PeerConnection _ = transport.connect(address, ChunkServer.NOTHING)) {
      return Optional.of(true);
    } catch (PeerUnreachableException e) {
      return Optional.of(false);
    } catch (ShoalException e) {
      LOG.debug("{} was not tried: {}", address, e.getMessage());
      return Optional.empty();
    } finally {
      dials.release();
    }
  }

  /// Whether there is no room for another connection.
  boolean isFull() {
    return isFull(0);
  }

  /// Whether there is no room for another connection besides some that are not known here yet.
  boolean isFull(int besides) {
    lock.lock();
    try {
      return closed || open.size() + besides >= maxConnections;
    } finally {
      lock.unlock();
    }
  }

  private PeerConnection dialled(PeerAddress address, PeerConnection connection)
      throws PeerUnreachableException {
    lock.lock();
    try {
      Link link = open.get(connection);
      if (link == null) {
        throw new PeerUnreachableException(address + " closed the connection at once");
      }
      link.users++;
      byDialled.put(address.uri(), connection);
      return connection;
    } finally {
      lock.unlock();
    }
  }

  private Optional<PeerConnection> find(PeerAddress address) {
    lock.lock();
    try {
      PeerConnection known = byDialled.get(address.uri());
      if (known == null) {
        known = address.peerId().map(PeerKey::of).map(byPeer::get).orElse(null);
      }
      Link link = known == null ? null : open.get(known);
      if (known == null || link == null || !known.isOpen()) {
        return Optional.empty();
      }
      link.users++;
      return Optional.of(known);
    } finally {
      lock.unlock();
    }
  }

  /// Uses a connection that stands; given back with [#release]. False if it is gone.
  public boolean retain(PeerConnection connection) {
    lock.lock();
    try {
      Link link = open.get(connection);
      if (link != null) {
        link.users++;
      }
      return link != null;
    } finally {
      lock.unlock();
    }
  }

  public void release(PeerConnection connection) {
    lock.lock();
    try {
      Link link = open.get(connection);
      if (link != null && --link.users == 0) {
        link.idleSinceNanos = System.nanoTime();
      }
    } finally {
      lock.unlock();
    }
  }

  /// A connection stands.
  ///
  /// @return whether it may stay
  public boolean connected(PeerConnection connection) {
    Optional<Bans.Ban> ban = book.ban(connection.remote());
    if (ban.isPresent()) {
      LOG.debug("{} is banned: {}", PeerKey.of(connection), ban.get().reason());
      return false;
    }
    Optional<PeerConnection> dropped = Optional.empty();
    lock.lock();
    try {
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
      open.put(connection, new Link(System.nanoTime()));
      byPeer.putIfAbsent(PeerKey.of(connection), connection);
    } finally {
      lock.unlock();
    }
    dropped.ifPresent(PeerConnection::close);
    return true;
  }

  /// The connection that goes first when a better peer comes: of those that this node itself does
  /// not use the one whose peer has the lowest score, the youngest of several. Called under the
  /// lock.
  private Optional<PeerConnection> lessWorthThan(double score) {
    Optional<PeerConnection> worst = Optional.empty();
    double lowest = score - Reputation.WORTH_A_PLACE;
    for (Map.Entry<PeerConnection, Link> entry : open.entrySet()) {
      double its = book.score(entry.getKey().remote());
      if (entry.getValue().users <= 0 && its <= lowest) {
        lowest = its;
        worst = Optional.of(entry.getKey());
      }
    }
    return worst;
  }

  /// A peer sent what the rules of the runtime's messages do not allow.
  public void brokeRules(PeerConnection connection, String how) {
    LOG.info("peer {} is parted from: {}", PeerKey.of(connection), how);
    book.did(connection.remote(), Reputation.Penalty.BROKE_RULES);
    connection.close();
  }

  /// A peer holds what others wait for.
  public void tooSlow(PeerConnection connection, String how) {
    LOG.info("peer {} is parted from: {}", PeerKey.of(connection), how);
    book.did(connection.remote(), Reputation.Penalty.STALLED);
    connection.close();
  }

  public void disconnected(PeerConnection connection) {
    if (connection.fault().isPresent()) {
      book.did(connection.remote(), Reputation.Penalty.BROKE_RULES);
    }
    lock.lock();
    try {
      forget(connection);
    } finally {
      lock.unlock();
    }
  }

  private void forget(PeerConnection connection) {
    open.remove(connection);
    byPeer.remove(PeerKey.of(connection), connection);
    byDialled.values().removeIf(connection::equals);
  }

  public Collection<PeerConnection> all() {
    lock.lock();
    try {
      return new ArrayList<>(open.keySet());
    } finally {
      lock.unlock();
    }
  }

  /// Closes connections of a peer that was banned.
  public void closeAllOf(PeerKey peer) {
    for (PeerConnection connection : all()) {
      if (PeerKey.of(connection).equals(peer)) {
        connection.close();
      }
    }
  }

  /// Closes what this node opened and nobody uses, unless `busy` says that the other side does.
  public void sweep(java.util.function.Predicate<PeerConnection> busy) {
    long now = System.nanoTime();
    List<PeerConnection> idle = new ArrayList<>();
    lock.lock();
    try {
      open.forEach(
          (connection, link) -> {
            boolean unused = link.users <= 0 && now - link.idleSinceNanos > IDLE_NANOS;
            if (unused && connection.remote().outbound()) {
              idle.add(connection);
            }
          });
    } finally {
      lock.unlock();
    }
    for (PeerConnection connection : idle) {
      if (!busy.test(connection)) {
        connection.close();
      }
    }
  }

  public void close() {
    closed = true;
    all().forEach(PeerConnection::close);
  }
}
