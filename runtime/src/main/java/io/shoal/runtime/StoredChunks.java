package io.shoal.runtime;

import io.shoal.api.ChunkReader;
import io.shoal.api.ChunkStore;
import io.shoal.api.ChunkWriter;
import io.shoal.api.Cid;
import io.shoal.api.StoreFullException;
import io.shoal.api.UserFaultException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/// Whole chunks in and out of the store.
final class StoredChunks {
  private StoredChunks() {}

  /// Stores a chunk that was verified; does nothing if it is there.
  static void put(ChunkStore store, Cid cid, ByteBuffer bytes)
      throws IOException, StoreFullException {
    try (ChunkWriter writer = store.create(cid, bytes.remaining())) {
      writer.write(bytes.duplicate());
      writer.commit();
    }
  }

  /// A chunk's bytes, checked; one that is rotten is set aside and counts as absent.
  static Optional<byte[]> load(NodeParts parts, Cid cid) throws IOException {
    byte[] bytes;
    try (ChunkReader reader = parts.store().open(cid).orElse(null)) {
      if (reader == null) {
        return Optional.empty();
      }
      bytes = new byte[reader.sizeBytes()];
      ByteBuffer into = ByteBuffer.wrap(bytes);
      while (into.hasRemaining()) {
        if (reader.read(into, into.position()) <= 0) {
          return Optional.empty();
        }
      }
    }
    if (right(parts, cid, ByteBuffer.wrap(bytes))) {
      parts.verified().add(cid);
      return Optional.of(bytes);
    }
    parts.verified().remove(cid);
    parts.store().delete(cid, ChunkStore.Removal.CORRUPT);
    return Optional.empty();
  }

  private static boolean right(NodeParts parts, Cid cid, ByteBuffer bytes) {
    try {
      return parts.check().matches(cid, bytes);
    } catch (UserFaultException e) {
      // No plugin knows the hash: it was checked when it came.
      return true;
    }
  }
}
