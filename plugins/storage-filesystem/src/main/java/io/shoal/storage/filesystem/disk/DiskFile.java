package io.shoal.storage.filesystem.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Optional;

/// An open file of a [Disk].
public interface DiskFile extends AutoCloseable {

  /// Writes all remaining bytes behind those written before.
  void write(ByteBuffer bytes) throws IOException;

  /// Reads at a position, at least one byte unless the end is reached or there is no room.
  ///
  /// @return how many, or -1 at the end
  int read(ByteBuffer into, long positionBytes) throws IOException;

  long sizeBytes() throws IOException;

  /// Makes the bytes survive a power loss.
  void force() throws IOException;

  /// For `sendfile`, where the disk has such a thing.
  Optional<FileChannel> channel();

  @Override
  void close() throws IOException;
}
