package io.shoal.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.ChunkBody;
import io.shoal.api.ChunkServer;
import io.shoal.api.ChunkStore;
import io.shoal.api.Cid;
import io.shoal.api.PeerConnection;
import io.shoal.api.PeerUnreachableException;
import io.shoal.api.Refusal;
import io.shoal.api.RefusedException;
import io.shoal.api.Scheme;
import io.shoal.api.ShoalException;
import io.shoal.testkit.MeteredSource.Allowance;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/// The part of [TransportContract] about requests for chunks and the ends that they come to.
public abstract class TransportRequestContract extends TransportConnectContract {
  /// A prime, so that no frame ends where a permission does.
  private static final int PERMITTED_AT_ONCE_BYTES = 4_099;

  private static final String ANOTHER_OBJECT =
      "disconnected gets the very object that connected got (ChunkServer)";

  TransportRequestContract() {}

  /// A chunk of any size from 0 bytes to 2 MiB arrives byte for byte, and its source is closed.
  ///
  /// @throws Exception as the transport throws it
  @Test
  public void chunksOfEverySizeArriveByteForByte() throws Exception {
    for (int size : new int[] {0, 1, 1000, 65_536, 1 << 20, ChunkStore.MAX_CHUNK_SIZE_BYTES}) {
      byte[] bytes = TestData.bytes(size, size);
      Cid cid = chunks.serve(bytes);
      assertArrayEquals(bytes, fetch(connection, cid));
    }
    Await.until("all sources are given back", () -> chunks.openSources() == 0);
  }

  /// The side that was dialled fetches too; without SYMMETRIC its request is refused or fails.
  ///
  /// @throws Exception as the transport throws it
  @Test
  public void bothSidesMayAsk() throws Exception {
    byte[] bytes = TestData.bytes(1, 100_000);
    Cid cid = own.serve(bytes);
    if (has(Scheme.Trait.SYMMETRIC)) {
      assertArrayEquals(bytes, fetch(inbound(), cid));
    } else if (has(Trait.CONNECTIONS)) {
      PeerConnection inbound = inbound();
      Exception end = assertThrows(Exception.class, () -> fetch(inbound, cid));
      assertTrue(end instanceof RefusedException || end instanceof ShoalException, end::toString);
    }
  }

  /// 200 requests are on their way over one connection at once, and are read in any order.
  ///
  /// @throws Exception as the transport throws it
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

  /// A body of 2 MiB that is not read delays no other request of the connection.
  ///
  /// @throws Exception as the transport throws it
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

  /// Each [Refusal] arrives as the peer gave it, with a Busy's time, and the connection goes on.
  ///
  /// @throws Exception as the transport throws it
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

  /// A chunk that changed midway ends as [Refusal.Corrupt], or Gone without REASONS_MIDWAY.
  ///
  /// @throws Exception as the transport throws it
  @Test
  public void aChunkThatChangedWhileItWasSentIsCorrupt() throws Exception {
    Cid cid = chunks.serveChanging(TestData.bytes(1, 300_000));
    Refusal refusal = refusal(connection, cid);
    if (has(Trait.REASONS_MIDWAY) || !refusal.equals(new Refusal.Gone())) {
      assertEquals(new Refusal.Corrupt(), refusal);
    }
    byte[] bytes = TestData.bytes(2, 1000);
    assertArrayEquals(bytes, fetch(connection, chunks.serve(bytes)));
    Await.until("all sources are given back", () -> chunks.openSources() == 0);
  }

  /// [ChunkBody#close] interrupts the request that waits at the peer, and the connection goes on.
  ///
  /// @throws Exception as the transport throws it
  @Test
  public void closingABodyTakesTheRequestBack() throws Exception {
    Cid cid = TestData.cid(new byte[] {1});
    chunks.hold(cid);
    ChunkBody body = connection.fetch(request(cid));
    Await.until("the request waits", () -> chunks.waiting() == 1);
    body.close();
    body.close();
    Await.until("the request is taken back: it was interrupted", () -> chunks.interrupted() == 1);
    byte[] bytes = TestData.bytes(2, 1000);
    assertArrayEquals(bytes, fetch(connection, chunks.serve(bytes)));
  }

