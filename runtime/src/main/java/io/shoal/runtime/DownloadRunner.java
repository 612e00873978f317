package io.shoal.runtime;

import io.shoal.api.Cid;
import io.shoal.api.PeerAddress;
import io.shoal.api.ShoalException;
import io.shoal.api.StoreFullException;
import io.shoal.runtime.command.ContentCommands;
import io.shoal.runtime.download.DiskPause;
import io.shoal.runtime.download.Download;
import io.shoal.runtime.download.DownloadCounters;
import io.shoal.runtime.download.DownloadParts;
import io.shoal.runtime.download.DownloadRequest;
import io.shoal.runtime.download.Downloads;
import io.shoal.runtime.download.LeafWindow;
import io.shoal.runtime.download.SharedFetches;
import io.shoal.runtime.file.DiskFull;
import io.shoal.runtime.store.CollectionLock;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/// Makes downloads and runs them to their end, over full disks if need be.
final class DownloadRunner {
  private final DownloadParts parts;
  private final Downloads downloads;
  private final Holdings holdings;
  private final RandomGenerator seeds;
  private final SharedFetches shared;
  private final AtomicInteger running = new AtomicInteger();

  /// @param holdings hears of a root as soon as its first chunk is here, and of its end
  /// @param seeds usable from any thread
  DownloadRunner(
      DownloadParts parts, Downloads downloads, Holdings holdings, RandomGenerator seeds) {
    this.parts = parts;
    this.downloads = downloads;
    this.holdings = holdings;
    this.seeds = seeds;
    this.shared = new SharedFetches(downloads, parts.network().nanoTime());
  }

  /// Downloads what is wanted. While the disk is full, it waits for room.
  ContentCommands.Fetched run(DownloadRequest wanted, ContentCommands.ProgressListener progress)
      throws ShoalException, IOException, InterruptedException {
    LongSupplier nanoTime = parts.network().nanoTime();
    long began = nanoTime.getAsLong();
    DownloadCounters counters = new DownloadCounters(nanoTime);
    Optional<String> failure = Optional.of("it failed by an error of the program");
    DownloadRequest ended = wanted;
    running.incrementAndGet();
    try {
      shared.await(wanted, counters, progress);
      ContentCommands.Fetched fetched = overFullDisks(wanted, counters, progress);
      ended = wanted.placedAt(fetched.path());
      failure = Optional.empty();
      return fetched;
    } catch (IOException | ShoalException e) {
      failure = Optional.of(String.valueOf(e.getMessage()));
      throw e;
    } catch (InterruptedException e) {
      failure = Optional.of("it was stopped");
      throw e;
    } finally {
      shared.end(wanted, counters);
      Duration took = Duration.ofNanos(nanoTime.getAsLong() - began);
      holdings.ended(ended, Math.max(0, counters.totalBytes()), took, failure);
      running.decrementAndGet();
    }
  }

  /// Whether a download runs or waits for room, or its end is not reported yet.
  boolean isBusy() {
    return running.get() > 0;
  }

  private ContentCommands.Fetched overFullDisks(
      DownloadRequest wanted, DownloadCounters counters, ContentCommands.ProgressListener progress)
      throws ShoalException, IOException, InterruptedException {
    DiskPause pause = new DiskPause(parts, downloads, wanted, counters, progress);
    while (true) {
      Download download =
          download(pause.remaining(), counters, progress, () -> holdings.announce(wanted.root()));
      try {
        return downloads.run(download);
      } catch (IOException | ShoalException e) {
        Optional<StoreFullException> full = DiskFull.of(e);
        if (full.isEmpty()) {
          throw e;
        }
        pause.awaitRoom(full.get());
      }
    }
  }

  /// Fetches into the store what is missing of a root.
  void intoStore(Cid root, Optional<Duration> timeout)
      throws ShoalException, IOException, InterruptedException {
    try (CollectionLock.Hold held = parts.local().temporaryPins().hold(root)) {
      run(DownloadRequest.intoStore(root, timeout), ContentCommands.ProgressListener.SILENT);
    }
  }

  /// As [#intoStore], but nothing is announced, and a full disk is a failure. The caller holds the
  /// root.
  void intoStoreUnannounced(Cid root, Duration timeout)
      throws ShoalException, IOException, InterruptedException {
    downloads.run(
        download(
            DownloadRequest.intoStore(root, Optional.of(timeout)),
            new DownloadCounters(parts.network().nanoTime()),
            ContentCommands.ProgressListener.SILENT,
            () -> {}));
  }

  /// A download for a reader, not yet started. Nothing is announced: what arrives is passed on and
  /// gone.
  ///
  /// @param peers addresses to use instead of discovery, if there are any
  /// @throws ShoalException the root is an identity CID that is not a file or folder
  Download streamed(
      ReferenceResolver.Resolved what, List<PeerAddress> peers, LeafWindow window, Duration timeout)
      throws ShoalException {
    return download(
        DownloadRequest.streamed(what.root(), window, timeout)
            .from(peers)
            .providersOf(what.providersOf(), what.hints())
            .build(),
        new DownloadCounters(parts.network().nanoTime()),
        ContentCommands.ProgressListener.SILENT,
        () -> {});
  }

  private Download download(
      DownloadRequest wanted,
      DownloadCounters counters,
      ContentCommands.ProgressListener progress,
      Runnable firstChunk)
      throws ShoalException {
    return new Download(
        parts, wanted, counters, new SplittableRandom(seeds.nextLong()), progress, firstChunk);
  }
}
