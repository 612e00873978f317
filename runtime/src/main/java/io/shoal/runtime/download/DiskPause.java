package io.shoal.runtime.download;

import io.shoal.api.RetryableException;
import io.shoal.api.ShoalException;
import io.shoal.api.StoreFullException;
import io.shoal.runtime.command.ContentCommands;
import io.shoal.runtime.destination.DestinationRoom;
import io.shoal.runtime.store.CollectionLock;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Where a download waits after it found the disk full: nothing is lost, and it goes on by itself
/// once there is room. Confined to the thread that waits for the download.
public final class DiskPause {
  private static final Logger LOG = LoggerFactory.getLogger(DiskPause.class);

  /// Before the first check: a disk may be full for a moment only.
  private static final Duration FIRST_CHECK = Duration.ofMillis(50);

  /// Between two checks at the most: soon enough for a user who just freed space and watches.
  private static final Duration CHECK_EVERY = Duration.ofSeconds(2);

  /// Room for another attempt, if more than this is missing: with less the download would stop
  /// again at once, with more it would wait longer than it has to.
  private static final long ENOUGH_BYTES = 64L << 20;

  /// Room that an attempt needs in any case: for nodes, journals, a chunk or two.
  private static final long LEAST_BYTES = 4L << 20;

  private final DownloadParts parts;
  private final Downloads downloads;
  private final DownloadRequest request;
  private final DownloadCounters counters;
  private final ContentCommands.ProgressListener progress;

  public DiskPause(
      DownloadParts parts,
      Downloads downloads,
      DownloadRequest request,
      DownloadCounters counters,
      ContentCommands.ProgressListener progress) {
    this.parts = parts;
    this.downloads = downloads;
    this.request = request;
    this.counters = counters;
    this.progress = progress;
  }

  /// The request with the time that is left.
  public DownloadRequest remaining() {
    return timeLeft().map(request::within).orElse(request);
  }

  private Optional<Duration> timeLeft() {
    return request.timeout().map(timeout -> timeout.minus(counters.elapsed()));
  }

  /// Waits until another attempt is worth it.
  ///
  /// @throws StoreFullException the time that the user set ends first
  public void awaitRoom(StoreFullException full) throws ShoalException, InterruptedException {
    String why = "paused: " + full.getMessage();
    LOG.warn("the download of {} is {}", request.root(), why);
    Duration wait = FIRST_CHECK;
    try (CollectionLock.Hold shown = downloads.pause(new PausedDownload(request, counters, why))) {
      do {
        if (timeLeft().map(left -> left.compareTo(CHECK_EVERY) <= 0).orElse(false)) {
          throw full;
        }
        progress.progress(
            new ContentCommands.Progress(
                "paused",
                counters.doneBytes(),
                counters.totalBytes(),
                0,
                0,
                String.valueOf(full.getMessage())));
        downloads.awaitClose(wait);
        wait = wait.multipliedBy(2).compareTo(CHECK_EVERY) < 0 ? wait.multipliedBy(2) : CHECK_EVERY;
      } while (!hasRoom());
    }
    LOG.info("the download of {} goes on", request.root());
    counters.again();
  }

  private boolean hasRoom() {
    long total = counters.totalBytes();
    long missing = total < 0 ? ENOUGH_BYTES : total - counters.inPlaceBytes();
    long needed = Math.clamp(missing, LEAST_BYTES, ENOUGH_BYTES);
    boolean intoStore = request.keep() || parts.local().store().fileBacked().isEmpty();
    try {
      long inStore = parts.local().store().usage().availableBytes();
      if (inStore >= 0 && inStore < (intoStore ? needed : LEAST_BYTES)) {
        return false;
      }
      Optional<Path> folder = request.target().map(Path::getParent);
      return folder.isEmpty() || DestinationRoom.of(folder.get()).availableBytes() >= needed;
    } catch (IOException | RetryableException e) {
      // The next attempt reports the cause better than this.
      LOG.debug("the free space for {} is not known", request.root(), e);
      return true;
    }
  }
}
