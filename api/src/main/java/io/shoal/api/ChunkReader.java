package io.shoal.api;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/// One copy of a chunk that is open for reading: a lease that garbage collection and forgetting
/// wait for. Usable from one thread at a time.
///
/// All methods but [#close] throw [IllegalStateException] or [IOException] after the reader or its
/// store was closed.
public interface ChunkReader extends AutoCloseable {

  /// The chunk's size in bytes; never blocks.
  ///
  /// @return 0 to [ChunkStore#MAX_CHUNK_SIZE_BYTES]
  int sizeBytes();

  /// Whether the store owns the bytes (it wrote them itself), or they are in a user's file that may
  /// change at any time.
  ///
  /// @return true if the store wrote them, as by default
  default boolean owned() {
    return true;
  }

  /// Reads from `positionBytes` of the chunk into `into`, at least one byte unless the end is
  /// reached or `into` is full. The buffer is the caller's, on the heap or direct.
  ///
  /// @param into takes the bytes
  /// @param positionBytes where to begin, 0 or more
  /// @return the number of bytes read; -1 if `positionBytes` is the end of the chunk or beyond;
  ///   else 0 if `into` has no room
  /// @throws IOException the medium failed, or an adopted file became shorter;
  ///   [java.io.InterruptedIOException], with the thread's flag set, if interrupted
  /// @throws RetryableException the bytes are out of reach just now
  int read(ByteBuffer into, int positionBytes) throws IOException, RetryableException;

  /// Where the chunk's bytes lie in a file, for `sendfile`; empty if they lie in none. The channel
  /// belongs to the reader: do not close it, do not move its position, do not use it after
  /// [#close].
  ///
  /// @return the run, of [#sizeBytes] bytes; empty by default
  default Optional<FileRegion> region() {
    return Optional.empty();
  }

  /// Says whether the bytes handed out since the chunk was opened are still those that the store
  /// claimed. Called after an adopted chunk was sent and before its end is marked. Costs one `stat`
  /// for an adopted file and nothing for owned chunks; a file that changed has its reference
  /// dropped.
  ///
  /// @throws ChunkChangedException the adopted file changed: what was read since [ChunkStore#open]
  ///   must not be trusted
  /// @throws IOException the file could not be looked at
  default void revalidate() throws IOException, ChunkChangedException {}

  /// Removes the very copy that is read here, whose bytes do not hash to the chunk's CID. It is
  /// quarantined where the user can look at it, or dropped by a store that has no such place, and
  /// does not count as stored any more; a claim on a user's file is dropped. Other copies stay, and
  /// [ChunkStore#open] gives them next. A copy that came in its place since it was opened is left
  /// alone, whoever put it there: of two callers that found the same corrupt copy, neither removes
  /// a good one.
  ///
  /// @return whether it was still there
  /// @throws IOException the medium failed; the copy may still be there
  /// @throws RetryableException the same, for now
  boolean discard() throws IOException, RetryableException;

  /// Ends the lease. Safe to call twice, and after the store was closed.
  @Override
  void close();
}
