package io.shoal.runtime.download;

import io.shoal.api.Availability;
import io.shoal.api.PeerConnection;
import io.shoal.api.PeerUnreachableException;
import io.shoal.runtime.connection.FetchNotice;
import io.shoal.runtime.connection.MessageTypes;
import io.shoal.runtime.connection.NameMessages;
import io.shoal.runtime.destination.PeerNames;
import io.shoal.runtime.discovery.PeerFinder;
import io.shoal.runtime.discovery.PeerNetwork;
import io.shoal.runtime.peer.ConnectionKey;
import io.shoal.runtime.peer.PeerKey;
import io.shoal.runtime.peer.PeerOrigin;
import io.shoal.runtime.peer.Reputation;
import io.shoal.runtime.swarm.Swarm;
import io.shoal.runtime.swarm.SwarmAction;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The peers of one download: lets them in, reports to the [Swarm] what they have and send, and
/// disconnects them. Every peer in here holds one use of its connection, which is released when the
/// peer leaves. Confined to the download's thread; `now` is milliseconds since the download's
/// start.
final class DownloadPeers {
  private static final Logger LOG = LoggerFactory.getLogger(DownloadPeers.class);

  private final PeerNetwork network;
  private final DownloadRequest request;
  private final Swarm swarm;
  private final DownloadCounters counters;
  private final PeerNames names;
  private final Consumer<Runnable> events;
  private final PeerAdmission admission;
  private final Map<Integer, DownloadPeer> byId = new HashMap<>();
  private final Map<PeerKey, DownloadPeer> byKey = new HashMap<>();
  private int nextId;
  private boolean refusing;

  /// @param names takes what they call the root, if it has no name yet
  /// @param events runs what it is given on the download's thread; callable from any thread
  DownloadPeers(
      PeerNetwork network,
      DownloadRequest request,
      Swarm swarm,
      DownloadCounters counters,
      PeerNames names,
      Consumer<Runnable> events) {
    this.network = network;
    this.request = request;
    this.swarm = swarm;
    this.counters = counters;
    this.names = names;
    this.events = events;
    this.admission = new PeerAdmission(network.book(), request.peers());
  }

  int count() {
    return byId.size();
  }

  /// Those that do not give their places to others: all but those that were asked and gave nothing.
  int settled() {
    return (int) byId.keySet().stream().filter(id -> !swarm.isSilent(id)).count();
  }

  Optional<DownloadPeer> get(int id) {
    return Optional.ofNullable(byId.get(id));
  }

  /// Takes over one use of a connection, and releases it at once if the peer is not let in.
  void join(PeerConnection connection, long now) {
    boolean useless =
        refusing || byKey.containsKey(PeerKey.of(connection)) || admission.isDistrusted(connection);
    if (useless || !connection.isOpen() || !hasPlaceFor(connection, now)) {
      network.connections().release(connection);
      return;
    }
    DownloadPeer peer = new DownloadPeer(nextId++, connection);
    try {
      swarm.join(
          peer.id,
          PeerOrigin.of(connection.remote().address()).widest(),
          admission.isTrusted(connection),
          now);
      peer.watch = connection.watch(request.root(), update -> hear(peer, update));
      byId.put(peer.id, peer);
      byKey.put(peer.key, peer);
      askName(peer, now);
    } catch (PeerUnreachableException e) {
      swarm.leave(peer.id);
      network.connections().release(connection);
    }
  }

  private void askName(DownloadPeer peer, long now) {
    if (network.connections().traits().carriesMessages(peer.connection)
        && names.asks(peer.key.text(), now)) {
      ByteBuffer question = NameMessages.question(request.root());
      Thread.ofVirtual()
          .name("name-question")
          .start(() -> send(peer, MessageTypes.NAME_QUESTION, question));
    }
  }

  private boolean hasPlaceFor(PeerConnection connection, long now) {
    if (byId.size() < PeerFinder.MAX_PEERS) {
      return true;
    }
    Optional<DownloadPeer> silent =
        byId.values().stream().filter(peer -> swarm.isSilent(peer.id)).findFirst();
    // Else peers that give nothing would keep newcomers out of the node's connections as well.
    silent.ifPresent(
        peer -> network.book().did(peer.connection.remote(), Reputation.Penalty.STALLED));
    Optional<DownloadPeer> worse = silent.or(() -> admission.worseThan(connection, byId.values()));
    worse.ifPresent(peer -> leave(peer, now));
    return worse.isPresent();
  }

