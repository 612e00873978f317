package io.shoal.testkit;

import io.shoal.api.Availability;
import io.shoal.api.ChunkChangedException;
import io.shoal.api.ChunkRequest;
import io.shoal.api.ChunkServer;
import io.shoal.api.ChunkSource;
import io.shoal.api.Cid;
import io.shoal.api.FileRegion;
import io.shoal.api.PeerConnection;
import io.shoal.api.Refusal;
import io.shoal.api.ServeAnswer;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/// The node's side of connections, for tests of transports: serves from memory, refuses on request,
/// and records the calls.
public final class TestChunkServer implements ChunkServer {
  /// A message that a peer sent.
  ///
  /// @param type its type
  /// @param bytes a copy
  public record Message(int type, ByteBuffer bytes) {}

  private final Map<Cid, ServeAnswer> refusals = new ConcurrentHashMap<>();
  private final Map<Cid, byte[]> chunks = new ConcurrentHashMap<>();
  private final Map<Cid, Boolean> changing = new ConcurrentHashMap<>();
  private final Map<Cid, Boolean> held = new ConcurrentHashMap<>();
  private final Map<Cid, PeerConnection.AvailabilityListener> watchers = new ConcurrentHashMap<>();
  private final List<PeerConnection> connected = new CopyOnWriteArrayList<>();
  private final List<PeerConnection> disconnected = new CopyOnWriteArrayList<>();
  private final List<Message> messages = new CopyOnWriteArrayList<>();
  private final AtomicInteger openSources = new AtomicInteger();
  private final AtomicInteger interrupted = new AtomicInteger();
  private final AtomicInteger waiting = new AtomicInteger();

  /// Holds nothing yet.
  public TestChunkServer() {}

  /// Serves these bytes from now on.
  public Cid serve(byte[] bytes) {
    Cid cid = TestData.cid(bytes);
    chunks.put(cid, bytes);
    return cid;
  }

  /// Serves these bytes, and finds after the last one that they cannot be trusted.
  public Cid serveChanging(byte[] bytes) {
    Cid cid = serve(bytes);
    changing.put(cid, true);
    return cid;
  }

  /// Refuses a chunk from now on.
  public void refuse(Cid cid, Refusal refusal) {
    refusals.put(cid, new ServeAnswer.Refuse(refusal));
  }

  /// Lets requests for a chunk wait for as long as the peer wants.
  public void hold(Cid cid) {
    held.put(cid, true);
  }

  /// Reports to the watches of a root.
  public void report(Cid root, Availability update) {
    Optional.ofNullable(watchers.get(root)).ifPresent(watcher -> watcher.availability(update));
  }

  /// The connections that the transport reported, also those that ended.
  public List<PeerConnection> connected() {
    return List.copyOf(connected);
  }

  /// The connections whose end the transport reported.
  public List<PeerConnection> disconnected() {
    return List.copyOf(disconnected);
  }

  /// The messages so far.
  public List<Message> messages() {
    return List.copyOf(messages);
  }

  /// How many roots are watched.
  public int watches() {
    return watchers.size();
  }

  /// How many sources were given to the transport and not closed by it yet.
  public int openSources() {
    return openSources.get();
  }

  /// How many requests wait for their turn now.
  public int waiting() {
    return waiting.get();
  }

  /// How many waiting requests were interrupted, as they are when the peer takes them back.
  public int interrupted() {
    return interrupted.get();
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
  public ServeAnswer request(PeerConnection from, ChunkRequest request)
      throws InterruptedException {
    if (held.containsKey(request.cid())) {
      waitForInterrupt();
    }
    ServeAnswer refusal = refusals.get(request.cid());
    if (refusal != null) {
      return refusal;
    }
    byte[] bytes = chunks.get(request.cid());
    if (bytes == null) {
      return new ServeAnswer.Refuse(new Refusal.NotHeld());
    }
    openSources.incrementAndGet();
    return new ServeAnswer.Serve(new MemorySource(bytes, changing.containsKey(request.cid())));
  }

  private void waitForInterrupt() throws InterruptedException {
    waiting.incrementAndGet();
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      interrupted.incrementAndGet();
      throw e;
    } finally {
      waiting.decrementAndGet();
    }
  }

  @Override
  public PeerConnection.Watch watch(
      PeerConnection from, Cid root, PeerConnection.AvailabilityListener listener) {
    watchers.put(root, listener);
    listener.availability(new Availability.Unknown());
    return () -> watchers.remove(root, listener);
  }

  @Override
  public void message(PeerConnection from, int type, ByteBuffer bytes) {
    messages.add(new Message(type, ByteBuffer.allocate(bytes.remaining()).put(bytes).flip()));
  }

  private final class MemorySource implements ChunkSource {
    private final byte[] bytes;
    private final boolean changes;
    private boolean closed;

    MemorySource(byte[] bytes, boolean changes) {
      this.bytes = bytes;
      this.changes = changes;
    }

    @Override
    public int sizeBytes() {
      return bytes.length;
    }

    @Override
    public int permit(int wantedBytes) {
      return wantedBytes;
    }

    @Override
    public int read(ByteBuffer into, int positionBytes) {
      if (positionBytes >= bytes.length) {
        return -1;
      }
      int size = Math.min(into.remaining(), bytes.length - positionBytes);
      into.put(bytes, positionBytes, size);
      return size;
    }

    @Override
    public Optional<FileRegion> region() {
      return Optional.empty();
    }

    @Override
    public void revalidate() throws ChunkChangedException {
      if (changes) {
        throw new ChunkChangedException("the test's chunk changed: that is what the test is about");
      }
    }

    @Override
    public void close() {
      if (!closed) {
        closed = true;
        openSources.decrementAndGet();
      }
    }
  }
}
