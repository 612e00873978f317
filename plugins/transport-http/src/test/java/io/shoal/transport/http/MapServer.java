package io.shoal.transport.http;

import io.shoal.api.ChunkRequest;
import io.shoal.api.ChunkServer;
import io.shoal.api.ChunkSource;
import io.shoal.api.Cid;
import io.shoal.api.FileRegion;
import io.shoal.api.Multihash;
import io.shoal.api.PeerConnection;
import io.shoal.api.Refusal;
import io.shoal.api.ServeAnswer;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/// A node's side that holds chunks of any codec.
final class MapServer implements ChunkServer {
  final Map<Multihash, byte[]> chunks = new ConcurrentHashMap<>();
  final Map<Multihash, Refusal> refusals = new ConcurrentHashMap<>();
  final List<PeerConnection> connected = new CopyOnWriteArrayList<>();
  final List<PeerConnection> disconnected = new CopyOnWriteArrayList<>();
  final AtomicInteger open = new AtomicInteger();

  void put(Cid cid, byte[] bytes) {
    chunks.put(cid.multihash(), bytes);
  }

  @Override
  public void connected(PeerConnection connection) {
    connected.add(connection);
  }

  @Override
  public void disconnected(PeerConnection connection) {
    disconnected.add(connection);
  }

  @Override
  public ServeAnswer request(PeerConnection from, ChunkRequest request) {
    Refusal refusal = refusals.get(request.cid().multihash());
    byte[] bytes = chunks.get(request.cid().multihash());
    if (refusal != null || bytes == null) {
      return new ServeAnswer.Refuse(refusal == null ? new Refusal.NotHeld() : refusal);
    }
    open.incrementAndGet();
    return new ServeAnswer.Serve(new Source(bytes, open));
  }

  @Override
  public PeerConnection.Watch watch(
      PeerConnection from, Cid root, PeerConnection.AvailabilityListener listener) {
    throw new AssertionError("HTTP has no watches");
  }

  @Override
  public void message(PeerConnection from, int type, ByteBuffer bytes) {
    throw new AssertionError("HTTP has no messages");
  }

  private record Source(byte[] bytes, AtomicInteger open) implements ChunkSource {

    @Override
    public int sizeBytes() {
      return bytes.length;
    }

    @Override
    public int permit(int wantedBytes) {
      return Math.max(1, wantedBytes * 2 / 3);
    }

    @Override
    public int read(ByteBuffer into, int positionBytes) {
      int count = Math.min(into.remaining(), Math.min(10_000, bytes.length - positionBytes));
      into.put(bytes, positionBytes, count);
      return count == 0 ? -1 : count;
    }

    @Override
    public Optional<FileRegion> region() {
      return Optional.empty();
    }

    @Override
    public void revalidate() {}

    @Override
    public void close() {
      open.decrementAndGet();
    }
  }
}
