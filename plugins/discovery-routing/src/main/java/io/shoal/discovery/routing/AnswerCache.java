package io.shoal.discovery.routing;

import io.shoal.api.Multihash;
import io.shoal.api.PeerAddress;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/// Answers of servers, the least used of which go first. Bounded by their number and by the
/// addresses in them. Usable from any thread.
final class AnswerCache {
  /// A download asks for a few contents; a thousand are those of a day.
  static final int MAX_ANSWERS = 1_000;

  /// About 4 MB, at 200 bytes each.
  static final int MAX_ADDRESSES = 20_000;

  private record Key(RoutingEndpoint endpoint, Multihash content) {}

  /// An answer, with the nanoTime until which it holds.
  ///
  /// @param etag what the server calls it; empty if it has no name
  record Answer(List<PeerAddress> addresses, String etag, long freshUntil, long usableUntil) {
    Answer {
      addresses = List.copyOf(addresses);
    }

    boolean isFresh(long nanos) {
      return freshUntil - nanos > 0;
    }

    /// Instead of an error.
    boolean isUsable(long nanos) {
      return usableUntil - nanos > 0;
    }
  }

  private final LongSupplier nanoTime;
  private final Map<Key, Answer> answers = new LinkedHashMap<>(16, 0.75f, true);
  private int addresses;

  AnswerCache(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  synchronized Optional<Answer> get(RoutingEndpoint endpoint, Multihash content) {
    return Optional.ofNullable(answers.get(new Key(endpoint, content)));
  }

  synchronized void put(
      RoutingEndpoint endpoint,
      Multihash content,
      List<PeerAddress> found,
      String etag,
      Freshness freshness) {
    Key key = new Key(endpoint, content);
    Answer before = answers.remove(key);
    addresses -= before == null ? 0 : before.addresses().size();
    boolean useful =
        !etag.isEmpty()
            || freshness.fresh().compareTo(Duration.ZERO) > 0
            || freshness.ifError().compareTo(Duration.ZERO) > 0;
    if (!freshness.kept() || !useful || found.size() > MAX_ADDRESSES) {
      return;
    }
    long now = nanoTime.getAsLong();
    answers.put(
        key,
        new Answer(
            found, etag, now + freshness.fresh().toNanos(), now + freshness.ifError().toNanos()));
    addresses += found.size();
    Iterator<Answer> oldest = answers.values().iterator();
    while (answers.size() > MAX_ANSWERS || addresses > MAX_ADDRESSES) {
      addresses -= oldest.next().addresses().size();
      oldest.remove();
    }
  }

  synchronized int size() {
    return answers.size();
  }
}
