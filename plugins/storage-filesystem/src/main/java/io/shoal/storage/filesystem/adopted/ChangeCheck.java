package io.shoal.storage.filesystem.adopted;

import io.shoal.api.ChunkChangedException;
import io.shoal.storage.filesystem.disk.Disk;
import io.shoal.storage.filesystem.journal.ExpectedFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Finds out that a user changed a file, and drops the reference to it then.
final class ChangeCheck {
  private static final Logger LOG = LoggerFactory.getLogger(ChangeCheck.class);

  private final Disk disk;
  private final ClaimTable table;
  private final ReentrantLock changing;

  /// @param changing held while a reference changes, a rename included
  ChangeCheck(Disk disk, ClaimTable table, ReentrantLock changing) {
    this.disk = disk;
    this.table = table;
    this.changing = changing;
  }

  /// Whether bytes that were read from the file can be trusted.
  void requireUnchanged(ChunkClaims.Candidate claim) throws IOException, ChunkChangedException {
    // A file that was forgotten while it is read has the name that it had.
    ExpectedFile expected = table.expected(claim.file()).orElse(claim.expected());
    switch (expected.state(disk.stat(expected.ref().path()))) {
      case INTACT, GROWING -> {}
      case CHANGED, MISSING -> {
        if (isGone(claim.file())) {
          throw changed(expected.ref().path());
        }
      }
    }
  }

  /// Looks again, now that no other thread renames the file, and drops the reference if the file
  /// changed.
  ///
  /// @return whether it is gone or not what it was
  boolean isGone(AdoptedFile file) throws IOException {
    changing.lock();
    try {
      Optional<ExpectedFile> expected = table.expected(file);
      if (expected.isEmpty()) {
        return true;
      }
      Path path = expected.get().ref().path();
      switch (expected.get().state(disk.stat(path))) {
        case INTACT, GROWING -> {
          return false;
        }
        case CHANGED -> {
          if (table.drop(file)) {
            LOG.info(
                "{}: the file changed: its chunks are not served until it was read again", path);
          }
        }
        case MISSING -> LOG.debug("{} is missing", path);
      }
      return true;
    } finally {
      changing.unlock();
    }
  }

  static ChunkChangedException changed(Path file) {
    return new ChunkChangedException(
        file + ": the file changed since it was added or fetched: add it again, or fetch it again");
  }
}
