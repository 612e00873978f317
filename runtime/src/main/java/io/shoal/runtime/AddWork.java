package io.shoal.runtime;

import io.shoal.api.ChunkReader;
import io.shoal.api.Cid;
import io.shoal.api.InvalidInputException;
import io.shoal.api.PeerAddress;
import io.shoal.api.RetryableException;
import io.shoal.api.ShoalException;
import io.shoal.api.StoreFullException;
import io.shoal.api.UserFaultException;
import io.shoal.runtime.command.ContentCommands;
import io.shoal.runtime.command.Reference;
import io.shoal.runtime.command.StoreCommands;
import io.shoal.runtime.file.DiskFull;
import io.shoal.runtime.file.SystemPath;
import io.shoal.runtime.importer.HashedFolder;
import io.shoal.runtime.importer.ImportOptions;
import io.shoal.runtime.importer.ImportProfile;
import io.shoal.runtime.importer.ImportResult;
import io.shoal.runtime.importer.ImportSize;
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
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/// The commands that bring content in: `add`, of files or of an older store's chunks.
final class AddWork {
  private static final long PROGRESS_NANOS = 100_000_000;

  /// How long a result may wait for others to be made durable with it: users see them come, and a
  /// sync a second costs nothing.
  private static final long GROUP_NANOS = 1_000_000_000;

  private final LocalStore local;
  private final Importer importer;
  private final Holdings holdings;
  private final CollectionLock collectionLock;
  private final Supplier<List<PeerAddress>> endpoints;
  private final LongSupplier nanoTime;

  /// @param endpoints where others reach this node
  /// @param nanoTime monotonic, any origin
  AddWork(
      LocalStore local,
      Importer importer,
      Holdings holdings,
      CollectionLock collectionLock,
      Supplier<List<PeerAddress>> endpoints,
      LongSupplier nanoTime) {
    this.local = local;
    this.importer = importer;
    this.holdings = holdings;
    this.collectionLock = collectionLock;
    this.endpoints = endpoints;
    this.nanoTime = nanoTime;
  }

  void add(
      ContentCommands.AddRequest request,
      ContentCommands.ProgressListener progress,
      Consumer<ContentCommands.Added> each,
      Consumer<ContentCommands.NotAdded> failed)
      throws ShoalException, IOException, InterruptedException {
    if (request.name().isPresent() && request.paths().size() != 1) {
      throw new UserFaultException(
          "a name can be given to a single path only: add them one by one");
    }
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
    try (ImportSize size = new ImportSize(request.paths().stream().map(SystemPath::of).toList());
        CollectionLock.Hold hold = collectionLock.enter()) {
      ImportProgress reports = new ImportProgress(progress, size, nanoTime);
      ImportGroup group = new ImportGroup(request, each);
      for (Path given : request.paths()) {
        Path path = SystemPath.of(given);
        try {
          group.add(
              path,
              importer.read(
                  path,
                  request.name(),
                  options,
                  bytes -> {
                    reports.read(bytes);
                    group.settleIfDue();
                  }));
        } catch (UserFaultException e) {
          failed.accept(
              new ContentCommands.NotAdded(
                  given.toString(),
                  String.valueOf(e.getMessage()),
                  e instanceof InvalidInputException));
        }
        group.settleIfDue();
      }
      group.settle();
    } catch (IOException e) {
      Optional<StoreFullException> full = DiskFull.of(e);
      if (full.isPresent()) {
        throw full.get();
      }
      throw e;
    }
  }

  /// What was imported and is not reported yet. Made durable together, since each sync takes as
  /// long as many small files do, but not long after it was read.
  private final class ImportGroup {
    private record Waiting(Path path, Importer.Imported imported) {}

    private final ContentCommands.AddRequest request;
    private final Consumer<ContentCommands.Added> each;
    private final List<Waiting> waiting = new ArrayList<>();
    private long sinceNanos;

    ImportGroup(ContentCommands.AddRequest request, Consumer<ContentCommands.Added> each) {
      this.request = request;
      this.each = each;
    }

    void add(Path path, Importer.Imported imported) {
      if (waiting.isEmpty()) {
        sinceNanos = nanoTime.getAsLong();
      }
      waiting.add(new Waiting(path, imported));
    }

    void settleIfDue() throws IOException, ShoalException {
      if (!waiting.isEmpty() && nanoTime.getAsLong() - sinceNanos >= GROUP_NANOS) {
        settle();
      }
    }

    void settle() throws IOException, ShoalException {
      if (waiting.isEmpty()) {
        return;
      }
      importer.settle(waiting.stream().map(Waiting::imported).toList());
      List<KeptRoot> roots = new ArrayList<>(waiting.size());
      for (Waiting one : waiting) {
        roots.add(kept(one.imported().result(), request, one.path()));
      }
      holdings.keepAll(roots);
      for (int i = 0; i < roots.size(); i++) {
        each.accept(added(waiting.get(i).imported().result(), roots.get(i)));
      }
      waiting.clear();
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
        result.firstUnportable(),
        result.changed(),
        link(result));
  }

  private String link(ImportResult result) {
    return new Reference.Content(
            result.root(),
            Optional.of(result.name()),
            endpoints.get(),
            OptionalLong.of(result.sizeBytes()))
        .text();
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
    private final ImportSize size;
    private final LongSupplier nanoTime;
    private final RateGauge speed = new RateGauge();
    private long bytes;
    private long reportedNanos;

    ImportProgress(
        ContentCommands.ProgressListener progress, ImportSize size, LongSupplier nanoTime) {
      this.progress = progress;
      this.size = size;
      this.nanoTime = nanoTime;
      reportedNanos = nanoTime.getAsLong();
      speed.bytesPerSecond(0, reportedNanos);
    }

    void read(long more) {
      bytes += more;
      long now = nanoTime.getAsLong();
      if (now - reportedNanos >= PROGRESS_NANOS) {
        reportedNanos = now;
        size.begin();
        // A file that grows meanwhile is longer than it was.
        long total = size.bytes() < bytes ? -1 : size.bytes();
        progress.progress(
            new ContentCommands.Progress(
                "importing", bytes, total, speed.bytesPerSecond(bytes, now), 0, ""));
      }
    }
  }
}
