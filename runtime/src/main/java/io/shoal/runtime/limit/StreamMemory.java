package io.shoal.runtime.limit;

import io.shoal.api.ChunkStore;
import java.util.concurrent.Semaphore;

/// The memory that leaves of all running streams may take together. Usable from any thread.
public final class StreamMemory {
  private final Semaphore kib;

  /// @param budgetBytes for all streams; each may hold one leaf beyond it, so that none waits for
  ///   another
  public StreamMemory(long budgetBytes) {
    kib = new Semaphore(Math.clamp(budgetBytes / 1024, 0, 1 << 20));
  }

  /// @param leafBytes as its parent says; negative if it does not
  public boolean tryTake(long leafBytes) {
    return kib.tryAcquire(kib(leafBytes));
  }

  public void giveBack(long leafBytes) {
    kib.release(kib(leafBytes));
  }

  private static int kib(long leafBytes) {
    long most = leafBytes < 0 ? ChunkStore.MAX_CHUNK_SIZE_BYTES : leafBytes;
    return (int) ((Math.min(most, ChunkStore.MAX_CHUNK_SIZE_BYTES) + 1023) / 1024);
  }
}
