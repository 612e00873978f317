package io.shoal.verification.blake3;

import io.shoal.api.Verifier;
import java.nio.ByteBuffer;
import java.util.Arrays;

/// The digest of one input of any length, which comes in pieces of any size.
///
/// BLAKE3 is a binary tree over leaves of 1 KiB: the left side of every parent is the largest whole
/// subtree. Input is collected until a batch of leaves is there and more follows, so that none of
/// its nodes is the root; its subtree then goes to a stack, where subtrees of equal size are joined
/// at once, as in a binary counter.
final class Blake3Digest implements Verifier.Digest {
  /// Leaves side by side. Measured with 64, 128, 256 and 512: the speed grows up to here.
  static final int BATCH_LEAVES = 256;

  static final int BATCH_BYTES = BATCH_LEAVES * Compression.LEAF_BYTES;

  /// Below this, lanes are no faster than one leaf after the other.
  private static final int FEW_LEAVES = 8;

  private static final int FIRST_BUFFER_BYTES = 4096;

  /// Enough for all inputs of less than 2^63 bytes.
  private static final int MAX_DEPTH = Long.SIZE - 1 - Integer.numberOfTrailingZeros(BATCH_BYTES);

  /// Grows up to a batch: most inputs are small.
  private byte[] buffer = new byte[FIRST_BUFFER_BYTES];

  private int bufferedBytes;
  private Lanes lanes = new Lanes(0);

  /// Subtrees of whole batches, the largest first.
  private int[][] stack = new int[0][];

  private int depth;
  private long batches;

  @Override
  public void update(ByteBuffer bytes) {
    while (bytes.hasRemaining()) {
      if (bufferedBytes == BATCH_BYTES) {
        push();
      }
      int count = Math.min(bytes.remaining(), BATCH_BYTES - bufferedBytes);
      makeRoom(bufferedBytes + count);
      bytes.get(buffer, bufferedBytes, count);
      bufferedBytes += count;
    }
  }

  private void makeRoom(int sizeBytes) {
    if (buffer.length < sizeBytes) {
      buffer = Arrays.copyOf(buffer, Math.min(BATCH_BYTES, Math.max(sizeBytes, 2 * buffer.length)));
    }
  }

  /// Turns the batch in the buffer into a subtree on the stack.
  private void push() {
    if (stack.length == 0) {
      stack = new int[MAX_DEPTH][];
    }
    int[] subtree = subtrees(1).get(0);
    batches++;
    for (long equal = batches; equal % 2 == 0; equal /= 2) {
      subtree = Compression.parent(stack[--depth], subtree, 0);
    }
    stack[depth++] = subtree;
    bufferedBytes = 0;
  }

  /// Joins what is in the buffer until that many subtrees are left.
  private Lanes subtrees(int left) {
    long counter = batches * BATCH_LEAVES;
    int whole = bufferedBytes / Compression.LEAF_BYTES;
    int rest = bufferedBytes % Compression.LEAF_BYTES;
    int count = rest == 0 ? whole : whole + 1;
    if (lanes.capacity() < count) {
      lanes = new Lanes(count);
    }
    if (whole < FEW_LEAVES) {
      for (int i = 0; i < whole; i++) {
        leaf(i, Compression.LEAF_BYTES, counter);
      }
    } else {
      lanes.leaves(buffer, whole, counter);
    }
    if (rest > 0) {
      leaf(whole, rest, counter);
    }
    while (count > left) {
      count = lanes.parents(count);
    }
    return lanes;
  }

  private void leaf(int index, int sizeBytes, long counter) {
    int from = index * Compression.LEAF_BYTES;
    lanes.set(index, Compression.leaf(buffer, from, sizeBytes, counter + index, 0));
  }

  @Override
  public byte[] finish() {
    byte[] digest = Compression.bytes(root());
    bufferedBytes = 0;
    batches = 0;
    depth = 0;
    return digest;
  }

  private int[] root() {
    if (depth == 0 && bufferedBytes <= Compression.LEAF_BYTES) {
      return Compression.leaf(buffer, 0, bufferedBytes, 0, Compression.ROOT);
    }
    if (depth == 0) {
      Lanes both = subtrees(2);
      return Compression.parent(both.get(0), both.get(1), Compression.ROOT);
    }
    int[] right = subtrees(1).get(0);
    while (depth > 1) {
      right = Compression.parent(stack[--depth], right, 0);
    }
    return Compression.parent(stack[0], right, Compression.ROOT);
  }
}
