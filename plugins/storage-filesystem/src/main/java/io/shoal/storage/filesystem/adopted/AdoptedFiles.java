package io.shoal.storage.filesystem.adopted;

import io.shoal.api.ChunkChangedException;
import io.shoal.api.FileBacked;
import io.shoal.api.FileRef;
import io.shoal.api.UserFaultException;
import io.shoal.storage.filesystem.chunk.ChunkIndex;
import io.shoal.storage.filesystem.chunk.ChunkLayout;
import io.shoal.storage.filesystem.disk.Disk;
import io.shoal.storage.filesystem.disk.DiskFaults;
import io.shoal.storage.filesystem.disk.FileStamp;
import io.shoal.storage.filesystem.disk.ForceThreads;
import io.shoal.storage.filesystem.journal.ClaimedRun;
import io.shoal.storage.filesystem.journal.ExpectedFile;
import io.shoal.storage.filesystem.journal.JournalRecord;
import io.shoal.storage.filesystem.journal.ReferenceJournal;
import io.shoal.storage.filesystem.journal.UnforcedReferences;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Users' files that are served in place: the references to them.
///
/// Serving and claiming look at the file and at [ClaimTable] only. Changes of a reference itself
/// (begin, relocate, drop, forget, sync) come one after the other: the journal has one writer, and
/// a file must not get another name while it is forced.
public final class AdoptedFiles implements FileBacked {
  private static final Logger LOG = LoggerFactory.getLogger(AdoptedFiles.class);

  /// Claims that wait for a sync before adopting makes one by itself: bounds what is kept in memory
  /// for them to about 10 MB.
  static final int MAX_PENDING_RUNS = 65_536;

  /// Claimed bytes after which claims are noted for another process: after a `kill -9` at most this
  /// much is hashed again, which takes less than a tenth of a second.
  public static final long NOTE_AFTER_BYTES = 16 << 20;

  /// A claim counts as at least this share of [#NOTE_AFTER_BYTES]: looking into so many small files
  /// takes as long.
  private static final int NOTE_AFTER_CLAIMS = 64;

  private final Disk disk;
  private final ClaimTable table;
  private final ReferenceLog log;
  private final ReentrantLock changing = new ReentrantLock();
  private final ChangeCheck check;
  private final FileMove moves;
  private final AdoptedChunks chunks;
  private final long noteAfterBytes;
  private final AtomicLong unnotedBytes = new AtomicLong();

  /// @param index shared with the owned chunks
  /// @param noteAfterBytes usually [#NOTE_AFTER_BYTES]
  public AdoptedFiles(
      Disk disk, ForceThreads threads, ChunkLayout layout, ChunkIndex index, long noteAfterBytes) {
    this.disk = disk;
    this.table = new ClaimTable(index);
    this.log =
        new ReferenceLog(
            disk,
            threads,
            table,
            new ReferenceJournal(disk, layout),
            new UnforcedReferences(disk, layout));
    this.check = new ChangeCheck(disk, table, changing);
    this.moves = new FileMove(disk, table, log);
    this.chunks = new AdoptedChunks(disk, table, check);
    this.noteAfterBytes = noteAfterBytes;
  }

  /// The chunks in these files.
  public AdoptedChunks chunks() {
    return chunks;
  }

  /// Finds what an earlier process left. Called once, before anything else.
  public void load() throws IOException {
    for (Map.Entry<AdoptedFile, List<Path>> moving : log.load().entrySet()) {
      moves.settle(moving.getKey(), moving.getValue());
    }
  }

  @Override
  public FileRef refer(Path path) throws IOException, UserFaultException {
    Path file = normal(path);
    FileStamp stamp = regular(file);
    changing.lock();
    try {
      Optional<AdoptedFile> known = table.at(file);
      Optional<ExpectedFile> expected = served(known);
      if (expected.isPresent()) {
        switch (expected.get().state(Optional.of(stamp))) {
          case INTACT -> {
            return expected.get().ref();
          }
          case GROWING ->
              throw new UserFaultException(
                  file + ": a download writes this file: wait for its end, or add a copy of it");
          case CHANGED, MISSING -> LOG.info("{}: it changed: its old claims are dropped", file);
        }
      }
      requireReadable(file);
      return begin(known, ExpectedFile.of(file, stamp, false));
    } finally {
      changing.unlock();
    }
  }

