package io.shoal.storage.rocksdb;

import io.shoal.api.ChunkStore;
import java.nio.ByteBuffer;

/// What the store remembers of a chunk.
///
/// The bytes lie in pieces under numbers that follow each other: what comes later has larger keys,
/// so the files of the database that hold bytes do not overlap and are never merged. Pieces are
/// small, so that an open reader of a large chunk holds one of them and not all.
///
/// @param number of this copy; another one that comes in its place has another number
/// @param sizeBytes of the chunk
record ChunkRecord(long number, int sizeBytes) {
  /// The size of all pieces but the last: what a transport sends at once.
  static final int PIECE_BYTES = 64 * 1024;

  static final int ENCODED_BYTES = Long.BYTES + Integer.BYTES;

  /// Pieces of the largest chunk; a power of two.
  private static final int MAX_PIECES = ChunkStore.MAX_CHUNK_SIZE_BYTES / PIECE_BYTES;

  byte[] encoded() {
    return ByteBuffer.allocate(ENCODED_BYTES).putLong(number).putInt(sizeBytes).array();
  }

  static ChunkRecord of(byte[] encoded) {
    ByteBuffer in = ByteBuffer.wrap(encoded);
    return new ChunkRecord(in.getLong(), in.getInt());
  }

  int pieces() {
    return Math.ceilDiv(sizeBytes, PIECE_BYTES);
  }

  int pieceBytes(int piece) {
    return Math.min(PIECE_BYTES, sizeBytes - piece * PIECE_BYTES);
  }

  byte[] pieceKey(int piece) {
    return ByteBuffer.allocate(Long.BYTES).putLong(number * MAX_PIECES + piece).array();
  }
}
