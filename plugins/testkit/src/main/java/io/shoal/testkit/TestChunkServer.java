package io.shoal.testkit;

import io.shoal.api.Availability;
import io.shoal.api.ChunkRequest;
import io.shoal.api.ChunkServer;
import io.shoal.api.Cid;
import io.shoal.api.PeerConnection;
import io.shoal.api.Refusal;
import io.shoal.api.ServeAnswer;
import io.shoal.testkit.MeteredSource.Allowance;
import io.shoal.testkit.MeteredSource.Chunk;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/// The node's side of connections, for tests of transports: serves from memory, refuses on request,
/// records the calls, and notes those that [ChunkServer] does not allow. Thread-safe.
public final class TestChunkServer implements ChunkServer {
  /// A message that a peer sent.
  ///
  /// @param type its type
  /// @param bytes a copy
  public record Message(int type, ByteBuffer bytes) {}

  /// What is known of a connection: its calls come between its two reports.
  private static final class Calls {
    private int running;
    private int messages;
    private boolean ended;
  }

  /// How long a request goes on after it was interrupted, as that of a busy node: an end of its
  /// connection that does not wait for it comes meanwhile.
  private static final long ANSWER_MILLIS = 100;

  private static final int UNLIMITED = Integer.MAX_VALUE;

  private final Map<Cid, ServeAnswer> refusals = new ConcurrentHashMap<>();
  private final Map<Cid, Chunk> chunks = new ConcurrentHashMap<>();
  private final Map<Cid, Boolean> held = new ConcurrentHashMap<>();
  private final Map<Cid, PeerConnection.AvailabilityListener> watchers = new ConcurrentHashMap<>();
  private final List<PeerConnection> connected = new CopyOnWriteArrayList<>();
  private final List<PeerConnection> disconnected = new CopyOnWriteArrayList<>();
  private final List<Message> messages = new CopyOnWriteArrayList<>();
  private final List<String> violations = new CopyOnWriteArrayList<>();
  private final IdentityHashMap<PeerConnection, Calls> calls = new IdentityHashMap<>();
  private final AtomicInteger openSources = new AtomicInteger();
  private final AtomicInteger interrupted = new AtomicInteger();
  private final AtomicInteger waiting = new AtomicInteger();
  private volatile boolean admits = true;

  /// Holds nothing yet.
  public TestChunkServer() {}

  /// Serves these bytes from now on.
  ///
  /// @param bytes the chunk, not to be changed afterwards
  /// @return its id
  public Cid serve(byte[] bytes) {
    return serve(bytes, new Chunk(bytes, false, new Allowance(UNLIMITED), Optional.empty()));
  }

  /// Serves these bytes, and finds after the last one that they cannot be trusted.
  ///
  /// @param bytes the chunk, not to be changed afterwards
  /// @return its id
  public Cid serveChanging(byte[] bytes) {
    return serve(bytes, new Chunk(bytes, true, new Allowance(UNLIMITED), Optional.empty()));
  }

  /// Serves these bytes, a few at once.
  Cid serveMetered(byte[] bytes, Allowance allowance) {
    return serve(bytes, new Chunk(bytes, false, allowance, Optional.empty()));
  }

