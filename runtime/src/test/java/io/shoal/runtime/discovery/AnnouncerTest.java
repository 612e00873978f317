package io.shoal.runtime.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Cid;
import io.shoal.api.Discovery;
import io.shoal.api.DiscoveryStatus;
import io.shoal.api.Multihash;
import io.shoal.api.PeerAddress;
import io.shoal.api.PluginContext;
import io.shoal.runtime.testing.MemoryNetwork;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class AnnouncerTest {
  private static final Cid CID = Cid.of(Cid.RAW, Multihash.of(Multihash.SHA2_256, new byte[32]));

  private static final PeerAddress HERE = MemoryNetwork.address("here");

  /// A discovery that waits before it announces, and records its calls.
  private static class SlowBoard implements Discovery {
    final CountDownLatch asked = new CountDownLatch(1);
    final CountDownLatch goOn = new CountDownLatch(1);
    final List<List<PeerAddress>> places = new CopyOnWriteArrayList<>();
    final BlockingQueue<String> events = new LinkedBlockingQueue<>();

    @Override
    public void start(PluginContext context) {}

    @Override
    public void reachableAt(List<PeerAddress> endpoints) {
      places.add(endpoints);
    }

    @Override
    public void announce(Cid cid) throws InterruptedException {
      asked.countDown();
      goOn.await();
      events.add("announced");
    }

    @Override
    public void withdraw(Cid cid) {
      events.add("withdrawn");
    }

    @Override
    public void findProviders(Cid cid, Set<String> schemes, ProviderSink sink) {}

    @Override
    public DiscoveryStatus status() {
      return DiscoveryStatus.builder().reachablePeers(1).build();
    }

    @Override
    public void close() {}

    String next() throws InterruptedException {
      return String.valueOf(events.poll(30, TimeUnit.SECONDS));
    }
  }

  private final SlowBoard board = new SlowBoard();
  private final Set<Cid> withheld = ConcurrentHashMap.newKeySet();

  private Announcer begun() {
    Announcer announcer = new Announcer(Map.of("board", board), withheld::contains);
    announcer.reachableAt(List.of(HERE));
    return announcer;
  }

  @Test
  void aKeyWithdrawnWhileBeingAnnouncedIsWithdrawnAgain() throws Exception {
    try (Announcer announcer = begun()) {
      announcer.announce(CID);
      assertTrue(board.asked.await(30, TimeUnit.SECONDS));

      announcer.withdraw(CID);
      assertEquals("withdrawn", board.next());
      board.goOn.countDown();

      assertEquals("announced", board.next());
      assertEquals("withdrawn", board.next());
    }
  }

  @Test
  void aKeyWithheldMeanwhileIsWithdrawn() throws Exception {
    try (Announcer announcer = begun()) {
      announcer.announce(CID);
      assertTrue(board.asked.await(30, TimeUnit.SECONDS));

      withheld.add(CID);
      board.goOn.countDown();
      assertEquals("announced", board.next());
      assertEquals("withdrawn", board.next());
    }
  }

  @Test
  void endpointsAreReportedAtOnceAndAtEveryChangeWhetherOrNotAnythingIsAnnounced() {
    PeerAddress there = MemoryNetwork.address("there");
    try (Announcer announcer = begun()) {
      announcer.reachableAt(List.of(HERE, there));
      announcer.reachableAt(List.of());
    }
    assertEquals(List.of(List.of(HERE), List.of(HERE, there), List.of()), board.places);
    assertTrue(board.events.isEmpty(), board.events::toString);
  }

  @Test
  void nothingIsAnnouncedBeforeTheEndpointsAreKnown() throws Exception {
    try (Announcer announcer = new Announcer(Map.of("board", board), withheld::contains)) {
      announcer.announce(CID);
      assertEquals(0, announcer.waiting(), "nothing is late yet");
      board.goOn.countDown();

      announcer.reachableAt(List.of(HERE));

      assertEquals("announced", board.next());
      assertEquals(List.of(List.of(HERE)), board.places);
    }
  }

  @Test
  void aDiscoveryThatIsSlowOrBrokenDoesNotKeepTheOthersWaiting() throws Exception {
    Discovery broken =
        new SlowBoard() {
          @Override
          public void reachableAt(List<PeerAddress> endpoints) {
            throw new IllegalStateException("a bug");
          }
        };
    SlowBoard quick = new SlowBoard();
    quick.goOn.countDown();
    try (Announcer announcer =
        new Announcer(
            Map.of("board", board, "broken", broken, "quick", quick), withheld::contains)) {
      announcer.reachableAt(List.of(HERE));
      announcer.announce(CID);

      assertEquals("announced", quick.next());
      assertTrue(board.asked.await(30, TimeUnit.SECONDS));
    }
  }
}
