package io.shoal.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.shoal.api.InvalidConfigException;
import io.shoal.api.Metrics;
import io.shoal.api.Scheduler;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What a node refuses, its double in a test refuses.
class DoublesTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"Sent-Bytes", "sent bytes", "", "_sent", "sent_", "9_lives"})
  void metricsHaveNamesOfLowerCaseWords(String name) {
    assertThrows(IllegalArgumentException.class, () -> new TestMetrics().counter(name, "A count"));
    assertThrows(
        IllegalArgumentException.class, () -> new TestMetrics().gauge(name, "A value", () -> 1));
  }

  @Test
  void countersOnlyGrowAndAreNoGauges() {
    TestMetrics metrics = new TestMetrics();
    Metrics.Counter counter = metrics.counter("sent_bytes", "Bytes that were sent");
    counter.add(3);
    assertThrows(IllegalArgumentException.class, () -> counter.add(-1));
    metrics.counter("sent_bytes", "Bytes that were sent").add(4);
    assertEquals(Optional.of(7L), metrics.value("sent_bytes"));
    assertThrows(
        IllegalArgumentException.class, () -> metrics.gauge("sent_bytes", "Others", () -> 1));
    metrics.gauge("peers", "Peers", () -> 5);
    assertThrows(IllegalArgumentException.class, () -> metrics.counter("peers", "Peers"));
  }

  @Test
  void moreNamesThanANodeTakesAreCountedNowhere() {
    TestMetrics metrics = new TestMetrics();
    for (int i = 0; i < TestMetrics.MAX_NAMES; i++) {
      metrics.counter("count_" + i, "A count").add(1);
    }
    metrics.counter("one_more", "A count").add(1);
    assertEquals(Optional.of(1L), metrics.value("count_255"));
    assertEquals(Optional.empty(), metrics.value("one_more"));
  }

  @ParameterizedTest
  @CsvSource({
    "10GB, 10000000000",
    "1.5 KiB, 1536",
    "4096, 4096",
    "unlimited, 9223372036854775807",
    "9000000TiB, -1",
    "9223372036854775808, -1",
    "100000000TB, -1",
    "25MB/s, -1",
    "many, -1"
  })
  void sizesAreReadAsANodeReadsThem(String text, long bytes) throws Exception {
    TestConfig config = new TestConfig(Map.of("quota", text));
    if (bytes >= 0) {
      assertEquals(bytes, config.sizeBytes("quota", 0, Long.MAX_VALUE, 0));
    } else {
      InvalidConfigException wrong =
          assertThrows(
              InvalidConfigException.class,
              () -> config.sizeBytes("quota", 16 * 1024, Long.MAX_VALUE, 0));
      assertEquals(
          "plugins.plugin-under-test.quota is '"
              + text
              + "': write a size from 16KiB to unlimited, such as 256KiB or 10GB",
          wrong.getMessage());
    }
  }

  @Test
  void timersMoveWithTheClock() {
    TestClock clock = new TestClock(Instant.EPOCH);
    try (TestContext context = TestContext.in(folder).withClock(clock)) {
      List<String> ran = new CopyOnWriteArrayList<>();
      Scheduler timers = context.scheduler();
      timers.after(Duration.ofHours(3), () -> ran.add("once at " + clock.instant()));
      Scheduler.Timer every =
          timers.every(Duration.ofHours(2), () -> ran.add("again at " + clock.instant()));
      timers.after(Duration.ofHours(1), () -> ran.add("never")).close();
      clock.advance(Duration.ofMinutes(119));
      assertEquals(List.of(), ran);
      clock.advance(Duration.ofMinutes(121));
      assertEquals(
          List.of(
              "again at 1970-01-01T02:00:00Z",
              "once at 1970-01-01T03:00:00Z",
              "again at 1970-01-01T04:00:00Z"),
          ran);
      every.close();
      clock.advance(Duration.ofDays(30));
      assertEquals(3, ran.size());
    }
  }

  @Test
  void aTaskThatFailsDoesNotEndItsTimer() {
    TestClock clock = new TestClock(Instant.EPOCH);
    try (TestContext context = TestContext.in(folder).withClock(clock)) {
      AtomicInteger runs = new AtomicInteger();
      context
          .scheduler()
          .every(
              Duration.ofSeconds(1),
              () -> {
                runs.incrementAndGet();
                throw new IllegalStateException("what the test is about");
              });
      clock.advance(Duration.ofSeconds(3));
      assertEquals(3, runs.get());
    }
  }

  @Test
  void timersOfRealTimeRunToo() throws Exception {
    try (TestContext context = TestContext.in(folder)) {
      AtomicInteger runs = new AtomicInteger();
      context.scheduler().every(Duration.ofMillis(1), runs::incrementAndGet);
      Await.until("it ran three times", () -> runs.get() >= 3);
    }
  }

  @Test
  void timersHaveTheirLimits() {
    try (TestContext context = TestContext.in(folder).withClock(new TestClock(Instant.EPOCH))) {
      Scheduler timers = context.scheduler();
      for (Duration pause : List.of(Duration.ZERO, Duration.ofSeconds(-1))) {
        assertThrows(IllegalArgumentException.class, () -> timers.every(pause, () -> {}));
      }
      for (int i = 0; i < TestScheduler.MAX_TIMERS; i++) {
        timers.after(Duration.ofHours(1), () -> {});
      }
      assertThrows(IllegalStateException.class, () -> timers.after(Duration.ofHours(1), () -> {}));
    }
  }

  @Test
  void thePoolIsBounded() throws Exception {
    try (TestContext context = TestContext.in(folder)) {
      CountDownLatch go = new CountDownLatch(1);
      AtomicInteger brought = new AtomicInteger();
      AtomicInteger done = new AtomicInteger();
      Thread bringing =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      while (true) {
                        context
                            .bulkPool()
                            .execute(
                                () -> {
                                  if (awaited(go)) {
                                    done.incrementAndGet();
                                  }
                                });
                        brought.incrementAndGet();
                      }
                    } catch (RejectedExecutionException e) {
                      // It was interrupted while it waited.
                    }
                  });
      int room = 17 * Runtime.getRuntime().availableProcessors();
      Await.until("the pool is full", () -> brought.get() == room);
      bringing.interrupt();
      bringing.join();
      go.countDown();
      Await.until("all was done", () -> done.get() == room);
    }
  }

  private static boolean awaited(CountDownLatch latch) {
    try {
      latch.await();
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Test
  void sectionsAndTextsAreToldApart() throws Exception {
    TestConfig config = new TestConfig(Map.of("peers.one", "a", "peers.two", "b", "name", "c"));
    assertEquals(Set.of("one", "two"), config.keys("peers"));
    assertThrows(InvalidConfigException.class, () -> config.text("peers"));
    assertThrows(InvalidConfigException.class, () -> config.keys("name"));
    assertEquals(Set.of("name"), new TestConfig(Map.of("name", "c")).unknownKeys());
  }
}
