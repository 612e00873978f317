package io.shoal.runtime.serving;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.PeerAddress;
import io.shoal.api.Refusal;
import io.shoal.api.RefusedException;
import io.shoal.api.RemotePeer;
import io.shoal.api.RetryableException;
import io.shoal.api.Upload;
import io.shoal.runtime.connection.Connections;
import io.shoal.runtime.connection.SchemeTraits;
import io.shoal.runtime.limit.FairQueue;
import io.shoal.runtime.limit.FairRateLimiter;
import io.shoal.runtime.peer.PeerBook;
import io.shoal.runtime.peer.PeerKey;
import io.shoal.runtime.testing.TestSchemes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Turns of peers that a plugin serves in another system's way.
@Timeout(60)
class ForeignUploadsTest {
  private final AtomicLong nowNanos = new AtomicLong(1);
  private final PeerBook book = new PeerBook(() -> 1);
  private final UploadCounters counters = new UploadCounters(book, nowNanos::get);

  private UploadTurns turns(LongSupplier nanoTime) {
    SchemeTraits traits = new SchemeTraits(Set.of(TestSchemes.TCPS));
    return new UploadTurns(
        new Connections(9, book, traits, nanoTime),
        new FairRateLimiter(Long.MAX_VALUE, Long.MAX_VALUE, nanoTime),
        nanoTime);
  }

  private ForeignUploads uploads(UploadTurns turns, boolean open) {
    FairRateLimiter limiter = new FairRateLimiter(Long.MAX_VALUE, Long.MAX_VALUE, nowNanos::get);
    return new ForeignUploads(turns, limiter, counters, nowNanos::get, book, open);
  }

  private static PeerAddress browser(int host, int port) {
    return PeerAddress.of("http://192.0.2." + host + ":" + port);
  }

  @Test
  void aPeerHasItsShareOfThePlacesWhateverItsPort() throws Exception {
    UploadTurns turns = turns(nowNanos::get);
    ForeignUploads uploads = uploads(turns, true);
    List<Upload> open = new ArrayList<>();
    for (int i = 0; i < NodeChunkServer.MAX_UPLOADS_PER_PEER; i++) {
      open.add(uploads.upload(browser(1, 2_000 + i)));
    }
    uploads.upload(browser(2, 2_000)).close();
    assertEquals(Optional.empty(), turns.take(key(1), Duration.ZERO));

    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Upload> next = threads.submit(() -> uploads.upload(browser(1, 3_000)));
      while (turns.waiting() == 0) {
        Thread.onSpinWait();
      }
      open.getFirst().close();
      open.getFirst().close();
      next.get().close();
    }
    open.forEach(Upload::close);
    assertEquals(0, turns.running());
    assertEquals(0, turns.waiting());
  }

  private static PeerKey key(int host) {
    return PeerKey.unproven(browser(host, 9_999));
  }

  @Test
  void aNodeWithALowRateServesFewAtOnce() throws Exception {
    SchemeTraits traits = new SchemeTraits(Set.of(TestSchemes.TCPS));
    UploadTurns turns =
        new UploadTurns(
            new Connections(9, book, traits, nowNanos::get),
            new FairRateLimiter(16 * 1024, Long.MAX_VALUE, nowNanos::get),
            nowNanos::get);
    FairQueue.Turn<PeerKey> first = turns.take(key(1), Duration.ZERO).orElseThrow();
    assertEquals(Optional.empty(), turns.take(key(2), Duration.ZERO));
    turns.end(first);
    assertTrue(turns.take(key(2), Duration.ZERO).isPresent());
  }

  @Test
  void bytesArePaidForAndCounted() throws Exception {
    try (Upload upload = uploads(turns(nowNanos::get), true).upload(browser(1, 2_000))) {
      assertEquals(500, upload.permit(500));
      assertThrows(IllegalArgumentException.class, () -> upload.permit(0));
      upload.close();
      assertThrows(IllegalStateException.class, () -> upload.permit(1));
    }
    assertEquals(500, counters.sentBytes());
  }

  @Test
  void aPeerThatMayNotIsDenied() {
    RemotePeer liar =
        new RemotePeer(browser(1, 2_000), Optional.empty(), Optional.empty(), "", true);
    assertTrue(!book.ban(liar, "it lied").isEmpty());
    assertDenied(uploads(turns(nowNanos::get), true), browser(1, 7_000));
    assertDenied(uploads(turns(nowNanos::get), false), browser(2, 7_000));
  }

  private static void assertDenied(ForeignUploads uploads, PeerAddress peer) {
    RefusedException no = assertThrows(RefusedException.class, () -> uploads.upload(peer));
    assertInstanceOf(Refusal.Denied.class, no.refusal());
  }

  /// The clock jumps at each look, so that nobody waits.
  @Test
  void whereEveryPlaceIsInUseAPeerIsToldToComeBack() throws Exception {
    LongSupplier hasty = () -> nowNanos.addAndGet(Duration.ofSeconds(15).toNanos());
    UploadTurns turns = turns(hasty);
    fill(turns);
    RefusedException no =
        assertThrows(
            RefusedException.class, () -> uploads(turns, true).upload(browser(200, 2_000)));
    assertInstanceOf(Refusal.Busy.class, no.refusal());
    assertEquals(0, turns.waiting());
  }

  private static void fill(UploadTurns turns) throws InterruptedException {
    for (int i = 0; turns.running() < NodeChunkServer.MAX_UPLOADS; i++) {
      assertTrue(
          turns.take(key(i / NodeChunkServer.MAX_UPLOADS_PER_PEER), Duration.ZERO).isPresent());
    }
  }

  @Test
  void aPeerThatTakesNothingLosesItsPlaceToOneThatWaits() throws Exception {
    UploadTurns turns = turns(nowNanos::get);
    ForeignUploads uploads = uploads(turns, true);
    Upload idle = uploads.upload(browser(100, 2_000));
    fill(turns);
    nowNanos.addAndGet(ActiveUploads.STALLED_AFTER.toNanos() + 1);

    uploads.upload(browser(101, 2_000)).close();

    RetryableException lost = assertThrows(RetryableException.class, () -> idle.permit(1));
    assertTrue(String.valueOf(lost.getMessage()).contains("20 s"));
    idle.close();
    assertEquals(NodeChunkServer.MAX_UPLOADS - 1, turns.running());
  }
}
