package io.shoal.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.shoal.api.Availability;
import io.shoal.api.ChunkBody;
import io.shoal.api.ChunkRequest;
import io.shoal.api.ChunkServer;
import io.shoal.api.ChunkStore;
import io.shoal.api.Cid;
import io.shoal.api.Endpoint;
import io.shoal.api.InvalidInputException;
import io.shoal.api.PeerAddress;
import io.shoal.api.PeerConnection;
import io.shoal.api.PeerFaultException;
import io.shoal.api.PeerUnreachableException;
import io.shoal.api.Refusal;
import io.shoal.api.RefusedException;
import io.shoal.api.Scheme;
import io.shoal.api.TlsContext;
import io.shoal.api.Transport;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
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
import org.junit.jupiter.api.io.TempDir;

/// The contract of [Transport]: two instances of it meet on this machine. A plugin's tests extend
/// this once for each of its schemes.
///
/// Longer than other classes since a plugin extends one class for the whole contract: a short
/// method a promise.
public abstract class TransportContract extends InspectionContract {
  private TestContext serving;
  private TestContext asking;
  private Transport server;
  private Transport client;
  private TestChunkServer chunks;
  private TestChunkServer own;
  private final List<List<Endpoint>> changes = new CopyOnWriteArrayList<>();
  private Transport.Listener listener;
  private PeerAddress address;
  private PeerConnection connection;

  /// For subclasses.
  @SuppressWarnings("NullAway.Init") // JUnit calls connect before anything else
  protected TransportContract() {}

  /// A transport that is not started.
  protected abstract Transport newTransport();

  /// The scheme to test.
  protected abstract String scheme();

  /// Sets where the transport listens: loopback or narrower, on a port that the system chooses.
  protected abstract TestContext configure(TestContext plain);

  @Override
  final Transport extension() {
    return newTransport();
  }

  @Override
  final TestContext context(Path empty) {
    return configure(TestContext.in(empty));
  }

