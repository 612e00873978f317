package io.shoal.runtime.plugin.node;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.RetryableException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class NodeHandleTest {
  @Test
  void aCallBeforeTheNodeIsReadySaysSoInTheEnd() {
    NodeHandle handle = new NodeHandle(Duration.ZERO);
    RetryableException early = assertThrows(RetryableException.class, handle::roots);
    assertTrue(String.valueOf(early.getMessage()).contains("still starting"));
  }

  @Test
  void aCallThatWaitsForANodeThatNeverStartsEndsWithIt() throws Exception {
    NodeHandle handle = new NodeHandle(Duration.ofMinutes(10));
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> waiting = threads.submit(handle::roots);
      handle.close();
      ExecutionException end = assertThrows(ExecutionException.class, waiting::get);
      assertTrue(end.getCause() instanceof IllegalStateException, String.valueOf(end.getCause()));
    }
    assertThrows(IllegalStateException.class, handle::roots);
  }
}
