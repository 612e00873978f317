package io.shoal.storage.filesystem.journal;

import io.shoal.storage.filesystem.disk.DiskFile;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// The file that records are added to: opened with the first one, and kept open until [#close].
final class RecordOutput implements AutoCloseable {
  private @Nullable DiskFile file;

  boolean isOpen() {
    return file != null;
  }

  void open(DiskFile opened) {
    file = opened;
  }

  /// The open file.
  DiskFile file() {
    DiskFile open = file;
    if (open == null) {
      throw new IllegalStateException("no file is open");
    }
    return open;
  }

  @Override
  public void close() throws IOException {
    DiskFile open = file;
    file = null;
    if (open != null) {
      open.close();
    }
  }
}
