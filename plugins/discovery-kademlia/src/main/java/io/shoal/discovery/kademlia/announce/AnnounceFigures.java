package io.shoal.discovery.kademlia.announce;

import io.shoal.discovery.kademlia.krpc.NodeId;
import io.shoal.discovery.kademlia.lookup.Lookup;
import io.shoal.discovery.kademlia.lookup.LookupRun;
import io.shoal.discovery.kademlia.maintenance.NetworkSize;
import java.time.Duration;
import java.util.List;

/// The figures of announcing: how it goes, what it costs, and how many keys can be kept.
/// Single-threaded.
public final class AnnounceFigures {
  /// A renewal that comes later than so many intervals after the one before is late: nodes in the
  /// field keep an announcement for thirty minutes (aria2), twice the default interval.
  private static final int ALLOWED_INTERVALS = 2;

  /// A key set that takes longer than this part of the time that is allowed leaves no room for lost
  /// datagrams and retries.
  private static final double USABLE_PART = 5.0 / 6;

  /// Keys that a node keeps of one announcer: libtorrent has room for so many in all, and ours take
  /// as many from one address.
  private static final int KEYS_PER_NODE = 2_000;

  /// From so many keys on a walk over all of them is too long to be done several times a second.
  private static final int MANY_KEYS = 1_000;

  private static final long MANY_KEYS_PAUSE_MILLIS = 5_000;

  /// So much of the newest measure counts.
  private static final double WEIGHT = 1.0 / 256;

  private final long allowedMillis;
  private final AnnouncedKeys keys;
  private final NetworkSize networkSize = new NetworkSize();
  private double queriesPerKey = AnnouncePace.QUERIES_PER_KEY;
  private long queries;
  private long announcements;
  private Walk walk = new Walk(0, 0, 0, 0, 0);
  private long walkMillis = Long.MIN_VALUE / 2;

  AnnounceFigures(Duration interval, AnnouncedKeys keys) {
    this.allowedMillis = ALLOWED_INTERVALS * interval.toMillis();
    this.keys = keys;
  }

  /// @param keys announced ones
  /// @param due those that should go out now
  /// @param kept those that other nodes keep, as far as is known
  /// @param overdue those that were not announced in time
  /// @param failed those that no other node took at the last try
  /// @param lagMillis by how much the latest is late
  /// @param limit how many can be renewed in time, by the pace, by what a node may be sent and by
  ///   what it has room for
  /// @param queries sent to announce, in all
  /// @param announcements of one key, in all
  /// @param networkNodes about how many nodes there are
  public record Progress(
      int keys,
      int due,
      int kept,
      long overdue,
      long failed,
      long lagMillis,
      long limit,
      long queries,
      long announcements,
      long networkNodes) {
    static final Progress NOTHING_YET = new Progress(0, 0, 0, 0, 0, 0, Long.MAX_VALUE, 0, 0, 0);
  }

  /// The sums of one walk over all keys.
  private record Walk(int due, int kept, long overdue, long failed, long lagMillis) {}

  /// A lookup found these closest to a key.
  void found(NodeId key, List<LookupRun.Holder> closest) {
    networkSize.found(key, closest.stream().map(LookupRun.Holder::contact).toList());
  }

  /// How far the closest of a key may plausibly reach, see [NetworkSize].
  double plausibleRadius(double otherwise) {
    return networkSize.plausibleRadius(otherwise);
  }

  /// So many queries went out.
  void sent(int count) {
    queries += count;
    queriesPerKey += WEIGHT * count;
  }

  /// A key went out.
  void announced() {
    announcements++;
    queriesPerKey -= WEIGHT * queriesPerKey;
  }

  /// @param local whether only local nodes are known
  Progress progress(boolean local, long nowMillis) {
    if (keys.size() < MANY_KEYS || nowMillis - walkMillis >= MANY_KEYS_PAUSE_MILLIS) {
      walk = walk(nowMillis);
      walkMillis = nowMillis;
    }
    return new Progress(
        keys.size(),
        walk.due(),
        walk.kept(),
        walk.overdue(),
        walk.failed(),
        walk.lagMillis(),
        limit(local),
        queries,
        announcements,
        networkSize.estimate());
  }

  private Walk walk(long nowMillis) {
    int[] due = {0};
    int[] kept = {0};
    long[] overdue = {0};
    long[] failed = {0};
    long[] most = {0};
    keys.forEach(
        entry -> {
          long late = entry.lateMillis(allowedMillis, nowMillis);
          due[0] += entry.isQueued() || entry.mayGo(0, nowMillis) ? 1 : 0;
          kept[0] += entry.isKept() && late <= 0 ? 1 : 0;
          overdue[0] += late > 0 ? 1 : 0;
          failed[0] += entry.hasFailed() ? 1 : 0;
          most[0] = Math.max(most[0], late);
        });
    return new Walk(due[0], kept[0], overdue[0], failed[0], most[0]);
  }

  private long limit(boolean local) {
    double seconds = allowedMillis * USABLE_PART / 1000;
    if (local) {
      return (long) (AnnouncePace.LOCAL_KEYS_PER_SECOND * seconds);
    }
    double perKey = Math.max(queriesPerKey, 1e-3);
    double byPace = (double) AnnouncePace.KEYS_PER_SECOND * AnnouncePace.QUERIES_PER_KEY / perKey;
    double perNode = 1000.0 / AddressPacer.SPACING_MILLIS;
    double nodes = Math.max(1, networkSize.estimate());
    double byNodes = nodes * perNode / perKey;
    double byRoom = KEYS_PER_NODE * nodes / Math.min(nodes, Lookup.CLOSEST);
    return (long) Math.min(byRoom, Math.min(byPace, byNodes) * seconds);
  }
}
