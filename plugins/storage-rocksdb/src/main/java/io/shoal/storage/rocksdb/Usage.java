package io.shoal.storage.rocksdb;

import java.nio.ByteBuffer;

/// A number of chunks and their bytes.
///
/// @param chunks may be negative in a part of a sum
/// @param bytes the same
record Usage(long chunks, long bytes) {
  static final Usage NONE = new Usage(0, 0);

  static final int ENCODED_BYTES = 2 * Long.BYTES;

  Usage plus(long moreChunks, long moreBytes) {
    return new Usage(chunks + moreChunks, bytes + moreBytes);
  }

  byte[] encoded() {
    return ByteBuffer.allocate(ENCODED_BYTES).putLong(chunks).putLong(bytes).array();
  }

  static Usage of(byte[] encoded) {
    ByteBuffer in = ByteBuffer.wrap(encoded);
    return new Usage(in.getLong(), in.getLong());
  }
}
