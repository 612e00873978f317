package io.shoal.test.unix;

import io.shoal.api.ChunkBody;
import io.shoal.api.ChunkRequest;
import io.shoal.api.ChunkServer;
import io.shoal.api.Cid;
import io.shoal.api.MalformedDataException;
import io.shoal.api.PeerConnection;
import io.shoal.api.PeerUnreachableException;
import io.shoal.api.Refusal;
import io.shoal.api.RemotePeer;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/// An open connection: one thread reads, one writes, one hands messages on, one for each chunk that is served.
final class UnixConnection implements PeerConnection {

  /// Frames that wait to be written; a sender waits for room.
  private static final int MAX_WAITING_FRAMES = 1024;

  private static final int MAX_WAITING_MESSAGES = 64;
  private static final Duration BUSY_RETRY = Duration.ofSeconds(1);

  private record Message(int type, ByteBuffer bytes) {}

  private final SocketChannel channel;
  private final ChunkServer server;
  private final RemotePeer remote;
  private final Runnable whenClosed;
  private final AtomicBoolean open = new AtomicBoolean(true);
  private final AtomicLong ids = new AtomicLong();
  private final BlockingQueue<ByteBuffer> toWrite = new ArrayBlockingQueue<>(MAX_WAITING_FRAMES);
  private final BlockingQueue<Message> messages = new ArrayBlockingQueue<>(MAX_WAITING_MESSAGES);
  private final Map<Long, IncomingBody> bodies = new ConcurrentHashMap<>();
  private final Map<Long, Outgoing> serving = new ConcurrentHashMap<>();
  private final Map<Long, AvailabilityListener> listeners = new ConcurrentHashMap<>();
  private final Map<Long, Watch> watched = new ConcurrentHashMap<>();
  private final Thread reader = Thread.ofVirtual().name("unix-read").unstarted(this::readAll);
  private final Thread writer = Thread.ofVirtual().name("unix-write").unstarted(this::writeAll);
  private final Thread teller = Thread.ofVirtual().name("unix-tell").unstarted(this::tellAll);

  UnixConnection(
      SocketChannel channel, ChunkServer server, RemotePeer remote, Runnable whenClosed) {
    this.channel = channel;
    this.server = server;
    this.remote = remote;
    this.whenClosed = whenClosed;
  }

  void start() {
    server.connected(this);
    writer.start();
    teller.start();
    reader.start();
  }

  @Override
  public RemotePeer remote() {
    return remote;
  }

  @Override
  public ChunkBody fetch(ChunkRequest request) throws PeerUnreachableException {
    long id = ids.incrementAndGet();
    IncomingBody body = new IncomingBody(this, id);
    bodies.put(id, body);
    sendOrFail(Frame.request(id, request));
    return body;
  }

  @Override
  public Watch watch(Cid root, AvailabilityListener listener) throws PeerUnreachableException {
    if (listeners.size() >= MAX_WATCHES) {
      throw new IllegalStateException("more than " + MAX_WATCHES + " watches");
    }
    long id = ids.incrementAndGet();
    listeners.put(id, listener);
    sendOrFail(Frame.of(Frame.WATCH, id, root.toBytes()));
    return () -> {
      if (listeners.remove(id) != null) {
        sendQuietly(Frame.of(Frame.UNWATCH, id));
      }
    };
  }

  @Override
  public void send(int type, ByteBuffer bytes)
      throws PeerUnreachableException, InterruptedException {
    if (bytes.remaining() > MAX_MESSAGE_SIZE_BYTES) {
      throw new IllegalArgumentException("a message of " + bytes.remaining() + " bytes");
    }
    requireOpen();
    send(Frame.of(Frame.MESSAGE, type, Frame.bytes(bytes)));
  }

  private void sendOrFail(ByteBuffer frame) throws PeerUnreachableException {
    requireOpen();
    sendQuietly(frame);
    requireOpen();
  }

  private void requireOpen() throws PeerUnreachableException {
    if (!open.get()) {
      throw new PeerUnreachableException(remote.address() + ": the connection is closed");
    }
  }

