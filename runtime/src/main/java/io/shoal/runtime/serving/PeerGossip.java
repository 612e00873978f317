package io.shoal.runtime.serving;

import io.shoal.api.Cid;
import io.shoal.api.PeerAddress;
import io.shoal.api.PeerConnection;
import io.shoal.api.PeerFaultException;
import io.shoal.api.PeerUnreachableException;
import io.shoal.api.RemotePeer;
import io.shoal.runtime.connection.Connections;
import io.shoal.runtime.connection.Dialler;
import io.shoal.runtime.connection.MessageQuota;
import io.shoal.runtime.connection.MessageTypes;
import io.shoal.runtime.connection.PeerExchange;
import io.shoal.runtime.peer.AddressScope;
import io.shoal.runtime.peer.ConnectionKey;
import io.shoal.runtime.peer.PeerKey;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Introduces the peers of a swarm to each other, so that leechers feed each other and the seed
/// sends each chunk about once. Only peers that said where they listen are named. Usable from any
/// thread.
public final class PeerGossip {
  private static final Logger LOG = LoggerFactory.getLogger(PeerGossip.class);

  /// Between two rounds.
  public static final long EVERY_MILLIS = 10_000;

  /// Messages of one connection that are handled within a round; more is noise.
  private static final int MAX_MESSAGES_PER_ROUND = 64;

  private final AvailabilityWatches watches;
  private final BiConsumer<Cid, List<PeerAddress>> candidates;
  private final Connections connections;
  private final Dialler dialler;
  private final RandomGenerator random;
  private final MessageQuota quota = new MessageQuota(MAX_MESSAGES_PER_ROUND);

  /// The peers of each swarm as of the last round.
  private final Map<Cid, Set<ConnectionKey>> introduced = new ConcurrentHashMap<>();

  /// @param candidates receives addresses of peers that take part in the swarm of a root
  /// @param random used by several threads
  public PeerGossip(
      AvailabilityWatches watches,
      BiConsumer<Cid, List<PeerAddress>> candidates,
      Connections connections,
      Dialler dialler,
      RandomGenerator random) {
    this.watches = watches;
    this.candidates = candidates;
    this.connections = connections;
    this.dialler = dialler;
    this.random = random;
  }

  /// A peer entered a swarm: it is sent the addresses of the others at once, and they its address.
  public void entered(PeerConnection peer, Cid root) {
    List<PeerConnection> others = watches.peers(root);
    others.removeIf(other -> ConnectionKey.same(other, peer));
    send(peer, root, others);
    if (dialable(peer).isPresent()) {
      for (PeerConnection other :
          others.subList(0, Math.min(others.size(), PeerExchange.MAX_PEERS))) {
        send(other, root, List.of(peer));
      }
    }
  }

  /// Every [#EVERY_MILLIS]: sends again what was lost or came late.
  public void round() {
    quota.nextRound();
    for (Cid root : watches.roots()) {
      List<PeerConnection> peers = watches.peers(root);
      Set<ConnectionKey> now =
          peers.stream().map(ConnectionKey::new).collect(Collectors.toUnmodifiableSet());
      // The peers of a swarm that has not changed know each other.
      if (peers.size() > 1 && !now.equals(introduced.put(root, now))) {
        for (PeerConnection peer : peers) {
          List<PeerConnection> others = new ArrayList<>(peers);
          others.removeIf(other -> ConnectionKey.same(other, peer));
          send(peer, root, others);
        }
      }
    }
    introduced.keySet().retainAll(watches.roots());
  }

  private void send(PeerConnection to, Cid root, List<PeerConnection> others) {
    if (!connections.traits().carriesMessages(to)) {
      return;
    }
    List<PeerConnection> shuffled = new ArrayList<>(others);
    Collections.shuffle(shuffled, random);
    AddressScope link = AddressScope.of(to.remote().address());
    List<PeerAddress> addresses = new ArrayList<>();
    for (PeerConnection other : shuffled) {
      dialable(other)
          .filter(address -> AddressScope.of(address).mayBeDialledFrom(link))
          .filter(address -> !PeerKey.of(other).equals(PeerKey.of(to)))
          .ifPresent(addresses::add);
    }
    if (addresses.isEmpty()) {
      return;
    }
    // On a thread of its own: sending waits while the peer takes nothing.
    Thread.ofVirtual()
        .name("gossip")
        .start(
            () -> {
              try {
                to.send(MessageTypes.PEER_EXCHANGE, new PeerExchange(root, addresses).encode());
              } catch (PeerUnreachableException | InterruptedException e) {
                LOG.debug("{} was sent no addresses of peers: {}", PeerKey.of(to), e.getMessage());
              }
            });
  }

  private static Optional<PeerAddress> dialable(PeerConnection connection) {
    RemotePeer remote = connection.remote();
    return remote
        .listenAddress()
        .map(address -> remote.provenId().map(address::withPeerId).orElse(address))
        .filter(address -> AddressScope.of(address) != AddressScope.NONE);
  }

  /// A peer sent addresses of others.
  public void heard(PeerConnection from, ByteBuffer bytes) {
    if (!quota.take(from)) {
      return;
    }
    PeerExchange exchange;
    try {
      exchange = PeerExchange.decode(bytes);
    } catch (PeerFaultException e) {
      connections.brokeRules(from, "it sent a malformed message: " + e.getMessage());
      return;
    }
    AddressScope link = AddressScope.of(from.remote().address());
    List<PeerAddress> usable = new ArrayList<>();
    for (PeerAddress address : exchange.peers()) {
      if (!AddressScope.hasServicePort(address)
          && AddressScope.of(address).mayBeDialledFrom(link)
          && dialler.worthDialling(address, false)) {
        usable.add(address);
      }
    }
    candidates.accept(exchange.root(), usable);
  }
}