  @Override
  public FileRef referGrowing(Path path) throws IOException, UserFaultException {
    Path file = normal(path);
    FileStamp stamp = regular(file);
    changing.lock();
    try {
      Optional<AdoptedFile> known = table.at(file);
      Optional<ExpectedFile> growing =
          served(known).filter(it -> it.state(Optional.of(stamp)) == FileState.GROWING);
      return growing.isPresent()
          ? growing.get().ref()
          : begin(known, ExpectedFile.of(file, stamp, true));
    } finally {
      changing.unlock();
    }
  }

  private Optional<ExpectedFile> served(Optional<AdoptedFile> known) {
    return known.filter(file -> !table.isGone(file)).flatMap(table::expected);
  }

  private FileRef begin(Optional<AdoptedFile> known, ExpectedFile expected) {
    known.ifPresent(table::forget);
    table.begin(expected);
    return expected.ref();
  }

  private static Path normal(Path path) {
    return path.toAbsolutePath().normalize();
  }

  private FileStamp regular(Path file) throws IOException, UserFaultException {
    Optional<FileStamp> stamp;
    try {
      stamp = disk.stat(file);
    } catch (FileSystemException e) {
      throw new UserFaultException(
          "%s: cannot be looked at (%s): give this user the right to read it"
              .formatted(file, DiskFaults.reason(e)),
          e);
    }
    if (stamp.isEmpty()) {
      throw new UserFaultException(file + ": there is no such file: check the path");
    }
    if (!stamp.get().regular()) {
      throw new UserFaultException(
          file + ": not a plain file (links are not followed): name the file itself");
    }
    return stamp.get();
  }

  private void requireReadable(Path file) throws UserFaultException {
    try {
      disk.read(file).close();
    } catch (IOException e) {
      if (DiskFaults.descriptors(e)) {
        return; // it says nothing of the file
      }
      throw new UserFaultException(
          "%s: cannot be read (%s): give this user the right to read it"
              .formatted(file, DiskFaults.reason(e)),
          e);
    }
  }

  @Override
  public void adopt(FileRef ref, List<Segment> segments) throws IOException, ChunkChangedException {
    AdoptedFile file = referredTo(ref).orElseThrow(() -> ChangeCheck.changed(ref.path()));
    Optional<FileStamp> stamp = disk.stat(ref.path());
    switch (table.state(file, stamp)) {
      case INTACT, GROWING ->
          claim(file, segments, stamp.map(FileStamp::sizeBytes).orElse(0L), ref.path());
      case CHANGED, MISSING -> {
        if (check.isGone(file)) {
          throw ChangeCheck.changed(ref.path());
        }
        // It was renamed just now.
        adopt(
            table
                .expected(file)
                .map(ExpectedFile::ref)
                .orElseThrow(() -> ChangeCheck.changed(ref.path())),
            segments);
      }
    }
  }

  /// A part after the other: the segments may be more than fit into memory, made one by one.
  private void claim(AdoptedFile file, List<Segment> segments, long fileBytes, Path path)
      throws IOException, ChunkChangedException {
    List<ClaimedRun> runs = new ArrayList<>();
    for (Segment segment : segments) {
      requireWithin(segment, fileBytes, path);
      ClaimedRun.add(segment, runs);
      if (runs.size() > JournalRecord.MAX_RUNS) {
        ClaimedRun unfinished = runs.removeLast();
        claim(file, runs, path);
        runs.clear();
        runs.add(unfinished);
      }
    }
    claim(file, runs, path);
  }

  private void claim(AdoptedFile file, List<ClaimedRun> runs, Path path)
      throws IOException, ChunkChangedException {
    if (!table.claim(file, runs)) {
      throw ChangeCheck.changed(path);
    }
    noteSoon(runs);
    if (table.pendingRuns() > MAX_PENDING_RUNS) {
      sync();
    }
  }

  private void noteSoon(List<ClaimedRun> runs) {
    long bytes = 0;
    for (ClaimedRun run : runs) {
      bytes += Math.max((long) run.sizeBytes() * run.times(), noteAfterBytes / NOTE_AFTER_CLAIMS);
    }
    // If the lock is taken, a sync runs or another thread notes: left to the next claim.
    if (unnotedBytes.addAndGet(bytes) >= noteAfterBytes && changing.tryLock()) {
      try {
        unnotedBytes.set(0);
        log.note();
      } catch (IOException e) {
        LOG.debug(
            "claims are not noted for a next process: after a kill they are checked again", e);
      } finally {
        changing.unlock();
      }
    }
  }

