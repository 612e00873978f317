package io.shoal.discovery.kademlia.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.discovery.kademlia.announce.AnnounceFigures;
import io.shoal.discovery.kademlia.routing.DhtSettings;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;

/// What it takes to keep many keys announced: in a network of five hundred nodes here, of ten
/// thousand at full size. Every figure replays from its seed.
class AnnounceScaleTest {
  private static final boolean FULL = Boolean.getBoolean("shoal.full");
  private static final int NODES = FULL ? 10_000 : 500;
  private static final int MANY = FULL ? 100_000 : 1_000;
  private static final long SEED = 7;

  /// The sixteen that the tokens cost, and two for what has to be learned.
  private static final double MOST_QUERIES_A_KEY = 18;

  /// Half of the floor without them, where a node is among the closest to thirty keys only.
  private static final double MOST_QUERIES_IN_BATCHES = 8;

  private static final int MOST_PACKETS_A_SECOND = 5;

  /// After that time aria2 has forgotten an announcement.
  private static final Duration EXPIRY = Duration.ofMinutes(30);

  private static final double MIB = 1024 * 1024;
  private static final double MOST_HEAP_MIB = 64;

  private static double queriesOfOne(long queries, long announcements) {
    return (double) queries / announcements;
  }

  /// @param begin the figures when all first announcements had ended; some keys may have been
  ///   renewed by then
  private static String line(
      int keys, AnnounceScale scale, Duration first, AnnounceFigures.Progress begin) {
    AnnounceFigures.Progress end = scale.figures().announcing();
    return String.format(
        Locale.ROOT,
        "%d keys, %d nodes: first %.2f queries a key in %d s, renewal %.2f, at most %d packets a"
            + " second to an address, %.2f of the 8 closest keep a key, renewed after %d s at most",
        keys,
        NODES,
        queriesOfOne(begin.queries(), begin.announcements()),
        first.toSeconds(),
        queriesOfOne(end.queries() - begin.queries(), end.announcements() - begin.announcements()),
        scale.watch().mostInASecond(),
        scale.keepersOfTheClosest(100),
        scale.watch().longest().toSeconds());
  }

  @Test
  void manyKeysTakeLittleMoreThanTheirTokensAndAreRenewedInTime(TestReporter reporter) {
    AnnounceScale scale = new AnnounceScale(SEED, NODES, Optional.empty());
    scale.announce(MANY);
    Duration first = scale.runUntilTold(EXPIRY);
    AnnounceFigures.Progress begin = scale.figures().announcing();
    assertEquals(MANY, scale.announced(), () -> scale.figures().toString());
    reporter.publishEntry(
        String.format(
            Locale.ROOT,
            "%d keys: first round in %d s, %.2f queries a key",
            MANY,
            first.toSeconds(),
            queriesOfOne(begin.queries(), begin.announcements())));
    scale.runUntilRenewed(
        EXPIRY, () -> assertEquals(0, scale.figures().overdueKeys(), scale.figures()::toString));
    AnnounceFigures.Progress end = scale.figures().announcing();
    String line = line(MANY, scale, first, begin);
    reporter.publishEntry(line);
    assertTrue(end.announcements() >= 2L * MANY, line);
    assertTrue(scale.watch().longest().compareTo(EXPIRY) < 0, line);
    assertTrue(end.queries() <= MOST_QUERIES_A_KEY * end.announcements(), line);
    assertTrue(scale.watch().mostInASecond() <= MOST_PACKETS_A_SECOND, line);
    assertTrue(scale.keepersOfTheClosest(100) > 7.9, line);
    assertEquals(0, scale.refused(), line);
    assertEquals(0, scale.watch().batches(), "only nodes that know the query get it");
    double heap = scale.heapOfTheAnnouncer() / MIB;
    reporter.publishEntry(String.format(Locale.ROOT, "%d keys: %.1f MiB of heap", MANY, heap));
    assertTrue(heap < MOST_HEAP_MIB, () -> heap + " MiB");
  }

  @Test
  void nodesOfShoalTakeManyKeysAtOnce(TestReporter reporter) {
    AnnounceScale scale = new AnnounceScale(SEED, NODES, Optional.of(DhtSettings.VERSION));
    scale.announce(MANY);
    Duration first = scale.runUntilTold(EXPIRY);
    AnnounceFigures.Progress begin = scale.figures().announcing();
    scale.runUntilRenewed(EXPIRY, () -> {});
    AnnounceFigures.Progress end = scale.figures().announcing();
    String line = "in batches: " + line(MANY, scale, first, begin);
    reporter.publishEntry(line);
    assertEquals(0, scale.figures().overdueKeys(), line);
    assertTrue(end.announcements() >= 2L * MANY, line);
    assertTrue(end.queries() <= MOST_QUERIES_IN_BATCHES * end.announcements(), line);
    assertTrue(scale.watch().mostInASecond() <= MOST_PACKETS_A_SECOND, line);
    assertTrue(scale.keepersOfTheClosest(100) > 7.9, line);
  }

  @Test
  void fewKeysAreRenewedAtTheNodesThatAreKnownFromBefore(TestReporter reporter) {
    int few = 100;
    AnnounceScale scale = new AnnounceScale(SEED, NODES, Optional.empty());
    scale.announce(few);
    Duration first = scale.runUntilTold(EXPIRY);
    AnnounceFigures.Progress begin = scale.figures().announcing();
    scale.runUntilRenewed(EXPIRY, () -> {});
    double alone = AnnounceScale.queriesOfFullLookups(SEED, NODES, few);
    AnnounceFigures.Progress end = scale.figures().announcing();
    String line = line(few, scale, first, begin);
    reporter.publishEntry(line);
    reporter.publishEntry(String.format(Locale.ROOT, "a full lookup a key: %.2f queries", alone));
    assertTrue(begin.queries() <= alone * few, line);
    assertTrue(
        end.queries() - begin.queries()
            <= MOST_QUERIES_A_KEY * (end.announcements() - begin.announcements()),
        line);
  }
}
