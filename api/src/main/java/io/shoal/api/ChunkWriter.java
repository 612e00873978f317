package io.shoal.api;

import java.io.IOException;
import java.nio.ByteBuffer;

/// A chunk that is being stored. Confined to one thread.
public interface ChunkWriter extends AutoCloseable {

  /// Takes all remaining bytes of `bytes`; the buffer stays the caller's and is not referred to
  /// afterwards.
  ///
  /// @throws StoreFullException the medium has no room: nothing is stored, the writer is unusable
  /// @throws IOException the medium failed: nothing is stored, the writer is unusable
  /// @throws IllegalStateException more bytes than the size given to [ChunkStore#create]
  void write(ByteBuffer bytes) throws IOException, StoreFullException;

  /// Makes the chunk visible, atomically: a concurrent [ChunkStore#open] sees all of it or nothing.
  /// After a crash the chunk is either complete or absent; it is guaranteed to be there only once
  /// [ChunkStore#sync] returned. Committing a chunk that is already stored is not an error and
  /// writes nothing.
  ///
  /// The caller has verified the bytes against the CID. The writer is unusable afterwards, also
  /// when this throws.
  ///
  /// @throws IllegalStateException fewer bytes than the size given to [ChunkStore#create], or
  ///   already committed or aborted
  void commit() throws IOException, StoreFullException;

  /// Ends the writer: without a [#commit] before, nothing is stored and the reserved space is free
  /// again (what a crash leaves behind is swept at the next start). Safe to call twice and after
  /// `commit`.
  @Override
  void close();
}
