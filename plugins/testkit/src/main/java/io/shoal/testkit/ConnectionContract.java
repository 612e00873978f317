package io.shoal.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.ChunkBody;
import io.shoal.api.ChunkRequest;
import io.shoal.api.ChunkStore;
import io.shoal.api.Cid;
import io.shoal.api.Endpoint;
import io.shoal.api.FileRegion;
import io.shoal.api.PeerAddress;
import io.shoal.api.PeerConnection;
import io.shoal.api.PeerUnreachableException;
import io.shoal.api.Refusal;
import io.shoal.api.RefusedException;
import io.shoal.api.RemotePeer;
import io.shoal.api.Scheme;
import io.shoal.api.Transport;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/// The part of the contract of [Transport] that is about one connection and the chunks that it
/// carries. A plugin's tests extend [TransportContract].
public abstract class ConnectionContract extends InspectionContract {
  private boolean begun;
  TestContext serving;
  TestContext asking;
  Transport server;
  Transport client;
  TestChunkServer chunks;
  TestChunkServer own;
  final List<List<Endpoint>> changes = new CopyOnWriteArrayList<>();
  Transport.Listener listener;
  PeerAddress address;
  PeerConnection connection;

  @SuppressWarnings("NullAway.Init") // JUnit calls connect before anything else
  ConnectionContract() {}

  /// A transport that is not started.
  ///
  /// @return a new one at each call
  protected abstract Transport newTransport();

  /// The scheme to test.
  ///
  /// @return its name
  protected abstract String scheme();

  /// Sets where the transport listens: loopback or narrower, on a port that the system chooses.
  ///
  /// @param plain has a data folder and no configuration
  /// @return the context to start it with
  protected abstract TestContext configure(TestContext plain);

  /// The same at a port of the test's choice.
  ///
  /// @param plain has a data folder and no configuration
  /// @param port on loopback
  /// @return empty, as by default, if the scheme has no ports
  protected Optional<TestContext> configureAt(TestContext plain, int port) {
    return Optional.empty();
  }

  @Override
  final Transport extension() {
    return newTransport();
  }

  @Override
  final TestContext context(Path empty) {
    return configure(TestContext.in(empty));
  }

  /// Starts two transports and connects them.
  ///
  /// @param folder for their data
  /// @param test for what
  /// @throws Exception as they throw it
  @BeforeEach
  @SuppressWarnings("NullAway.Init") // not needed by tests that make their own
  public void connect(@TempDir Path folder, TestInfo test) throws Exception {
    if (isAboutLife(test)) {
      return;
    }
    begun = true;
    serving = configure(TestContext.in(folder.resolve("serving")));
    asking = configure(TestContext.in(folder.resolve("asking")));
    server = newTransport();
    server.start(serving);
    client = newTransport();
    client.start(asking);
    assertEquals(Set.of(), serving.testConfig().unknownKeys(), "keys that start did not ask for");
    chunks = new TestChunkServer();
    own = new TestChunkServer();
    listener = server.listen(Set.of(scheme()), chunks, changes::add);
    address = listener.endpoints().getFirst().address();
    connection = client.connect(address, own);
    if (has(Scheme.Trait.SYMMETRIC)) {
      awaitConnected();
    }
  }

  /// Until the other side knows of the connection. Without [Scheme.Trait#SYMMETRIC] the first
  /// request may be what makes one.
  final void awaitConnected() throws Exception {
    if (!has(Scheme.Trait.SYMMETRIC)) {
      fetch(connection, chunks.serve(new byte[1]));
    }
    Await.until("the other side knows of the connection", () -> !chunks.connected().isEmpty());
  }

  /// Ends them.
  @AfterEach
  public void end() {
    if (!begun) {
      return;
    }
    client.close();
    client.close();
    server.close();
    server.close();
    serving.close();
    asking.close();
    assertEquals(List.of(), chunks.breaches(), "calls of the ChunkServer");
    assertEquals(List.of(), own.breaches(), "calls of the ChunkServer");
  }

