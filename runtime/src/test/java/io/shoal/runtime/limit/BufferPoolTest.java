package io.shoal.runtime.limit;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class BufferPoolTest {
  private static final int CHUNK = 1 << 20;

  @Test
  void peersThatGaveNothingYetLeaveHalfOfTheBuffersToOthers() throws Exception {
    BufferPool pool = new BufferPool(8L * CHUNK);
    List<BufferPool.Lease> held = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      held.add(pool.take(CHUNK, false));
    }
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<BufferPool.Lease> waits = threads.submit(() -> pool.take(CHUNK, false));
      for (int i = 0; i < 4; i++) {
        held.add(pool.take(CHUNK, true));
      }
      assertThrows(TimeoutException.class, () -> waits.get(1, TimeUnit.MILLISECONDS));
      held.getLast().close();
      assertFalse(waits.isDone());
      held.getFirst().close();
      waits.get().close();
    }
  }
}
