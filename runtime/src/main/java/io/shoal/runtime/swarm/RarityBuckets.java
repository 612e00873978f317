package io.shoal.runtime.swarm;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.random.RandomGenerator;

/// The chunks that may be asked for now, sorted by how many peers have them: one unordered bag for
/// each count, so that every change costs the same however many chunks there are. Complete peers
/// have everything and change no order, so only partial peers are counted.
///
/// Not thread-safe; chunks are dense numbers from 0.
final class RarityBuckets {
  /// How many chunks are looked at, rarest first, for a peer that has only a part. Beyond that the
  /// rarest of what it has is not worth the time: any chunk that it has will do.
  private static final int MAX_PROBES = 512;

  private static final int ABSENT = -1;

  private final List<Bag> bags = new ArrayList<>();
  private final BitSet nonEmpty = new BitSet();
  private final BitSet members = new BitSet();
  private int[] copies = new int[64];
  private int[] slots = filled(64);
  private int size;
  private int peers;

  private static int[] filled(int length) {
    int[] slots = new int[length];
    Arrays.fill(slots, ABSENT);
    return slots;
  }

  int size() {
    return size;
  }

  /// How many partial peers there are.
  int peers() {
    return peers;
  }

  /// So many more partial peers are here, or fewer.
  void countPeers(int by) {
    peers += by;
  }

  /// How many partial peers have the chunk.
  int copies(int chunk) {
    return chunk < copies.length ? copies[chunk] : 0;
  }

  void add(int chunk) {
    reserve(chunk);
    if (!members.get(chunk)) {
      members.set(chunk);
      size++;
      insert(chunk);
    }
  }

  void remove(int chunk) {
    if (members.get(chunk)) {
      take(chunk);
      members.clear(chunk);
      size--;
    }
  }

  /// One more (`1`) or one fewer (`-1`) partial peer has the chunk.
  void change(int chunk, int by) {
    reserve(chunk);
    boolean member = members.get(chunk);
    if (member) {
      take(chunk);
    }
    copies[chunk] += by;
    if (member) {
      insert(chunk);
    }
  }

  /// One of the rarest members that `wanted` accepts, each with about the same probability; -1 if
  /// there is none among the first that were looked at.
  int pick(RandomGenerator random, IntPredicate wanted) {
    int probes = 0;
    for (int count = nonEmpty.nextSetBit(0); count >= 0; count = nonEmpty.nextSetBit(count + 1)) {
      Bag bag = bags.get(count);
      int start = random.nextInt(bag.size);
      for (int i = 0; i < bag.size; i++) {
        int at = start + i < bag.size ? start + i : start + i - bag.size;
        int chunk = bag.chunks[at];
        if (wanted.test(chunk)) {
          return chunk;
        }
        if (++probes == MAX_PROBES) {
          return ABSENT;
        }
      }
    }
    return ABSENT;
  }

  /// Any member in `have` that `wanted` accepts, searched from a random place; -1 if there is none.
  int pickAny(RandomGenerator random, BitSet have, IntPredicate wanted) {
    int length = Math.min(members.length(), have.length());
    if (length == 0) {
      return ABSENT;
    }
    int start = random.nextInt(length);
    int found = firstCommon(have, start, length, wanted);
    return found >= 0 ? found : firstCommon(have, 0, start, wanted);
  }

  private int firstCommon(BitSet have, int from, int to, IntPredicate wanted) {
    int chunk = members.nextSetBit(from);
    while (chunk >= 0 && chunk < to) {
      int held = have.nextSetBit(chunk);
      if (held == chunk && wanted.test(chunk)) {
        return chunk;
      }
      if (held < 0) {
        return ABSENT;
      }
      chunk = members.nextSetBit(held == chunk ? chunk + 1 : held);
    }
    return ABSENT;
  }

  private void insert(int chunk) {
    int count = copies[chunk];
    while (bags.size() <= count) {
      bags.add(new Bag());
    }
    slots[chunk] = bags.get(count).push(chunk);
    nonEmpty.set(count);
  }

  private void take(int chunk) {
    int count = copies[chunk];
    Bag bag = bags.get(count);
    int last = bag.pop();
    if (last != chunk) {
      bag.chunks[slots[chunk]] = last;
      slots[last] = slots[chunk];
    }
    slots[chunk] = ABSENT;
    if (bag.size == 0) {
      nonEmpty.clear(count);
    }
  }

  private void reserve(int chunk) {
    if (chunk >= copies.length) {
      int old = copies.length;
      int length = Math.max(chunk + 1, old * 2);
      copies = Arrays.copyOf(copies, length);
      slots = Arrays.copyOf(slots, length);
      Arrays.fill(slots, old, length, ABSENT);
    }
  }

  /// Chunks of one count, in no order.
  private static final class Bag {
    private int[] chunks = new int[16];
    private int size;

    int push(int chunk) {
      if (size == chunks.length) {
        chunks = Arrays.copyOf(chunks, size * 2);
      }
      chunks[size] = chunk;
      return size++;
    }

    int pop() {
      return chunks[--size];
    }
  }
}
