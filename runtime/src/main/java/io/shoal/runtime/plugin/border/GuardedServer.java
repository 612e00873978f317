package io.shoal.runtime.plugin.border;

import io.shoal.api.Availability;
import io.shoal.api.ChunkRequest;
import io.shoal.api.ChunkServer;
import io.shoal.api.Cid;
import io.shoal.api.PeerConnection;
import io.shoal.api.Refusal;
import io.shoal.api.ServeAnswer;
import java.nio.ByteBuffer;
import java.util.Optional;

/// The node's server as a transport sees it: takes the transport's own connections, and passes
/// those of the node. Calls for a connection that is not open do nothing.
final class GuardedServer implements ChunkServer {
  private final ChunkServer server;
  private final GuardedConnections connections;

  GuardedServer(ChunkServer server, GuardedConnections connections) {
    this.server = server;
    this.connections = connections;
  }

  @Override
  public void connected(PeerConnection connection) {
    if (connections.known(connection).isEmpty()) {
      server.connected(connections.open(connection));
    }
  }

  @Override
  public void disconnected(PeerConnection connection) {
    connections.ended(connection).ifPresent(server::disconnected);
  }

  @Override
  public ServeAnswer request(PeerConnection from, ChunkRequest request)
      throws InterruptedException {
    Optional<GuardedConnection> known = connections.known(from);
    return known.isPresent()
        ? server.request(known.get(), request)
        : new ServeAnswer.Refuse(new Refusal.NotHeld());
  }

  @Override
  public PeerConnection.Watch watch(
      PeerConnection from, Cid root, PeerConnection.AvailabilityListener listener) {
    Optional<GuardedConnection> known = connections.known(from);
    if (known.isPresent()) {
      return server.watch(known.get(), root, listener);
    }
    listener.availability(new Availability.Unknown());
    return () -> {};
  }

  @Override
  public void message(PeerConnection from, int type, ByteBuffer bytes) {
    connections.known(from).ifPresent(known -> server.message(known, type, bytes));
  }
}
