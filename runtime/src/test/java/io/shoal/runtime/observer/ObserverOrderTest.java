package io.shoal.runtime.observer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Cid;
import io.shoal.api.Multihash;
import io.shoal.api.NodeObserver;
import io.shoal.runtime.plugin.ActivePlugins;
import io.shoal.runtime.store.KeptRoot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The order of events, and what of it holds when observers break the rules or the node stops.
@Timeout(60)
class ObserverOrderTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  private static KeptRoot root(String name) {
    Cid cid = Cid.of(Cid.RAW, Multihash.of(Multihash.SHA2_256, new byte[32]));
    return KeptRoot.pinned(cid, name, 1, false);
  }

  /// Writes down its events, and waits in each until it may go on.
  private static class Recorder implements NodeObserver {
    final List<String> events = new CopyOnWriteArrayList<>();
    final CountDownLatch begun = new CountDownLatch(1);
    final CountDownLatch goOn;

    Recorder(int locks) {
      goOn = new CountDownLatch(locks);
    }

    void heard(String event) {
      events.add(event);
      begun.countDown();
      try {
        assertTrue(goOn.await(LONG.toSeconds(), TimeUnit.SECONDS));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public void ready() {
      heard("ready");
    }

    @Override
    public void rootAdded(Root root) {
      heard(root.name().orElse(""));
    }

    @Override
    public void stopping() {
      heard("stopping");
    }
  }

  private static Observers observers(Duration stopWithin, NodeObserver... observers) {
    List<ActivePlugins.Active<NodeObserver>> active = new ArrayList<>();
    for (NodeObserver observer : observers) {
      active.add(new ActivePlugins.Active<>("observer-" + active.size(), observer));
    }
    return new Observers(active, stopWithin);
  }

  @Test
  void eventsComeInTheirOrderToEveryObserver() {
    Recorder first = new Recorder(0);
    Recorder second = new Recorder(0);
    Observers observers = observers(LONG, first, second);
    List<String> due = new ArrayList<>(List.of("ready"));
    observers.ready();
    for (int i = 0; i < 500; i++) {
      observers.rootAdded(root("r" + i), false);
      due.add("r" + i);
    }
    due.add("stopping");
    observers.close();
    assertEquals(due, first.events);
    assertEquals(due, second.events);
    assertEquals(0, observers.dropped());
  }

  @Test
  void ofTooManyEventsTheOldestAreLeftOutAndTheLastIsNot() throws Exception {
    Recorder slow = new Recorder(1);
    Recorder quick = new Recorder(0);
    Observers observers = observers(LONG, slow, quick);
    observers.ready();
    assertTrue(slow.begun.await(30, TimeUnit.SECONDS));
    int more = 10;
    for (int i = 0; i < ObserverQueue.MAX_WAITING + more; i++) {
      observers.rootAdded(root("r" + i), false);
      // "ready" and all roots so far: else the quick one could fall behind, too.
      while (quick.events.size() < i + 2) {
        Thread.onSpinWait();
      }
    }
    assertEquals(more, observers.dropped());
    Thread closer = Thread.ofVirtual().start(observers::close);
    while (observers.dropped() == more) {
      Thread.onSpinWait();
    }
    slow.goOn.countDown();
    closer.join();
    List<String> due = new ArrayList<>(List.of("ready"));
    IntStream.range(more + 1, ObserverQueue.MAX_WAITING + more).forEach(i -> due.add("r" + i));
    due.add("stopping");
    assertEquals(due, slow.events);
    assertEquals(ObserverQueue.MAX_WAITING + more + 2, quick.events.size());
  }

  @Test
  void nothingComesAfterTheLastEvent() throws Exception {
    Recorder observer =
        new Recorder(1) {
          @Override
          public void ready() {
            events.add("ready");
          }
        };
    Observers observers = observers(LONG, observer);
    observers.ready();
    Thread closer = Thread.ofVirtual().start(observers::close);
    assertTrue(observer.begun.await(30, TimeUnit.SECONDS));
    observers.rootAdded(root("late"), false);
    observer.goOn.countDown();
    closer.join();
    observers.rootAdded(root("later"), false);
    assertEquals(List.of("ready", "stopping"), observer.events);
  }

  @Test
  void anObserverThatHangsHoldsUpTheEndForItsTimeOnlyAndIsInterrupted() throws Exception {
    CountDownLatch interrupted = new CountDownLatch(1);
    NodeObserver hanging =
        new NodeObserver() {
          @Override
          public void ready() {
            try {
              new CountDownLatch(1).await();
            } catch (InterruptedException e) {
              interrupted.countDown();
            }
          }
        };
    Recorder other = new Recorder(0);
    Observers observers = observers(Duration.ofMillis(50), hanging, other);
    observers.ready();
    observers.close();
    assertTrue(interrupted.await(30, TimeUnit.SECONDS));
    assertEquals(List.of("ready", "stopping"), other.events);
  }

  @Test
  void anErrorInOneEventKeepsNoLaterOneBack() throws Exception {
    Recorder observer =
        new Recorder(1) {
          @Override
          public void ready() {
            super.ready();
            throw new StackOverflowError("of the plugin");
          }
        };
    Observers observers = observers(LONG, observer);
    observers.ready();
    assertTrue(observer.begun.await(30, TimeUnit.SECONDS));
    observers.rootAdded(root("next"), false);
    observer.goOn.countDown();
    long deadline = System.nanoTime() + LONG.toNanos();
    while (observer.events.size() < 2 && System.nanoTime() < deadline) {
      Thread.onSpinWait();
    }
    assertEquals(List.of("ready", "next"), observer.events);
    observers.close();
  }

  @Test
  void closingTwiceWaitsForNobody() {
    Recorder observer = new Recorder(0);
    Observers observers = observers(Duration.ofDays(1), observer);
    observers.ready();
    observers.close();
    observers.close();
    assertEquals(List.of("ready", "stopping"), observer.events);
  }

  @Test
  void whatHappensBeforeTheNodeIsReadyComesAfterwards() {
    Recorder observer = new Recorder(0);
    Observers observers = observers(LONG, observer);
    observers.rootAdded(root("early"), false);
    observers.ready();
    observers.close();
    assertEquals(List.of("ready", "early", "stopping"), observer.events);
  }

  @Test
  void aNodeThatWasNeverReadyReportsNothing() {
    Recorder observer = new Recorder(0);
    Observers observers = observers(Duration.ofDays(1), observer);
    observers.rootAdded(root("early"), false);
    observers.close();
    observers.ready();
    assertEquals(List.of(), observer.events);
  }
}
