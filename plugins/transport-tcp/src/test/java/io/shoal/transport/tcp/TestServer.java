package io.shoal.transport.tcp;

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
import io.shoal.testkit.TestData;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/// A node's side for tests: serves what was put into it, from memory or from files, and notes what
/// happens.
class TestServer implements ChunkServer {

  /// What a request for a chunk meets.
  @FunctionalInterface
  interface Answer {
    ServeAnswer to(PeerConnection from, ChunkRequest request) throws InterruptedException;
  }

  final Map<Cid, Answer> answers = new ConcurrentHashMap<>();
  final List<PeerConnection> connected = new CopyOnWriteArrayList<>();
  final List<PeerConnection> disconnected = new CopyOnWriteArrayList<>();
  final List<String> messages = new CopyOnWriteArrayList<>();
  final Map<Cid, PeerConnection.AvailabilityListener> watches = new ConcurrentHashMap<>();
  final List<Cid> unwatched = new CopyOnWriteArrayList<>();
  final AtomicInteger open = new AtomicInteger();
  final AtomicInteger inRequest = new AtomicInteger();

  Cid put(byte[] bytes) {
    Cid cid = TestData.cid(bytes);
    answers.put(cid, (_, _) -> new ServeAnswer.Serve(new Source(this, bytes)));
    return cid;
  }

  Cid putFile(Path folder, byte[] bytes) throws IOException {
    Cid cid = TestData.cid(bytes);
    Path file = folder.resolve(cid.toString());
    Files.write(file, bytes);
    answers.put(
        cid,
        (_, _) -> {
          try {
            return new ServeAnswer.Serve(new FileSource(this, bytes, FileChannel.open(file)));
          } catch (IOException e) {
            throw new IllegalStateException(e);
          }
        });
    return cid;
  }

  Cid answer(String name, Answer answer) {
    Cid cid = TestData.cid(name.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    answers.put(cid, answer);
    return cid;
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
    inRequest.incrementAndGet();
    try {
      Answer answer = answers.get(request.cid());
      return answer == null
          ? new ServeAnswer.Refuse(new Refusal.NotHeld())
          : answer.to(from, request);
    } finally {
      inRequest.decrementAndGet();
    }
  }

  @Override
  public PeerConnection.Watch watch(
      PeerConnection from, Cid root, PeerConnection.AvailabilityListener listener) {
    watches.put(root, listener);
    listener.availability(new Availability.Unknown());
    return () -> unwatched.add(root);
  }

  @Override
  public void message(PeerConnection from, int type, ByteBuffer bytes) {
    messages.add(type + ":" + bytes.remaining());
  }

  /// Bytes in memory.
  static class Source implements ChunkSource {
    final TestServer server;
    final byte[] bytes;
    private boolean closed;

    Source(TestServer server, byte[] bytes) {
      this.server = server;
      this.bytes = bytes;
      server.open.incrementAndGet();
    }

    @Override
    public int sizeBytes() {
      return bytes.length;
    }

    @Override
    public int permit(int wantedBytes) throws InterruptedException {
      return Math.max(1, wantedBytes * 3 / 4);
    }

    @Override
    public int read(ByteBuffer into, int positionBytes) throws IOException {
      if (positionBytes == bytes.length) {
        return -1;
      }
      int count = Math.min(into.remaining(), Math.min(50_000, bytes.length - positionBytes));
      into.put(bytes, positionBytes, count);
      return count;
    }

    @Override
    public Optional<FileRegion> region() {
      return Optional.empty();
    }

    @Override
    public void revalidate() throws IOException, ChunkChangedException {}

    @Override
    public void close() {
      if (!closed) {
        closed = true;
        server.open.decrementAndGet();
      }
    }
  }

  /// Bytes in a file.
  static class FileSource extends Source {
    private final FileChannel channel;

    FileSource(TestServer server, byte[] bytes, FileChannel channel) {
      super(server, bytes);
      this.channel = channel;
    }

    @Override
    public Optional<FileRegion> region() {
      return Optional.of(new FileRegion(channel, 0, bytes.length));
    }

    @Override
    public void close() {
      super.close();
      try {
        channel.close();
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
