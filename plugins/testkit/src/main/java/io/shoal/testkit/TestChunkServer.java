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
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/// The node's side of connections, for tests of transports: serves from memory, refuses on request,
/// and records the calls.
public final class TestChunkServer implements ChunkServer {
  /// A message that a peer sent.
  ///
  /// @param type its type
  /// @param bytes a copy
  public record Message(int type, ByteBuffer bytes) {}

  private final Map<Cid, ServeAnswer> refusals = new ConcurrentHashMap<>();
  private final Map<Cid, Served> chunks = new ConcurrentHashMap<>();
  private final Map<Cid, Boolean> held = new ConcurrentHashMap<>();
  private final Map<Cid, PeerConnection.AvailabilityListener> watchers = new ConcurrentHashMap<>();
  private final List<PeerConnection> connected = new CopyOnWriteArrayList<>();
  private final List<PeerConnection> disconnected = new CopyOnWriteArrayList<>();
  private final List<Message> messages = new CopyOnWriteArrayList<>();
  private volatile boolean closing;
  private final List<String> breaches = new CopyOnWriteArrayList<>();
  private final AtomicInteger openSources = new AtomicInteger();
  private final AtomicLong permittedBytes = new AtomicLong();
  private final Map<PeerConnection, AtomicInteger> inMessage =
      Collections.synchronizedMap(new IdentityHashMap<>());
  private final AtomicInteger interrupted = new AtomicInteger();
  private final AtomicInteger waiting = new AtomicInteger();

  /// Holds nothing yet.
  public TestChunkServer() {}

  /// A chunk and the way it is served.
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Served(
      byte[] bytes, boolean changes, int sliceBytes, Optional<FileRegion> region) {}

  /// Serves these bytes from now on.
  ///
  /// @param bytes the chunk
  /// @return its id
  public Cid serve(byte[] bytes) {
    return serve(new Served(bytes, false, Integer.MAX_VALUE, Optional.empty()));
  }

  /// Serves these bytes, and finds after the last one that they cannot be trusted.
  ///
  /// @param bytes the chunk
  /// @return its id
  public Cid serveChanging(byte[] bytes) {
    return serve(new Served(bytes, true, Integer.MAX_VALUE, Optional.empty()));
  }

  /// Serves these bytes, of which little may be sent at a time.
  ///
  /// @param bytes the chunk
  /// @param sliceBytes the most that one call of [ChunkSource#permit] grants
  /// @return its id
  public Cid serveMetered(byte[] bytes, int sliceBytes) {
    return serve(new Served(bytes, false, sliceBytes, Optional.empty()));
  }

  /// Serves these bytes out of a file.
  ///
  /// @param bytes the chunk
  /// @param sliceBytes the most that one call of [ChunkSource#permit] grants
  /// @param region where they lie in a file, which stays open meanwhile
  /// @return its id
  public Cid serveFile(byte[] bytes, int sliceBytes, FileRegion region) {
    return serve(new Served(bytes, false, sliceBytes, Optional.of(region)));
  }

  private Cid serve(Served served) {
    Cid cid = TestData.cid(served.bytes());
    chunks.put(cid, served);
    return cid;
  }

  /// How many bytes transports were permitted to send so far, over all chunks.
  long permittedBytes() {
    return permittedBytes.get();
  }

  /// What the transport did against the rules of [ChunkServer], one line each.
  List<String> breaches() {
    return List.copyOf(breaches);
  }

  @SuppressWarnings("ReferenceEquality") // connections are told apart by identity
  private static boolean holds(List<PeerConnection> all, PeerConnection one) {
    return all.stream().anyMatch(known -> known == one);
  }

  private void requireConnected(PeerConnection from, String call) {
    if (!holds(connected, from)) {
      breaches.add(call + " came before connected, or with another object");
    } else if (holds(disconnected, from)) {
      breaches.add(call + " came after disconnected");
    }
  }

  /// Refuses a chunk from now on.
  public void refuse(Cid cid, Refusal refusal) {
    refusals.put(cid, new ServeAnswer.Refuse(refusal));
  }

  /// Closes every connection as soon as it is reported.
  void closeEveryConnection() {
    closing = true;
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
    if (holds(connected, connection)) {
      breaches.add("connected was called twice for one connection");
    }
    connected.add(connection);
    if (closing) {
      connection.close();
    }
  }

  @Override
  public void disconnected(PeerConnection connection) {
    if (holds(disconnected, connection)) {
      breaches.add("disconnected was called twice for one connection");
    }
    requireConnected(connection, "disconnected");
    disconnected.add(connection);
  }

  @Override
  public ServeAnswer request(PeerConnection from, ChunkRequest request)
      throws InterruptedException {
    requireConnected(from, "a request");
    if (held.containsKey(request.cid())) {
      waitForInterrupt();
    }
    ServeAnswer refusal = refusals.get(request.cid());
    if (refusal != null) {
      return refusal;
    }
    Served served = chunks.get(request.cid());
    if (served == null) {
      return new ServeAnswer.Refuse(new Refusal.NotHeld());
    }
    openSources.incrementAndGet();
    return new ServeAnswer.Serve(new Source(served));
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
    requireConnected(from, "a watch");
    watchers.put(root, listener);
    listener.availability(new Availability.Unknown());
    return () -> watchers.remove(root, listener);
  }

  @Override
  public void message(PeerConnection from, int type, ByteBuffer bytes) {
    requireConnected(from, "a message");
    AtomicInteger running = inMessage.computeIfAbsent(from, _ -> new AtomicInteger());
    if (running.incrementAndGet() > 1) {
      breaches.add("two messages of one connection came at once");
    }
    // Long enough for a second one to come, if it does not wait.
    LockSupport.parkNanos(1_000);
    running.decrementAndGet();
    messages.add(new Message(type, ByteBuffer.allocate(bytes.remaining()).put(bytes).flip()));
  }

  private final class Source implements ChunkSource {
    private final Served served;
    private boolean closed;

    Source(Served served) {
      this.served = served;
    }

    @Override
    public int sizeBytes() {
      return served.bytes().length;
    }

    @Override
    public int permit(int wantedBytes) {
      if (wantedBytes < 1) {
        breaches.add("permit was asked for " + wantedBytes + " bytes");
      }
      int granted = Math.min(wantedBytes, served.sliceBytes());
      permittedBytes.addAndGet(granted);
      return granted;
    }

    @Override
    public int read(ByteBuffer into, int positionBytes) {
      if (positionBytes >= sizeBytes()) {
        return -1;
      }
      int size = Math.min(into.remaining(), sizeBytes() - positionBytes);
      into.put(served.bytes(), positionBytes, size);
      return size;
    }

    @Override
    public Optional<FileRegion> region() {
      return served.region();
    }

    @Override
    public void revalidate() throws ChunkChangedException {
      if (served.changes()) {
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
