package io.shoal.runtime.download;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// The leaves of a file between those who bring them, in any order, and the one who writes them
/// out, in order. Only a few that follow each other are let in at a time, which bounds what waits
/// here. Usable from any thread; one takes.
public final class LeafWindow implements AutoCloseable {
  /// Leaves ahead of the one that is written next: keeps several peers busy; beyond it memory is
  /// the bound.
  public static final int MAX_LEAVES = 32;

  private final StreamMemory memory;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition news = lock.newCondition();
  private final Map<Integer, byte[]> here = new HashMap<>();

  /// What was paid for each leaf that was let in and not taken; none for the first of a window.
  private final ArrayDeque<Optional<Long>> paid = new ArrayDeque<>();

  private int taken;
  private boolean ended;

  public LeafWindow(StreamMemory memory) {
    this.memory = memory;
  }

  /// Lets the next leaf in, if there is room for it.
  ///
  /// @param leafBytes as its parent says, or [TreePlan#UNKNOWN_SIZE]
  boolean admit(long leafBytes) {
    lock.lock();
    try {
      if (ended || paid.size() >= MAX_LEAVES) {
        return false;
      }
      // The one that is written next needs no room beside others: no stream waits for another.
      boolean first = paid.isEmpty();
      boolean room = first || memory.tryTake(leafBytes);
      if (room) {
        paid.add(first ? Optional.empty() : Optional.of(leafBytes));
      }
      return room;
    } finally {
      lock.unlock();
    }
  }

  /// Brings the verified file bytes of a leaf that was let in.
  ///
  /// @param number counted from 0 in the order of the file
  void put(int number, byte[] bytes) {
    lock.lock();
    try {
      if (number >= taken && !ended) {
        here.put(number, bytes);
        news.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /// Nothing more is brought: what is here and in order can still be taken.
  public void end() {
    lock.lock();
    try {
      ended = true;
      news.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Waits for the next leaf and makes room for another one.
  ///
  /// @return its bytes, or empty if it does not come any more
  public Optional<byte[]> take() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (!here.containsKey(taken) && !ended) {
        news.await();
      }
      Optional<byte[]> next = Optional.ofNullable(here.remove(taken));
      if (next.isPresent()) {
        taken++;
        paid.remove().ifPresent(memory::giveBack);
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
      paid.forEach(bytes -> bytes.ifPresent(memory::giveBack));
      paid.clear();
    } finally {
      lock.unlock();
    }
  }
}
