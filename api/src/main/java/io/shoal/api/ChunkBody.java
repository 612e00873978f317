package io.shoal.api;

import java.nio.ByteBuffer;

/// The bytes of a chunk on their way here. Used by one thread at a time, except [#close], which any thread may call.
///
/// The bytes are **unverified**.
public interface ChunkBody extends AutoCloseable {

  /// Blocks until the peer has begun to answer and says how large the chunk is.
  ///
  /// @return 0 to [ChunkStore#MAX_CHUNK_SIZE_BYTES]
  /// @throws RefusedException the peer does not send it, or the connection or request is gone
  int sizeBytes() throws RefusedException, InterruptedException;

  /// Blocks until bytes are here and reads what fits into `into`. What is read makes room for more: a slow reader slows this request down, not others.
  ///
  /// @param into the caller's, not referred to afterwards; has room for at least one byte
  /// @return the number of bytes, at least 1; or -1 at the end, when exactly [#sizeBytes] bytes were read
  /// @throws RefusedException the answer broke off: with [Refusal.Corrupt] where the peer found its own copy rotten midway, [Refusal.Gone] where the connection or the request was closed
  int read(ByteBuffer into) throws RefusedException, InterruptedException;

  /// Ends the request; what is still on its way is thrown away. A reader that waits ends with [Refusal.Gone]. Safe to call twice.
  @Override
  void close();
}
