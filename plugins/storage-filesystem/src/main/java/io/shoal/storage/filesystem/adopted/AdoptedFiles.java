package io.shoal.storage.filesystem.adopted;

import io.shoal.api.ChunkChangedException;
import io.shoal.api.ChunkReader;
import io.shoal.api.ChunkStore;
import io.shoal.api.ChunkStore.Removal;
import io.shoal.api.FileBacked;
import io.shoal.api.FileRef;
import io.shoal.api.UserFaultException;
import io.shoal.storage.filesystem.chunk.ChunkKey;
import io.shoal.storage.filesystem.chunk.ChunkLayout;
import io.shoal.storage.filesystem.chunk.Reading;
import io.shoal.storage.filesystem.disk.Disk;
import io.shoal.storage.filesystem.disk.DiskFaults;
import io.shoal.storage.filesystem.disk.DiskFile;
import io.shoal.storage.filesystem.disk.FileStamp;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Users' files that are served in place.
///
/// Serving and claiming look at the file and at [ClaimTable] only. What changes a reference itself
/// (begin, relocate, drop, forget, sync) comes one after the other: the journal has one writer, and
/// a file must not get another name while it is forced.
public final class AdoptedFiles implements FileBacked {
  private static final Logger LOG = LoggerFactory.getLogger(AdoptedFiles.class);

  /// Claims that wait for a sync before adopting makes one by itself: bounds what is kept in memory
  /// for them to about 10 MB.
  static final int MAX_PENDING_SEGMENTS = 65_536;

  /// Claimed bytes after which claims are noted for another process: what a `kill -9` costs is to
  /// hash at most this much again, which takes less than a tenth of a second.
  public static final long NOTE_AFTER_BYTES = 16 << 20;

  /// A claim counts as at least this share of [#NOTE_AFTER_BYTES]: of small files, looking into so
  /// many takes as long.
  private static final int NOTE_AFTER_CLAIMS = 64;

  private final Disk disk;
  private final ClaimTable table;
  private final ReferenceLog log;
  private final ReentrantLock changing = new ReentrantLock();
  private final long noteAfterBytes;
  private final AtomicLong unnotedBytes = new AtomicLong();

  public AdoptedFiles(Disk disk, ClaimTable table, ReferenceLog log, long noteAfterBytes) {
    this.disk = disk;
    this.table = table;
    this.log = log;
    this.noteAfterBytes = noteAfterBytes;
  }

  /// Finds what an earlier process left. Called once, before anything else.
  public void load() throws IOException {
    log.load();
    for (AdoptedFile file : table.files()) {
      for (Path target : List.copyOf(file.moving)) {
        settleAt(file, target);
      }
      file.moving.clear();
    }
  }

  /// Ends a move that a crash came into: if the file is at its target, the claims go there too.
  private void settleAt(AdoptedFile file, Path target) throws IOException {
    Optional<FileStamp> there = disk.stat(target);
    FileRef ref = file.expected.ref();
    if (there.isEmpty()
        || !there.get().regular()
        || there.get().inode() != ref.inode()
        || ref.inode() == 0) {
      return;
    }
    Path old = file.path();
    Optional<FileStamp> left = old.equals(target) ? Optional.empty() : disk.stat(old);
    if (left.isPresent() && left.get().inode() == ref.inode()) {
      disk.delete(
          old); // a move to a free name gives the new name first and takes the old one away after
    }
    log.renamed(old, target); // the earlier process may not have forced it
    table.at(target).filter(other -> other != file).ifPresent(table::forget);
    FileStamp now = disk.stat(target).orElse(there.get());
    table.redescribe(file, AdoptedFile.Expected.of(target, now, false));
  }

