package io.shoal.discovery.kademlia.respond;

import io.shoal.discovery.kademlia.krpc.NodeId;
import io.shoal.discovery.kademlia.krpc.Packet.Content;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// The sample of stored keys that this node shows to others (BEP 51): the same for a while, so that
/// asking again at once brings nothing and a reply gives away little. Single-threaded.
public final class KeySample {
  /// As many as libtorrent sends: 400 bytes, which fit into a packet beside nodes of both families.
  static final int MAX_KEYS = 20;

  /// Announcements live for 45 minutes; a node that asks all the time sees some 180 keys in that
  /// time.
  public static final long LIFETIME_MILLIS = 5 * 60_000;

  private final ProviderStore providers;
  private List<NodeId> keys = List.of();
  private long drawnMillis;
  private boolean drawn;

  KeySample(ProviderStore providers) {
    this.providers = providers;
  }

  Content.Samples at(long nowMillis) {
    if (!drawn || nowMillis - drawnMillis >= LIFETIME_MILLIS) {
      keys = providers.someKeys(MAX_KEYS);
      drawnMillis = nowMillis;
      drawn = true;
    }
    long leftMillis = LIFETIME_MILLIS - (nowMillis - drawnMillis);
    int interval = Math.toIntExact(TimeUnit.MILLISECONDS.toSeconds(leftMillis + 999));
    return new Content.Samples(interval, providers.keys(), keys);
  }
}
