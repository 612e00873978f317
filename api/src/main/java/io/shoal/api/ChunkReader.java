package io.shoal.api;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/// A chunk that is open for reading: a lease that garbage collection and forgetting wait for.
/// Usable from one thread at a time.
public interface ChunkReader extends AutoCloseable {

  /// The chunk's size in bytes.
  int sizeBytes();

  /// Whether the store owns the bytes (it wrote them itself), or they are in a user's file that may
  /// change at any time.
  boolean owned();

  /// Reads from `positionBytes` of the chunk into `into`, at least one byte unless the end is
  /// reached or `into` is full. The buffer is the caller's.
  ///
  /// @return the number of bytes read, or -1 at the end of the chunk
  /// @throws IOException the medium failed, or an adopted file became shorter
  int read(ByteBuffer into, int positionBytes) throws IOException;

  /// Where the chunk's bytes lie in a file, for `sendfile`; empty if they lie in none. The channel
  /// belongs to the reader: do not close it, do not move its position, do not use it after
  /// [#close].
  Optional<FileRegion> region();

  /// Says whether the bytes handed out since the chunk was opened are still those that the store
  /// claimed. Called after an adopted chunk was sent and before its end is marked. Costs one `stat`
  /// for an adopted file and nothing for owned chunks; a file that changed has its reference
  /// dropped.
  ///
  /// @throws ChunkChangedException the adopted file changed: what was read since [ChunkStore#open]
  ///   must not be trusted
  void revalidate() throws IOException, ChunkChangedException;

  /// Ends the lease. Safe to call twice.
  @Override
  void close();
}
