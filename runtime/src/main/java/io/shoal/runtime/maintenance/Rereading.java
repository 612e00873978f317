package io.shoal.runtime.maintenance;

import java.io.IOException;

/// Reads users' files again that look changed, and has those served on that still have their bytes.
@FunctionalInterface
public interface Rereading {
  /// @param bytesPerSecond how fast it may read
  void reread(long bytesPerSecond) throws IOException, InterruptedException;
}