  final Scheme testedScheme() {
    return server.schemes().stream()
        .filter(scheme -> scheme.name().equals(scheme()))
        .findFirst()
        .orElseThrow(() -> new AssertionError(scheme() + " is not among the schemes"));
  }

  final boolean has(Scheme.Trait trait) {
    return testedScheme().has(trait);
  }

  static ChunkRequest request(Cid cid) {
    return ChunkRequest.of(cid);
  }

  static byte[] fetch(PeerConnection from, Cid cid) throws Exception {
    try (ChunkBody body = from.fetch(request(cid))) {
      return read(body);
    }
  }

  static byte[] read(ChunkBody body) throws Exception {
    ByteBuffer bytes = ByteBuffer.allocate(body.awaitSize() + 1);
    int read = body.read(bytes);
    while (read > 0) {
      read = body.read(bytes);
    }
    assertEquals(-1, read);
    return Arrays.copyOf(bytes.array(), bytes.position());
  }

  static Refusal refusal(PeerConnection from, Cid cid) throws Exception {
    try {
      fetch(from, cid);
    } catch (RefusedException e) {
      return e.refusal();
    }
    throw new AssertionError(cid + " was not refused");
  }

  @Test
  public void chunksOfEverySizeArriveByteForByte() throws Exception {
    for (int size : new int[] {0, 1, 1000, 65_536, 1 << 20, ChunkStore.MAX_CHUNK_SIZE_BYTES}) {
      byte[] bytes = TestData.bytes(size, size);
      Cid cid = chunks.serve(bytes);
      assertArrayEquals(bytes, fetch(connection, cid));
    }
    Await.until("all sources are given back", () -> chunks.openSources() == 0);
  }

