package io.shoal.storage.filesystem.adopted;

import io.shoal.api.ChunkChangedException;
import io.shoal.api.FileBacked.FileState;
import io.shoal.storage.filesystem.disk.Disk;
import java.io.IOException;
import java.nio.file.Path;
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
  void requireUnchanged(AdoptedFile file) throws IOException, ChunkChangedException {
    switch (file.expected.state(disk.stat(file.path()))) {
      case INTACT, GROWING -> {}
      case CHANGED, MISSING -> {
        if (isGone(file)) {
          throw changed(file.path());
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
      FileState state = file.expected.state(disk.stat(file.path()));
      switch (state) {
        case INTACT, GROWING -> {
          return false;
        }
        case CHANGED -> {
          if (!file.dropped && !file.forgotten) {
            LOG.warn(
                "{}: the file changed: its chunks are not served any more; add it again to serve it",
                file);
            table.drop(file);
          }
        }
        case MISSING -> LOG.debug("{} is missing", file);
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
