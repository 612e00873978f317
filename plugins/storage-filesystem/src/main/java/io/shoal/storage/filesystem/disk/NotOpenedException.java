package io.shoal.storage.filesystem.disk;

import java.io.IOException;

/// A file could not be opened, so nothing was done to it: another try may do all of it.
public final class NotOpenedException extends IOException {
  private static final long serialVersionUID = 1;

  NotOpenedException(IOException cause) {
    super(cause.getMessage(), cause);
  }
}
