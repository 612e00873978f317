package io.shoal.runtime.observer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Cid;
import io.shoal.api.Multihash;
import io.shoal.api.NodeObserver;
import io.shoal.runtime.plugin.ActivePlugins;
import io.shoal.runtime.plugin.border.CallDeadlines;
import io.shoal.runtime.plugin.border.PluginBorder;
import io.shoal.runtime.store.KeptRoot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What observers hear, and what they cannot disturb.
@Timeout(60)
class ObserversTest {
  private static final Cid CID = Cid.of(Cid.RAW, Multihash.of(Multihash.SHA2_256, new byte[32]));

  private final CallDeadlines deadlines = new CallDeadlines(() -> 0);

  /// Records the sizes of roots, which tell events apart.
  private static class Recorder implements NodeObserver {
    final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

    @Override
    public void ready() {
      heard.add("ready");
    }

    @Override
    public void rootAdded(Root root) {
      heard.add("added " + root.sizeBytes());
    }

    @Override
    public void stopping() {
      heard.add("stopping");
    }

    String next() throws InterruptedException {
      return String.valueOf(heard.poll(30, TimeUnit.SECONDS));
    }
  }

  /// Waits in its first event until it is released.
  private static final class Stuck extends Recorder {
    final CountDownLatch entered = new CountDownLatch(1);
    final CountDownLatch goOn = new CountDownLatch(1);
    volatile boolean interrupted;

    @Override
    public void ready() {
      entered.countDown();
      try {
        goOn.await();
      } catch (InterruptedException e) {
        interrupted = true;
      }
      super.ready();
    }
  }

  private static final class Throwing extends Recorder {
    @Override
    public void ready() {
      throw new NoSuchMethodError("gone()");
    }
  }

  private Observers observers(Duration stopWithin, NodeObserver... each) {
    List<ActivePlugins.Active<NodeObserver>> active = new ArrayList<>();
    for (NodeObserver observer : each) {
      NodeObserver guarded =
          (NodeObserver) new PluginBorder(deadlines).around("observer-test", observer);
      active.add(new ActivePlugins.Active<>("observer-test", guarded));
    }
    return new Observers(active, stopWithin);
  }

  private static void add(Observers observers, int from, int to) {
    IntStream.range(from, to)
        .forEach(size -> observers.rootAdded(KeptRoot.pinned(CID, "", size, false), false));
  }

  @Test
  void eventsComeInOrderAndTheEndComesLast() throws Exception {
    Recorder recorder = new Recorder();
    Observers observers = observers(Duration.ofSeconds(30), recorder);
    observers.ready();
    add(observers, 0, 100);
    observers.close();
    add(observers, 100, 101);

    assertEquals("ready", recorder.next());
    for (int i = 0; i < 100; i++) {
      assertEquals("added " + i, recorder.next());
    }
    assertEquals("stopping", recorder.next());
    assertTrue(recorder.heard.isEmpty());
    assertEquals(0, observers.dropped());
  }

  @Test
  void theSecondEndWaitsForNothing() throws Exception {
    Recorder recorder = new Recorder();
    Observers observers = observers(Duration.ofMinutes(10), recorder);
    observers.ready();
    observers.close();
    observers.close();
    assertEquals("ready", recorder.next());
    assertEquals("stopping", recorder.next());
    assertTrue(recorder.heard.isEmpty());
  }

  @Test
  void aSlowObserverLosesTheOldestAndHoldsUpNoOther() throws Exception {
    Stuck slow = new Stuck();
    Recorder quick = new Recorder();
    Observers observers = observers(Duration.ofSeconds(30), slow, quick);
    observers.ready();
    slow.entered.await();
    assertEquals("ready", quick.next());
    int all = ObserverQueue.MAX_WAITING + 10;
    for (int i = 0; i < all; i++) {
      add(observers, i, i + 1);
      assertEquals("added " + i, quick.next());
    }
    assertEquals(10, observers.dropped());
    slow.goOn.countDown();
    assertEquals("ready", slow.next());
    for (int i = 10; i < all; i++) {
      assertEquals("added " + i, slow.next());
    }
    observers.close();
  }

  @Test
  void whatItThrowsEndsOneCallAndNoOther() throws Exception {
    Throwing throwing = new Throwing();
    Observers observers = observers(Duration.ofSeconds(30), throwing);
    observers.ready();
    observers.ready();
    add(observers, 1, 2);
    assertEquals("added 1", throwing.next());
    observers.close();
    assertEquals("stopping", throwing.next());
  }

  @Test
  void theEndDoesNotWaitForAnObserverThatHangs() throws Exception {
    Stuck hanging = new Stuck();
    Recorder other = new Recorder();
    Observers observers = observers(Duration.ofMillis(10), hanging, other);
    observers.ready();
    hanging.entered.await();
    observers.close();
    assertEquals("ready", hanging.next());
    assertTrue(hanging.interrupted);
    assertEquals("ready", other.next());
    assertEquals("stopping", other.next());
    assertTrue(hanging.heard.isEmpty(), "it heard of nothing more");
  }
}
