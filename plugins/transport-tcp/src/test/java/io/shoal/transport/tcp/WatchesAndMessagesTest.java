package io.shoal.transport.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.shoal.api.Availability;
import io.shoal.api.Cid;
import io.shoal.api.PeerConnection;
import io.shoal.testkit.TestData;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class WatchesAndMessagesTest {
  private static final int POSITIONS = 1_000_000;
  private static final Availability COMPLETE = new Availability.Complete();
  private static final Cid ROOT = TestData.cid(new byte[] {42});

  @ParameterizedTest
  @ValueSource(strings = {"tcp", "tcps"})
  void aWatchTellsASnapshotAndThenEveryGain(String scheme) throws Exception {
    try (Nodes nodes = new Nodes()) {
      Nodes.Seed seed = nodes.seed(scheme, Map.of());
      List<Availability> reports = new CopyOnWriteArrayList<>();
      PeerConnection.Watch watch = nodes.dial(seed).watch(ROOT, reports::add);
      Nodes.await("the first report", () -> reports.size() == 1);
      assertEquals(new Availability.Unknown(), reports.getFirst());

      BitSet have = new BitSet();
      new Random(7).ints(400_000, 0, POSITIONS).forEach(have::set);
      PeerConnection.AvailabilityListener listener = seed.server().watches.get(ROOT);
      listener.availability(new Availability.Snapshot(have, POSITIONS));
      Nodes.await("the snapshot", () -> reports.size() == 2);
      assertEquals(new Availability.Snapshot(have, POSITIONS), reports.get(1));

      for (int i = 0; i < 50_000; i++) {
        listener.availability(new Availability.Gained(new int[] {i}));
      }
      BitSet gained = new BitSet();
      Nodes.await(
          "all gains",
          () -> {
            for (Availability update : reports) {
              if (update instanceof Availability.Gained(int[] positions)) {
                for (int position : positions) {
                  gained.set(position);
                }
              }
            }
            return gained.cardinality() == 50_000;
          });
      watch.close();
      Nodes.await("the end of the watch", () -> seed.server().unwatched.contains(ROOT));
    }
  }

  @Test
  void aSlowListenerDelaysUpdatesAndLosesNone() throws Exception {
    try (Nodes nodes = new Nodes()) {
      Nodes.Seed seed = nodes.seed("tcp", Map.of());
      CountDownLatch go = new CountDownLatch(1);
      List<Availability> reports = new CopyOnWriteArrayList<>();
      PeerConnection connection = nodes.dial(seed);
      for (int i = 0; i < 300; i++) {
        connection.watch(
            TestData.cid(new byte[] {(byte) i, (byte) (i >> 8), 1}),
            update -> {
              try {
                go.await();
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
              reports.add(update);
            });
      }
      Nodes.await("watched", () -> seed.server().watches.size() == 300);
      for (int i = 0; i < 100; i++) {
        seed.server().watches.values().forEach(w -> w.availability(new Availability.Unknown()));
      }
      seed.server().watches.values().forEach(w -> w.availability(new Availability.Complete()));
      go.countDown();
      Nodes.await(
          "the last update of all", () -> reports.stream().filter(COMPLETE::equals).count() == 300);
    }
  }

  @Test
  void watchesEndWithTheConnection() throws Exception {
    try (Nodes nodes = new Nodes()) {
      Nodes.Seed seed = nodes.seed("tcp", Map.of());
      PeerConnection connection = nodes.dial(seed);
      connection.watch(ROOT, _ -> {});
      Nodes.await("watched", () -> seed.server().watches.containsKey(ROOT));
      connection.close();
      Nodes.await("the end of the watch", () -> seed.server().unwatched.contains(ROOT));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcp", "tcps"})
  void messagesArriveInOrder(String scheme) throws Exception {
    try (Nodes nodes = new Nodes()) {
      Nodes.Seed seed = nodes.seed(scheme, Map.of());
      PeerConnection connection = nodes.dial(seed);
      for (int i = 0; i < 1000; i++) {
        connection.send(
            i, ByteBuffer.allocate(i % 2 == 0 ? 0 : PeerConnection.MAX_MESSAGE_SIZE_BYTES));
      }
      Nodes.await("all messages", () -> seed.server().messages.size() == 1000);
      for (int i = 0; i < 1000; i++) {
        int size = i % 2 == 0 ? 0 : PeerConnection.MAX_MESSAGE_SIZE_BYTES;
        assertEquals(i + ":" + size, seed.server().messages.get(i));
      }
      assertThrows(
          IllegalArgumentException.class,
          () -> connection.send(1, ByteBuffer.allocate(PeerConnection.MAX_MESSAGE_SIZE_BYTES + 1)));
    }
  }

  @Test
  void aReceiverThatIsStuckHoldsUpMessagesButNoChunks() throws Exception {
    try (Nodes nodes = new Nodes()) {
      Nodes.Seed plain = nodes.seed("tcp", Map.of());
      CountDownLatch go = new CountDownLatch(1);
      TestServer stuck =
          new TestServer() {
            @Override
            public void message(PeerConnection from, int type, ByteBuffer bytes) {
              try {
                go.await();
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
              super.message(from, type, bytes);
            }
          };
      PeerConnection connection = nodes.start("leech", Map.of()).connect(plain.address(), stuck);
      Nodes.await("connected", () -> !plain.server().connected.isEmpty());
      PeerConnection back = plain.server().connected.getFirst();
      CountDownLatch sent = new CountDownLatch(1);
      Thread sender =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      for (int i = 0; i < 70; i++) {
                        back.send(i, ByteBuffer.allocate(30_000));
                      }
                      sent.countDown();
                    } catch (Exception e) {
                      throw new IllegalStateException(e);
                    }
                  });
      byte[] bytes = TestData.bytes(1, 1 << 20);
      assertEquals(
          bytes.length, Nodes.readAll(Nodes.fetch(connection, plain.server().put(bytes))).length);
      assertEquals(1, sent.getCount());
      go.countDown();
      sent.await();
      sender.join();
      Nodes.await("all taken", () -> stuck.messages.size() == 70);
    }
  }
}
