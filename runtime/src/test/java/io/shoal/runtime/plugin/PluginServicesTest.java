package io.shoal.runtime.plugin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Metrics;
import io.shoal.api.Scheduler;
import io.shoal.runtime.limit.BulkPool;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class PluginServicesTest {

  private static final Duration NOW = Duration.ZERO;
  private static final Duration NEVER = Duration.ofDays(100);

  @Test
  void aTimerRunsItsTaskOnce() throws Exception {
    try (PluginScheduler scheduler = new PluginScheduler("p")) {
      CountDownLatch ran = new CountDownLatch(1);
      scheduler.after(NOW, ran::countDown);
      assertTrue(ran.await(20, TimeUnit.SECONDS));
    }
  }

  @Test
  void aRepeatedTaskGoesOnAfterAFailure() throws Exception {
    try (PluginScheduler scheduler = new PluginScheduler("p")) {
      Semaphore runs = new Semaphore(0);
      scheduler.every(
          Duration.ofMillis(1),
          () -> {
            runs.release();
            throw new IllegalStateException("of no account");
          });
      assertTrue(runs.tryAcquire(3, 20, TimeUnit.SECONDS));
    }
  }

  @Test
  void aTimerThatIsClosedDoesNotRun() throws Exception {
    try (PluginScheduler scheduler = new PluginScheduler("p")) {
      AtomicInteger runs = new AtomicInteger();
      Scheduler.Timer timer = scheduler.after(Duration.ofMillis(200), runs::incrementAndGet);
      timer.close();
      timer.close();
      CountDownLatch later = new CountDownLatch(1);
      scheduler.after(Duration.ofMillis(400), later::countDown);
      assertTrue(later.await(20, TimeUnit.SECONDS));
      assertEquals(0, runs.get());
    }
  }

  @Test
  void aTimerThatWouldRepeatWithoutAPauseIsRefused() {
    try (PluginScheduler scheduler = new PluginScheduler("p")) {
      for (Duration pause : List.of(Duration.ZERO, Duration.ofMillis(-1))) {
        assertThrows(IllegalArgumentException.class, () -> scheduler.every(pause, () -> {}));
      }
    }
  }

  @Test
  void aTaskThatRunsWhenItsTimerIsClosedGoesOnToItsEnd() throws Exception {
    try (PluginScheduler scheduler = new PluginScheduler("p")) {
      CountDownLatch started = new CountDownLatch(1);
      CountDownLatch goOn = new CountDownLatch(1);
      CountDownLatch ended = new CountDownLatch(1);
      Scheduler.Timer timer =
          scheduler.every(
              Duration.ofMillis(1),
              () -> {
                started.countDown();
                try {
                  goOn.await();
                  ended.countDown();
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              });
      assertTrue(started.await(20, TimeUnit.SECONDS));
      timer.close();
      goOn.countDown();
      assertTrue(ended.await(20, TimeUnit.SECONDS));
    }
  }

  @Test
  void closingTheSchedulerInterruptsWhatRuns() throws Exception {
    PluginScheduler scheduler = new PluginScheduler("p");
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    scheduler.after(
        NOW,
        () -> {
          started.countDown();
          try {
            Thread.sleep(NEVER);
          } catch (InterruptedException e) {
            interrupted.countDown();
          }
        });
    assertTrue(started.await(20, TimeUnit.SECONDS));
    scheduler.close();
    assertTrue(interrupted.await(20, TimeUnit.SECONDS));
    AtomicInteger runs = new AtomicInteger();
    scheduler.after(NOW, runs::incrementAndGet).close();
    assertEquals(0, runs.get());
  }

  @Test
  void tooManyTimersTellOfALeak() {
    try (PluginScheduler scheduler = new PluginScheduler("p")) {
      for (int i = 0; i < PluginScheduler.MAX_TIMERS; i++) {
        scheduler.after(NEVER, () -> {});
      }
      assertThrows(IllegalStateException.class, () -> scheduler.after(NEVER, () -> {}));
    }
  }

  @Test
  void theBulkPoolMakesItsCallersWaitAndLosesNothing() throws Exception {
    try (BulkPool pool = new BulkPool(2)) {
      AtomicInteger runs = new AtomicInteger();
      CountDownLatch done = new CountDownLatch(500);
      AtomicInteger atOnce = new AtomicInteger();
      AtomicInteger most = new AtomicInteger();
      for (int i = 0; i < 500; i++) {
        pool.execute(
            () -> {
              most.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
              runs.incrementAndGet();
              atOnce.decrementAndGet();
              done.countDown();
            });
      }
      assertTrue(done.await(20, TimeUnit.SECONDS));
      assertEquals(500, runs.get());
      assertTrue(most.get() <= 2);
    }
  }

  @Test
  void aTaskThatBringsTasksDoesNotWaitForItself() throws Exception {
    try (BulkPool pool = new BulkPool(1)) {
      CountDownLatch done = new CountDownLatch(100);
      pool.execute(
          () -> {
            for (int i = 0; i < 100; i++) {
              pool.execute(done::countDown);
            }
          });
      assertTrue(done.await(20, TimeUnit.SECONDS));
    }
  }

  @Test
  void aClosedBulkPoolTakesNothing() {
    BulkPool pool = new BulkPool(1);
    pool.close();
    assertThrows(RejectedExecutionException.class, () -> pool.execute(() -> {}));
  }

  @Test
  void metricsAreWrittenAsPrometheusReadsThem() throws Exception {
    MetricsRegistry registry = new MetricsRegistry();
    Metrics metrics = registry.of("transport-tcp");
    metrics.counter("sent_bytes", "Bytes\nsent").add(5);
    metrics.counter("sent_bytes", "again").add(2);
    metrics.gauge("open_connections", "Open \\ now", () -> 3);
    metrics.gauge(
        "broken_total",
        "x",
        () -> {
          throw new IllegalStateException();
        });
    StringBuilder out = new StringBuilder();

    registry.writePrometheus(out);

    assertEquals(
        """
        # HELP shoal_transport_tcp_broken_total x
        # TYPE shoal_transport_tcp_broken_total gauge
        shoal_transport_tcp_broken_total NaN
        # HELP shoal_transport_tcp_open_connections Open \\\\ now
        # TYPE shoal_transport_tcp_open_connections gauge
        shoal_transport_tcp_open_connections 3
        # HELP shoal_transport_tcp_sent_bytes Bytes\\nsent
        # TYPE shoal_transport_tcp_sent_bytes counter
        shoal_transport_tcp_sent_bytes 7
        """,
        out.toString());
    registry.remove("transport-tcp");
    out.setLength(0);
    registry.writePrometheus(out);
    assertEquals("", out.toString());
  }

  @Test
  void metricsBeyondTheLimitAreCountedAndNotShown() throws Exception {
    MetricsRegistry registry = new MetricsRegistry();
    Metrics metrics = registry.of("p");
    for (int i = 0; i < MetricsRegistry.MAX_NAMES_PER_OWNER; i++) {
      metrics.counter("n" + i, "x");
    }
    metrics.counter("late", "x").add(1);
    StringBuilder out = new StringBuilder();
    registry.writePrometheus(out);
    assertFalse(out.toString().contains("late"));
    assertSame(metrics, registry.of("p"));
    assertThrows(IllegalArgumentException.class, () -> metrics.counter("Bad Name", "x"));
    assertThrows(IllegalArgumentException.class, () -> metrics.gauge("n1", "x", () -> 1));
    assertThrows(IllegalArgumentException.class, () -> metrics.counter("n1", "x").add(-1));
  }
}
