package io.shoal.storage.filesystem.adopted;

import io.shoal.api.FileBacked.FileState;
import io.shoal.api.FileRef;
import io.shoal.api.UserFaultException;
import io.shoal.storage.filesystem.disk.Disk;
import io.shoal.storage.filesystem.disk.DiskFaults;
import io.shoal.storage.filesystem.disk.FileStamp;
import io.shoal.storage.filesystem.journal.ExpectedFile;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Gives a user's file another name, together with its claims, whatever comes in between.
///
/// The order: the journal records the new name, durably; the file gets it (by a link where nothing
/// may be replaced, so that it has both names for a moment); the old name goes, once the folder of
/// the new one was forced; the next sync forces both folders and writes the new name. So after a
/// crash the file is at one of the two names, and [#settle] finds it. Used by one thread at a time.
final class FileMove {
  private static final Logger LOG = LoggerFactory.getLogger(FileMove.class);

  private final Disk disk;
  private final ClaimTable table;
  private final ReferenceLog log;

  FileMove(Disk disk, ClaimTable table, ReferenceLog log) {
    this.disk = disk;
    this.table = table;
    this.log = log;
  }

  /// Ends the moves of a file that an earlier process did not end.
  void settle(AdoptedFile file, List<Path> targets) throws IOException {
    for (Path target : targets) {
      Optional<ExpectedFile> expected = table.expected(file);
      if (expected.isPresent()) {
        settleAt(file, expected.get().ref(), target);
      }
    }
  }

  /// If the file is at its target, the claims go there too.
  private void settleAt(AdoptedFile file, FileRef ref, Path target) throws IOException {
    Optional<FileStamp> there = disk.stat(target);
    if (!isThatOf(ref, there)) {
      return;
    }
    Path old = ref.path();
    Optional<FileStamp> left = old.equals(target) ? Optional.empty() : disk.stat(old);
    if (left.isPresent() && left.get().inode() == ref.inode()) {
      disk.delete(
          old); // a move to a free name gives the new name first and takes the old one away after
    }
    log.renamed(old, target); // the earlier process may not have forced it
    FileStamp now = disk.stat(target).orElse(there.get());
    moved(file, ExpectedFile.of(target, now, false));
  }

  /// Whether what was found at a path is known to be the file of a reference.
  static boolean isThatOf(FileRef ref, Optional<FileStamp> found) {
    return ref.inode() != 0
        && found.filter(it -> it.regular() && it.inode() == ref.inode()).isPresent();
  }

  /// See [io.shoal.api.FileBacked#moved].
  FileRef moved(AdoptedFile file, ExpectedFile now) {
    table.at(now.ref().path()).filter(other -> !other.equals(file)).ifPresent(table::forget);
    table.redescribe(file, now);
    return now.ref();
  }

  /// See [io.shoal.api.FileBacked#relocate].
  FileRef relocate(AdoptedFile file, Path to, boolean replace)
      throws IOException, UserFaultException {
    ExpectedFile expected =
        table
            .expected(file)
            .orElseThrow(() -> new IOException(ChangeCheck.changed(to).getMessage()));
    Path from = expected.ref().path();
    FileState state = expected.state(disk.stat(from));
    if (state == FileState.CHANGED || state == FileState.MISSING) {
      table.drop(file);
      throw new IOException(ChangeCheck.changed(from).getMessage());
    }
    if (!from.equals(to)) {
      move(file, expected.ref(), to, replace);
    }
    FileStamp stamp = disk.stat(to).orElseThrow(() -> new NoSuchFileException(to.toString()));
    ExpectedFile settled = ExpectedFile.of(to, stamp, false);
    table.redescribe(file, settled);
    return settled.ref();
  }

  private void move(AdoptedFile file, FileRef ref, Path to, boolean replace)
      throws IOException, UserFaultException {
    Path from = ref.path();
    Optional<FileStamp> there = disk.stat(to);
    // An earlier attempt may have given it the new name and failed to take the old one away. A
    // rename from one name of a file to another of the same file does nothing.
    boolean linked =
        there.isPresent() && there.get().inode() != 0 && there.get().inode() == ref.inode();
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
    if (table.isJournaled(file) && to.getParent() != null) {
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
}
