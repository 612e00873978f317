package io.shoal.runtime;

import io.shoal.api.ChunkReader;
import io.shoal.api.Cid;
import io.shoal.api.RetryableException;
import io.shoal.api.ShoalException;
import io.shoal.api.StoreFullException;
import io.shoal.api.UserFaultException;
import io.shoal.runtime.command.ContentCommands;
import io.shoal.runtime.command.StoreCommands;
import io.shoal.runtime.file.DiskFull;
import io.shoal.runtime.file.SystemPath;
import io.shoal.runtime.importer.HashedFolder;
import io.shoal.runtime.importer.ImportOptions;
import io.shoal.runtime.importer.ImportProfile;
import io.shoal.runtime.importer.ImportResult;
import io.shoal.runtime.importer.Importer;
import io.shoal.runtime.limit.RateGauge;
import io.shoal.runtime.store.CollectionLock;
import io.shoal.runtime.store.KeptRoot;
import io.shoal.runtime.store.LocalStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/// The commands that bring content in: `add`, of files or of an older store's chunks.
final class AddWork {
  private static final long PROGRESS_NANOS = 100_000_000;

  private final LocalStore local;
  private final Importer importer;
  private final Holdings holdings;
  private final CollectionLock collectionLock;
  private final LongSupplier nanoTime;

  /// @param nanoTime monotonic, any origin
  AddWork(
      LocalStore local,
      Importer importer,
      Holdings holdings,
      CollectionLock collectionLock,
      LongSupplier nanoTime) {
    this.local = local;
    this.importer = importer;
    this.holdings = holdings;
    this.collectionLock = collectionLock;
    this.nanoTime = nanoTime;
  }

  void add(
      ContentCommands.AddRequest request,
      ContentCommands.ProgressListener progress,
      Consumer<ContentCommands.Added> each)
      throws ShoalException, IOException, InterruptedException {
    ImportProfile profile;
    try {
      profile = ImportProfile.unixfsV1(request.leafSizeBytes());
    } catch (IllegalArgumentException e) {
      throw new UserFaultException(
          "the leaf size is %d bytes: choose 256 KiB to 1 MiB".formatted(request.leafSizeBytes()),
          e);
    }
    ImportOptions options =
        new ImportOptions(
            profile,
            request.inPlace(),
            request.wholeDigest(),
            request.portable(),
            request.preserve());
    ImportProgress reports = new ImportProgress(progress, nanoTime);
    try (CollectionLock.Hold hold = collectionLock.enter()) {
      // One import, one group of syncs: that is what makes many small files fast.
      List<Path> paths = request.paths().stream().map(SystemPath::of).toList();
      List<ImportResult> results =
          importer.importAll(paths, request.name(), options, reports::read);
      List<KeptRoot> roots = new ArrayList<>(results.size());
      for (int i = 0; i < results.size(); i++) {
        roots.add(kept(results.get(i), request, paths.get(i)));
      }
      holdings.keepAll(roots);
      for (int i = 0; i < results.size(); i++) {
        each.accept(added(results.get(i), roots.get(i)));
      }
    } catch (IOException e) {
      Optional<StoreFullException> full = DiskFull.of(e);
      if (full.isPresent()) {
        throw full.get();
      }
      throw e;
    }
  }

  private KeptRoot kept(ImportResult result, ContentCommands.AddRequest request, Path path)
      throws IOException {
    Cid root = result.root();
    Optional<String> sha256 =
        result.folder() || result.digests().isEmpty()
            ? Optional.empty()
            : Optional.of(result.digests().getFirst().sha256());
    if (request.privately()) {
      holdings.share(root, StoreCommands.Sharing.PRIVATE);
    }
    KeptRoot kept =
        request.inPlace()
            ? KeptRoot.inPlace(root, result.name(), result.sizeBytes(), result.folder(), path)
            : KeptRoot.pinned(root, result.name(), result.sizeBytes(), result.folder());
    return kept.withDigest(sha256);
  }

  private ContentCommands.Added added(ImportResult result, KeptRoot kept) {
    return new ContentCommands.Added(
        kept.cid().toString(),
        result.name(),
        result.sizeBytes(),
        result.files(),
        result.chunks(),
        result.newBytes(),
        kept.sha256(),
        result.skipped(),
        holdings.sharing(kept.cid()).word(),
        result.unportable(),
        result.firstUnportable());
  }

  ContentCommands.TakenOver takeOver(Path folder, ContentCommands.ProgressListener progress)
      throws ShoalException, IOException, InterruptedException {
    List<Cid> taken = new ArrayList<>();
    try (CollectionLock.Hold hold = collectionLock.enter()) {
      ContentCommands.TakenOver result =
          new HashedFolder(local.store(), taken::add).takeOver(SystemPath.of(folder), progress);
      // One group: a forced write for each of thousands of chunks would take most of the time.
      List<KeptRoot> roots = new ArrayList<>(taken.size());
      for (Cid chunk : taken) {
        roots.add(KeptRoot.pinned(chunk, "", sizeOf(chunk), false));
      }
      holdings.keepAll(roots);
      return result;
    }
  }

  private long sizeOf(Cid chunk) throws IOException, RetryableException {
    try (ChunkReader reader = local.store().open(chunk).orElse(null)) {
      return reader == null ? 0 : reader.sizeBytes();
    }
  }

  /// Reports ten times a second at most.
  private static final class ImportProgress {
    private final ContentCommands.ProgressListener progress;
    private final LongSupplier nanoTime;
    private final RateGauge speed = new RateGauge();
    private long bytes;
    private long reportedNanos;

    ImportProgress(ContentCommands.ProgressListener progress, LongSupplier nanoTime) {
      this.progress = progress;
      this.nanoTime = nanoTime;
    }

    void read(long more) {
      bytes += more;
      long now = nanoTime.getAsLong();
      if (now - reportedNanos >= PROGRESS_NANOS) {
        reportedNanos = now;
        progress.progress(
            new ContentCommands.Progress(
                "importing", bytes, -1, speed.bytesPerSecond(bytes, now), 0, ""));
      }
    }
  }
}