  @Test
  public void manyRequestsAreOnTheirWayAtOnce() throws Exception {
    List<Cid> cids = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      cids.add(chunks.serve(TestData.bytes(i, 5_000)));
    }
    List<ChunkBody> bodies = new ArrayList<>();
    for (Cid cid : cids) {
      bodies.add(connection.fetch(request(cid)));
    }
    for (int i = cids.size() - 1; i >= 0; i--) {
      try (ChunkBody body = bodies.get(i)) {
        assertArrayEquals(TestData.bytes(i, 5_000), read(body));
      }
    }
  }

  @Test
  public void aSlowReaderDelaysNoOther() throws Exception {
    byte[] large = TestData.bytes(1, ChunkStore.MAX_CHUNK_SIZE_BYTES);
    byte[] small = TestData.bytes(2, 100_000);
    try (ChunkBody slow = connection.fetch(request(chunks.serve(large)))) {
      assertEquals(large.length, slow.awaitSize());
      Cid cid = chunks.serve(small);
      for (int i = 0; i < 20; i++) {
        assertArrayEquals(small, fetch(connection, cid));
      }
      assertArrayEquals(large, read(slow));
    }
  }

  @Test
  public void everyRefusalComesThrough() throws Exception {
    Cid cid = TestData.cid(new byte[] {1});
    assertEquals(new Refusal.NotHeld(), refusal(connection, cid));
    for (Refusal refusal :
        List.of(
            new Refusal.Busy(Duration.ofSeconds(3)), new Refusal.Denied(), new Refusal.Corrupt())) {
      chunks.refuse(cid, refusal);
      assertEquals(refusal, refusal(connection, cid));
    }
    assertTrue(connection.isOpen());
  }

  @Test
  public void aChunkThatChangedWhileItWasSentIsCorrupt() throws Exception {
    Cid cid = chunks.serveChanging(TestData.bytes(1, 300_000));
    assertEquals(new Refusal.Corrupt(), refusal(connection, cid));
    byte[] bytes = TestData.bytes(2, 1000);
    assertArrayEquals(bytes, fetch(connection, chunks.serve(bytes)));
    Await.until("all sources are given back", () -> chunks.openSources() == 0);
  }

  @Test
  public void closingABodyTakesTheRequestBack() throws Exception {
    Cid cid = TestData.cid(new byte[] {1});
    chunks.hold(cid);
    ChunkBody body = connection.fetch(request(cid));
    Await.until("the request waits", () -> chunks.waiting() == 1);
    body.close();
    body.close();
    Await.until("it was interrupted", () -> chunks.interrupted() == 1);
    byte[] bytes = TestData.bytes(2, 1000);
    assertArrayEquals(bytes, fetch(connection, chunks.serve(bytes)));
  }

  @Test
  public void aBodyThatIsClosedMidwayGivesItsSourceBack() throws Exception {
    byte[] bytes = TestData.bytes(1, ChunkStore.MAX_CHUNK_SIZE_BYTES);
    Cid cid = chunks.serve(bytes);
    try (ChunkBody body = connection.fetch(request(cid))) {
      assertTrue(body.read(ByteBuffer.allocate(1000)) > 0);
    }
    Await.until("all sources are given back", () -> chunks.openSources() == 0);
    assertArrayEquals(bytes, fetch(connection, cid));
  }

  @Test
  public void interruptingTheReaderEndsItsWait() throws Exception {
    Cid cid = TestData.cid(new byte[] {1});
    chunks.hold(cid);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        ChunkBody body = connection.fetch(request(cid))) {
      List<Thread> reader = new CopyOnWriteArrayList<>();
      Future<Integer> waiting =
          threads.submit(
              () -> {
                reader.add(Thread.currentThread());
                return body.awaitSize();
              });
      Await.until("the request waits", () -> chunks.waiting() == 1 && !reader.isEmpty());
      reader.getFirst().interrupt();
      ExecutionException end = assertThrows(ExecutionException.class, waiting::get);
      assertInstanceOf(InterruptedException.class, end.getCause());
    }
  }

  @Test
  public void closingTheConnectionEndsWhatWaits() throws Exception {
    assertEquals(new Refusal.Gone(), refusalOfAWaitingRequest(connection::close));
    assertFalse(connection.isOpen());
    assertThrows(
        PeerUnreachableException.class, () -> connection.fetch(request(TestData.cid(new byte[0]))));
    if (has(Scheme.Trait.MESSAGES)) {
      assertThrows(
          PeerUnreachableException.class, () -> connection.send(1, ByteBuffer.allocate(1)));
    }
    Await.until(
        "both sides were notified",
        () ->
            own.disconnected().size() == 1
                && chunks.disconnected().size() == chunks.connected().size());
    assertSame(connection, own.disconnected().getFirst());
    assertEquals(1, chunks.interrupted(), "the request of a connection that is gone goes on");
  }

  @Test
  public void closingTheTransportEndsWhatWaits() throws Exception {
    assertEquals(new Refusal.Gone(), refusalOfAWaitingRequest(client::close));
    Await.until(
        "the other side was notified",
        () -> chunks.disconnected().size() == chunks.connected().size());
    assertEquals(1, chunks.interrupted(), "the request of a connection that is gone goes on");
  }

  @Test
  public void whatWaitsEndsWhenTheOtherSideGoes() throws Exception {
    assertEquals(new Refusal.Gone(), refusalOfAWaitingRequest(server::close));
    // A connection that is a socket for each request has none that could end now.
    if (has(Scheme.Trait.SYMMETRIC)) {
      Await.until("this side was notified", () -> own.disconnected().size() == 1);
    }
  }

  @Test
  public void bothSidesMayAsk() throws Exception {
    if (!has(Scheme.Trait.SYMMETRIC)) {
      return;
    }
    byte[] bytes = TestData.bytes(1, 100_000);
    Cid cid = own.serve(bytes);
    assertArrayEquals(bytes, fetch(chunks.connected().getFirst(), cid));
  }

  private Refusal refusalOfAWaitingRequest(Runnable close) throws Exception {
    Cid cid = TestData.cid(new byte[] {1});
    chunks.hold(cid);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Refusal> waiting = threads.submit(() -> refusal(connection, cid));
      Await.until("the request waits", () -> chunks.waiting() == 1);
      close.run();
      return waiting.get();
    }
  }

  @Test
  public void noByteIsSentThatWasNotPermitted() throws Exception {
    byte[] bytes = TestData.bytes(3, 300_000);
    try (ChunkBody body = connection.fetch(request(chunks.serveMetered(bytes, 10_000)))) {
      readWithinPermits(body, bytes);
    }
    assertEquals(
        bytes.length, chunks.permittedBytes(), "more was paid for than sent: permits are lost");
  }

  @Test
  public void aChunkInAFileArrivesByteForByteAndPermitted(@TempDir Path folder) throws Exception {
    byte[] bytes = TestData.bytes(4, 300_000);
    Path file = folder.resolve("file");
    Files.write(file, new byte[777]);
    Files.write(file, bytes, StandardOpenOption.APPEND);
    Files.write(file, new byte[1_000], StandardOpenOption.APPEND);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      channel.position(123);
      Cid cid = chunks.serveFile(bytes, 50_000, new FileRegion(channel, 777, bytes.length));
      try (ChunkBody body = connection.fetch(request(cid))) {
        readWithinPermits(body, bytes);
      }
      Await.until("all sources are given back", () -> chunks.openSources() == 0);
      assertTrue(channel.isOpen(), "the channel belongs to the reader");
      assertEquals(123, channel.position(), "sending moves the position of the channel");
    }
  }

  private void readWithinPermits(ChunkBody body, byte[] bytes) throws Exception {
    assertEquals(bytes.length, body.awaitSize());
    ByteBuffer into = ByteBuffer.allocate(bytes.length);
    while (into.hasRemaining() && body.read(into) > 0) {
      long permitted = chunks.permittedBytes();
      assertTrue(
          into.position() <= permitted,
          () -> "%d bytes came of %d that permit granted".formatted(into.position(), permitted));
    }
    assertEquals(-1, body.read(ByteBuffer.allocate(1)), "the chunk does not end");
    assertArrayEquals(bytes, into.array(), "other bytes came than those of the chunk");
  }

  @Test
  public void requestsBeyondTheLimitAreRefusedAsBusy() throws Exception {
    List<ChunkBody> waiting = new ArrayList<>();
    for (int i = 0; i < PeerConnection.MAX_REQUESTS; i++) {
      Cid cid = TestData.cid(new byte[] {2, (byte) i});
      chunks.hold(cid);
      waiting.add(connection.fetch(request(cid)));
    }
    Await.until("the requests wait", () -> chunks.waiting() == PeerConnection.MAX_REQUESTS);
    byte[] bytes = TestData.bytes(5, 1_000);
    Cid cid = chunks.serve(bytes);
    assertInstanceOf(
        Refusal.Busy.class,
        refusal(connection, cid),
        "a request beyond MAX_REQUESTS is not refused as busy");
    waiting.forEach(ChunkBody::close);
    Await.until("they were taken back", () -> chunks.waiting() == 0);
    Await.until("there is room again", () -> isServed(cid));
    assertArrayEquals(bytes, fetch(connection, cid));
  }

  private boolean isServed(Cid cid) throws Exception {
    try {
      return fetch(connection, cid).length > 0;
    } catch (RefusedException e) {
      return false;
    }
  }

  @Test
  public void whatIsConnectedMayBeClosedAtOnce() throws Exception {
    TestChunkServer closing = new TestChunkServer();
    closing.closeEveryConnection();
    try {
      client.connect(address, closing).close();
    } catch (PeerUnreachableException e) {
      Messages.assertOneLine(e);
    }
    Await.until("its end is reported", () -> closing.disconnected().size() == 1);
    byte[] bytes = TestData.bytes(6, 1_000);
    assertArrayEquals(bytes, fetch(connection, chunks.serve(bytes)), "another one suffers");
  }

  @Test
  public void theRemotePeerIsTheSameAfterTheEnd() throws Exception {
    RemotePeer before = connection.remote();
    Optional<byte[]> binding = connection.channelBinding();
    assertTrue(
        before.agent().matches("[ -~]{0," + RemotePeer.MAX_AGENT_LENGTH + "}"), before::agent);
    connection.close();
    Await.until("its end is reported", () -> own.disconnected().size() == 1);
    assertEquals(before, connection.remote());
    assertEquals(binding.isPresent(), connection.channelBinding().isPresent());
    binding.ifPresent(value -> assertArrayEquals(value, connection.channelBinding().get()));
  }
}
