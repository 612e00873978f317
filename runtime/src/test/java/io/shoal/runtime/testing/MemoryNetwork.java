package io.shoal.runtime.testing;

import io.shoal.api.ChunkBody;
import io.shoal.api.ChunkRequest;
import io.shoal.api.ChunkServer;
import io.shoal.api.ChunkSource;
import io.shoal.api.Cid;
import io.shoal.api.Endpoint;
import io.shoal.api.PeerAddress;
import io.shoal.api.PeerConnection;
import io.shoal.api.PeerId;
import io.shoal.api.PeerUnreachableException;
import io.shoal.api.PluginContext;
import io.shoal.api.Refusal;
import io.shoal.api.RefusedException;
import io.shoal.api.RemotePeer;
import io.shoal.api.RetryableException;
import io.shoal.api.Scheme;
import io.shoal.api.ServeAnswer;
import io.shoal.api.ShoalException;
import io.shoal.api.Transport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// A network inside the process: nodes find each other by name, chunks go by virtual threads. All
/// its connections are equal: whoever tells them apart by anything but identity fails here.
public final class MemoryNetwork {
  private record Listening(PeerId id, ChunkServer server) {}

  private final Map<String, Listening> listening = new ConcurrentHashMap<>();
  private final Map<String, Consumer<List<Endpoint>>> changed = new ConcurrentHashMap<>();
  private final Queue<String> misuses = new ConcurrentLinkedQueue<>();
  private final Random random = new Random(4);
  private final Scheme scheme;

  /// Whose connections can do all that there is.
  public MemoryNetwork() {
    this(TestSchemes.whole("mem"));
  }

  /// @param scheme by the name `mem`; what it does not declare fails and is recorded
  public MemoryNetwork(Scheme scheme) {
    this.scheme = scheme;
  }

  /// The calls that the scheme does not allow.
  public List<String> misuses() {
    return List.copyOf(misuses);
  }

  /// What the other side answers to a request that the scheme may not allow.
  public ServeAnswer askAnyway(PeerConnection from, ChunkRequest request)
      throws InterruptedException {
    Link link = (Link) from;
    return link.other.server.request(link.other, request);
  }

  /// A node listens under another name from now on, and its transport says so.
  public void move(String from, String to) {
    listening.put(to, Optional.ofNullable(listening.remove(from)).orElseThrow());
    Optional.ofNullable(changed.get(from)).orElseThrow().accept(List.of(Endpoint.of(address(to))));
  }

  public static PeerAddress address(String name) {
    return PeerAddress.of("mem:///" + name);
  }

  void unplug(String name) {
    listening.remove(name);
  }

  public Transport transport(String name, PeerId self) {
    return new MemoryTransport(name, self);
  }

  private final class MemoryTransport implements Transport {
    private final String name;
    private final PeerId self;
    private final Queue<Link> connections = new ConcurrentLinkedQueue<>();

    MemoryTransport(String name, PeerId self) {
      this.name = name;
      this.self = self;
    }

    @Override
    public void start(PluginContext context) {}

    @Override
    public Set<Scheme> schemes() {
      return Set.of(scheme);
    }

    @Override
    public Listener listen(
        Set<String> schemes, ChunkServer server, Consumer<List<Endpoint>> changes) {
      changed.put(name, changes);
      listening.put(name, new Listening(self, server));
      return FixedListener.at(address(name));
    }

    @Override
    public PeerConnection connect(PeerAddress to, ChunkServer server) throws ShoalException {
      String host = to.path().substring(1);
      Listening other = listening.get(host);
      if (other == null) {
        throw new PeerUnreachableException(to + ": nobody answers");
      }
      Optional<PeerAddress> mine =
          listening.containsKey(name) ? Optional.of(address(name)) : Optional.empty();
      Link here =
          new Link(new RemotePeer(to, Optional.of(to), proven(other.id), "test", true), server);
      Link there =
          new Link(new RemotePeer(address(name), mine, proven(self), "test", false), other.server);
      here.other = there;
      there.other = here;
      random.nextBytes(here.binding);
      System.arraycopy(here.binding, 0, there.binding, 0, here.binding.length);
      connections.add(here);
      there.begin();
      here.begin();
      return here;
    }

    @Override
    public void close() {
      unplug(name);
      connections.forEach(Link::close);
    }
  }

  private Optional<PeerId> proven(PeerId id) {
    return scheme.has(Scheme.Trait.PROVES_BOTH) ? Optional.of(id) : Optional.empty();
  }

  private final class Link implements PeerConnection {
    private final RemotePeer remote;
    private final ChunkServer server;
    private final Set<Body> bodies = ConcurrentHashMap.newKeySet();
    private volatile boolean open = true;
    private final byte[] binding = new byte[32];
    private final List<Runnable> early = new ArrayList<>();
    private boolean told;
    private Link other = this;

    Link(RemotePeer remote, ChunkServer server) {
      this.remote = remote;
      this.server = server;
    }

    @Override
    public RemotePeer remote() {
      return remote;
    }

