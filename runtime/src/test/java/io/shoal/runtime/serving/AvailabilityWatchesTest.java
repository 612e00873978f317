package io.shoal.runtime.serving;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Availability;
import io.shoal.api.Cid;
import io.shoal.api.Multihash;
import io.shoal.api.PeerAddress;
import io.shoal.api.PeerConnection;
import io.shoal.api.RemotePeer;
import io.shoal.runtime.testing.SilentConnection;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class AvailabilityWatchesTest {
  private static final Cid ROOT =
      Cid.of(Cid.DAG_PB, Multihash.of(Multihash.SHA2_256, new byte[32]));

  private final AtomicReference<Availability> here =
      new AtomicReference<>(new Availability.Unknown());
  private final AvailabilityWatches watches = new AvailabilityWatches(any -> here.get());

  private static PeerConnection peer(int number) {
    return new SilentConnection(
        RemotePeer.at(PeerAddress.of("tcps://192.0.2." + number + ":4600")).build());
  }

  private static Availability snapshot(int... positions) {
    BitSet have = new BitSet();
    for (int position : positions) {
      have.set(position);
    }
    return new Availability.Snapshot(have, 100);
  }

  /// Another thread must get through while a listener is called.
  @Test
  void noLockIsHeldWhileAListenerIsCalled() throws Exception {
    List<Availability> other = new CopyOnWriteArrayList<>();
    CountDownLatch done = new CountDownLatch(1);
    PeerConnection.AvailabilityListener curious =
        news -> {
          Thread asking =
              Thread.ofVirtual()
                  .start(
                      () -> {
                        watches.watch(peer(2), ROOT, other::add).close();
                        watches.peers(ROOT);
                        watches.roots();
                        done.countDown();
                      });
          try {
            asking.join();
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
        };

    watches.watch(peer(1), ROOT, curious);

    assertEquals(0, done.getCount());
    assertEquals(List.of(new Availability.Unknown()), other);
  }

  @Test
  void aListenerMayCallBackInItsOwnThread() {
    List<Availability> told = new ArrayList<>();
    watches.watch(
        peer(1),
        ROOT,
        news -> {
          told.add(news);
          if (told.size() == 1) {
            here.set(new Availability.Complete());
            watches.changed(ROOT);
          }
        });

    assertEquals(List.of(new Availability.Unknown(), new Availability.Complete()), told);
  }

  @Test
  void reportsOfManyThreadsComeOneAtATimeAndNoneIsLost() throws Exception {
    here.set(snapshot());
    int threads = 8;
    int each = 200;
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger together = new AtomicInteger();
    List<Availability> told = new ArrayList<>();
    BitSet have = new BitSet();
    BitSet stored = new BitSet();
    watches.watch(
        peer(1),
        ROOT,
        news -> {
          if (inside.incrementAndGet() > 1) {
            together.incrementAndGet();
          }
          told.add(news);
          if (news instanceof Availability.Snapshot now) {
            have.clear();
            have.or(now.have());
          } else if (news instanceof Availability.Gained more) {
            for (int position : more.positions()) {
              have.set(position);
            }
          }
          inside.decrementAndGet();
        });
    List<Thread> gaining = new ArrayList<>();
    for (int thread = 0; thread < threads; thread++) {
      int from = thread * each;
      gaining.add(
          Thread.ofVirtual()
              .start(
                  () -> {
                    for (int position = from; position < from + each; position++) {
                      synchronized (stored) {
                        stored.set(position);
                        here.set(
                            new Availability.Snapshot((BitSet) stored.clone(), threads * each));
                      }
                      watches.gained(ROOT, new int[] {position});
                    }
                  }));
    }
    for (Thread thread : gaining) {
      thread.join();
    }

    assertEquals(0, together.get());
    assertInstanceOf(Availability.Snapshot.class, told.getFirst());
    assertEquals(threads * each, have.cardinality());
  }

  /// However slow a listener is, what waits for it is bounded: one report of everything takes the
  /// place of many.
  @Test
  void whatWaitsForASlowListenerIsJoined() throws Exception {
    here.set(snapshot());
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    List<Availability> told = new CopyOnWriteArrayList<>();
    Thread first =
        Thread.ofVirtual()
            .start(
                () ->
                    watches.watch(
                        peer(1),
                        ROOT,
                        news -> {
                          told.add(news);
                          entered.countDown();
                          try {
                            goOn.await();
                          } catch (InterruptedException e) {
                            throw new AssertionError(e);
                          }
                        }));
    entered.await();
    for (int position = 0; position < Watcher.MAX_WAITING * 10; position++) {
      watches.gained(ROOT, new int[] {position});
    }
    here.set(snapshot(1, 2, 3));
    goOn.countDown();
    first.join();

    assertTrue(told.size() <= Watcher.MAX_WAITING + 2, () -> told.size() + " reports");
    assertTrue(told.contains(snapshot(1, 2, 3)), told::toString);
  }

  @Test
  void aListenerThatFailsIsCalledNoMoreAndHarmsNoOther() {
    AtomicInteger calls = new AtomicInteger();
    List<Availability> told = new ArrayList<>();
    watches.watch(
        peer(1),
        ROOT,
        news -> {
          calls.incrementAndGet();
          throw new IllegalStateException("a bug of the transport");
        });
    watches.watch(peer(2), ROOT, told::add);
    watches.gained(ROOT, new int[] {1, 2});

    assertEquals(1, calls.get());
    assertArrayEquals(
        new int[] {1, 2}, assertInstanceOf(Availability.Gained.class, told.get(1)).positions());
  }

  @Test
  void connectionsThatAreEqualAreWatchersOfTheirOwn() {
    List<Availability> told = new ArrayList<>();
    PeerConnection.AvailabilityListener both = told::add;
    PeerConnection one = peer(1);
    PeerConnection other = peer(1);
    assertEquals(one, other);

    PeerConnection.Watch watch = watches.watch(one, ROOT, both);
    watches.watch(other, ROOT, both);
    assertEquals(2, watches.peers(ROOT).size());
    watch.close();
    watch.close();

    assertEquals(1, watches.peers(ROOT).size());
    assertSame(other, watches.peers(ROOT).getFirst());
    watches.changed(ROOT);
    assertEquals(3, told.size());
    assertEquals(Set.of(ROOT), watches.roots());
  }
}
