package io.shoal.runtime.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Cid;
import io.shoal.api.Discovery;
import io.shoal.api.DiscoveryStatus;
import io.shoal.api.Multihash;
import io.shoal.api.PeerAddress;
import io.shoal.api.PluginContext;
import io.shoal.api.SignedRecords;
import io.shoal.runtime.testing.MemoryNetwork;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class AnnouncerTest {
  private static final Cid CID = Cid.of(Cid.RAW, Multihash.of(Multihash.SHA2_256, new byte[32]));

  /// A discovery that waits before it announces, and records its calls.
  private static final class SlowBoard implements Discovery {
    final CountDownLatch asked = new CountDownLatch(1);
    final CountDownLatch goOn = new CountDownLatch(1);
    final BlockingQueue<String> events = new LinkedBlockingQueue<>();

    @Override
    public void start(PluginContext context) {}

    @Override
    public Map<PeerAddress, Announcement> announce(Cid cid, List<PeerAddress> endpoints)
        throws InterruptedException {
      asked.countDown();
      goOn.await();
      events.add("announced");
      return Map.of();
    }

    @Override
    public void withdraw(Cid cid) {
      events.add("withdrawn");
    }

    @Override
    public void findProviders(Cid cid, Set<String> schemes, ProviderSink sink) {}

    @Override
    public DiscoveryStatus status() {
      return new DiscoveryStatus(Optional.empty(), 1, 0, 0, Duration.ZERO, List.of(), Map.of());
    }

    @Override
    public Optional<SignedRecords> signedRecords() {
      return Optional.empty();
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
    announcer.start(List.of(MemoryNetwork.address("here")));
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
}
