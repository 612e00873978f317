package io.shoal.storage.filesystem.chunk;

import io.shoal.api.ChunkReader;
import io.shoal.api.RetryableException;
import io.shoal.storage.filesystem.disk.DiskFaults;
import io.shoal.storage.filesystem.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
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
    } catch (ClosedByInterruptException e) {
      throw DiskFaults.interrupted("reading a chunk", e);
    } finally {
      into.limit(limit);
    }
  }

  /// Whether two copies have the same bytes.
  public static boolean same(ChunkReader one, ChunkReader other)
      throws IOException, RetryableException {
    return one.sizeBytes() == other.sizeBytes() && bytes(one).equals(bytes(other));
  }

  private static ByteBuffer bytes(ChunkReader reader) throws IOException, RetryableException {
    ByteBuffer bytes = ByteBuffer.allocate(reader.sizeBytes());
    int read = 0;
    while (read >= 0 && bytes.hasRemaining()) {
      read = reader.read(bytes, bytes.position());
    }
    return bytes.flip();
  }

  public static void close(DiskFile file) {
    try {
      file.close();
    } catch (IOException e) {
      LOG.debug("a file that was read did not close well", e);
    }
  }
}
