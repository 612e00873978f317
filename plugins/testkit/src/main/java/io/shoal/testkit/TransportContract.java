package io.shoal.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Availability;
import io.shoal.api.ChunkServer;
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
import io.shoal.api.ShoalException;
import io.shoal.api.TlsContext;
import io.shoal.api.Transport;
import io.shoal.api.UserFaultException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The contract of [Transport]: two instances of it meet on this machine. A plugin's tests extend
/// this once for each of its schemes.
///
/// Longer than other classes since a plugin extends one class for the whole contract: a short
/// method a promise.
public abstract class TransportContract extends ConnectionContract {
  /// For subclasses.
  protected TransportContract() {}

  @Test
  public void theEndsOfAConnectionShareAChannelBindingThatNoOtherConnectionHas() throws Exception {
    awaitConnected();
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
    assertUnreachable();
    if (has(Scheme.Trait.SYMMETRIC)) {
      assertTrue(connection.isOpen());
      assertArrayEquals(bytes, fetch(connection, cid), "what is open ends with the listener");
    }
    int reported = changes.size();
    server.close();
    assertEquals(reported, changes.size(), "endpoints were reported after the listener's end");
  }

  @Test
  public void bothSidesKnowEachOther() throws Exception {
    awaitConnected();
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
        () -> chunks.disconnected().size() == chunks.connected().size());
    for (PeerConnection gone : chunks.disconnected()) {
      assertEquals(Optional.empty(), gone.fault(), "the peer broke no rule");
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
    if (!has(Scheme.Trait.PROVES_BOTH)) {
      return;
    }
    PeerAddress right = PeerAddress.of(address.uri()).withPeerId(serving.identity().peerId());
    client.connect(right, ChunkServer.NOTHING).close();
    PeerAddress wrong = PeerAddress.of(address.uri()).withPeerId(asking.identity().peerId());
    PeerFaultException fault =
        assertThrows(
            PeerFaultException.class, () -> client.connect(wrong, ChunkServer.NOTHING).close());
    Messages.assertOneLine(fault);
  }

  @Test
  public void anAddressWithoutAListenerIsUnreachable() throws Exception {
    server.close();
    assertUnreachable();
  }

