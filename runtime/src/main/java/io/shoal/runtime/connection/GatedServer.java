package io.shoal.runtime.connection;

import io.shoal.api.Availability;
import io.shoal.api.ChunkRequest;
import io.shoal.api.ChunkServer;
import io.shoal.api.Cid;
import io.shoal.api.PeerConnection;
import io.shoal.api.Refusal;
import io.shoal.api.ServeAnswer;
import io.shoal.runtime.access.AccessGate;
import io.shoal.runtime.access.AdmissionProof.Verdict;
import java.nio.ByteBuffer;

/// Stands before the node's own server: until the gate admits a peer, nothing that it sends reaches
/// that server, and nothing that the server says is sent.
public final class GatedServer implements ChunkServer {
  private final ChunkServer inner;
  private final AccessGate gate;
  private final Connections connections;

  public GatedServer(ChunkServer inner, AccessGate gate, Connections connections) {
    this.inner = inner;
    this.gate = gate;
    this.connections = connections;
  }

  @Override
  public void connected(PeerConnection connection) {
    if (connections.isFull(gate.waiting())) {
      connection.close(PeerConnection.Reason.FULL);
      return;
    }
    follow(connection, gate.arrived(connection));
  }

  private void follow(PeerConnection connection, Verdict verdict) {
    switch (verdict) {
      case Verdict.Waiting _ -> {}
      case Verdict.Admitted _ -> {
        inner.connected(connection);
        gate.opened(connection);
      }
      case Verdict.Refused _ -> connection.close(PeerConnection.Reason.DENIED);
    }
  }

  @Override
  public void disconnected(PeerConnection connection) {
    gate.left(connection);
    // A connection that was never admitted is unknown there, which does no harm.
    inner.disconnected(connection);
  }

  @Override
  public ServeAnswer request(PeerConnection from, ChunkRequest request)
      throws InterruptedException {
    return mayAsk(from)
        ? inner.request(from, request)
        : new ServeAnswer.Refuse(new Refusal.Denied());
  }

  @Override
  public PeerConnection.Watch watch(
      PeerConnection from, Cid root, PeerConnection.AvailabilityListener listener) {
    try {
      if (mayAsk(from)) {
        return inner.watch(from, root, listener);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    listener.availability(new Availability.Unknown());
    return () -> {};
  }

  /// A question that follows a proof on the wire may overtake it in here, so it waits for the
  /// decision.
  private boolean mayAsk(PeerConnection from) throws InterruptedException {
    return connections.traits().mayBeAsked(from)
        && (gate.isAdmitted(from) || gate.await(from) instanceof Verdict.Admitted);
  }

  @Override
  public void message(PeerConnection from, int type, ByteBuffer bytes) {
    if (!connections.traits().carriesMessages(from)) {
      // What would answer could not.
      return;
    }
    if (gate.isAdmitted(from)) {
      inner.message(from, type, bytes);
    } else if (type == MessageTypes.ACCESS_PROOF) {
      follow(from, gate.proved(from, bytes));
    }
  }

  /// See [AccessGate#tick].
  public void tick() {
    gate.tick().forEach(late -> late.close(PeerConnection.Reason.DENIED));
  }
}