  /// [ChunkBody#close] midway lets the peer close its source, and the chunk can be fetched again.
  ///
  /// @throws Exception as the transport throws it
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

  /// [PeerConnection#close] ends what waits as [Refusal.Gone], and it is reported once at each end.
  ///
  /// @throws Exception as the transport throws it
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
    Await.until("its end is reported", () -> own.disconnected().size() == 1);
    assertSame(connection, own.disconnected().getFirst(), ANOTHER_OBJECT);
    assertTheOtherSideKnows();
    if (has(Trait.CONNECTIONS)) {
      assertSame(chunks.connected().getFirst(), chunks.disconnected().getFirst(), ANOTHER_OBJECT);
    }
    Await.until("the request that waits is interrupted", () -> chunks.interrupted() == 1);
  }

  /// A connection can be closed for every [PeerConnection.Reason]; none is a fault of the peer.
  ///
  /// @throws Exception as the transport throws it
  @Test
  public void aConnectionMayBeClosedForAnyReason() throws Exception {
    connection.close(PeerConnection.Reason.IDLE);
    connection.close(PeerConnection.Reason.STOPPING);
    for (PeerConnection.Reason reason : PeerConnection.Reason.values()) {
      PeerConnection another = client.connect(address, ChunkServer.NOTHING);
      another.close(reason);
      assertFalse(another.isOpen());
    }
    if (has(Trait.CONNECTIONS)) {
      Await.until(
          "the other side is told",
          () -> chunks.disconnected().size() == 1 + PeerConnection.Reason.values().length);
    }
    for (PeerConnection gone : chunks.disconnected()) {
      assertEquals(Optional.empty(), gone.fault(), "the peer broke no rule");
    }
  }

  /// A request that waits ends as [Refusal.Gone] when the transport is closed; the peer is told.
  ///
  /// @throws Exception as the transport throws it
  @Test
  public void closingTheTransportEndsWhatWaits() throws Exception {
    assertEquals(new Refusal.Gone(), refusalOfAWaitingRequest(client::close));
    assertTheOtherSideKnows();
  }

  /// A request that waits ends as [Refusal.Gone] when the other side's transport is closed.
  ///
  /// @throws Exception as the transport throws it
  @Test
  public void whatWaitsEndsWhenTheOtherSideGoes() throws Exception {
    assertEquals(new Refusal.Gone(), refusalOfAWaitingRequest(server::close));
    if (has(Trait.CONNECTIONS)) {
      Await.until("its end is reported", () -> own.disconnected().size() == 1);
      assertFalse(connection.isOpen());
    }
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

  /// An interrupt ends [ChunkBody#awaitSize] with an [InterruptedException].
  ///
  /// @throws Exception as the transport throws it
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

  private void assertTheOtherSideKnows() throws Exception {
    if (has(Trait.CONNECTIONS)) {
      Await.until("the other side is told", () -> chunks.disconnected().size() == 1);
    }
  }

  /// No byte of a chunk arrives before [io.shoal.api.ChunkSource#permit] has granted it.
  ///
  /// @throws Exception as the transport throws it
  @Test
  public void noByteIsSentThatWasNotPermitted() throws Exception {
    byte[] bytes = TestData.bytes(6, 100_000);
    Allowance allowance = new Allowance(PERMITTED_AT_ONCE_BYTES);
    assertPaidFor(bytes, chunks.serveMetered(bytes, allowance), allowance);
  }

  /// A chunk in a file arrives byte for byte, and no byte of it before it was permitted.
  ///
  /// @throws Exception as the transport throws it
  @Test
  public void aChunkInAFileArrivesByteForByteAndPermitted() throws Exception {
    byte[] bytes = TestData.bytes(7, 100_000);
    Allowance allowance = new Allowance(PERMITTED_AT_ONCE_BYTES);
    Cid cid = chunks.serveFromFile(bytes, allowance, folder.resolve("chunks"));
    assertPaidFor(bytes, cid, allowance);
  }

  private void assertPaidFor(byte[] bytes, Cid cid, Allowance allowance) throws Exception {
    ByteBuffer into = ByteBuffer.allocate(bytes.length + 1);
    try (ChunkBody body = connection.fetch(request(cid))) {
      while (body.read(into) > 0) {
        long paid = allowance.taken();
        int arrived = into.position();
        assertTrue(
            arrived <= paid,
            () ->
                "%d bytes came of %d that permit granted: each is paid for before it is sent"
                    .formatted(arrived, paid));
      }
      // Closing the body earlier could interrupt the source's thread in the midst of its close.
      Await.until("all sources are given back", () -> chunks.openSources() == 0);
    }
    assertEquals(bytes.length, into.position(), "not all of it came");
    assertArrayEquals(
        bytes,
        Arrays.copyOf(into.array(), bytes.length),
        "other bytes came than those of the chunk");
  }

  /// A request beyond the 256 that wait is refused as [Refusal.Busy] until there is room again.
  ///
  /// @throws Exception as the transport throws it
  @Test
  public void requestsBeyondTheLimitAreRefusedAsBusy() throws Exception {
    List<ChunkBody> waiting = new ArrayList<>();
    for (int i = 0; i < PeerConnection.MAX_REQUESTS; i++) {
      Cid cid = TestData.cid(TestData.bytes(i, 10));
      chunks.hold(cid);
      waiting.add(connection.fetch(request(cid)));
    }
    Await.until("all wait", () -> chunks.waiting() == PeerConnection.MAX_REQUESTS);
    byte[] bytes = TestData.bytes(8, 1000);
    Cid cid = chunks.serve(bytes);
    RefusedException refused =
        assertThrows(
            RefusedException.class,
            () -> fetch(connection, cid),
            "a request beyond MAX_REQUESTS was not refused as busy");
    assertInstanceOf(Refusal.Busy.class, refused.refusal());
    waiting.forEach(ChunkBody::close);
    Await.until(
        "there is room again",
        () -> {
          try {
            return Arrays.equals(bytes, fetch(connection, cid));
          } catch (RefusedException busy) {
            return false;
          }
        });
  }

  /// [ChunkBody#read] fills direct and sliced buffers to their limit, a byte at a time too.
  ///
  /// @throws Exception as the transport throws it
  @Test
  public void bytesAreReadIntoBuffersOfEverySort() throws Exception {
    byte[] bytes = TestData.bytes(9, 10_000);
    Cid cid = chunks.serve(bytes);
    for (ByteBuffer into :
        List.of(
            ByteBuffer.allocateDirect(20_000),
            ByteBuffer.wrap(new byte[30_000], 5_000, 20_000).slice())) {
      try (ChunkBody body = connection.fetch(request(cid))) {
        into.limit(1);
        while (body.read(into) > 0) {
          // One more each time, then all the room there is.
          into.limit(into.position() < 100 ? into.position() + 1 : into.capacity());
        }
        byte[] found = new byte[into.position()];
        into.flip().get(found);
        assertArrayEquals(bytes, found);
      }
    }
  }

  /// A body that was closed early ends as [Refusal.Gone], never as if it were whole.
  ///
  /// @throws Exception as the transport throws it
  @Test
  public void aClosedBodyIsGone() throws Exception {
    byte[] bytes = TestData.bytes(10, 100_000);
    ChunkBody body = connection.fetch(request(chunks.serve(bytes)));
    assertEquals(bytes.length, body.awaitSize());
    body.close();
    RefusedException end =
        assertThrows(
            RefusedException.class,
            () -> {
              ByteBuffer into = ByteBuffer.allocate(bytes.length + 1);
              while (body.read(into) > 0) {
                // What had arrived before the close may still be read.
              }
            },
            "a closed body goes on to its end");
    assertEquals(new Refusal.Gone(), end.refusal());
  }
}