  /// At once, or by the first request of a scheme that dials with that.
  private void assertUnreachable() throws Exception {
    try (PeerConnection late = client.connect(address, ChunkServer.NOTHING)) {
      assertFalse(has(Scheme.Trait.SYMMETRIC), "a connection without a listener");
      RefusedException refused =
          assertThrows(RefusedException.class, () -> fetch(late, TestData.cid(new byte[1])));
      assertEquals(new Refusal.Gone(), refused.refusal());
    } catch (PeerUnreachableException e) {
      Messages.assertOneLine(e);
    }
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

  @Test
  public void watchesBeyondTheLimitAreRefused() throws Exception {
    if (!has(Scheme.Trait.AVAILABILITY)) {
      return;
    }
    List<PeerConnection.Watch> open = new ArrayList<>();
    for (int i = 0; i < PeerConnection.MAX_WATCHES; i++) {
      open.add(connection.watch(TestData.cid(new byte[] {3, (byte) i, (byte) (i >> 8)}), _ -> {}));
    }
    Cid more = TestData.cid(new byte[] {4});
    assertThrows(
        IllegalStateException.class,
        () -> connection.watch(more, _ -> {}),
        "there are more than MAX_WATCHES watches");
    Await.until("all are known", () -> chunks.watches() == PeerConnection.MAX_WATCHES);
    open.forEach(PeerConnection.Watch::close);
    Await.until("the other side knows", () -> chunks.watches() == 0);
    connection.watch(more, _ -> {}).close();
  }

  /// Reports that a slow peer has not taken are joined; none is lost.
  @Test
  public void aSlowListenerHearsEverythingInTheEnd() throws Exception {
    if (!has(Scheme.Trait.AVAILABILITY)) {
      return;
    }
    Cid root = TestData.cid(new byte[] {1});
    CountDownLatch go = new CountDownLatch(1);
    BitSet gained = new BitSet();
    AtomicInteger calls = new AtomicInteger();
    AtomicInteger atOnce = new AtomicInteger();
    connection.watch(
        root,
        news -> {
          assertEquals(1, atOnce.incrementAndGet(), "two reports come at once");
          awaitQuietly(go);
          if (news instanceof Availability.Gained(int[] positions)) {
            synchronized (gained) {
              Arrays.stream(positions).forEach(gained::set);
            }
          }
          calls.incrementAndGet();
          atOnce.decrementAndGet();
        });
    Await.until("it is watched", () -> chunks.watches() == 1);
    chunks.report(root, new Availability.Snapshot(new BitSet(), 10_000));
    for (int i = 0; i < 10_000; i++) {
      chunks.report(root, new Availability.Gained(new int[] {i}));
    }
    go.countDown();
    Await.until("all gains", () -> cardinality(gained) == 10_000);
    assertTrue(calls.get() < 10_000, "reports that wait are not joined");
  }

  private static int cardinality(BitSet bits) {
    synchronized (bits) {
      return bits.cardinality();
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  public void messagesOutOfBoundsAreRefused() throws Exception {
    if (!has(Scheme.Trait.MESSAGES)) {
      return;
    }
    for (int type : new int[] {-1, 65_536}) {
      assertThrows(
          IllegalArgumentException.class,
          () -> connection.send(type, ByteBuffer.allocate(1)),
          () -> "type " + type + " is sent");
    }
    assertThrows(
        IllegalArgumentException.class,
        () -> connection.send(1, ByteBuffer.allocate(PeerConnection.MAX_MESSAGE_SIZE_BYTES + 1)),
        "a message beyond MAX_MESSAGE_SIZE_BYTES is sent");
    connection.send(2, ByteBuffer.wrap(new byte[] {9}).asReadOnlyBuffer());
    Await.until("the message", () -> chunks.messages().size() == 1);
    chunks.connected().getFirst().send(3, ByteBuffer.wrap(new byte[] {8}));
    Await.until("the answer", () -> own.messages().size() == 1);
  }

  /// An address of this scheme at a socket of the test's.
  private Optional<PeerAddress> at(ServerSocket socket) {
    InetSocketAddress local = (InetSocketAddress) socket.getLocalSocketAddress();
    return server.seenAs(listener.endpoints().getFirst(), local);
  }

  private static ServerSocket socket() throws IOException {
    return new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  }

  /// Answers each connection to a socket with these bytes, or with none.
  private static Thread answering(ServerSocket socket, byte[] bytes) {
    return Thread.ofVirtual()
        .name("testkit-stranger")
        .start(
            () -> {
              try (Socket first = socket.accept()) {
                first.getOutputStream().write(bytes);
                first.getOutputStream().flush();
                first.getInputStream().transferTo(OutputStream.nullOutputStream());
              } catch (IOException e) {
                // The other side, or the test, has ended it.
              }
            });
  }

  @Test
  public void aPeerThatSpeaksSomethingElseIsAtFault() throws Exception {
    try (ServerSocket socket = socket()) {
      Optional<PeerAddress> stranger = at(socket);
      if (stranger.isEmpty() || !has(Scheme.Trait.SYMMETRIC)) {
        return;
      }
      Thread answering = answering(socket, TestData.bytes(7, 1_000));
      PeerFaultException fault =
          assertThrows(
              PeerFaultException.class,
              () -> client.connect(stranger.get(), ChunkServer.NOTHING).close(),
              "garbage is taken for a peer");
      Messages.assertOneLine(fault);
      answering.join();
    }
  }

  /// Interrupting and closing end the wait long before its limit of 10 s.
  @Test
  public void connectingToASilentPeerCanBeEnded() throws Exception {
    try (ServerSocket socket = socket();
        ServerSocket another = socket()) {
      Optional<PeerAddress> silent = at(socket);
      if (silent.isEmpty() || !has(Scheme.Trait.SYMMETRIC)) {
        return;
      }
      FutureTask<PeerConnection> interrupted =
          new FutureTask<>(() -> client.connect(silent.get(), ChunkServer.NOTHING));
      Thread dialling = Thread.ofVirtual().name("testkit-dialling").start(interrupted);
      try (Socket accepted = socket.accept()) {
        dialling.interrupt();
        ExecutionException end = assertThrows(ExecutionException.class, interrupted::get);
        assertInstanceOf(InterruptedException.class, end.getCause());
        accepted.getInputStream().transferTo(OutputStream.nullOutputStream());
      }
      FutureTask<PeerConnection> closed =
          new FutureTask<>(() -> client.connect(at(another).orElseThrow(), ChunkServer.NOTHING));
      Thread.ofVirtual().name("testkit-dialling").start(closed);
      try (Socket accepted = another.accept()) {
        client.close();
        ExecutionException end = assertThrows(ExecutionException.class, closed::get);
        assertInstanceOf(ShoalException.class, end.getCause());
        accepted.getInputStream().transferTo(OutputStream.nullOutputStream());
      }
    }
  }

  @Test
  public void garbageFromOutsideHarmsNoOther() throws Exception {
    Optional<Endpoint.Socket> open = listener.endpoints().getFirst().socket();
    if (open.isEmpty() || open.get().protocol() != Endpoint.Protocol.TCP) {
      return;
    }
    try (Socket stranger = new Socket(InetAddress.getLoopbackAddress(), open.get().port())) {
      stranger.getOutputStream().write(TestData.bytes(8, 1_000));
      stranger.getOutputStream().flush();
      stranger.shutdownOutput();
      stranger.getInputStream().transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      // It was thrown out.
    }
    byte[] bytes = TestData.bytes(9, 1_000);
    assertArrayEquals(bytes, fetch(connection, chunks.serve(bytes)));
  }

  @Test
  public void aTakenPortIsTheUsersFault(@TempDir Path folder) throws Exception {
    try (ServerSocket taken = socket()) {
      Optional<TestContext> context =
          configureAt(TestContext.in(folder.resolve("taken")), taken.getLocalPort());
      if (context.isEmpty()) {
        return;
      }
      Transport late = (Transport) anotherExtension();
      UserFaultException fault =
          assertThrows(
              UserFaultException.class,
              () -> {
                late.start(context.get());
                late.listen(Set.of(scheme()), chunks, _ -> {});
              },
              "a port that is taken is no fault");
      Messages.assertOneLine(fault);
      assertTrue(
          String.valueOf(fault.getMessage()).contains(String.valueOf(taken.getLocalPort())),
          () -> "the message does not name the port: " + fault.getMessage());
      late.close();
      context.get().close();
    }
  }

  @Test
  public void everySchemeIsListenedFor() throws Exception {
    Transport several = (Transport) startedExtension();
    Set<String> names =
        several.schemes().stream().map(Scheme::name).collect(Collectors.toUnmodifiableSet());
    Transport.Listener all = several.listen(names, chunks, _ -> {});
    Set<String> heard =
        all.endpoints().stream()
            .map(endpoint -> endpoint.address().scheme())
            .collect(Collectors.toUnmodifiableSet());
    assertEquals(names, heard, "listen was asked for these schemes");
    all.close();
  }

  @Test
  public void callsAfterTheEndFail() throws Exception {
    client.close();
    Throwable late =
        assertThrows(
            Throwable.class,
            () -> client.connect(address, ChunkServer.NOTHING),
            "a transport that is closed connects");
    assertTrue(
        late instanceof IllegalStateException || late instanceof ShoalException,
        () -> "after close it throws " + late);
    assertThrows(
        Throwable.class,
        () -> client.listen(Set.of(scheme()), chunks, _ -> {}),
        "a transport that is closed listens");
  }

  @Test
  public void instancesShareNothing() throws Exception {
    startedExtension().close();
    byte[] bytes = TestData.bytes(10, 1_000);
    assertArrayEquals(
        bytes, fetch(connection, chunks.serve(bytes)), "closing one instance changes another");
  }
}
