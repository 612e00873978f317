package io.shoal.testkit;

import io.shoal.api.ChunkBody;
import io.shoal.api.ChunkChangedException;
import io.shoal.api.ChunkRequest;
import io.shoal.api.ChunkServer;
import io.shoal.api.ChunkSource;
import io.shoal.api.Cid;
import io.shoal.api.FileRegion;
import io.shoal.api.PeerAddress;
import io.shoal.api.PeerConnection;
import io.shoal.api.PeerUnreachableException;
import io.shoal.api.Refusal;
import io.shoal.api.RemotePeer;
import io.shoal.api.RetryableException;
import io.shoal.api.ServeAnswer;
import io.shoal.testkit.MemoryTransport.Fault;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// One end of a connection of a [MemoryTransport].
final class MemoryConnection implements PeerConnection {
  private static final int PIECE_SIZE_BYTES = 16 * 1024;
  private static final int MAX_WAITING_MESSAGES = 64;
  private static final int CUT_BYTES = 32_000;

  private record Letter(int type, ByteBuffer bytes) {}

  private final MemoryTransport transport;
  private final ChunkServer node;
  private final RemotePeer remote;
  private final Set<Thread> serving = ConcurrentHashMap.newKeySet();
  private final Set<QueuedBody> bodies = ConcurrentHashMap.newKeySet();
  private final Set<Watch> watches = ConcurrentHashMap.newKeySet();
  private final AtomicInteger openWatches = new AtomicInteger();
  private final BlockingQueue<Letter> inbox = new ArrayBlockingQueue<>(MAX_WAITING_MESSAGES);
  private final CountDownLatch reported = new CountDownLatch(1);
  private final CountDownLatch ended = new CountDownLatch(1);
  private final AtomicBoolean open = new AtomicBoolean(true);
  private final Thread postman = Thread.ofVirtual().name("mem-postman").unstarted(this::deliver);
  private byte[] binding = new byte[32];
  private @Nullable MemoryConnection peer;

  MemoryConnection(
      MemoryTransport transport, ChunkServer node, PeerAddress address, boolean outbound) {
    this.transport = transport;
    this.node = node;
    this.remote = RemotePeer.at(address).outbound(outbound).build();
  }

  /// Makes two ends one connection.
  static void join(MemoryConnection near, MemoryConnection far) {
    near.peer = far;
    far.peer = near;
    if (!near.transport.has(Fault.HAS_ONE_BINDING_FOR_ALL)) {
      new SplittableRandom(System.identityHashCode(near)).nextBytes(near.binding);
    }
    far.binding = near.binding.clone();
  }

  private MemoryConnection other() {
    return Objects.requireNonNull(peer);
  }

  /// Tells this end's node of it.
  void report() {
    transport.add(this);
    postman.start();
    node.connected(this);
    reported.countDown();
  }

  @Override
  public RemotePeer remote() {
    return remote;
  }

  @Override
  public Optional<byte[]> channelBinding() {
    return Optional.of(binding.clone());
  }

  private void requireOpen() throws PeerUnreachableException {
    if (!open.get()) {
      throw new PeerUnreachableException(remote.address() + ": the connection is closed");
    }
  }

  @Override
  public ChunkBody fetch(ChunkRequest request) throws PeerUnreachableException {
    requireOpen();
    Thread[] server = new Thread[1];
    QueuedBody body =
        new QueuedBody(
            () -> {
              if (!transport.has(Fault.NEVER_INTERRUPTS)) {
                server[0].interrupt();
              }
            });
    bodies.add(body);
    var builder =
        transport.has(Fault.CALLS_FROM_PLATFORM_THREADS)
            ? Thread.ofPlatform().daemon()
            : Thread.ofVirtual();
    server[0] = builder.unstarted(() -> other().serve(request, body));
    if (other().serving.size() >= MAX_REQUESTS
        && !transport.has(Fault.TAKES_ANY_NUMBER_OF_REQUESTS)) {
      body.end(new Refusal.Busy(Duration.ofSeconds(1)));
      return body;
    }
    other().serving.add(server[0]);
    server[0].start();
    return body;
  }

  private void serve(ChunkRequest request, QueuedBody body) {
    try {
      switch (node.request(this, request)) {
        case ServeAnswer.Serve serve -> send(serve.source(), body);
        case ServeAnswer.Refuse refuse -> body.end(refuse.refusal());
        default -> body.end(new Refusal.NotHeld());
      }
    } catch (InterruptedException e) {
      body.end(new Refusal.Gone());
    } finally {
      serving.remove(Thread.currentThread());
    }
  }