  /// Serves these bytes out of the midst of a file, as a store does that keeps them in files.
  ///
  /// @param file is written
  Cid serveFromFile(byte[] bytes, Allowance allowance, Path file) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(TestData.bytes(-1, Chunk.OFFSET_BYTES));
    all.writeBytes(bytes);
    all.writeBytes(TestData.bytes(-2, Chunk.OFFSET_BYTES));
    Files.write(file, all.toByteArray());
    return serve(bytes, new Chunk(bytes, false, allowance, Optional.of(file)));
  }

  private Cid serve(byte[] bytes, Chunk chunk) {
    Cid cid = TestData.cid(bytes);
    chunks.put(cid, chunk);
    return cid;
  }

  /// Refuses a chunk from now on.
  ///
  /// @param cid the chunk
  /// @param refusal the reason
  public void refuse(Cid cid, Refusal refusal) {
    refusals.put(cid, new ServeAnswer.Refuse(refusal));
  }

  /// Lets requests for a chunk wait for as long as the peer wants.
  ///
  /// @param cid the chunk
  public void hold(Cid cid) {
    held.put(cid, true);
  }

  /// Closes from now on every connection as soon as it is reported.
  void admitNone() {
    admits = false;
  }

  /// Reports to the watches of a root.
  ///
  /// @param root whose
  /// @param update the report
  public void report(Cid root, Availability update) {
    Optional.ofNullable(watchers.get(root)).ifPresent(watcher -> watcher.availability(update));
  }

  /// The connections that the transport reported, also those that ended.
  ///
  /// @return a copy, oldest first
  public List<PeerConnection> connected() {
    return List.copyOf(connected);
  }

  /// The connections whose end the transport reported.
  ///
  /// @return a copy, oldest first
  public List<PeerConnection> disconnected() {
    return List.copyOf(disconnected);
  }

  /// The messages so far.
  ///
  /// @return a copy, oldest first
  public List<Message> messages() {
    return List.copyOf(messages);
  }

  /// How many roots are watched.
  ///
  /// @return at the moment
  public int watches() {
    return watchers.size();
  }

  /// How many sources were given to the transport and not closed by it yet.
  ///
  /// @return at the moment
  public int openSources() {
    return openSources.get();
  }

  /// How many requests wait for their turn now.
  ///
  /// @return at the moment
  public int waiting() {
    return waiting.get();
  }

  /// How many waiting requests were interrupted, as they are when the peer takes them back.
  ///
  /// @return since the begin
  public int interrupted() {
    return interrupted.get();
  }

  /// Calls that [ChunkServer] does not allow, one line each: for a connection that was not
  /// reported, after its end was, from a platform thread, two messages of one connection at once.
  ///
  /// @return a copy, oldest first
  public List<String> violations() {
    return List.copyOf(violations);
  }

  private Calls begin(PeerConnection connection, String call) {
    if (!Thread.currentThread().isVirtual()) {
      violations.add(call + " was called from a platform thread: " + Thread.currentThread());
    }
    synchronized (calls) {
      Calls known = calls.get(connection);
      if (known == null) {
        violations.add(call + " was called with an object that connected never got");
        known = new Calls();
        calls.put(connection, known);
      }
      if (known.ended) {
        violations.add(call + " was called after disconnected");
      }
      known.running++;
      return known;
    }
  }

  private void end(Calls of) {
    synchronized (calls) {
      of.running--;
    }
  }

  @Override
  public void connected(PeerConnection connection) {
    synchronized (calls) {
      if (calls.putIfAbsent(connection, new Calls()) != null) {
        violations.add("connected was called twice with one object");
      }
    }
    Calls own = begin(connection, "connected");
    connected.add(connection);
    if (!admits) {
      connection.close(PeerConnection.Reason.FULL);
    }
    end(own);
  }

  @Override
  public void disconnected(PeerConnection connection) {
    Calls own = begin(connection, "disconnected");
    synchronized (calls) {
      own.ended = true;
      calls.notifyAll();
      if (own.running > 1) {
        violations.add("disconnected was called while another call of its connection ran");
      }
      own.running--;
    }
    disconnected.add(connection);
  }

  @Override
  public ServeAnswer request(PeerConnection from, ChunkRequest request)
      throws InterruptedException {
    Calls own = begin(from, "request");
    try {
      if (held.containsKey(request.cid())) {
        waitForInterrupt(own);
      }
      ServeAnswer refusal = refusals.get(request.cid());
      if (refusal != null) {
        return refusal;
      }
      Chunk chunk = chunks.get(request.cid());
      if (chunk == null) {
        return new ServeAnswer.Refuse(new Refusal.NotHeld());
      }
      openSources.incrementAndGet();
      return new ServeAnswer.Serve(
          new MeteredSource(chunk, violations::add, openSources::decrementAndGet));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      end(own);
    }
  }

  private void waitForInterrupt(Calls own) throws InterruptedException {
    waiting.incrementAndGet();
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      interrupted.incrementAndGet();
      goOn(own);
      throw e;
    } finally {
      waiting.decrementAndGet();
    }
  }

  /// Whatever else interrupts it.
  private void goOn(Calls own) {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ANSWER_MILLIS);
    synchronized (calls) {
      for (long left = ANSWER_MILLIS; !own.ended && left > 0; ) {
        try {
          calls.wait(left);
        } catch (InterruptedException again) {
          // Its caller throws the first one.
        }
        left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
      }
    }
  }

  @Override
  public PeerConnection.Watch watch(
      PeerConnection from, Cid root, PeerConnection.AvailabilityListener listener) {
    Calls own = begin(from, "watch");
    watchers.put(root, listener);
    listener.availability(new Availability.Unknown());
    end(own);
    return () -> watchers.remove(root, listener);
  }

  @Override
  public void message(PeerConnection from, int type, ByteBuffer bytes) {
    Calls own = begin(from, "message");
    synchronized (calls) {
      if (own.messages++ > 0) {
        violations.add("two messages of one connection were handed over at once");
      }
    }
    // The receiver may read to any position: it reads all of every other message.
    ByteBuffer taken = type % 2 == 0 ? bytes : bytes.duplicate();
    messages.add(new Message(type, ByteBuffer.allocate(taken.remaining()).put(taken).flip()));
    // Gives a transport that hands over two at once the time to do so.
    LockSupport.parkNanos(1);
    synchronized (calls) {
      own.messages--;
    }
    end(own);
  }
}