  @Override
  public FileRef openFile(Path path) throws IOException, UserFaultException {
    Path file = normal(path);
    FileStamp stamp = regular(file);
    changing.lock();
    try {
      Optional<AdoptedFile> known = table.at(file);
      if (known.isPresent() && !known.get().dropped) {
        AdoptedFile.Expected expected = known.get().expected;
        switch (expected.state(Optional.of(stamp))) {
          case INTACT -> {
            return expected.ref();
          }
          case GROWING ->
              throw new UserFaultException(
                  file + ": a download writes this file: wait for its end, or add a copy of it");
          case CHANGED, MISSING ->
              LOG.info("{}: it changed; what was known of it is forgotten", file);
        }
      }
      requireReadable(file);
      known.ifPresent(table::forget);
      return table.begin(AdoptedFile.Expected.of(file, stamp, false)).expected.ref();
    } finally {
      changing.unlock();
    }
  }

  @Override
  public FileRef openGrowing(Path path) throws IOException, UserFaultException {
    Path file = normal(path);
    FileStamp stamp = regular(file);
    changing.lock();
    try {
      Optional<AdoptedFile> known = table.at(file);
      if (known.isPresent()
          && !known.get().dropped
          && known.get().expected.state(Optional.of(stamp)) == FileState.GROWING) {
        return known.get().expected.ref();
      }
      known.ifPresent(table::forget);
      return table.begin(AdoptedFile.Expected.of(file, stamp, true)).expected.ref();
    } finally {
      changing.unlock();
    }
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
      throw new UserFaultException(
          "%s: cannot be read (%s): give this user the right to read it"
              .formatted(file, DiskFaults.reason(e)),
          e);
    }
  }

  @Override
  public void adopt(FileRef ref, List<Segment> segments) throws IOException, ChunkChangedException {
    AdoptedFile file = referredTo(ref).orElseThrow(() -> changed(ref.path()));
    Optional<FileStamp> stamp = disk.stat(ref.path());
    switch (file.expected.state(stamp)) {
      case INTACT, GROWING -> {
        requireWithin(segments, stamp.map(FileStamp::sizeBytes).orElse(0L), ref.path());
        if (!table.claim(file, segments)) {
          throw changed(ref.path());
        }
        noteSoon(segments);
      }
      case CHANGED, MISSING -> {
        if (isGone(file)) {
          throw changed(ref.path());
        }
        adopt(file.expected.ref(), segments);
      }
    }
    if (table.pendingSegments() > MAX_PENDING_SEGMENTS) {
      sync();
    }
  }

  private void noteSoon(List<Segment> segments) {
    long bytes = 0;
    for (Segment segment : segments) {
      bytes += Math.max(segment.sizeBytes(), noteAfterBytes / NOTE_AFTER_CLAIMS);
    }
    // Who finds the lock taken leaves it to the next: a sync is running, or another notes.
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
    return table
        .at(normal(ref.path()))
        .filter(file -> !file.dropped && file.expected.ref().equals(ref));
  }

  private static ChunkChangedException changed(Path file) {
    return new ChunkChangedException(
        file + ": the file changed since it was added or fetched: add it again, or fetch it again");
  }

  private static void requireWithin(List<Segment> segments, long fileBytes, Path file) {
    for (Segment segment : segments) {
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
  }

  /// Looks again, now that nobody renames the file, and drops the reference if the file changed.
  ///
  /// @return whether it is gone or not what it was
  private boolean isGone(AdoptedFile file) throws IOException {
    changing.lock();
    try {
      FileState state = file.expected.state(disk.stat(file.path()));
      switch (state) {
        case INTACT, GROWING -> {
          return false;
        }
        case CHANGED -> {
          if (!file.dropped && !file.forgotten) {
            LOG.warn(
                "{}: the file changed: its chunks are served no longer; add it again to serve it",
                file);
            table.drop(file);
          }
        }
        case MISSING -> LOG.debug("{} is not there now", file);
      }
      return true;
    } finally {
      changing.unlock();
    }
  }

  public Optional<ChunkReader> open(ChunkKey key) throws IOException {
    for (ClaimTable.Candidate claim : table.candidates(key)) {
      Optional<ChunkReader> reader = open(claim);
      if (reader.isPresent()) {
        return reader;
      }
    }
    return Optional.empty();
  }

  private Optional<ChunkReader> open(ClaimTable.Candidate claim) throws IOException {
    DiskFile open;
    try {
      open = disk.read(claim.file().path());
    } catch (NoSuchFileException e) {
      if (isGone(claim.file())) {
        return Optional.empty();
      }
      open = disk.read(claim.file().path()); // it was just renamed
    } catch (FileSystemException e) {
      LOG.warn(
          "{}: cannot be read ({}): its chunks are not served", claim.file(), DiskFaults.reason(e));
      return Optional.empty();
    }
    // Looked at after it was opened: what is checked is then what is read, or the name changed
    // hands in between and the hash tells.
    if (!usable(claim)) {
      Reading.close(open);
      return Optional.empty();
    }
    return Optional.of(
        new AdoptedReader(this, claim.file(), open, claim.offsetBytes(), claim.sizeBytes()));
  }

  private boolean usable(ClaimTable.Candidate claim) throws IOException {
    Optional<FileStamp> stamp = disk.stat(claim.file().path());
    return switch (claim.file().expected.state(stamp)) {
      // Of a file that is as it was a claim beyond its end is none either: a journal from which the
      // medium lost a record can hold one.
      case INTACT, GROWING ->
          claim.offsetBytes() + claim.sizeBytes() <= stamp.map(FileStamp::sizeBytes).orElse(0L);
      case CHANGED, MISSING -> !isGone(claim.file());
    };
  }

  public boolean contains(ChunkKey key) throws IOException {
    for (ClaimTable.Candidate claim : table.candidates(key)) {
      if (usable(claim)) {
        return true;
      }
    }
    return false;
  }

  /// Says whether a reader's bytes can be trusted.
  void revalidate(AdoptedFile file) throws IOException, ChunkChangedException {
    switch (file.expected.state(disk.stat(file.path()))) {
      case INTACT, GROWING -> {}
      case CHANGED, MISSING -> {
        if (isGone(file)) {
          throw changed(file.path());
        }
      }
    }
  }

  public boolean delete(ChunkKey key, Removal why) throws IOException {
    return switch (why) {
      case UNREFERENCED -> table.unclaimAll(key);
      case CORRUPT -> {
        // Only the copy that is served is known to be rotten: another place may hold it well.
        for (ClaimTable.Candidate claim : table.candidates(key)) {
          Optional<ChunkReader> served = open(claim);
          if (served.isPresent()) {
            served.get().close();
            LOG.warn(
                "{}: the bytes at {} are not what they were: not served any more",
                claim.file(),
                claim.offsetBytes());
            yield table.unclaim(key, claim);
          }
        }
        yield false;
      }
    };
  }

  /// Shows what lies at each claim on a chunk to `right`, and takes back those claims of which it
  /// says no.
  ///
  /// @return how many
  public int audit(ChunkKey key, ChunkStore.CopyCheck right) throws IOException {
    int removed = 0;
    for (ClaimTable.Candidate claim : table.claims(key)) {
      Optional<ChunkReader> copy = open(claim);
      // In a file that changed meanwhile nothing is rotten: then the reference goes as a whole.
      if (copy.isPresent() && !Reading.isRight(copy.get(), right) && usable(claim)) {
        LOG.warn(
            "{}: the bytes at {} are not what they were: not served any more",
            claim.file(),
            claim.offsetBytes());
        removed += table.unclaim(key, claim) ? 1 : 0;
      }
    }
    return removed;
  }

  @Override
  public FileRef relocate(FileRef ref, Path target, boolean replace)
      throws IOException, UserFaultException {
    Path to = normal(target);
    changing.lock();
    try {
      AdoptedFile file =
          referredTo(ref).orElseThrow(() -> new IOException(changed(ref.path()).getMessage()));
      Path from = file.path();
      Optional<FileStamp> before = disk.stat(from);
      FileState state = file.expected.state(before);
      if (state == FileState.CHANGED || state == FileState.MISSING) {
        table.drop(file);
        throw new IOException(changed(from).getMessage());
      }
      if (!from.equals(to)) {
        move(file, from, to, replace);
      }
      FileStamp stamp = disk.stat(to).orElseThrow(() -> new NoSuchFileException(to.toString()));
      table.redescribe(file, AdoptedFile.Expected.of(to, stamp, false));
      return file.expected.ref();
    } finally {
      changing.unlock();
    }
  }

  private void move(AdoptedFile file, Path from, Path to, boolean replace)
      throws IOException, UserFaultException {
    Optional<FileStamp> there = disk.stat(to);
    // An earlier attempt may have given it the new name and failed to take the old one away. A
    // rename from one name of a file to another of the same file does nothing.
    boolean linked =
        there.isPresent()
            && there.get().inode() != 0
            && there.get().inode() == file.expected.ref().inode();
    if (!replace && !linked && there.isPresent()) {
      throw exists(to);
    }
    log.intend(file, to);
    try {
      if (linked) {
        leaveOldName(file, from, to);
      } else if (replace) {
        disk.move(from, to);
      } else {
        moveToFreeName(file, from, to);
      }
    } catch (FileAlreadyExistsException e) {
      throw exists(to);
    } catch (IOException e) {
      throw new IOException(
          "%s: cannot be renamed to %s (%s): choose a name in a folder of the same file system that this user may write to"
              .formatted(from, to, DiskFaults.reason(e)),
          e);
    }
    log.renamed(from, to);
    table.at(to).ifPresent(table::forget);
  }

  /// Moves by a link, which never replaces anything; a move that looks first may.
  private void moveToFreeName(AdoptedFile file, Path from, Path to) throws IOException {
    try {
      disk.link(from, to);
    } catch (FileAlreadyExistsException e) {
      throw e;
    } catch (UnsupportedOperationException | IOException e) {
      LOG.debug("{}: no links here", to, e);
      if (disk.stat(to).isPresent()) {
        throw new FileAlreadyExistsException(to.toString());
      }
      disk.move(from, to);
      return;
    }
    leaveOldName(file, from, to);
  }

  private void leaveOldName(AdoptedFile file, Path from, Path to) throws IOException {
    if (file.journaled && to.getParent() != null) {
      // Or a power loss could keep the loss of the old name and not the gain of the new one.
      try {
        disk.forceFolder(to.getParent());
      } catch (IOException e) {
        disk.delete(to);
        throw e;
      }
    }
    disk.delete(from);
  }

  private static UserFaultException exists(Path target) {
    return new UserFaultException(
        target + ": there is a file of that name already: move it away, or choose another name");
  }

  @Override
  public void forget(FileRef ref) {
    changing.lock();
    try {
      table
          .at(normal(ref.path()))
          .filter(file -> file.expected.ref().equals(ref))
          .ifPresent(table::forget);
    } finally {
      changing.unlock();
    }
  }

  @Override
  public Optional<FileClaims> claims(Path path) throws IOException {
    Optional<AdoptedFile> file = table.at(normal(path));
    return file.isEmpty() ? Optional.empty() : Optional.of(claims(file.get()));
  }

  private FileClaims claims(AdoptedFile file) throws IOException {
    AdoptedFile.Expected expected = file.expected;
    FileState state = expected.state(disk.stat(file.path()));
    if (state == FileState.CHANGED && !isGone(file)) {
      return claims(file); // it was renamed just now
    }
    // A file that changed and was then changed back was seen as changed: its claims are gone.
    FileState told = file.dropped && state != FileState.MISSING ? FileState.CHANGED : state;
    return new FileClaims(expected.ref(), told, table.segments(file));
  }

  @Override
  public void references(Consumer<FileClaims> each) throws IOException {
    for (AdoptedFile file : table.files()) {
      each.accept(claims(file));
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
    changing.lock();
    try {
      log.close();
    } finally {
      changing.unlock();
    }
  }
}
