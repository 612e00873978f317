package io.shoal.runtime.connection;

import io.shoal.runtime.peer.PeerKey;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/// Whether peers of global scope can connect to this node, as far as it knows. It asks peers to
/// which it connected itself to connect back, and believes its own eyes first: a connection that
/// came in from outside outweighs whatever peers say. Confined to one thread at a time; has no
/// clock of its own.
final class Reachability {
  /// Hosts that must have tried in vain: one alone may lie, or be cut off itself.
  static final int MIN_DENIALS = 2;

  /// How long an observation counts: routers are set up anew, and machines move.
  static final long VALID_MILLIS = 60 * 60_000L;

  /// Before the same host is asked again.
  static final long ASK_AGAIN_MILLIS = 10 * 60_000L;

  /// An answer that comes later belongs to no question: connecting takes ten seconds at most.
  static final long ANSWER_MILLIS = 60_000;

  /// Hosts that were asked or denied, some 100 bytes each; the oldest is forgotten.
  static final int MAX_HOSTS = 256;

  private static final class Recent extends LinkedHashMap<PeerKey, Long> {
    private static final long serialVersionUID = 1;

    @Override
    protected boolean removeEldestEntry(Map.Entry<PeerKey, Long> eldest) {
      return size() > MAX_HOSTS;
    }
  }

  private final Recent asked = new Recent();
  private final Recent denials = new Recent();
  private OptionalLong reachedMillis = OptionalLong.empty();

  /// A connection came in from outside.
  void reached(long nowMillis) {
    reachedMillis = OptionalLong.of(nowMillis);
    denials.clear();
  }

  /// Whether to ask a host now; if so, it counts as asked.
  boolean ask(PeerKey host, long nowMillis) {
    Long before = asked.get(host);
    if (isReached(nowMillis) || before != null && nowMillis - before < ASK_AGAIN_MILLIS) {
      return false;
    }
    asked.remove(host);
    asked.put(host, nowMillis);
    return true;
  }

  /// A host reports whether it could connect. An answer without a question is ignored.
  void answered(PeerKey host, boolean connected, long nowMillis) {
    Long question = asked.get(host);
    if (question == null || nowMillis - question > ANSWER_MILLIS) {
      return;
    }
    if (connected) {
      reached(nowMillis);
    } else {
      denials.put(host, nowMillis);
    }
  }

  private boolean isReached(long nowMillis) {
    return reachedMillis.isPresent() && nowMillis - reachedMillis.getAsLong() < VALID_MILLIS;
  }

  /// The hosts that tried in vain, if they are enough to believe; else empty.
  Set<PeerKey> inVain(long nowMillis) {
    denials.values().removeIf(at -> nowMillis - at >= VALID_MILLIS);
    return isReached(nowMillis) || denials.size() < MIN_DENIALS
        ? Set.of()
        : new LinkedHashSet<>(denials.keySet());
  }
}
