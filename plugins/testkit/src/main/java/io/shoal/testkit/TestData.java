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
  ///
  /// @param seed another one gives other bytes
  /// @param size how many bytes, 0 or more
  /// @return a fresh array
  public static byte[] bytes(long seed, int size) {
    byte[] bytes = new byte[size];
    new SplittableRandom(seed).nextBytes(bytes);
    return bytes;
  }

  /// The id of a leaf with these bytes: codec `raw`, SHA-256.
  ///
  /// @param bytes the whole leaf
  /// @return a CID of version 1
  public static Cid cid(byte[] bytes) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
      return Cid.of(Cid.RAW, Multihash.of(Multihash.SHA2_256, digest));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  /// Stores a chunk and says under which id.
  ///
  /// @param store takes the chunk
  /// @param bytes the whole chunk
  /// @return its id, as [#cid] gives it
  /// @throws Exception as the store throws it
  public static Cid put(ChunkStore store, byte[] bytes) throws Exception {
    Cid cid = cid(bytes);
    store.put(cid, ByteBuffer.wrap(bytes));
    return cid;
  }

  /// Discards the copy of a chunk that a reader gets now.
  ///
  /// @param store has the chunk
  /// @param cid the chunk
  /// @return whether there was one
  /// @throws IOException as the store throws it
  /// @throws RetryableException as the store throws it
  public static boolean discard(ChunkStore store, Cid cid) throws IOException, RetryableException {
    try (ChunkReader reader = store.open(cid).orElse(null)) {
      return reader != null && reader.discard();
    }
  }

  /// All bytes of an open chunk.
  ///
  /// @param reader an open one, which stays open
  /// @return a fresh array; shorter than the chunk if the reader ends early
  /// @throws IOException as the reader throws it
  /// @throws RetryableException as the reader throws it
  public static byte[] bytesOf(ChunkReader reader) throws IOException, RetryableException {
    ByteBuffer into = ByteBuffer.allocate(reader.sizeBytes());
    int read;
    do {
      read = reader.read(into, into.position());
    } while (read > 0 && into.hasRemaining());
    return Arrays.copyOf(into.array(), into.position());
  }

  /// All bytes of a chunk that is there.
  ///
  /// @param store has the chunk
  /// @param cid the chunk
  /// @return a fresh array
  /// @throws IOException as the store throws it
  /// @throws RetryableException as the store throws it
  public static byte[] get(ChunkStore store, Cid cid) throws IOException, RetryableException {
    try (ChunkReader reader =
        store.open(cid).orElseThrow(() -> new AssertionError(cid + " is not there"))) {
      return bytesOf(reader);
    }
  }
}
