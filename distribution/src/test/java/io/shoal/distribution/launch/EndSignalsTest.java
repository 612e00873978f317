package io.shoal.distribution.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class EndSignalsTest {
  private final EndSignals signals = new EndSignals();

  @Test
  void aSignalInterruptsTheStart() throws Exception {
    CountDownLatch starting = new CountDownLatch(1);
    CompletableFuture<Throwable> result = new CompletableFuture<>();
    Thread start =
        Thread.ofVirtual()
            .start(
                () -> {
                  signals.begin();
                  starting.countDown();
                  try {
                    new CountDownLatch(1).await();
                  } catch (InterruptedException e) {
                    result.complete(e);
                  } finally {
                    signals.end();
                  }
                });
    starting.await();

    signals.add("TERM");

    assertSame(InterruptedException.class, result.get().getClass());
    start.join();
    assertEquals("TERM", signals.take());
    assertTrue(signals.isEmpty());
  }

  @Test
  void aSignalBeforeTheStartInterruptsItToo() {
    signals.add("INT");
    signals.begin();
    assertTrue(Thread.currentThread().isInterrupted());
    signals.end();
    assertFalse(Thread.currentThread().isInterrupted());
  }

  @Test
  void aSignalAfterTheStartInterruptsNothing() throws Exception {
    signals.begin();
    signals.end();
    signals.add("INT");

    assertFalse(Thread.currentThread().isInterrupted());
    assertEquals("INT", signals.take());
  }
}
