package io.shoal.api;

import java.nio.ByteBuffer;

/// See [ChunkServer#NOTHING].
record ServesNothing() implements ChunkServer {

  @Override
  public void connected(PeerConnection connection) {}

  @Override
  public void disconnected(PeerConnection connection) {}

  @Override
  public ServeAnswer request(PeerConnection from, ChunkRequest request) {
    return new ServeAnswer.Refuse(new Refusal.NotHeld());
  }

  @Override
  public PeerConnection.Watch watch(
      PeerConnection from, Cid root, PeerConnection.AvailabilityListener listener) {
    listener.availability(new Availability.Unknown());
    return () -> {};
  }

  @Override
  public void message(PeerConnection from, int type, ByteBuffer bytes) {}
}
