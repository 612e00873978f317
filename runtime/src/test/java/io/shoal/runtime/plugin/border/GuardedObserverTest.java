package io.shoal.runtime.plugin.border;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.NodeObserver;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What the node sees of an observer that breaks its contract: nothing.
@Timeout(60)
class GuardedObserverTest {
  private final AtomicLong nowNanos = new AtomicLong();
  private final CallDeadlines deadlines = new CallDeadlines(nowNanos::get);
  private final AtomicInteger calls = new AtomicInteger();

  private NodeObserver guarded(NodeObserver observer) {
    return (NodeObserver) new PluginBorder(deadlines).around("observer-test", observer);
  }

  @Test
  void whatItThrowsStaysInside() {
    NodeObserver observer =
        guarded(
            new NodeObserver() {
              @Override
              public void ready() {
                calls.incrementAndGet();
                throw new NoSuchMethodError("gone()");
              }
            });
    observer.ready();
    observer.ready();
    assertEquals(2, calls.get());
  }

  @Test
  void aCallThatDoesNotEndIsInterruptedAfterAMinute() throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    NodeObserver observer =
        guarded(
            new NodeObserver() {
              @Override
              public void stopping() {
                inside.countDown();
                try {
                  new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                  throw new IllegalStateException("interrupted", e);
                }
              }
            });
    Thread calling = Thread.ofVirtual().start(observer::stopping);
    inside.await();
    nowNanos.set(Duration.ofSeconds(60).toNanos());
    deadlines.look();
    assertTrue(calling.isAlive(), "a minute is its right");
    nowNanos.set(Duration.ofSeconds(90).toNanos());
    deadlines.look();
    calling.join();
  }

  @Test
  void nothingIsReportedAfterTheEnd() {
    NodeObserver observer =
        guarded(
            new NodeObserver() {
              @Override
              public void ready() {
                calls.incrementAndGet();
              }
            });
    observer.close();
    observer.ready();
    assertEquals(0, calls.get());
  }
}