  private void send(ChunkSource source, QueuedBody body) throws InterruptedException {
    try {
      int size = source.sizeBytes();
      body.begin(size);
      for (int at = 0; at < size; ) {
        int piece = paid(source, Math.min(PIECE_SIZE_BYTES, size - at), at);
        ByteBuffer bytes = ByteBuffer.allocate(piece);
        while (bytes.hasRemaining()) {
          read(source, bytes, at + bytes.position());
        }
        if (!body.add(bytes.flip())) {
          return;
        }
        at += piece;
      }
      if (!transport.has(Fault.MARKS_A_CHANGED_CHUNK_AS_WHOLE)) {
        source.revalidate();
      }
      body.end();
    } catch (ChunkChangedException e) {
      body.end(new Refusal.Corrupt());
    } catch (IOException e) {
      body.end(new Refusal.NotHeld());
    } catch (RetryableException e) {
      body.end(new Refusal.Busy(Duration.ofSeconds(1)));
    } finally {
      if (!transport.has(Fault.KEEPS_SOURCES)) {
        source.close();
      }
    }
  }

  private int paid(ChunkSource source, int wanted, int at) throws InterruptedException {
    if (transport.has(Fault.NEVER_ASKS_PERMIT) || transport.has(Fault.ASKS_PERMIT_ONCE) && at > 0) {
      return wanted;
    }
    return source.permit(wanted);
  }

  private void read(ChunkSource source, ByteBuffer into, int at)
      throws IOException, RetryableException {
    Optional<FileRegion> region = source.region();
    if (region.isEmpty()) {
      source.read(into, at);
      return;
    }
    FileRegion run = region.get();
    long begin = transport.has(Fault.SENDS_THE_BEGIN_OF_THE_FILE) ? 0 : run.offsetBytes();
    if (transport.has(Fault.MOVES_THE_CHANNEL)) {
      run.channel().position(begin + at).read(into);
    } else {
      run.channel().read(into, begin + at);
    }
    if (transport.has(Fault.CLOSES_THE_CHANNEL) && at + into.capacity() >= run.sizeBytes()) {
      run.channel().close();
    }
  }

  @Override
  public Watch watch(Cid root, AvailabilityListener listener) throws PeerUnreachableException {
    requireOpen();
    if (openWatches.incrementAndGet() > MAX_WATCHES
        && !transport.has(Fault.TAKES_ANY_NUMBER_OF_WATCHES)) {
      openWatches.decrementAndGet();
      throw new IllegalStateException("more than " + MAX_WATCHES + " watches");
    }
    News news = new News(listener, transport);
    Watch far = other().node.watch(other(), root, news);
    AtomicBoolean isOpen = new AtomicBoolean(true);
    Watch near =
        () -> {
          if (isOpen.getAndSet(false)) {
            openWatches.decrementAndGet();
            far.close();
            news.end();
          }
        };
    watches.add(near);
    return near;
  }

  @Override
  public void send(int type, ByteBuffer bytes)
      throws PeerUnreachableException, InterruptedException {
    requireOpen();
    boolean isOutside = type < 0 || type > 65_535 || bytes.remaining() > MAX_MESSAGE_SIZE_BYTES;
    if (isOutside && !transport.has(Fault.TAKES_MESSAGES_OF_ANY_TYPE)) {
      throw new IllegalArgumentException("the message is out of bounds");
    }
    ByteBuffer copy = bytes.slice();
    if (transport.has(Fault.CUTS_LONG_MESSAGES)) {
      copy.limit(Math.min(copy.limit(), CUT_BYTES));
    }
    if (!transport.has(Fault.REFERS_TO_A_SENDERS_BUFFER)) {
      copy = ByteBuffer.allocate(bytes.remaining()).put(copy).flip();
    }
    bytes.position(bytes.limit());
    other().inbox.put(new Letter(type, copy));
  }

  private void deliver() {
    try {
      reported.await();
      while (open.get()) {
        Letter letter = inbox.take();
        Runnable delivery =
            () -> node.message(this, letter.type(), letter.bytes().asReadOnlyBuffer());
        if (transport.has(Fault.HANDS_OVER_MESSAGES_AT_ONCE)) {
          Thread.ofVirtual().start(delivery);
        } else {
          delivery.run();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public boolean isOpen() {
    return open.get();
  }

  @Override
  public void close() {
    if (open.getAndSet(false)) {
      bodies.forEach(body -> body.end(new Refusal.Gone()));
      if (!transport.has(Fault.NEVER_INTERRUPTS)) {
        serving.forEach(Thread::interrupt);
      }
      Thread.ofVirtual().name("mem-end").start(this::end);
      other().close();
    }
  }

  private void end() {
    try {
      if (!transport.has(Fault.KEEPS_WATCHES)) {
        watches.forEach(Watch::close);
      }
      reported.await();
      if (!transport.has(Fault.REPORTS_THE_END_TOO_EARLY)) {
        for (Thread one : serving) {
          one.join(Await.DEADLINE.dividedBy(30));
        }
      }
      postman.interrupt();
      postman.join();
      if (transport.has(Fault.REPORTS_ANOTHER_OBJECT_AT_THE_END)) {
        node.disconnected(new Wrapped(this));
      } else if (!transport.has(Fault.REPORTS_NO_END)) {
        node.disconnected(this);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      transport.remove(this);
      ended.countDown();
    }
  }

  /// Waits until its node was told of the end.
  void awaitEnd() {
    try {
      ended.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
