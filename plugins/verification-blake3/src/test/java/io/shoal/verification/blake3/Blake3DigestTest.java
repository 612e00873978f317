package io.shoal.verification.blake3;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.shoal.testkit.TestData;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class Blake3DigestTest {
  private final SplittableRandom random = new SplittableRandom(1);

  @Test
  void theVectorsHoldHoweverTheyAreCut() {
    Vectors.digests()
        .forEach(
            (size, digest) -> {
              for (int most : new int[] {1, 100, 1024, 5000, 1 << 20}) {
                byte[] found = inPieces(Vectors.input(size), most);
                assertEquals(
                    digest,
                    HexFormat.of().formatHex(found),
                    () -> size + " bytes in pieces of up to " + most);
              }
            });
  }

  /// About the ends of leaves, of batches and of subtrees of several batches.
  @Test
  void theTreeIsThatOfTheSpecificationForAnyLength() {
    int batch = Blake3Digest.BATCH_BYTES;
    for (int batches = 0; batches <= 9; batches++) {
      for (int more : new int[] {-1025, -1024, -1, 0, 1, 1023, 1024, 1025, 5000, batch / 2}) {
        assertSameAsByTheBook(batches * batch + more);
      }
    }
    for (int leaves = 1; leaves <= 64; leaves++) {
      assertSameAsByTheBook(leaves * 1024);
      assertSameAsByTheBook(leaves * 1024 + random.nextInt(1, 1024));
    }
    for (int i = 0; i < 100; i++) {
      assertSameAsByTheBook(random.nextInt(1, 3 * batch));
    }
  }

  private void assertSameAsByTheBook(int sizeBytes) {
    if (sizeBytes < 0) {
      return;
    }
    byte[] bytes = TestData.bytes(sizeBytes, sizeBytes);
    assertEquals(
        HexFormat.of().formatHex(ByTheBook.digest(bytes)),
        HexFormat.of().formatHex(inPieces(bytes, Math.max(1, sizeBytes))),
        () -> sizeBytes + " bytes");
  }

  private byte[] inPieces(byte[] bytes, int most) {
    Blake3Digest digest = new Blake3Digest();
    for (int at = 0; at < bytes.length; ) {
      int size = Math.min(bytes.length - at, random.nextInt(0, most + 1));
      digest.update(ByteBuffer.wrap(bytes, at, size));
      at += size;
    }
    return digest.finish();
  }

  /// The tree as the specification describes it, from the root down.
  private static final class ByTheBook {
    static byte[] digest(byte[] bytes) {
      return Compression.bytes(node(bytes, 0, bytes.length, Compression.ROOT));
    }

    private static int[] node(byte[] bytes, int from, int size, int rootFlag) {
      if (size <= Compression.LEAF_BYTES) {
        byte[] leaf = Arrays.copyOfRange(bytes, from, from + size);
        return Compression.leaf(leaf, 0, size, from / Compression.LEAF_BYTES, rootFlag);
      }
      int leaves = (size - 1) / Compression.LEAF_BYTES;
      int left = Integer.highestOneBit(leaves) * Compression.LEAF_BYTES;
      return Compression.parent(
          node(bytes, from, left, 0), node(bytes, from + left, size - left, 0), rootFlag);
    }
  }
}
