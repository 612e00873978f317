package io.shoal.testkit;

import io.shoal.api.ChunkBody;
import io.shoal.api.ChunkRequest;
import io.shoal.api.Cid;
import io.shoal.api.PeerConnection;
import io.shoal.api.PeerUnreachableException;
import io.shoal.api.RemotePeer;
import java.nio.ByteBuffer;
import java.util.Optional;

/// A connection that equals the one within, and is another object.
///
/// @param within what is called
record Wrapped(PeerConnection within) implements PeerConnection {
  @Override
  public RemotePeer remote() {
    return within.remote();
  }

  @Override
  public Optional<byte[]> channelBinding() {
    return within.channelBinding();
  }

  @Override
  public ChunkBody fetch(ChunkRequest request) throws PeerUnreachableException {
    return within.fetch(request);
  }

  @Override
  public Watch watch(Cid root, AvailabilityListener listener) throws PeerUnreachableException {
    return within.watch(root, listener);
  }

  @Override
  public void send(int type, ByteBuffer bytes)
      throws PeerUnreachableException, InterruptedException {
    within.send(type, bytes);
  }

  @Override
  public boolean isOpen() {
    return within.isOpen();
  }

  @Override
  public void close() {
    within.close();
  }
}