  /// From the connection's thread.
  private void hear(DownloadPeer peer, Availability update) {
    if (peer.pending.add(update)) {
      events.accept(() -> peer.pending.take().forEach(heard -> swarm.availability(peer.id, heard)));
    }
  }

  /// The connection is closed.
  void lost(PeerConnection connection, long now) {
    DownloadPeer peer = byKey.get(PeerKey.of(connection));
    if (peer != null && ConnectionKey.same(peer.connection, connection)) {
      leave(peer, now);
    }
  }

  /// A peer announces what it fetches from a peer that has everything.
  void fetching(PeerConnection from, List<Integer> positions, long now) {
    DownloadPeer peer = byKey.get(PeerKey.of(from));
    if (peer != null) {
      swarm.announced(peer.id, positions, now);
    }
  }

  private void leave(DownloadPeer peer, long now) {
    swarm.leave(peer.id);
    forget(peer, now);
  }

  private void forget(DownloadPeer peer, long now) {
    if (byId.remove(peer.id) != null) {
      countArrivals(peer, now);
      byKey.remove(peer.key);
      peer.watch.close();
      network.connections().release(peer.connection);
    }
  }

  /// Disconnects from a peer that the swarm has dropped already.
  ///
  /// @return the peer, if it was still here
  Optional<PeerKey> drop(SwarmAction.Drop drop, long now) {
    DownloadPeer peer = byId.get(drop.peer());
    if (peer == null) {
      return Optional.empty();
    }
    forget(peer, now);
    if (drop.ban()) {
      admission.ban(peer, drop.reason());
      peer.connection.close(PeerConnection.Reason.FAULT);
      network.connections().closeAllOf(peer.key);
    } else {
      LOG.info("disconnected from peer {}: {}", peer.key, drop.reason());
      network.book().disconnectedFrom(peer.connection.remote());
    }
    return Optional.of(peer.key);
  }

  void blame(SwarmAction.Blame blame) {
    DownloadPeer peer = byId.get(blame.peer());
    if (peer != null) {
      LOG.debug("peer {}: {}", peer.key, blame.penalty());
      network.book().did(peer.connection.remote(), blame.penalty());
    }
  }

  /// Announces to some peers what this download fetches.
  void sendNotice(List<Integer> peers, FetchNotice notice) {
    for (int id : peers) {
      DownloadPeer peer = byId.get(id);
      if (peer != null
          && network.connections().traits().carriesMessages(peer.connection)
          && peer.sending.compareAndSet(false, true)) {
        // Sending blocks while the peer accepts nothing.
        Thread.ofVirtual()
            .name("fetch-notice")
            .start(
                () -> {
                  try {
                    send(peer, MessageTypes.FETCH_NOTICE, notice.encode());
                  } finally {
                    peer.sending.set(false);
                  }
                });
      }
    }
  }

  private static void send(DownloadPeer peer, int type, ByteBuffer message) {
    try {
      peer.connection.send(type, message);
    } catch (PeerUnreachableException | InterruptedException e) {
      LOG.debug("{} got no message of type {}: {}", peer.key, type, e.getMessage());
    }
  }

  /// Counts what arrived, and disconnects from peers that are gone or became distrusted.
  void tick(long now) {
    countArrivals(now);
    admission.newlyDistrusted(byId.values()).forEach(peer -> leave(peer, now));
  }

  private void countArrivals(long now) {
    for (DownloadPeer peer : new ArrayList<>(byId.values())) {
      if (peer.connection.isOpen()) {
        countArrivals(peer, now);
      } else {
        leave(peer, now);
      }
    }
  }

  private void countArrivals(DownloadPeer peer, long now) {
    long bytes = peer.received.sum() - peer.countedBytes;
    if (bytes > 0) {
      peer.countedBytes += bytes;
      counters.received(peer.key.text(), peer.scheme(), bytes);
      swarm.progress(peer.id, bytes, now);
    }
  }

  /// From now on no peer is let in.
  void refuseMore() {
    refusing = true;
  }

  /// Counts what arrived last and releases every connection.
  void close(long now) {
    refuseMore();
    countArrivals(now);
    new ArrayList<>(byId.values()).forEach(peer -> forget(peer, now));
  }
}
