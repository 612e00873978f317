package io.shoal.runtime.testing;

import io.shoal.api.ChunkBody;
import io.shoal.api.ChunkRequest;
import io.shoal.api.Cid;
import io.shoal.api.PeerConnection;
import io.shoal.api.RemotePeer;
import java.nio.ByteBuffer;

/// A connection over which nothing goes, to who a test says. Equal to every other one: connections
/// are told apart by identity.
public class SilentConnection implements PeerConnection {
  private final RemotePeer remote;
  private boolean open = true;

  public SilentConnection(RemotePeer remote) {
    this.remote = remote;
  }

  @Override
  public RemotePeer remote() {
    return remote;
  }

  @Override
  public ChunkBody fetch(ChunkRequest request) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Watch watch(Cid root, AvailabilityListener listener) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void send(int type, ByteBuffer bytes) {}

  @Override
  public boolean equals(Object other) {
    return other instanceof SilentConnection;
  }

  @Override
  public int hashCode() {
    return 1;
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  @Override
  public void close() {
    open = false;
  }
}
