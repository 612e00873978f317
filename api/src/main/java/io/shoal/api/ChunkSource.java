package io.shoal.api;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/// A chunk that this node is about to send: a leased store reader, metered. Used by one thread at a
/// time.
public interface ChunkSource extends AutoCloseable {

  /// The chunk's size in bytes.
  ///
  /// @return 0 to [ChunkStore#MAX_CHUNK_SIZE_BYTES]
  int sizeBytes();

  /// Waits until at least one more byte may be sent within the node's limits, and takes the right
  /// to send up to `wantedBytes`. Every byte is paid for here before it is sent, by whichever way.
  ///
  /// @param wantedBytes how many the transport could send now, at least 1
  /// @return how many bytes may be sent now, 1 to `wantedBytes`
  /// @throws InterruptedException interrupted while it waited; nothing was taken
  int permit(int wantedBytes) throws InterruptedException;

  /// Reads as [ChunkReader#read] does.
  ///
  /// @param into takes the bytes
  /// @param positionBytes where to begin, 0 or more
  /// @return the number of bytes read, or -1 at the end
  /// @throws IOException the medium failed: end the answer with [Refusal.NotHeld];
  ///   [java.io.InterruptedIOException] if the thread was interrupted
  /// @throws RetryableException the bytes are out of reach just now: end the answer with
  ///   [Refusal.Busy]
  int read(ByteBuffer into, int positionBytes) throws IOException, RetryableException;

  /// Where the bytes lie in a file, as [ChunkReader#region]: what a transport without encryption
  /// hands to `sendfile`.
  ///
  /// @return the run; empty if the bytes lie in no file
  Optional<FileRegion> region();

  /// Called after the last byte was handed out and before the end of the chunk is marked to the
  /// peer.
  ///
  /// @throws ChunkChangedException the bytes cannot be trusted: break the answer off with
  ///   [Refusal.Corrupt], do not mark its end
  /// @throws IOException the file could not be looked at: the same
  void revalidate() throws IOException, ChunkChangedException;

  /// Gives lease and turn back. Safe to call twice.
  @Override
  void close();
}