  private Optional<AdoptedFile> referredTo(FileRef ref) {
    return table.at(normal(ref.path()), ref).filter(file -> !table.isGone(file));
  }

  private static void requireWithin(Segment segment, long fileBytes, Path file) {
    boolean fits =
        segment.sizeBytes() >= 0
            && segment.sizeBytes() <= ChunkLayout.MAX_CHUNK_SIZE_BYTES
            && segment.offsetBytes() >= 0
            && segment.offsetBytes() <= fileBytes - segment.sizeBytes();
    if (!fits) {
      throw new IllegalArgumentException(
          segment + " does not lie within the " + fileBytes + " bytes of " + file);
    }
  }

  @Override
  public FileRef relocate(FileRef ref, Path target, boolean replace)
      throws IOException, UserFaultException {
    Path to = normal(target);
    changing.lock();
    try {
      AdoptedFile file =
          referredTo(ref)
              .orElseThrow(() -> new IOException(ChangeCheck.changed(ref.path()).getMessage()));
      return moves.relocate(file, to, replace);
    } finally {
      changing.unlock();
    }
  }

  @Override
  public FileRef moved(FileRef ref, Path now) throws IOException, ChunkChangedException {
    Path to = normal(now);
    Optional<FileStamp> stamp = disk.stat(to);
    changing.lock();
    try {
      AdoptedFile file = referredTo(ref).orElseThrow(() -> ChangeCheck.changed(ref.path()));
      if (!FileMove.isThatOf(ref, stamp)) {
        throw ChangeCheck.changed(to);
      }
      return moves.moved(file, ExpectedFile.of(to, stamp.get(), false));
    } finally {
      changing.unlock();
    }
  }

  @Override
  public void forget(FileRef ref) {
    changing.lock();
    try {
      table.at(normal(ref.path()), ref).ifPresent(table::forget);
    } finally {
      changing.unlock();
    }
  }

  @Override
  public Optional<FileClaims> claims(Path path) throws IOException {
    Optional<AdoptedFile> file = table.at(normal(path));
    return file.isEmpty() ? Optional.empty() : claims(file.get());
  }

  private Optional<FileClaims> claims(AdoptedFile file) throws IOException {
    Optional<ExpectedFile> expected;
    Optional<FileState> state;
    do {
      expected = table.expected(file);
      state = state(file);
    } while (!expected.equals(table.expected(file))); // renamed meanwhile
    return expected.isEmpty() || state.isEmpty()
        ? Optional.empty()
        : Optional.of(new FileClaims(expected.get().ref(), state.get(), table.segments(file)));
  }

  @Override
  public Optional<FileState> state(Path path) throws IOException {
    Optional<AdoptedFile> file = table.at(normal(path));
    return file.isEmpty() ? Optional.empty() : state(file.get());
  }

  private Optional<FileState> state(AdoptedFile file) throws IOException {
    Optional<ExpectedFile> expected = table.expected(file);
    if (expected.isEmpty()) {
      return Optional.empty();
    }
    FileState state = expected.get().state(disk.stat(expected.get().ref().path()));
    if (state == FileState.CHANGED && !check.isGone(file)) {
      return state(file); // it was renamed just now
    }
    // A file that changed and was then changed back was seen as changed: its claims are gone.
    return Optional.of(
        table.isGone(file) && state != FileState.MISSING ? FileState.CHANGED : state);
  }

  @Override
  public void references(Consumer<FileClaims> each) throws IOException {
    Optional<AdoptedFile> next = table.next(FileColumns.NONE);
    while (next.isPresent()) {
      if (Thread.currentThread().isInterrupted()) {
        throw new InterruptedIOException("listing the files was interrupted");
      }
      claims(next.get()).ifPresent(each);
      next = table.next(next.get().number());
    }
  }

  public void sync() throws IOException {
    changing.lock();
    try {
      log.sync();
    } finally {
      changing.unlock();
    }
  }

  public void close() throws IOException {
    chunks.close();
    changing.lock();
    try {
      log.close();
    } finally {
      changing.unlock();
    }
  }
}