    @Override
    public Optional<byte[]> channelBinding() {
      return scheme.has(Scheme.Trait.BINDS) ? Optional.of(binding.clone()) : Optional.empty();
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Link;
    }

    @Override
    public int hashCode() {
      return 1;
    }

    private void require(boolean allowed, String what) {
      if (!allowed) {
        misuses.add(what);
        throw new UnsupportedOperationException(what);
      }
    }

    @Override
    public ChunkBody fetch(ChunkRequest request) throws PeerUnreachableException {
      require(remote.outbound() || scheme.has(Scheme.Trait.SYMMETRIC), "fetched over inbound");
      if (!open) {
        throw new PeerUnreachableException("closed");
      }
      Body body = new Body();
      bodies.add(body);
      body.serving = Thread.ofVirtual().start(() -> serve(request, body));
      return body;
    }

    private void serve(ChunkRequest request, Body body) {
      try {
        switch (other.server.request(other, request)) {
          case ServeAnswer.Refuse refuse -> body.end(refuse.refusal());
          case ServeAnswer.Serve serve -> {
            try (ChunkSource source = serve.source()) {
              send(source, body);
            }
          }
          default -> body.end(new Refusal.NotHeld());
        }
      } catch (RetryableException e) {
        body.end(new Refusal.Busy(Duration.ofSeconds(1)));
      } catch (InterruptedException | IOException e) {
        body.end(new Refusal.Gone());
      } finally {
        bodies.remove(body);
      }
    }

    private static void send(ChunkSource source, Body body)
        throws InterruptedException, IOException, RetryableException {
      body.size = source.sizeBytes();
      body.begun.countDown();
      int position = 0;
      while (position < source.sizeBytes()) {
        int permitted = source.permit(Math.min(65_536, source.sizeBytes() - position));
        ByteBuffer piece = ByteBuffer.allocate(permitted);
        while (piece.hasRemaining()) {
          source.read(piece, position + piece.position());
        }
        position += permitted;
        body.pieces.put(piece.flip());
      }
      try {
        source.revalidate();
        body.end(new Refusal.NotHeld());
      } catch (io.shoal.api.ChunkChangedException e) {
        body.end(new Refusal.Corrupt());
      }
    }

    @Override
    public Watch watch(Cid root, AvailabilityListener listener) throws PeerUnreachableException {
      if (!scheme.has(Scheme.Trait.AVAILABILITY)) {
        return PeerConnection.super.watch(root, listener);
      }
      if (!open) {
        throw new PeerUnreachableException("closed");
      }
      return other.server.watch(other, root, listener);
    }

    @Override
    public void send(int type, ByteBuffer bytes) throws PeerUnreachableException {
      require(scheme.has(Scheme.Trait.MESSAGES), "sent a message of type " + type);
      if (!open) {
        throw new PeerUnreachableException("closed");
      }
      other.deliver(type, bytes);
    }

    /// The node is told of the connection first, and then of what came meanwhile.
    void begin() {
      server.connected(this);
      List<Runnable> waited;
      synchronized (early) {
        told = true;
        waited = List.copyOf(early);
      }
      waited.forEach(Runnable::run);
    }

    private void deliver(int type, ByteBuffer bytes) {
      synchronized (early) {
        if (!told) {
          ByteBuffer copy = ByteBuffer.allocate(bytes.remaining()).put(bytes).flip();
          early.add(() -> server.message(this, type, copy));
          return;
        }
      }
      server.message(this, type, bytes);
    }

    @Override
    public boolean isOpen() {
      return open;
    }

    @Override
    public void close() {
      if (open) {
        open = false;
        bodies.forEach(body -> body.end(new Refusal.Gone()));
        server.disconnected(this);
        other.close();
      }
    }
  }

  private static final class Body implements ChunkBody {
    private final CountDownLatch begun = new CountDownLatch(1);
    private final LinkedBlockingQueue<ByteBuffer> pieces = new LinkedBlockingQueue<>(4);
    private volatile int size = -1;
    private volatile Optional<Refusal> ended = Optional.empty();
    private Thread serving = Thread.currentThread();
    private ByteBuffer current = ByteBuffer.allocate(0);
    private int given;

    void end(Refusal refusal) {
      ended = Optional.of(refusal);
      begun.countDown();
    }

    @Override
    public int awaitSize() throws RefusedException, InterruptedException {
      begun.await();
      if (size < 0) {
        throw new RefusedException(ended.orElseThrow());
      }
      return size;
    }

    @Override
    public int read(ByteBuffer into) throws RefusedException, InterruptedException {
      while (!current.hasRemaining()) {
        if (given == size) {
          return -1;
        }
        ByteBuffer next = pieces.poll(20, TimeUnit.MILLISECONDS);
        if (next != null) {
          current = next;
        } else if (ended.isPresent() && pieces.isEmpty()) {
          throw new RefusedException(ended.get());
        }
      }
      int length = Math.min(into.remaining(), current.remaining());
      into.put(current.slice(current.position(), length));
      current.position(current.position() + length);
      given += length;
      return length;
    }

    @Override
    public void close() {
      end(ended.orElse(new Refusal.Gone()));
      serving.interrupt();
    }
  }
}
