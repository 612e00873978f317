package io.shoal.storage.rocksdb;

import io.shoal.api.RetryableException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingDeque;
import java.util.concurrent.LinkedBlockingDeque;
import org.jspecify.annotations.Nullable;

/// The slots of a store: so many changes are written at once, and others wait for their turn.
final class WriterSlots implements AutoCloseable {
  /// The database writes one batch after the other; more than a few callers only prepare theirs
  /// meanwhile. A slot holds some 100 KiB. Never fewer than once were, since each has a part of the
  /// count.
  private static final int SLOTS = 16;

  private final List<WriterSlot> all;
  private final BlockingDeque<WriterSlot> free;

  /// A change of the store.
  @FunctionalInterface
  interface Change {
    void by(WriterSlot slot) throws IOException, RetryableException;
  }

  private WriterSlots(List<WriterSlot> all) {
    this.all = List.copyOf(all);
    this.free = new LinkedBlockingDeque<>(all);
  }

  static WriterSlots open(Database database) throws IOException {
    List<WriterSlot> slots = new ArrayList<>();
    for (int i = 0; i < SLOTS; i++) {
      slots.add(WriterSlot.open(database, i));
    }
    return new WriterSlots(slots);
  }

  /// What is stored. While nothing is changed.
  Usage count() {
    Usage sum = Usage.NONE;
    for (WriterSlot slot : all) {
      sum = sum.plus(slot.count().chunks(), slot.count().bytes());
    }
    return sum;
  }

  void write(Change change) throws IOException, RetryableException {
    WriterSlot slot = take();
    try {
      change.by(slot);
    } finally {
      // The last one first: it is in the processor's cache.
      free.addFirst(slot);
    }
  }

  private WriterSlot take() throws InterruptedIOException {
    @Nullable WriterSlot slot = free.pollFirst();
    if (slot != null) {
      return slot;
    }
    try {
      return free.takeFirst();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("waiting to write was interrupted");
    }
  }

  /// Once nothing is changed any more.
  @Override
  public void close() {
    all.forEach(WriterSlot::close);
  }
}
