package io.shoal.testkit;

import io.shoal.api.ChunkBody;
import io.shoal.api.ChunkChangedException;
import io.shoal.api.ChunkRequest;
import io.shoal.api.ChunkServer;
import io.shoal.api.ChunkSource;
import io.shoal.api.ChunkStore;
import io.shoal.api.Cid;
import io.shoal.api.Endpoint;
import io.shoal.api.InvalidInputException;
import io.shoal.api.PeerAddress;
import io.shoal.api.PeerConnection;
import io.shoal.api.PeerUnreachableException;
import io.shoal.api.PluginContext;
import io.shoal.api.Refusal;
import io.shoal.api.RemotePeer;
import io.shoal.api.RetryableException;
import io.shoal.api.Scheme;
import io.shoal.api.ServeAnswer;
import io.shoal.api.ShoalException;
import io.shoal.api.Transport;
import io.shoal.api.UserFaultException;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/// A transport as simple as a download over HTTP/1.0: each request has a socket of its own, only
/// the side that dials asks, nothing but chunks is sent, and an answer that breaks off gives no
/// reason.
final class PlainTransport implements Transport {
  static final Scheme SCHEME = Scheme.of("plain");

  private static final int CONNECT_MILLIS = 5_000;
  private static final int PIECE_SIZE_BYTES = 16 * 1024;
  private static final int BACKLOG = 512;

  // The first byte of an answer.
  private static final byte CHUNK = 1;
  private static final byte BUSY = 2;
  private static final byte DENIED = 3;
  private static final byte CORRUPT = 4;
  private static final byte NOT_HELD = 5;

  private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
  private final Set<PeerConnection> dialled = ConcurrentHashMap.newKeySet();
  private final Set<AutoCloseable> sockets = ConcurrentHashMap.newKeySet();
  private final AtomicInteger requests = new AtomicInteger();
  private volatile boolean open;
  private volatile int port;

  @Override
  public Set<Scheme> schemes() {
    return Set.of(SCHEME);
  }

  @Override
  public void start(PluginContext context) throws ShoalException {
    port = (int) context.config().number("port", 0, 65_535, 0);
    open = true;
  }

  private Thread run(Runnable task) {
    Thread thread = Thread.ofVirtual().name("plain").unstarted(task);
    threads.add(thread);
    thread.start();
    return thread;
  }

  @Override
  public Listener listen(Set<String> schemes, ChunkServer server, Consumer<List<Endpoint>> changed)
      throws ShoalException {
    if (!open) {
      throw new IllegalStateException("it is closed");
    }
    InetAddress loopback = InetAddress.getLoopbackAddress();
    ServerSocket listening;
    try {
      listening = new ServerSocket(port, BACKLOG, loopback);
    } catch (IOException e) {
      throw new UserFaultException("127.0.0.1:" + port + " is taken: set another port", e);
    }
    sockets.add(listening);
    run(
        () -> {
          try {
            while (true) {
              Socket one = listening.accept();
              run(() -> answer(one, server));
            }
          } catch (IOException _) {
            // It was closed.
          }
        });
    return new Listening(listening, loopback);
  }

  private record Listening(ServerSocket socket, InetAddress host) implements Listener {
    @Override
    public List<Endpoint> endpoints() {
      int port = socket.getLocalPort();
      return List.of(
          Endpoint.of(
              PeerAddress.of("plain://127.0.0.1:" + port),
              new Endpoint.Socket(Endpoint.Protocol.TCP, host, port)));
    }

    @Override
    public void close() {
      PlainTransport.close(socket);
    }
  }

  @Override
  public Optional<PeerAddress> seenAs(Endpoint endpoint, InetSocketAddress outside) {
    return Optional.of(
        PeerAddress.of(
            "plain://" + outside.getAddress().getHostAddress() + ":" + outside.getPort()));
  }

  @Override
  public PeerConnection connect(PeerAddress address, ChunkServer server) throws ShoalException {
    if (!address.scheme().equals(SCHEME.name()) || address.port().isEmpty()) {
      throw new InvalidInputException(address + " is no address of plain");
    }
    if (!open) {
      throw new PeerUnreachableException(address + ": the transport is closed");
    }
    PlainConnection connection = new PlainConnection(address, true, server);
    dialled.add(connection);
    connection.report();
    return connection;
  }

  /// The request's thread reads on, so that it sees that the peer goes away.
  private void answer(Socket socket, ChunkServer server) {
    sockets.add(socket);
    PlainConnection from =
        new PlainConnection(PeerAddress.of("plain://127.0.0.1:" + socket.getPort()), false, server);
    try (socket;
        DataInputStream in = new DataInputStream(socket.getInputStream())) {
      byte[] name = new byte[in.readUnsignedByte()];
      in.readFully(name);
      Cid cid = Cid.fromBytes(name);
      from.report();
      Thread answering = run(() -> answer(from, socket, cid, server));
      try {
        in.read();
      } finally {
        answering.interrupt();
        answering.join();
        from.close();
      }
    } catch (IOException | ShoalException | IllegalArgumentException _) {
      // No peer, or one that left.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      sockets.remove(socket);
    }
  }