  /// Starts two transports and connects them.
  @BeforeEach
  public void connect(@TempDir Path folder) throws Exception {
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
      Await.until("the other side knows of the connection", () -> chunks.connected().size() == 1);
    }
  }

  /// Ends them.
  @AfterEach
  public void end() {
    client.close();
    client.close();
    server.close();
    serving.close();
    asking.close();
  }

  private Scheme testedScheme() {
    return server.schemes().stream()
        .filter(scheme -> scheme.name().equals(scheme()))
        .findFirst()
        .orElseThrow(() -> new AssertionError(scheme() + " is not among the schemes"));
  }

  private boolean has(Scheme.Trait trait) {
    return testedScheme().has(trait);
  }

  private static ChunkRequest request(Cid cid) {
    return ChunkRequest.of(cid);
  }

  private static byte[] fetch(PeerConnection from, Cid cid) throws Exception {
    try (ChunkBody body = from.fetch(request(cid))) {
      return read(body);
    }
  }

  private static byte[] read(ChunkBody body) throws Exception {
    ByteBuffer bytes = ByteBuffer.allocate(body.awaitSize() + 1);
    int read = body.read(bytes);
    while (read > 0) {
      read = body.read(bytes);
    }
    assertEquals(-1, read);
    return Arrays.copyOf(bytes.array(), bytes.position());
  }

  private static Refusal refusal(PeerConnection from, Cid cid) throws Exception {
    try {
      fetch(from, cid);
    } catch (RefusedException e) {
      return e.refusal();
    }
    throw new AssertionError(cid + " was not refused");
  }

  @Test
  public void theEndsOfAConnectionShareAChannelBindingThatNoOtherConnectionHas() throws Exception {
    Await.until("the other side was notified", () -> chunks.connected().size() == 1);
    Optional<byte[]> here = connection.channelBinding();
    Optional<byte[]> there = chunks.connected().getFirst().channelBinding();
    PeerConnection second = client.connect(address, own);
    Optional<byte[]> other = second.channelBinding();
    second.close();

    boolean binds = has(Scheme.Trait.BINDS);
    assertEquals(binds, here.isPresent());
    assertEquals(binds, there.isPresent());
    assertEquals(binds, other.isPresent());
    if (binds) {
      assertEquals(TlsContext.CHANNEL_BINDING_SIZE_BYTES, here.get().length);
      assertArrayEquals(here.get(), there.get());
      assertFalse(Arrays.equals(here.get(), other.get()), "two connections have one binding");
      here.get()[0]++;
      assertArrayEquals(connection.channelBinding().get(), there.get(), "not a copy");
    }
  }

  @Test
  public void whatItSpeaksAndWhereItListensFitTogether() {
    assertEquals(server.schemes(), client.schemes());
    assertEquals(scheme(), address.scheme());
    assertTrue(testedScheme().name().equals(scheme()));
    for (Endpoint endpoint : listener.endpoints()) {
      assertEquals(scheme(), endpoint.address().scheme());
    }
    assertTrue(listener.endpoints().size() <= Transport.Listener.MAX_ENDPOINTS);
  }

  /// An address that others see is written in the form that the transport itself dials.
  @Test
  public void anEndpointSeenFromOutsideIsAnAddressOfItsScheme() throws Exception {
    Endpoint endpoint = listener.endpoints().getFirst();
    InetSocketAddress outside =
        new InetSocketAddress(InetAddress.getByAddress(new byte[] {(byte) 192, 0, 2, 7}), 4_711);
    Optional<PeerAddress> seen = server.seenAs(endpoint, outside);
    seen.ifPresent(
        there -> {
          assertEquals(scheme(), there.scheme());
          assertEquals(endpoint.address().peerId(), there.peerId());
          assertTrue(there.uri().contains("192.0.2.7:4711"), there::uri);
        });
  }

  /// What is open goes on, and dialling too.
  @Test
  public void aClosedListenerAcceptsNoMore() throws Exception {
    byte[] bytes = TestData.bytes(1, 100_000);
    Cid cid = chunks.serve(bytes);
    listener.close();
    listener.close();
    assertThrows(
        PeerUnreachableException.class, () -> client.connect(address, ChunkServer.NOTHING).close());
    assertTrue(connection.isOpen());
    assertArrayEquals(bytes, fetch(connection, cid));
    int reported = changes.size();
    server.close();
    assertEquals(reported, changes.size(), "endpoints were reported after the listener's end");
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
  public void bothSidesMayAsk() throws Exception {
    assumeTrue(has(Scheme.Trait.SYMMETRIC), "only the side that dialled asks");
    Await.until("the other side knows of the connection", () -> chunks.connected().size() == 1);
    byte[] bytes = TestData.bytes(1, 100_000);
    Cid cid = own.serve(bytes);
    assertArrayEquals(bytes, fetch(chunks.connected().getFirst(), cid));
  }

  @Test
  public void bothSidesKnowEachOther() throws Exception {
    Await.until("the other side knows of the connection", () -> chunks.connected().size() == 1);
    PeerConnection inbound = chunks.connected().getFirst();
    assertTrue(connection.remote().outbound());
    assertFalse(inbound.remote().outbound());
    assertTrue(connection.isOpen());
    assertEquals(connection.remote(), connection.remote());
    assertEquals(1, own.connected().size());
    assertSame(connection, own.connected().getFirst(), "connect returned another object");
    assertEquals(scheme(), connection.remote().address().scheme());
    assertEquals(scheme(), inbound.remote().address().scheme());
    if (has(Scheme.Trait.PROVES_BOTH)) {
      assertEquals(Optional.of(serving.identity().peerId()), connection.remote().provenId());
      assertEquals(Optional.of(asking.identity().peerId()), inbound.remote().provenId());
    }
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
        () -> own.disconnected().size() == 1 && chunks.disconnected().size() == 1);
    assertSame(connection, own.disconnected().getFirst());
    assertSame(chunks.connected().getFirst(), chunks.disconnected().getFirst());
  }

  @Test
  public void aConnectionMayBeClosedForAnyReason() throws Exception {
    connection.close(PeerConnection.Reason.IDLE);
    connection.close(PeerConnection.Reason.STOPPING);
    for (PeerConnection.Reason reason : PeerConnection.Reason.values()) {
      PeerConnection another = client.connect(address, ChunkServer.NOTHING);
      another.close(reason);
      assertFalse(another.isOpen());
    }
    Await.until(
        "the other side was notified",
        () -> chunks.disconnected().size() == 1 + PeerConnection.Reason.values().length);
    for (PeerConnection gone : chunks.disconnected()) {
      assertEquals(Optional.empty(), gone.fault(), "the peer broke no rule");
    }
  }

  @Test
  public void closingTheTransportEndsWhatWaits() throws Exception {
    assertEquals(new Refusal.Gone(), refusalOfAWaitingRequest(client::close));
    Await.until("the other side was notified", () -> chunks.disconnected().size() == 1);
  }

  @Test
  public void whatWaitsEndsWhenTheOtherSideGoes() throws Exception {
    assertEquals(new Refusal.Gone(), refusalOfAWaitingRequest(server::close));
    Await.until("this side was notified", () -> own.disconnected().size() == 1);
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
  public void availabilityIsReportedAtOnceAndThenInOrder() throws Exception {
    Cid root = TestData.cid(new byte[] {1});
    List<Availability> reports = new CopyOnWriteArrayList<>();
    PeerConnection.Watch watch = connection.watch(root, reports::add);
    Await.until("the first report", () -> reports.size() == 1);
    assertEquals(new Availability.Unknown(), reports.getFirst());
    if (!has(Scheme.Trait.AVAILABILITY)) {
      watch.close();
      watch.close();
      return;
    }
    BitSet have = BitSet.valueOf(new long[] {0b1011});
    chunks.report(root, new Availability.Snapshot(have, 100));
    Await.until("the snapshot", () -> reports.size() == 2);
    assertEquals(new Availability.Snapshot(have, 100), reports.get(1));
    chunks.report(root, new Availability.Gained(new int[] {7, 50}));
    Await.until("the gain", () -> reports.size() == 3);
    assertArrayEquals(
        new int[] {7, 50}, assertInstanceOf(Availability.Gained.class, reports.get(2)).positions());
    chunks.report(root, new Availability.Complete());
    Await.until("the end", () -> reports.size() == 4);
    assertEquals(new Availability.Complete(), reports.get(3));
    watch.close();
    watch.close();
    Await.until("the other side knows", () -> chunks.watches() == 0);
  }

  @Test
  public void messagesArriveInOrder() throws Exception {
    if (!has(Scheme.Trait.MESSAGES)) {
      assertThrows(
          UnsupportedOperationException.class, () -> connection.send(1, ByteBuffer.allocate(1)));
      return;
    }
    for (int i = 0; i < 500; i++) {
      ByteBuffer message = ByteBuffer.wrap(TestData.bytes(i, i));
      connection.send(i, message);
      assertFalse(message.hasRemaining(), "the position is not at the limit");
      // Copied before send returned: what happens to the buffer afterwards does not matter.
      Arrays.fill(message.array(), (byte) -1);
    }
    ByteBuffer longest = ByteBuffer.allocateDirect(PeerConnection.MAX_MESSAGE_SIZE_BYTES);
    connection.send(65_535, longest);
    Await.until("all messages", () -> chunks.messages().size() == 501);
    for (int i = 0; i < 500; i++) {
      assertEquals(
          new TestChunkServer.Message(i, ByteBuffer.wrap(TestData.bytes(i, i))),
          chunks.messages().get(i));
    }
  }

  @Test
  public void manyConnectionsStandSideBySide() throws Exception {
    byte[] bytes = TestData.bytes(1, 50_000);
    Cid cid = chunks.serve(bytes);
    List<PeerConnection> more = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      more.add(client.connect(address, ChunkServer.NOTHING));
    }
    for (PeerConnection one : more) {
      assertArrayEquals(bytes, fetch(one, cid));
      one.close();
      one.close();
    }
    assertArrayEquals(bytes, fetch(connection, cid));
  }

  @Test
  public void theExpectedPeerIsChecked() throws Exception {
    assumeTrue(has(Scheme.Trait.PROVES_BOTH), "the scheme proves no identity");
    PeerAddress right = PeerAddress.of(address.uri()).withPeerId(serving.identity().peerId());
    client.connect(right, ChunkServer.NOTHING).close();
    PeerAddress wrong = PeerAddress.of(address.uri()).withPeerId(asking.identity().peerId());
    PeerFaultException fault =
        assertThrows(
            PeerFaultException.class, () -> client.connect(wrong, ChunkServer.NOTHING).close());
    Messages.assertOneLine(fault);
  }

  @Test
  public void anAddressWithoutAListenerIsUnreachable() {
    server.close();
    PeerUnreachableException fault =
        assertThrows(
            PeerUnreachableException.class,
            () -> client.connect(address, ChunkServer.NOTHING).close());
    Messages.assertOneLine(fault);
  }

  @Test
  public void anotherSchemesAddressIsRefused() {
    assertThrows(
        InvalidInputException.class,
        () ->
            client
                .connect(PeerAddress.of("unheard-of://127.0.0.1:1"), ChunkServer.NOTHING)
                .close());
  }
}
