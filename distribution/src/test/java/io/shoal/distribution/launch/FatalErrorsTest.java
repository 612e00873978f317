package io.shoal.distribution.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class FatalErrorsTest {

  private final CountDownLatch interrupted = new CountDownLatch(1);
  private final CountDownLatch mayEnd = new CountDownLatch(1);

  /// A command that waits until it is interrupted, and then for `mayEnd`.
  private Thread command() {
    return Thread.ofVirtual()
        .start(
            () -> {
              try {
                new CountDownLatch(1).await();
              } catch (InterruptedException e) {
                interrupted.countDown();
              }
              try {
                mayEnd.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
  }

  private static Thread named(String name) {
    return Thread.ofVirtual().name(name).unstarted(() -> {});
  }

  @Test
  void anErrorEndsTheCommandAndNamesItsCure() throws Exception {
    Thread command = command();
    var errors = new FatalErrors(command);

    errors.uncaughtException(named("dht-1"), new OutOfMemoryError("Java heap space"));

    interrupted.await();
    mayEnd.countDown();
    command.join();
    String line = errors.first().orElseThrow();
    assertTrue(line.contains("dht-1") && line.contains("-Xmx1g"), line);
    assertEquals(1, line.lines().count());
  }

  @Test
  void theFirstErrorIsTheOneReported() {
    var errors = new FatalErrors(named("command"));

    errors.uncaughtException(named("first"), new StackOverflowError());
    errors.uncaughtException(named("second"), new OutOfMemoryError());

    assertTrue(errors.first().orElseThrow().contains("first"));
  }

  @Test
  void anExceptionEndsNothing() {
    Thread command = command();
    var errors = new FatalErrors(command);

    errors.uncaughtException(named("check"), new IllegalStateException("x"));

    assertEquals(Optional.empty(), errors.first());
    assertFalse(command.isInterrupted());
    assertEquals(1, interrupted.getCount());
    command.interrupt();
    mayEnd.countDown();
  }

  @Test
  void aCommandThatCannotEndIsHalted() {
    var errors = new FatalErrors(command());
    List<String> done = new ArrayList<>();

    errors.uncaughtException(named("dht-1"), new OutOfMemoryError());
    errors.endOr(Duration.ofMillis(1), done::add, () -> done.add("halted"));

    assertEquals(List.of(errors.first().orElseThrow(), "halted"), done);
    mayEnd.countDown();
  }
}
