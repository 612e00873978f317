package io.shoal.testkit;

import io.shoal.api.ChunkReader;
import io.shoal.api.ChunkStore;
import io.shoal.api.ChunkWriter;
import io.shoal.api.Cid;
import io.shoal.api.Multihash;
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
    try (ChunkWriter writer = store.create(cid, bytes.length)) {
      writer.write(ByteBuffer.wrap(bytes));
      writer.commit();
    }
    return cid;
  }

  /// All bytes of an open chunk.
  public static byte[] bytesOf(ChunkReader reader) throws IOException {
    ByteBuffer into = ByteBuffer.allocate(reader.sizeBytes());
    int read;
    do {
      read = reader.read(into, into.position());
    } while (read > 0 && into.hasRemaining());
    return Arrays.copyOf(into.array(), into.position());
  }

  /// All bytes of a chunk that is there.
  public static byte[] get(ChunkStore store, Cid cid) throws IOException {
    try (ChunkReader reader =
        store.open(cid).orElseThrow(() -> new AssertionError(cid + " is not there"))) {
      return bytesOf(reader);
    }
  }
}
