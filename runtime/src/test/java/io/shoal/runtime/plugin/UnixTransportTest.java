package io.shoal.runtime.plugin;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.shoal.api.Availability;
import io.shoal.api.ChunkBody;
import io.shoal.api.ChunkRequest;
import io.shoal.api.ChunkServer;
import io.shoal.api.ChunkSource;
import io.shoal.api.Cid;
import io.shoal.api.FileRegion;
import io.shoal.api.Multihash;
import io.shoal.api.PeerAddress;
import io.shoal.api.PeerConnection;
import io.shoal.api.PeerUnreachableException;
import io.shoal.api.Refusal;
import io.shoal.api.RefusedException;
import io.shoal.api.ServeAnswer;
import io.shoal.api.Transport;
import io.shoal.runtime.PluginFolder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The transport of `src/test/plugins` is a plugin as any other: two hosts talk through it.
@Timeout(30)
class UnixTransportTest {

  private final Holder holder = new Holder();
  private Path root; // not a @TempDir: its path is too long for a socket on some machines
  private PluginFolder serving;
  private PluginFolder asking;
  private PluginHost server;
  private PluginHost client;
  private PeerConnection connection;

  @BeforeEach
  void connect() throws Exception {
    root = Files.createTempDirectory("sh");
    serving = folder("a");
    asking = folder("b");
    server = serving.open();
    client = asking.open();
    Transport there = transport(server, serving);
    PeerAddress address =
        there.listen(Set.of("unix"), holder, any -> {}).endpoints().getFirst().address();
    connection = transport(client, asking).connect(address, ChunkServer.NOTHING);
  }

  private PluginFolder folder(String name) throws Exception {
    return PluginFolder.in(root.resolve(name))
        .add("store-memory", "verification-sha256", "transport-unix")
        .with("plugins.transport-unix.path", root.resolve(name + ".socket").toString());
  }

  private static Transport transport(PluginHost host, PluginFolder folder) throws Exception {
    return host.start(folder.services()).transports().getFirst().extension();
  }

  @AfterEach
  void end() {
    client.close();
    server.close();
    asking.close();
    serving.close();
  }

  @Test
  void aChunkLargerThanTheWindowArrivesWhole() throws Exception {
    byte[] bytes = new byte[1 << 20];
    new Random(1).nextBytes(bytes);
    Cid cid = holder.hold(bytes);

    try (ChunkBody body = connection.fetch(new ChunkRequest(cid, Optional.empty()))) {
      assertEquals(bytes.length, body.awaitSize());
      ByteBuffer into = ByteBuffer.allocate(bytes.length);
      while (into.hasRemaining() && body.read(into) >= 0) {}
      assertEquals(-1, body.read(ByteBuffer.allocate(1)));
      assertArrayEquals(bytes, into.array());
    }
  }

  @Test
  void manyChunksTravelAtOnce() throws Exception {
    for (int i = 0; i < 50; i++) {
      byte[] bytes = ("chunk " + i).getBytes(StandardCharsets.UTF_8);
      ChunkBody body = connection.fetch(new ChunkRequest(holder.hold(bytes), Optional.empty()));
      assertEquals(bytes.length, body.awaitSize());
      body.close();
    }
  }

  @Test
  void whatIsNotHeldIsRefused() throws Exception {
    Cid nobodys = Cid.of(Cid.RAW, Multihash.of(Multihash.SHA2_256, new byte[32]));
    try (ChunkBody body = connection.fetch(new ChunkRequest(nobodys, Optional.of(nobodys)))) {
      RefusedException no = assertThrows(RefusedException.class, body::awaitSize);
      assertInstanceOf(Refusal.NotHeld.class, no.refusal());
    }
  }

  @Test
  void availabilityAndMessagesArrive() throws Exception {
    Cid root = holder.hold(new byte[] {1});
    BlockingQueue<Availability> news = new ArrayBlockingQueue<>(10);
    try (var watch = connection.watch(root, news::add)) {
      assertInstanceOf(Availability.Unknown.class, news.poll(10, TimeUnit.SECONDS));
    }
    connection.send(7, ByteBuffer.wrap(new byte[] {4, 2}));
    assertEquals("7:2", holder.messages.poll(10, TimeUnit.SECONDS));
  }

  @Test
  void aConnectionThatIsClosedSaysSo() throws Exception {
    ChunkBody body = connection.fetch(new ChunkRequest(holder.hold(new byte[9]), Optional.empty()));
    body.awaitSize();
    server.close();

    Cid other = holder.hold(new byte[] {3});
    assertThrows(
        Exception.class,
        () -> connection.fetch(new ChunkRequest(other, Optional.empty())).awaitSize());
    body.close();
    client.close();
    assertFalse(connection.isOpen());
    assertThrows(PeerUnreachableException.class, () -> connection.send(1, ByteBuffer.allocate(0)));
  }

  /// Serves what it was given.
  private static final class Holder implements ChunkServer {

    private final Map<Cid, byte[]> chunks = new ConcurrentHashMap<>();
    private final BlockingQueue<String> messages = new ArrayBlockingQueue<>(10);

    Cid hold(byte[] bytes) {
      byte[] digest = java.util.Arrays.copyOf(bytes, 32);
      Cid cid = Cid.of(Cid.RAW, Multihash.of(Multihash.SHA2_256, digest));
      chunks.put(cid, bytes);
      return cid;
    }

    @Override
    public void connected(PeerConnection connection) {}

    @Override
    public void disconnected(PeerConnection connection) {}

    @Override
    public ServeAnswer request(PeerConnection from, ChunkRequest request) {
      byte[] bytes = chunks.get(request.cid());
      return bytes == null
          ? new ServeAnswer.Refuse(new Refusal.NotHeld())
          : new ServeAnswer.Serve(new Bytes(bytes));
    }

    @Override
    public PeerConnection.Watch watch(
        PeerConnection from, Cid root, PeerConnection.AvailabilityListener listener) {
      return ChunkServer.NOTHING.watch(from, root, listener);
    }

    @Override
    public void message(PeerConnection from, int type, ByteBuffer bytes) {
      messages.add(type + ":" + bytes.remaining());
    }
  }

  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  private record Bytes(byte[] bytes) implements ChunkSource {

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
      int count = Math.min(into.remaining(), bytes.length - positionBytes);
      into.put(bytes, positionBytes, count);
      return count;
    }

    @Override
    public Optional<FileRegion> region() {
      return Optional.empty();
    }

    @Override
    public void revalidate() {}

    @Override
    public void close() {}
  }
}
