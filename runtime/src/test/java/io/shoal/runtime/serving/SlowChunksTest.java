package io.shoal.runtime.serving;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Cid;
import io.shoal.api.PeerAddress;
import io.shoal.runtime.limit.FairRateLimiter;
import io.shoal.runtime.peer.PeerKey;
import io.shoal.runtime.testing.Blocks;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The turns of chunks that take long. Time is the test's, so that a peer that would have to wait
/// is refused at once.
@Timeout(60)
class SlowChunksTest {
  private static final long RATE = 16 * 1024;
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final long NOW = 0;

  private final AtomicLong now = new AtomicLong(1);
  private final FairRateLimiter limiter = new FairRateLimiter(RATE, Long.MAX_VALUE, now::get);
  private final SlowChunks chunks = new SlowChunks(limiter, now::get);
  private final Cid chunk = new Blocks().put(Cid.RAW, Blocks.pattern(10));
  private final Cid other = new Blocks().put(Cid.RAW, Blocks.pattern(11));

  private static PeerKey peer(int host) {
    return PeerKey.unproven(PeerAddress.of("tcp://192.0.2." + host + ":4600"));
  }

  @Test
  void onlyChunksThatTheWholeRateSendsInMoreThanASecondAreSlow() {
    assertTrue(chunks.isSlow(1 << 20));
    assertFalse(chunks.isSlow((int) RATE));
    SlowChunks unlimited =
        new SlowChunks(new FairRateLimiter(Long.MAX_VALUE, RATE, now::get), now::get);
    assertFalse(unlimited.isSlow(1 << 20));
  }

  @Test
  void aChunkGoesToOnePeerAtATimeAndThenToNoOtherForAMoment() throws Exception {
    assertTrue(chunks.begin(chunk, peer(1), NOW));
    assertFalse(chunks.begin(chunk, peer(2), NOW));
    assertTrue(chunks.begin(other, peer(2), NOW));
    now.addAndGet(64 * SECOND);
    assertFalse(chunks.begin(chunk, peer(2), NOW));
    chunks.ended(chunk, peer(1), true);
    assertFalse(chunks.begin(chunk, peer(2), NOW));
    now.addAndGet(3 * SECOND);
    assertTrue(chunks.begin(chunk, peer(2), NOW));
  }

  @Test
  void aPeerThatDidNotGetAllOfItLeavesItToTheNextAtOnce() throws Exception {
    assertTrue(chunks.begin(chunk, peer(1), NOW));
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Boolean> next = threads.submit(() -> chunks.begin(chunk, peer(2), SECOND));
      chunks.ended(chunk, peer(1), false);
      assertTrue(next.get());
    }
  }

  @Test
  void theSamePeerMayAskForItAgain() throws Exception {
    assertTrue(chunks.begin(chunk, peer(1), NOW));
    assertTrue(chunks.begin(chunk, peer(1), NOW));
    chunks.ended(chunk, peer(1), false);
    assertFalse(chunks.begin(chunk, peer(2), NOW));
    chunks.ended(chunk, peer(1), false);
    assertTrue(chunks.begin(chunk, peer(2), NOW));
  }

  @Test
  void aPeerThatTakesNextToNothingKeepsNoneWaitingWhileTheRateIsUnused() throws Exception {
    assertTrue(chunks.begin(chunk, peer(1), NOW));
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Boolean> next = threads.submit(() -> chunks.begin(chunk, peer(2), 3_600 * SECOND));
      while (!next.isDone()) {
        now.addAndGet(SECOND / 100);
        Thread.onSpinWait();
      }
      assertTrue(next.get());
    }
    chunks.ended(chunk, peer(1), false);
    assertFalse(chunks.begin(chunk, peer(3), NOW), "it is sent to the second now");
  }
}
