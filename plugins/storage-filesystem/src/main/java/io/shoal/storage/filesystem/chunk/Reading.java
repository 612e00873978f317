package io.shoal.storage.filesystem.chunk;

import io.shoal.api.ChunkReader;
import io.shoal.api.ChunkStore;
import io.shoal.storage.filesystem.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Shared steps of readers of owned and of adopted chunks.
public final class Reading {
  private static final Logger LOG = LoggerFactory.getLogger(Reading.class);

  private Reading() {}

  /// Reads from a run of a file and never beyond its end.
  public static int within(
      DiskFile file, long offsetBytes, int sizeBytes, ByteBuffer into, int positionBytes)
      throws IOException {
    if (positionBytes < 0) {
      throw new IllegalArgumentException("a position is not negative: " + positionBytes);
    }
    if (positionBytes >= sizeBytes) {
      return -1;
    }
    int limit = into.limit();
    into.limit(into.position() + Math.min(into.remaining(), sizeBytes - positionBytes));
    try {
      return file.read(into, offsetBytes + positionBytes);
    } finally {
      into.limit(limit);
    }
  }

  /// Whether `right` accepts a copy, which is closed afterwards.
  public static boolean isRight(ChunkReader copy, ChunkStore.CopyCheck right) throws IOException {
    try (copy) {
      return right.isRight(copy);
    }
  }

  public static void close(DiskFile file) {
    try {
      file.close();
    } catch (IOException e) {
      LOG.debug("a file that was read did not close well", e);
    }
  }
}
