package io.shoal.verification.blake3;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// The compression function of BLAKE3 (section 2.2 of its specification) for one block, and what is
/// made of it alone: a leaf and a parent.
final class Compression {
  static final int BLOCK_BYTES = 64;
  static final int LEAF_BYTES = 1024;
  static final int DIGEST_BYTES = 32;

  /// Words of a chaining value.
  static final int CV_WORDS = 8;

  static final int LEAF_START = 1;
  static final int LEAF_END = 1 << 1;
  static final int PARENT = 1 << 2;
  static final int ROOT = 1 << 3;

  static final int ROUNDS = 7;

  private static final int[] IV = {
    0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19
  };

  private static final VarHandle WORDS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private Compression() {}

  /// A word of the initial chaining value.
  static int iv(int word) {
    return IV[word];
  }

  /// The word whose first byte is at `index`.
  static int word(byte[] bytes, int index) {
    return (int) WORDS.get(bytes, index);
  }

  /// The digest that a root's chaining value is.
  static byte[] bytes(int[] root) {
    byte[] bytes = new byte[DIGEST_BYTES];
    for (int i = 0; i < CV_WORDS; i++) {
      WORDS.set(bytes, 4 * i, root[i]);
    }
    return bytes;
  }

  /// The chaining value of a leaf.
  ///
  /// @param sizeBytes 0 to [#LEAF_BYTES]; 0 only for the leaf of an empty input
  /// @param counter the number of leaves before this one
  /// @param rootFlag [#ROOT] if the leaf is the whole tree, else 0
  static int[] leaf(byte[] bytes, int from, int sizeBytes, long counter, int rootFlag) {
    int[] cv = IV.clone();
    int[] block = new int[16];
    int at = 0;
    int flags = LEAF_START;
    while (sizeBytes - at > BLOCK_BYTES) {
      for (int i = 0; i < 16; i++) {
        block[i] = word(bytes, from + at + 4 * i);
      }
      compress(cv, block, counter, BLOCK_BYTES, flags);
      flags = 0;
      at += BLOCK_BYTES;
    }
    byte[] last = new byte[BLOCK_BYTES];
    System.arraycopy(bytes, from + at, last, 0, sizeBytes - at);
    for (int i = 0; i < 16; i++) {
      block[i] = word(last, 4 * i);
    }
    compress(cv, block, counter, sizeBytes - at, flags | LEAF_END | rootFlag);
    return cv;
  }

  /// The chaining value of a parent.
  ///
  /// @param rootFlag [#ROOT] if it is the root, else 0
  static int[] parent(int[] left, int[] right, int rootFlag) {
    int[] block = new int[16];
    System.arraycopy(left, 0, block, 0, CV_WORDS);
    System.arraycopy(right, 0, block, CV_WORDS, CV_WORDS);
    int[] cv = IV.clone();
    compress(cv, block, 0, BLOCK_BYTES, PARENT | rootFlag);
    return cv;
  }

