package io.shoal.transport.http.server;

import io.netty.channel.Channel;
import io.shoal.api.ChunkServer;
import io.shoal.api.PeerAddress;
import io.shoal.api.RemotePeer;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;

/// The clients that ask for chunks, by host; on this machine by connection, since all share the
/// host. Usable from any thread.
final class ClientPeers {
  private final ChunkServer server;
  private final Executor threads;
  private final Map<String, ClientPeer> byHost = new ConcurrentHashMap<>();

  ClientPeers(ChunkServer server, Executor threads) {
    this.server = server;
    this.threads = threads;
  }

  /// Begins the first request of a connection.
  ///
  /// @param address where the client's bytes come from
  /// @return the client; [ClientPeer#leave] is due at the end of the request
  ClientPeer enter(Channel channel, PeerAddress address) {
    InetSocketAddress from = (InetSocketAddress) channel.remoteAddress();
    String host =
        from.getAddress().isLoopbackAddress() ? address.uri() : from.getAddress().getHostAddress();
    ClientPeer fresh = new ClientPeer(RemotePeer.at(address).build(), server, threads);
    fresh.enter(channel);
    while (true) {
      ClientPeer known = byHost.putIfAbsent(host, fresh);
      ClientPeer peer = known == null ? fresh : known;
      if (known == null || known.enter(channel)) {
        channel.closeFuture().addListener(_ -> peer.gone(channel));
        if (known == null) {
          var _ = fresh.ended().thenRun(() -> byHost.remove(host, fresh));
          fresh.report();
        }
        return peer;
      }
      byHost.remove(host, known);
    }
  }

  /// Ends all clients.
  ///
  /// @return completes once the node was notified of each end
  CompletableFuture<Void> close() {
    List<ClientPeer> all = List.copyOf(byHost.values());
    all.forEach(ClientPeer::close);
    return CompletableFuture.allOf(
        all.stream().map(ClientPeer::ended).toArray(CompletableFuture[]::new));
  }

  int count() {
    return byHost.size();
  }
}