  private void answer(PlainConnection from, Socket socket, Cid cid, ChunkServer server) {
    try (socket;
        DataOutputStream out = new DataOutputStream(socket.getOutputStream())) {
      if (requests.incrementAndGet() > PeerConnection.MAX_REQUESTS) {
        refuse(out, new Refusal.Busy(Duration.ofSeconds(1)));
        return;
      }
      switch (server.request(from, ChunkRequest.of(cid))) {
        case ServeAnswer.Serve serve -> send(out, serve.source());
        case ServeAnswer.Refuse refuse -> refuse(out, refuse.refusal());
        default -> refuse(out, new Refusal.NotHeld());
      }
    } catch (IOException | ShoalException _) {
      // The answer breaks off.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      requests.decrementAndGet();
    }
  }

  private static void send(DataOutputStream out, ChunkSource source)
      throws IOException, InterruptedException, ChunkChangedException, RetryableException {
    try (source) {
      int size = source.sizeBytes();
      out.writeByte(CHUNK);
      out.writeInt(size);
      ByteBuffer piece = ByteBuffer.allocate(PIECE_SIZE_BYTES);
      for (int at = 0; at < size; at += piece.position()) {
        int paid = source.permit(Math.min(PIECE_SIZE_BYTES, size - at));
        piece.clear().limit(paid);
        while (piece.hasRemaining()) {
          source.read(piece, at + piece.position());
        }
        // The last byte goes once the chunk is known to be whole.
        boolean isLast = at + paid == size;
        out.write(piece.array(), 0, isLast ? paid - 1 : paid);
        if (isLast) {
          source.revalidate();
          out.write(piece.array(), paid - 1, 1);
        }
      }
    }
  }

  private static void refuse(DataOutputStream out, Refusal refusal) throws IOException {
    switch (refusal) {
      case Refusal.Busy busy -> {
        out.writeByte(BUSY);
        out.writeInt((int) busy.retryAfter().toSeconds());
      }
      case Refusal.Denied _ -> out.writeByte(DENIED);
      case Refusal.Corrupt _ -> out.writeByte(CORRUPT);
      default -> out.writeByte(NOT_HELD);
    }
  }

  private void fetch(PeerAddress from, Cid cid, Socket socket, QueuedBody body) {
    try (socket) {
      InetSocketAddress there =
          new InetSocketAddress(from.host().orElseThrow(), from.port().orElseThrow());
      socket.connect(there, CONNECT_MILLIS);
      byte[] name = cid.toBytes();
      DataOutputStream out = new DataOutputStream(socket.getOutputStream());
      out.writeByte(name.length);
      out.write(name);
      out.flush();
      take(new DataInputStream(new BufferedInputStream(socket.getInputStream())), body);
    } catch (IOException e) {
      body.end(new Refusal.Gone());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      sockets.remove(socket);
    }
  }

  private static void take(DataInputStream in, QueuedBody body)
      throws IOException, InterruptedException {
    switch (in.readByte()) {
      case CHUNK -> {
        int size = in.readInt();
        if (size < 0 || size > ChunkStore.MAX_CHUNK_SIZE_BYTES) {
          throw new IOException("no chunk has " + size + " bytes");
        }
        body.begin(size);
        for (int at = 0; at < size; ) {
          byte[] piece = new byte[PIECE_SIZE_BYTES];
          int read = in.read(piece, 0, Math.min(piece.length, size - at));
          if (read < 0 || !body.add(ByteBuffer.wrap(piece, 0, read))) {
            throw new IOException("it broke off");
          }
          at += read;
        }
        body.end();
      }
      case BUSY -> body.end(new Refusal.Busy(Duration.ofSeconds(Math.clamp(in.readInt(), 0, 60))));
      case DENIED -> body.end(new Refusal.Denied());
      case CORRUPT -> body.end(new Refusal.Corrupt());
      case NOT_HELD -> body.end(new Refusal.NotHeld());
      default -> throw new IOException("this is no answer");
    }
  }

  private static void close(AutoCloseable socket) {
    try {
      socket.close();
    } catch (Exception e) {
      throw new IllegalStateException("a socket does not close", e);
    }
  }

  @Override
  public void close() {
    open = false;
    dialled.forEach(PeerConnection::close);
    sockets.forEach(PlainTransport::close);
    try {
      for (Thread thread : threads) {
        thread.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private final class PlainConnection implements PeerConnection {
    private final RemotePeer remote;
    private final ChunkServer node;
    private final Set<QueuedBody> bodies = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean isOpen = new AtomicBoolean(true);
    private final CountDownLatch reported = new CountDownLatch(1);

    PlainConnection(PeerAddress there, boolean outbound, ChunkServer node) {
      this.remote = RemotePeer.at(there).outbound(outbound).build();
      this.node = node;
    }

    @Override
    public RemotePeer remote() {
      return remote;
    }

    @Override
    public ChunkBody fetch(ChunkRequest request) throws PeerUnreachableException {
      if (!isOpen.get() || !remote.outbound()) {
        throw new PeerUnreachableException(remote.address() + ": it is closed, or cannot be asked");
      }
      Socket socket = new Socket();
      sockets.add(socket);
      QueuedBody body = new QueuedBody(() -> PlainTransport.close(socket));
      bodies.add(body);
      run(() -> PlainTransport.this.fetch(remote.address(), request.cid(), socket, body));
      return body;
    }

    @Override
    public boolean isOpen() {
      return isOpen.get();
    }

    @Override
    public void close() {
      if (isOpen.getAndSet(false)) {
        bodies.forEach(QueuedBody::close);
        run(this::reportTheEnd);
      }
    }

    void report() {
      node.connected(this);
      reported.countDown();
    }

    /// The last call, also of a connection that was closed in the first one.
    private void reportTheEnd() {
      try {
        reported.await();
        node.disconnected(this);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
