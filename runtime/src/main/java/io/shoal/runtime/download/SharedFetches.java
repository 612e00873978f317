package io.shoal.runtime.download;

import io.shoal.api.Cid;
import io.shoal.runtime.command.ContentCommands;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/// Of several downloads of one root at the same time lets one fetch, while the others wait: what
/// they need then is on this machine, and is copied. One that waits goes on by itself when the
/// first gets nothing: it may know other peers. Usable from any thread.
public final class SharedFetches {
  /// Without a byte for so long, waiting for another download is worth nothing: a peer is found and
  /// dialled in less.
  static final Duration PATIENCE = Duration.ofSeconds(15);

  private static final Duration LOOK_EVERY = Duration.ofMillis(100);

  private final Downloads downloads;
  private final LongSupplier nanoTime;
  private final Map<Cid, First> firsts = new HashMap<>();

  private record First(DownloadRequest wanted, DownloadCounters counters) {}

  /// @param nanoTime monotonic, any origin
  public SharedFetches(Downloads downloads, LongSupplier nanoTime) {
    this.downloads = downloads;
    this.nanoTime = nanoTime;
  }

  /// Waits for the turn of a download. [#end] follows, whatever happens.
  ///
  /// @throws InterruptedException the node stops, or the caller is interrupted
  public void await(
      DownloadRequest wanted, DownloadCounters counters, ContentCommands.ProgressListener progress)
      throws InterruptedException {
    long lastBytes = -1;
    long gainedNanos = nanoTime.getAsLong();
    for (Optional<First> ahead = ahead(wanted, counters);
        ahead.isPresent();
        ahead = ahead(wanted, counters)) {
      if (ahead.get().wanted().target().equals(wanted.target())) {
        return; // the same place: that is refused, and at once
      }
      DownloadCounters its = ahead.get().counters();
      long now = nanoTime.getAsLong();
      long bytes = its.transferredBytes.get() + its.reusedBytes.get();
      if (bytes != lastBytes) {
        lastBytes = bytes;
        gainedNanos = now;
      }
      boolean late = wanted.timed() && counters.elapsed().toMillis() >= wanted.deadlineMillis(0);
      if (late || now - gainedNanos > PATIENCE.toNanos()) {
        return;
      }
      progress.progress(
          new ContentCommands.Progress(
              "waiting",
              its.doneBytes(),
              its.totalBytes(),
              its.bytesPerSecond(),
              0,
              "for another download of the same, to copy it"));
      downloads.awaitClose(LOOK_EVERY);
    }
  }

  private synchronized Optional<First> ahead(DownloadRequest wanted, DownloadCounters counters) {
    First one = firsts.computeIfAbsent(wanted.root(), any -> new First(wanted, counters));
    return one.counters() == counters ? Optional.empty() : Optional.of(one);
  }

  /// A download ended.
  public synchronized void end(DownloadRequest wanted, DownloadCounters counters) {
    First one = firsts.get(wanted.root());
    if (one != null && one.counters() == counters) {
      firsts.remove(wanted.root());
    }
  }
}
