package io.shoal.runtime.serving;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.shoal.api.PeerAddress;
import io.shoal.api.RemotePeer;
import io.shoal.runtime.limit.FairRateLimiter;
import io.shoal.runtime.peer.PeerBook;
import io.shoal.runtime.testing.BytesReader;
import io.shoal.runtime.testing.SilentConnection;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ActiveUploadsTest {
  private final AtomicLong now = new AtomicLong(1);
  private final ActiveUploads uploads = new ActiveUploads();

  private MeteredSource begin(int peer) {
    MeteredSource upload =
        new MeteredSource(
            new BytesReader(new byte[1 << 20], true, () -> false),
            new SilentConnection(remote(peer)),
            new FairRateLimiter(Long.MAX_VALUE, Long.MAX_VALUE, now::get),
            new UploadCounters(new PeerBook(now::get), now::get),
            now::get,
            uploads::ended);
    uploads.began(upload);
    return upload;
  }

  @Test
  void anUploadOfWhichNothingIsTakenIsStalled() throws Exception {
    MeteredSource idle = begin(1);
    MeteredSource busy = begin(2);
    now.addAndGet(ActiveUploads.STALLED_AFTER.toNanos() + 1);
    busy.permit(1);
    assertEquals(Optional.of(idle), uploads.stalled());
    idle.permit(1);
    assertEquals(Optional.empty(), uploads.stalled());
  }

  @Test
  void theOneStalledTheLongestComesFirst() {
    MeteredSource first = begin(1);
    now.addAndGet(1_000);
    MeteredSource second = begin(2);
    now.addAndGet(ActiveUploads.STALLED_AFTER.toNanos() + 1);
    assertEquals(Optional.of(first), uploads.stalled());
    first.close();
    assertEquals(Optional.of(second), uploads.stalled());
    second.close();
    assertEquals(Optional.empty(), uploads.stalled());
  }

  private static RemotePeer remote(int peer) {
    return new RemotePeer(
        PeerAddress.of("tcp://192.0.2." + peer + ":4600"),
        Optional.empty(),
        Optional.empty(),
        "test",
        false);
  }
}
