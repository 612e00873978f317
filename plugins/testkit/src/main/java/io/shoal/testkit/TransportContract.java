package io.shoal.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Availability;
import io.shoal.api.Cid;
import io.shoal.api.PeerConnection;
import io.shoal.api.PeerUnreachableException;
import io.shoal.api.Scheme;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// The contract of [io.shoal.api.Transport]: two instances of it meet on this machine. A plugin's
/// tests extend this once for each of its schemes.
///
/// What a scheme does not declare by its [Scheme.Trait]s, and the transport not by [#traits], is
/// not asked for: the tests check then that the default behaviour is there.
public abstract class TransportContract extends TransportRequestContract {
  private static final int POSITIONS = 10_000;

  /// For subclasses.
  protected TransportContract() {}

  /// [PeerConnection#watch] reports at once that nothing is known, and then what the peer reports,
  /// in order, until the watch is closed. Without AVAILABILITY the first report is the only one.
  ///
  /// @throws Exception as the transport throws it
  @Test
  public void availabilityIsReportedAtOnceAndThenInOrder() throws Exception {
    Cid root = TestData.cid(new byte[] {1});
    List<Availability> reports = new CopyOnWriteArrayList<>();
    PeerConnection.Watch watch = connection.watch(root, reports::add);
    Await.until("the first report", () -> reports.size() == 1);
    assertEquals(new Availability.Unknown(), reports.getFirst());
    if (!has(Scheme.Trait.AVAILABILITY)) {
      chunks.report(root, new Availability.Complete());
      watch.close();
      watch.close();
      assertEquals(1, reports.size(), "the scheme does not declare AVAILABILITY");
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

  /// 501 messages of 0 bytes to 32 KiB arrive in order, each as it was when [PeerConnection#send]
  /// returned. Without MESSAGES the call throws [UnsupportedOperationException].
  ///
  /// @throws Exception as the transport throws it
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
    byte[] longest = TestData.bytes(500, PeerConnection.MAX_MESSAGE_SIZE_BYTES);
    connection.send(65_535, ByteBuffer.allocateDirect(longest.length).put(longest).flip());
    Await.until("all messages", () -> chunks.messages().size() == 501);
    for (int i = 0; i < 500; i++) {
      assertEquals(
          new TestChunkServer.Message(i, ByteBuffer.wrap(TestData.bytes(i, i))),
          chunks.messages().get(i),
          "the messages arrive in order, each with the bytes of when it was sent");
    }
    assertEquals(
        new TestChunkServer.Message(65_535, ByteBuffer.wrap(longest)),
        chunks.messages().getLast(),
        "the longest message arrives whole, and last");
  }

  /// 10,000 reports that a slow listener has not taken are joined to fewer, come one at a time, and
  /// none of them is lost. Not for a scheme without AVAILABILITY.
  ///
  /// @throws Exception as the transport throws it
  @Test
  public void aSlowListenerHearsEverythingInTheEnd() throws Exception {
    if (!has(Scheme.Trait.AVAILABILITY)) {
      return;
    }
    Cid root = TestData.cid(new byte[] {2});
    SlowListener slow = new SlowListener();
    PeerConnection.Watch watch = connection.watch(root, slow);
    Await.until("it is watched", () -> chunks.watches() == 1);
    chunks.report(root, new Availability.Snapshot(new BitSet(), POSITIONS));
    for (int i = 0; i < POSITIONS; i++) {
      chunks.report(root, new Availability.Gained(new int[] {i}));
    }
    slow.go.countDown();
    Await.until("all gains", () -> slow.known() == POSITIONS);
    watch.close();
    assertEquals(0, slow.atOnce.get(), "two reports came at once");
    assertTrue(slow.calls.get() < POSITIONS, "reports that wait are not joined");
  }

  private static final class SlowListener implements PeerConnection.AvailabilityListener {
    private final CountDownLatch go = new CountDownLatch(1);
    private final BitSet known = new BitSet();
    private final AtomicInteger calls = new AtomicInteger();
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicInteger atOnce = new AtomicInteger();

    @Override
    public void availability(Availability news) {
      atOnce.addAndGet(running.getAndIncrement());
      try {
        go.await();
        take(news);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      calls.incrementAndGet();
      running.decrementAndGet();
    }

    private synchronized void take(Availability news) {
      switch (news) {
        case Availability.Snapshot all -> {
          known.clear();
          known.or(all.have());
        }
        case Availability.Gained more -> Arrays.stream(more.positions()).forEach(known::set);
        default -> known.clear();
      }
    }

    synchronized int known() {
      return known.cardinality();
    }
  }

  /// [PeerConnection#watch] beyond 1,024 watches throws [IllegalStateException] and leaves the
  /// connection open. There is room again once some are closed. Not for a scheme without
  /// AVAILABILITY.
  ///
  /// @throws Exception as the transport throws it
  @Test
  public void watchesBeyondTheLimitAreRefused() throws Exception {
    if (!has(Scheme.Trait.AVAILABILITY)) {
      return;
    }
    List<PeerConnection.Watch> open = new ArrayList<>();
    for (int i = 0; i < PeerConnection.MAX_WATCHES; i++) {
      open.add(connection.watch(TestData.cid(TestData.bytes(i, 10)), _ -> {}));
    }
    Cid more = TestData.cid(new byte[] {3});
    assertThrows(
        IllegalStateException.class,
        () -> connection.watch(more, _ -> {}),
        "there are more than MAX_WATCHES watches");
    open.forEach(PeerConnection.Watch::close);
    Await.until("there is room again", () -> isWatched(more));
    assertTrue(connection.isOpen());
  }

  private boolean isWatched(Cid root) throws PeerUnreachableException {
    try {
      connection.watch(root, _ -> {}).close();
      return true;
    } catch (IllegalStateException tooMany) {
      return false;
    }
  }

  /// Closing the connection ends its watches at the other side, and [PeerConnection#watch] throws
  /// [PeerUnreachableException] then. Not for a scheme without AVAILABILITY.
  ///
  /// @throws Exception as the transport throws it
  @Test
  public void watchesEndWithTheConnection() throws Exception {
    if (!has(Scheme.Trait.AVAILABILITY)) {
      return;
    }
    connection.watch(TestData.cid(new byte[] {4}), _ -> {});
    Await.until("it is watched", () -> chunks.watches() == 1);
    connection.close();
    Await.until("the other side ends its watch", () -> chunks.watches() == 0);
    assertThrows(
        PeerUnreachableException.class,
        () -> connection.watch(TestData.cid(new byte[] {5}), _ -> {}));
  }

  /// [PeerConnection#send] refuses the types -1 and 65,536 and a message of one byte more than 32
  /// KiB with an [IllegalArgumentException], and the connection goes on. Not for a scheme without
  /// MESSAGES.
  ///
  /// @throws Exception as the transport throws it
  @Test
  public void messagesOutOfBoundsAreRefused() throws Exception {
    if (!has(Scheme.Trait.MESSAGES)) {
      return;
    }
    ByteBuffer one = ByteBuffer.allocate(1);
    ByteBuffer tooLong = ByteBuffer.allocate(PeerConnection.MAX_MESSAGE_SIZE_BYTES + 1);
    for (int type : new int[] {-1, 65_536}) {
      assertThrows(
          IllegalArgumentException.class, () -> connection.send(type, one), () -> "type " + type);
    }
    assertThrows(IllegalArgumentException.class, () -> connection.send(1, tooLong), "its size");
    connection.send(0, ByteBuffer.allocate(0));
    Await.until("the connection goes on", () -> chunks.messages().size() == 1);
  }

  /// The side that was dialled sends messages, too. Not for a scheme without MESSAGES.
  ///
  /// @throws Exception as the transport throws it
  @Test
  public void bothSidesSendMessages() throws Exception {
    if (!has(Scheme.Trait.MESSAGES)) {
      return;
    }
    inbound().send(7, ByteBuffer.wrap(new byte[] {1, 2}));
    Await.until("it arrives", () -> own.messages().size() == 1);
    assertEquals(
        new TestChunkServer.Message(7, ByteBuffer.wrap(new byte[] {1, 2})),
        own.messages().getFirst());
  }
}
