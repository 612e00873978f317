package io.shoal.testkit;

import io.shoal.api.ChunkReader;
import io.shoal.api.ChunkStore;
import io.shoal.api.Cid;
import io.shoal.api.Multihash;
import io.shoal.api.RetryableException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.SplittableRandom;

/// Bytes to test with, the same in every run, and their ids.
public final class TestData {
  private TestData() {}

  /// `size` bytes that depend on `seed` alone and do not compress.
  public static byte[] bytes(long seed, int size) {
    byte[] bytes = new byte[size];
    new SplittableRandom(seed).nextBytes(bytes);
    return bytes;
  }

  /// The id of a leaf with these bytes: codec `raw`, SHA-256.
  public static Cid cid(byte[] bytes) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
      return Cid.of(Cid.RAW, Multihash.of(Multihash.SHA2_256, digest));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  /// Stores a chunk and says under which id.
  public static Cid put(ChunkStore store, byte[] bytes) throws Exception {
    Cid cid = cid(bytes);
    store.put(cid, ByteBuffer.wrap(bytes));
    return cid;
  }

  /// Discards the copy of a chunk that a reader gets now.
  ///
  /// @return whether there was one
  public static boolean discard(ChunkStore store, Cid cid) throws IOException, RetryableException {
    try (ChunkReader reader = store.open(cid).orElse(null)) {
      return reader != null && reader.discard();
    }
  }

  /// All bytes of an open chunk.
  public static byte[] bytesOf(ChunkReader reader) throws IOException, RetryableException {
    ByteBuffer into = ByteBuffer.allocate(reader.sizeBytes());
    int read;
    do {
      read = reader.read(into, into.position());
    } while (read > 0 && into.hasRemaining());
    return Arrays.copyOf(into.array(), into.position());
  }

  /// All bytes of a chunk that is there.
  public static byte[] get(ChunkStore store, Cid cid) throws IOException, RetryableException {
    try (ChunkReader reader =
        store.open(cid).orElseThrow(() -> new AssertionError(cid + " is not there"))) {
      return bytesOf(reader);
    }
  }
}
