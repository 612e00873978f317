package io.shoal.runtime.serving;

import io.shoal.api.ChunkRequest;
import io.shoal.api.ChunkServer;
import io.shoal.api.Cid;
import io.shoal.api.PeerConnection;
import io.shoal.api.Refusal;
import io.shoal.api.ServeAnswer;
import java.nio.ByteBuffer;

/// For a node that serves no peer: keeps track of connections, handles messages, and refuses all
/// else.
public record RefusingServer(NodeChunkServer server) implements ChunkServer {
  @Override
  public void connected(PeerConnection connection) {
    server.connected(connection);
  }

  @Override
  public void disconnected(PeerConnection connection) {
    server.disconnected(connection);
  }

  @Override
  public ServeAnswer request(PeerConnection from, ChunkRequest request) {
    return new ServeAnswer.Refuse(new Refusal.NotHeld());
  }

  @Override
  public PeerConnection.Watch watch(
      PeerConnection from, Cid root, PeerConnection.AvailabilityListener listener) {
    return ChunkServer.NOTHING.watch(from, root, listener);
  }

  @Override
  public void message(PeerConnection from, int type, ByteBuffer bytes) {
    server.message(from, type, bytes);
  }
}
