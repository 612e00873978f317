package io.shoal.storage.filesystem.owned;

import io.shoal.storage.filesystem.disk.Disk;
import java.io.IOException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The folder of corrupt chunks, kept so that the user can look for the cause.
final class Quarantine {
  private static final Logger LOG = LoggerFactory.getLogger(Quarantine.class);

  /// Further corrupt chunks are deleted: at most 200 MiB are kept.
  private static final int MAX_FILES = 100;

  private final Disk disk;
  private final Path folder;

  Quarantine(Disk disk, Path folder) {
    this.disk = disk;
    this.folder = folder;
  }

  /// Takes a corrupt chunk's file out of the store.
  ///
  /// @param name for the file in quarantine, unlike any other there
  void take(Path file, String name) throws IOException {
    if (!disk.isWritable(folder)) {
      disk.delete(file);
      LOG.warn(
          "{} is corrupt (its bytes do not match its name): it is not used; check the medium",
          file);
      return;
    }
    if (disk.list(folder).size() >= MAX_FILES) {
      disk.delete(file);
      LOG.warn("{}: its bytes do not match its name: deleted, {} is full", file, folder);
      return;
    }
    Path quarantined = folder.resolve(name);
    disk.move(file, quarantined);
    LOG.warn(
        "{} is corrupt (its bytes do not match its name): quarantined as {}; check the disk",
        file,
        quarantined);
  }
}
