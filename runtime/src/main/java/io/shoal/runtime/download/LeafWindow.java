package io.shoal.runtime.download;

import io.shoal.runtime.limit.StreamMemory;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// The leaves of a file between the download, which brings them in any order, and the reader, which
/// takes them in order. Only a few that follow each other are admitted at a time, which bounds what
/// waits here. Usable from any thread; one thread takes.
public final class LeafWindow implements AutoCloseable {
  /// Leaves from the next one on: enough to keep several peers busy. Large leaves are bounded by
  /// [StreamMemory] before that.
  public static final int MAX_LEAVES = 32;

  private final StreamMemory memory;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Map<Integer, byte[]> here = new HashMap<>();

  /// For each leaf that was admitted and not taken, the memory that it holds; none for the first of
  /// a window.
  private final ArrayDeque<Optional<Long>> held = new ArrayDeque<>();

  private int taken;
  private boolean ended;

  public LeafWindow(StreamMemory memory) {
    this.memory = memory;
  }

  /// Admits the next leaf, if there is room for it.
  ///
  /// @param leafBytes as its parent says, or [TreePlan#UNKNOWN_SIZE]
  boolean admit(long leafBytes) {
    lock.lock();
    try {
      if (ended || held.size() >= MAX_LEAVES) {
        return false;
      }
      // The leaf that is taken next needs no room: no stream waits for another one.
      boolean first = held.isEmpty();
      boolean room = first || memory.tryTake(leafBytes);
      if (room) {
        held.add(first ? Optional.empty() : Optional.of(leafBytes));
      }
      return room;
    } finally {
      lock.unlock();
    }
  }

  /// Brings the verified file bytes of a leaf that was admitted.
  ///
  /// @param number counted from 0 in the order of the file
  void put(int number, byte[] bytes) {
    lock.lock();
    try {
      if (number >= taken && !ended) {
        here.put(number, bytes);
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /// Nothing more will come: what is here and in order can still be taken.
  public void end() {
    lock.lock();
    try {
      ended = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Waits for the next leaf and makes room for another one.
  ///
  /// @return its bytes, or empty if it will not come
  public Optional<byte[]> take() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (!here.containsKey(taken) && !ended) {
        changed.await();
      }
      Optional<byte[]> next = Optional.ofNullable(here.remove(taken));
      if (next.isPresent()) {
        taken++;
        held.remove().ifPresent(memory::giveBack);
      }
      return next;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      ended = true;
      here.clear();
      held.forEach(bytes -> bytes.ifPresent(memory::giveBack));
      held.clear();
    } finally {
      lock.unlock();
    }
  }
}