  void send(ByteBuffer frame) throws InterruptedException {
    if (open.get()) {
      toWrite.put(frame);
    }
  }

  private void sendQuietly(ByteBuffer frame) {
    try {
      send(frame);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  void credit(long id, int bytes) {
    sendQuietly(Frame.of(Frame.CREDIT, id, Frame.number(bytes)));
  }

  void forget(long id) {
    if (bodies.remove(id) != null) {
      sendQuietly(Frame.of(Frame.CANCEL, id));
    }
  }

  void served(long id) {
    serving.remove(id);
  }

  private void readAll() {
    try {
      while (open.get()) {
        take(Frame.read(channel));
      }
    } catch (IOException | MalformedDataException | BufferUnderflowException e) {
      // Whatever was broken, nothing more can be read.
      close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      close();
    }
  }

  private void take(Frame frame) throws MalformedDataException, InterruptedException {
    long id = frame.id();
    IncomingBody body = bodies.get(id);
    Outgoing outgoing = serving.get(id);
    switch (frame.type()) {
      case Frame.REQUEST -> serve(id, Frame.request(frame.rest()));
      case Frame.CREDIT -> {
        if (outgoing != null) {
          outgoing.credit(Math.max(0, frame.rest().getInt()));
        }
      }
      case Frame.CANCEL -> {
        if (outgoing != null) {
          outgoing.cancel();
        }
      }
      case Frame.WATCH ->
          watched.put(
              id,
              server.watch(
                  this,
                  Cid.fromBytes(Frame.bytes(frame.rest())),
                  news -> Frame.news(id, news).ifPresent(this::sendQuietly)));
      case Frame.UNWATCH -> {
        Watch watch = watched.remove(id);
        if (watch != null) {
          watch.close();
        }
      }
      case Frame.NEWS -> {
        AvailabilityListener listener = listeners.get(id);
        if (listener != null) {
          listener.availability(Frame.news(frame.rest()));
        }
      }
      case Frame.MESSAGE -> messages.put(new Message((int) id, frame.rest()));
      case Frame.SIZE, Frame.DATA, Frame.END, Frame.REFUSE -> {
        // A body that was closed here meanwhile is still being sent by the peer for a moment.
        if (body != null) {
          take(frame, body);
        }
      }
      default -> throw new MalformedDataException("a frame of type " + frame.type());
    }
  }

  private void take(Frame frame, IncomingBody body) throws MalformedDataException {
    switch (frame.type()) {
      case Frame.SIZE -> body.size(frame.rest().getInt());
      case Frame.DATA -> body.data(frame.rest());
      case Frame.END -> {
        bodies.remove(frame.id());
        body.end();
      }
      default -> {
        bodies.remove(frame.id());
        body.refuse(Frame.refusal(frame.rest()));
      }
    }
  }

  private void serve(long id, ChunkRequest request) throws InterruptedException {
    if (serving.size() >= MAX_REQUESTS) {
      send(Frame.refusal(id, new Refusal.Busy(BUSY_RETRY)));
      return;
    }
    Outgoing outgoing = new Outgoing(this, server, id, request);
    serving.put(id, outgoing);
    outgoing.start();
  }

  private void writeAll() {
    try {
      while (open.get()) {
        ByteBuffer frame = toWrite.take();
        while (frame.hasRemaining()) {
          channel.write(frame);
        }
      }
    } catch (IOException e) {
      close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void tellAll() {
    try {
      while (open.get()) {
        Message message = messages.take();
        server.message(this, message.type(), message.bytes());
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
    if (!open.compareAndSet(true, false)) {
      return;
    }
    try {
      channel.close();
    } catch (IOException e) {
      // It is as closed as it will get.
    }
    writer.interrupt();
    teller.interrupt();
    toWrite.clear();
    serving.values().forEach(Outgoing::cancel);
    bodies.values().forEach(body -> body.refuse(new Refusal.Gone()));
    watched.values().forEach(Watch::close);
    server.disconnected(this);
    whenClosed.run();
  }
}
