package io.shoal.verification.blake3;

import java.util.Arrays;

/// Computes many leaves, or many parents, side by side.
///
/// A word of the state is an array with a lane for each of them, so that every step of the
/// compression is one loop over lanes, which the JVM's compiler turns into vector instructions. It
/// does so for loops of which it does not know that they are short: the number of lanes is an
/// argument. Confined to one thread.
final class Lanes {
  /// The order in which a round takes the words of the block, for each round the one of before
  /// rearranged.
  private static final int[][] SCHEDULE = schedule();

  private final int[][] state;
  private final int[][] block;

  /// @param count how many there can be
  Lanes(int count) {
    state = new int[16][count];
    block = new int[16][count];
  }

  private static int[][] schedule() {
    int[] next = {2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8};
    int[][] schedule = new int[Compression.ROUNDS][16];
    for (int i = 0; i < 16; i++) {
      schedule[0][i] = i;
    }
    for (int round = 1; round < Compression.ROUNDS; round++) {
      for (int i = 0; i < 16; i++) {
        schedule[round][i] = schedule[round - 1][next[i]];
      }
    }
    return schedule;
  }

  int capacity() {
    return state[0].length;
  }

  /// The chaining value in a lane.
  int[] get(int lane) {
    int[] cv = new int[Compression.CV_WORDS];
    for (int i = 0; i < cv.length; i++) {
      cv[i] = state[i][lane];
    }
    return cv;
  }

  void set(int lane, int[] cv) {
    for (int i = 0; i < cv.length; i++) {
      state[i][lane] = cv[i];
    }
  }

  /// Computes the chaining values of whole leaves that follow each other, into the first lanes.
  ///
  /// @param counter the number of leaves before the first
  void leaves(byte[] bytes, int count, long counter) {
    for (int i = 0; i < Compression.CV_WORDS; i++) {
      Arrays.fill(state[i], 0, count, Compression.iv(i));
    }
    int blocks = Compression.LEAF_BYTES / Compression.BLOCK_BYTES;
    for (int i = 0; i < blocks; i++) {
      load(bytes, i * Compression.BLOCK_BYTES, count);
      for (int lane = 0; lane < count; lane++) {
        state[12][lane] = (int) (counter + lane);
        state[13][lane] = (int) ((counter + lane) >>> 32);
      }
      compress(count, i == 0 ? Compression.LEAF_START : i == blocks - 1 ? Compression.LEAF_END : 0);
    }
  }

  /// A leaf's block is a line of the processor's cache: it is read at once, not word by word for
  /// all lanes, whose lines would push each other out.
  private void load(byte[] bytes, int from, int count) {
    int at = from;
    for (int lane = 0; lane < count; lane++) {
      for (int word = 0; word < 16; word++) {
        block[word][lane] = Compression.word(bytes, at + 4 * word);
      }
      at += Compression.LEAF_BYTES;
    }
  }

  /// Replaces the chaining values in the first lanes by those of their parents, two by two; an odd
  /// last one moves up as it is.
  ///
  /// @return how many there are now
  int parents(int count) {
    int pairs = count / 2;
    int[] odd = get(count - 1);
    for (int word = 0; word < Compression.CV_WORDS; word++) {
      int[] cvs = state[word];
      int[] left = block[word];
      int[] right = block[Compression.CV_WORDS + word];
      for (int i = 0; i < pairs; i++) {
        left[i] = cvs[2 * i];
        right[i] = cvs[2 * i + 1];
      }
      Arrays.fill(cvs, 0, pairs, Compression.iv(word));
    }
    Arrays.fill(state[12], 0, pairs, 0);
    Arrays.fill(state[13], 0, pairs, 0);
    compress(pairs, Compression.PARENT);
    if (count % 2 == 0) {
      return pairs;
    }
    set(pairs, odd);
    return pairs + 1;
  }

  private void compress(int count, int flags) {
    int[][] v = state;
    for (int i = 0; i < 4; i++) {
      Arrays.fill(v[8 + i], 0, count, Compression.iv(i));
    }
    Arrays.fill(v[14], 0, count, Compression.BLOCK_BYTES);
    Arrays.fill(v[15], 0, count, flags);
    for (int[] order : SCHEDULE) {
      mix(v[0], v[4], v[8], v[12], block[order[0]], block[order[1]], count);
      mix(v[1], v[5], v[9], v[13], block[order[2]], block[order[3]], count);
      mix(v[2], v[6], v[10], v[14], block[order[4]], block[order[5]], count);
      mix(v[3], v[7], v[11], v[15], block[order[6]], block[order[7]], count);
      mix(v[0], v[5], v[10], v[15], block[order[8]], block[order[9]], count);
      mix(v[1], v[6], v[11], v[12], block[order[10]], block[order[11]], count);
      mix(v[2], v[7], v[8], v[13], block[order[12]], block[order[13]], count);
      mix(v[3], v[4], v[9], v[14], block[order[14]], block[order[15]], count);
    }
    for (int i = 0; i < Compression.CV_WORDS; i++) {
      int[] low = v[i];
      int[] high = v[i + 8];
      for (int lane = 0; lane < count; lane++) {
        low[lane] ^= high[lane];
      }
    }
  }

  /// The quarter round of all lanes.
  private static void mix(int[] as, int[] bs, int[] cs, int[] ds, int[] xs, int[] ys, int count) {
    for (int i = 0; i < count; i++) {
      int b = bs[i];
      int a = as[i] + b + xs[i];
      int d = Integer.rotateRight(ds[i] ^ a, 16);
      int c = cs[i] + d;
      b = Integer.rotateRight(b ^ c, 12);
      a += b + ys[i];
      d = Integer.rotateRight(d ^ a, 8);
      c += d;
      as[i] = a;
      bs[i] = Integer.rotateRight(b ^ c, 7);
      cs[i] = c;
      ds[i] = d;
    }
  }
}
