package __package__;

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
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;

/// An open connection. One thread reads all that comes, from [#start] to the end; one writes; one
/// more answers each request. Only the first two touch the socket: an interrupt closes a socket for
/// all.
final class FramedConnection implements PeerConnection {

  /// Frames that wait to be written. Requests, reports of room and ends are a few for each of the
  /// requests that may wait; a peer that takes fewer than it causes is cut off.
  private static final int MAX_WAITING_FRAMES = 8 * MAX_REQUESTS;

  /// Of these, frames with bytes of chunks: 1 MiB.
  private static final int MAX_WAITING_DATA = 16;

  private static final Duration BUSY_RETRY = Duration.ofSeconds(1);

  /// How long the end of the connection waits for answers that were interrupted.
  private static final Duration END_LIMIT = Duration.ofSeconds(3);

  private final SocketChannel socket;
  private final ChunkServer server;
  private final RemotePeer remote;
  private final BiConsumer<FramedConnection, SocketChannel> whenEnded;
  private final BlockingQueue<ByteBuffer> waiting = new ArrayBlockingQueue<>(MAX_WAITING_FRAMES);
  private final Semaphore dataTurns = new Semaphore(MAX_WAITING_DATA, true);
  private final AtomicInteger lastRequest = new AtomicInteger();
  private final Map<Integer, IncomingChunk> incoming = new ConcurrentHashMap<>();
  private final Map<Integer, OutgoingChunk> outgoing = new ConcurrentHashMap<>();
  private final Thread reader = Thread.ofVirtual().name("__id__-read").unstarted(this::live);
  private final Thread writer = Thread.ofVirtual().name("__id__-write").unstarted(this::writeAll);
  private volatile boolean open = true;
  private volatile Optional<String> fault = Optional.empty();

  FramedConnection(
      SocketChannel socket,
      ChunkServer server,
      RemotePeer remote,
      BiConsumer<FramedConnection, SocketChannel> whenEnded) {
    this.socket = socket;
    this.server = server;
    this.remote = remote;
    this.whenEnded = whenEnded;
  }

  /// Reports the connection to the node and then reads.
  void start() {
    try {
      server.connected(this);
    } finally {
      writer.start();
      reader.start();
    }
  }

  @Override
  public RemotePeer remote() {
    return remote;
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  @Override
  public Optional<String> fault() {
    return fault;
  }

  @Override
  public ChunkBody fetch(ChunkRequest request) throws PeerUnreachableException {
    int number = lastRequest.incrementAndGet();
    IncomingChunk chunk =
        new IncomingChunk(
            bytes -> send(Frame.of(Frame.ROOM, number, bytes)),
            () -> {
              if (incoming.remove(number) != null) {
                send(Frame.of(Frame.CANCEL, number));
              }
            });
    incoming.put(number, chunk);
    send(Frame.of(Frame.ASK, number, request.cid().toBytes()));
    if (!open) {
      incoming.remove(number);
      throw new PeerUnreachableException(remote.address() + ": the connection is closed");
    }
    return chunk;
  }

  /// Queues a frame; never waits. A peer for which too many wait is cut off.
  void send(ByteBuffer frame) {
    if (open && !waiting.offer(frame)) {
      close();
    }
  }

  /// Queues bytes of a chunk when those of others leave room.
  void sendInTurn(ByteBuffer frame) throws InterruptedException {
    dataTurns.acquire();
    send(frame);
  }

  private void writeAll() {
    try {
      while (open) {
        ByteBuffer frame = waiting.take();
        boolean isData = frame.get(0) == Frame.DATA;
        while (frame.hasRemaining()) {
          socket.write(frame);
        }
        if (isData) {
          dataTurns.release();
        }
      }
    } catch (IOException e) {
      close();
    } catch (InterruptedException e) {
      // The connection is closed.
    }
  }

  /// The life of the connection: the node hears of its end when nothing of it runs any more.
  private void live() {
    try {
      while (open) {
        take(Frame.read(socket));
      }
    } catch (MalformedDataException e) {
      fault = Optional.of("it broke the protocol: " + e.getMessage());
    } catch (IOException e) {
      // One of the two sides closed it.
    } finally {
      close();
      outgoing.values().forEach(OutgoingChunk::interrupt);
      try {
        for (OutgoingChunk answer : outgoing.values()) {
          answer.awaitEnd(END_LIMIT);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      whenEnded.accept(this, socket);
      server.disconnected(this);
    }
  }

  private void take(Frame frame) throws MalformedDataException {
    switch (frame.type()) {
      case Frame.ASK -> answer(frame);
      case Frame.ROOM -> {
        OutgoingChunk answer = outgoing.get(frame.request());
        // A request that has ended meanwhile needs none.
        if (answer != null) {
          answer.room(frame);
        }
      }
      case Frame.CANCEL ->
          Optional.ofNullable(outgoing.get(frame.request())).ifPresent(OutgoingChunk::interrupt);
      case Frame.SIZE, Frame.DATA, Frame.END -> {
        IncomingChunk chunk = incoming.get(frame.request());
        // A request that was taken back is answered for a moment still.
        if (chunk != null) {
          takeAnswer(frame, chunk);
        }
      }
      default -> throw new MalformedDataException("a frame of type " + frame.type());
    }
  }

  private void answer(Frame frame) throws MalformedDataException {
    byte[] cid = new byte[frame.rest().remaining()];
    frame.rest().get(cid);
    ChunkRequest request = ChunkRequest.of(Cid.fromBytes(cid));
    if (outgoing.size() >= MAX_REQUESTS) {
      send(Frame.end(frame.request(), new Refusal.Busy(BUSY_RETRY)));
      return;
    }
    OutgoingChunk answer = new OutgoingChunk(this, server, frame.request(), request);
    if (outgoing.putIfAbsent(frame.request(), answer) != null) {
      throw new MalformedDataException("two requests of one number");
    }
    answer.start();
  }

  void answered(int request) {
    outgoing.remove(request);
  }

  private void takeAnswer(Frame frame, IncomingChunk chunk) throws MalformedDataException {
    switch (frame.type()) {
      case Frame.SIZE -> chunk.size(frame);
      case Frame.DATA -> chunk.data(frame.rest());
      default -> {
        incoming.remove(frame.request());
        if (frame.rest().hasRemaining()) {
          chunk.refuse(frame.refusal());
        } else {
          chunk.whole();
        }
      }
    }
  }

  /// Ends what waits. The thread that reads does the rest.
  @Override
  public void close() {
    open = false;
    writer.interrupt();
    try {
      socket.close();
    } catch (IOException e) {
      // It is as closed as it will be.
    }
    incoming.values().forEach(chunk -> chunk.refuse(new Refusal.Gone()));
  }

  /// Waits until the node was told of the end, for a while.
  void awaitEnd() {
    try {
      reader.join(END_LIMIT.plusSeconds(1));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