  /// Sixteen words of state and sixteen of the block in variables: in arrays, each access would
  /// check its bounds.
  private static void compress(int[] cv, int[] block, long counter, int sizeBytes, int flags) {
    int m0 = block[0];
    int m1 = block[1];
    int m2 = block[2];
    int m3 = block[3];
    int m4 = block[4];
    int m5 = block[5];
    int m6 = block[6];
    int m7 = block[7];
    int m8 = block[8];
    int m9 = block[9];
    int m10 = block[10];
    int m11 = block[11];
    int m12 = block[12];
    int m13 = block[13];
    int m14 = block[14];
    int m15 = block[15];
    int v0 = cv[0];
    int v1 = cv[1];
    int v2 = cv[2];
    int v3 = cv[3];
    int v4 = cv[4];
    int v5 = cv[5];
    int v6 = cv[6];
    int v7 = cv[7];
    int v8 = IV[0];
    int v9 = IV[1];
    int v10 = IV[2];
    int v11 = IV[3];
    int v12 = (int) counter;
    int v13 = (int) (counter >>> 32);
    int v14 = sizeBytes;
    int v15 = flags;
    for (int round = 0; round < ROUNDS; round++) {
      v0 += v4 + m0;
      v12 = Integer.rotateRight(v12 ^ v0, 16);
      v8 += v12;
      v4 = Integer.rotateRight(v4 ^ v8, 12);
      v0 += v4 + m1;
      v12 = Integer.rotateRight(v12 ^ v0, 8);
      v8 += v12;
      v4 = Integer.rotateRight(v4 ^ v8, 7);
      v1 += v5 + m2;
      v13 = Integer.rotateRight(v13 ^ v1, 16);
      v9 += v13;
      v5 = Integer.rotateRight(v5 ^ v9, 12);
      v1 += v5 + m3;
      v13 = Integer.rotateRight(v13 ^ v1, 8);
      v9 += v13;
      v5 = Integer.rotateRight(v5 ^ v9, 7);
      v2 += v6 + m4;
      v14 = Integer.rotateRight(v14 ^ v2, 16);
      v10 += v14;
      v6 = Integer.rotateRight(v6 ^ v10, 12);
      v2 += v6 + m5;
      v14 = Integer.rotateRight(v14 ^ v2, 8);
      v10 += v14;
      v6 = Integer.rotateRight(v6 ^ v10, 7);
      v3 += v7 + m6;
      v15 = Integer.rotateRight(v15 ^ v3, 16);
      v11 += v15;
      v7 = Integer.rotateRight(v7 ^ v11, 12);
      v3 += v7 + m7;
      v15 = Integer.rotateRight(v15 ^ v3, 8);
      v11 += v15;
      v7 = Integer.rotateRight(v7 ^ v11, 7);
      v0 += v5 + m8;
      v15 = Integer.rotateRight(v15 ^ v0, 16);
      v10 += v15;
      v5 = Integer.rotateRight(v5 ^ v10, 12);
      v0 += v5 + m9;
      v15 = Integer.rotateRight(v15 ^ v0, 8);
      v10 += v15;
      v5 = Integer.rotateRight(v5 ^ v10, 7);
      v1 += v6 + m10;
      v12 = Integer.rotateRight(v12 ^ v1, 16);
      v11 += v12;
      v6 = Integer.rotateRight(v6 ^ v11, 12);
      v1 += v6 + m11;
      v12 = Integer.rotateRight(v12 ^ v1, 8);
      v11 += v12;
      v6 = Integer.rotateRight(v6 ^ v11, 7);
      v2 += v7 + m12;
      v13 = Integer.rotateRight(v13 ^ v2, 16);
      v8 += v13;
      v7 = Integer.rotateRight(v7 ^ v8, 12);
      v2 += v7 + m13;
      v13 = Integer.rotateRight(v13 ^ v2, 8);
      v8 += v13;
      v7 = Integer.rotateRight(v7 ^ v8, 7);
      v3 += v4 + m14;
      v14 = Integer.rotateRight(v14 ^ v3, 16);
      v9 += v14;
      v4 = Integer.rotateRight(v4 ^ v9, 12);
      v3 += v4 + m15;
      v14 = Integer.rotateRight(v14 ^ v3, 8);
      v9 += v14;
      v4 = Integer.rotateRight(v4 ^ v9, 7);
      // The words of the block change places for the next round, in two cycles.
      int t0 = m0;
      m0 = m2;
      m2 = m3;
      m3 = m10;
      m10 = m12;
      m12 = m9;
      m9 = m11;
      m11 = m5;
      m5 = t0;
      int t1 = m1;
      m1 = m6;
      m6 = m4;
      m4 = m7;
      m7 = m13;
      m13 = m14;
      m14 = m15;
      m15 = m8;
      m8 = t1;
    }
    cv[0] = v0 ^ v8;
    cv[1] = v1 ^ v9;
    cv[2] = v2 ^ v10;
    cv[3] = v3 ^ v11;
    cv[4] = v4 ^ v12;
    cv[5] = v5 ^ v13;
    cv[6] = v6 ^ v14;
    cv[7] = v7 ^ v15;
  }
}
