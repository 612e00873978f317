package io.shoal.discovery.kademlia.announce;

import io.shoal.discovery.kademlia.bencode.Bytes;
import io.shoal.discovery.kademlia.krpc.Contact;
import io.shoal.discovery.kademlia.krpc.NodeId;
import io.shoal.discovery.kademlia.krpc.TokenIssuer;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/// The nodes that announcements met along the key space, in a window that slides with them: those
/// that answered, and those that were silent. The next key nearby goes straight to its closest
/// nodes. Single-threaded.
final class Neighbourhood {
  /// Those heard of last, at about 250 bytes each: the whole of a private network, or the
  /// surroundings of more than a thousand keys.
  static final int MAX_NODES = 16_384;

  /// As long as the table trusts a node without asking, and somewhat more than a sweep takes.
  static final long REMEMBERED_MILLIS = 30 * 60_000;

  /// Less than the five minutes for which a token holds at least, by as much as a batch waits.
  static final long GRANT_MILLIS = TokenIssuer.SECRET_LIFETIME_MILLIS - 60_000;

  /// Other nodes name a dead node for as long; asking it again for every key would cost more than a
  /// node that came back so soon brings.
  static final long SILENT_MILLIS = 3 * 60_000;

  /// Queries in a row without an answer after which a node counts as silent: one may be a lost
  /// datagram.
  static final int FAILURES_UNTIL_SILENT = 2;

  /// As many as may fall silent in that time where half of [#MAX_NODES] leave in an hour.
  static final int MAX_SILENT = 1_024;

  private final TreeMap<NodeId, Known> byId = new TreeMap<>();

  /// The same, heard of longest ago first.
  private final Map<NodeId, Known> byAge = new LinkedHashMap<>();

  private final Map<InetSocketAddress, Silence> silences =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<InetSocketAddress, Silence> eldest) {
          return size() > MAX_SILENT;
        }
      };

  private record Known(Contact contact, long heardMillis, Optional<Grant> grant) {}

  /// The right to announce any keys to a node that takes many at once.
  ///
  /// @param key the one whose lookup brought the token
  record Grant(NodeId key, Bytes token, long givenMillis) {
    boolean isFresh(long nowMillis) {
      return nowMillis - givenMillis < GRANT_MILLIS;
    }
  }

  private record Silence(int failures, long untilMillis) {}

  /// A node answered.
  void answered(Contact contact, long nowMillis) {
    Optional<Grant> grant = grant(contact, nowMillis);
    remember(new Known(contact, nowMillis, grant), nowMillis);
  }

  /// A node that takes many keys at once answered a lookup.
  void granted(Contact contact, Grant grant) {
    remember(new Known(contact, grant.givenMillis(), Optional.of(grant)), grant.givenMillis());
  }

  /// The right to announce to a node, if it is fresh.
  Optional<Grant> grant(Contact contact, long nowMillis) {
    Known known = byId.get(contact.id());
    return known == null || !known.contact().equals(contact)
        ? Optional.empty()
        : known.grant().filter(grant -> grant.isFresh(nowMillis));
  }

  /// A node did not take what it granted.
  void revoke(Contact contact) {
    Known known = byId.get(contact.id());
    if (known != null) {
      Known without = new Known(known.contact(), known.heardMillis(), Optional.empty());
      byId.put(contact.id(), without);
      byAge.replace(contact.id(), without);
    }
  }

  private void remember(Known known, long nowMillis) {
    Contact contact = known.contact();
    silences.remove(contact.address());
    byAge.remove(contact.id());
    byAge.put(contact.id(), known);
    byId.put(contact.id(), known);
    while (!byAge.isEmpty()) {
      Map.Entry<NodeId, Known> eldest = byAge.entrySet().iterator().next();
      boolean old = nowMillis - eldest.getValue().heardMillis() > REMEMBERED_MILLIS;
      if (!old && byAge.size() <= MAX_NODES) {
        break;
      }
      forget(eldest.getKey());
    }
  }

  /// A node did not answer.
  void failed(InetSocketAddress address, Optional<NodeId> id, long nowMillis) {
    Silence before = silences.remove(address);
    int failures = before == null ? 1 : before.failures() + 1;
    silences.put(address, new Silence(failures, nowMillis + SILENT_MILLIS));
    if (failures >= FAILURES_UNTIL_SILENT) {
      id.ifPresent(this::forget);
    }
  }

  private void forget(NodeId id) {
    byAge.remove(id);
    byId.remove(id);
  }

  /// Whether a node was silent a short while ago.
  boolean isSilent(InetSocketAddress address, long nowMillis) {
    Silence silence = silences.get(address);
    return silence != null
        && silence.failures() >= FAILURES_UNTIL_SILENT
        && silence.untilMillis() > nowMillis;
  }

  /// The closest that it knows, closest first.
  List<Contact> closest(NodeId target, int max) {
    List<Contact> out = new ArrayList<>();
    if (byId.isEmpty()) {
      return out;
    }
    // A node that shares more leading bits is closer: the longest prefix that enough nodes share
    // will do.
    int bits = longestShared(target);
    NavigableMap<NodeId, Known> sharing = sharing(target, bits);
    while (bits > 0 && !hasMore(sharing, max)) {
      bits--;
      sharing = sharing(target, bits);
    }
    sharing.values().forEach(known -> out.add(known.contact()));
    out.sort((a, b) -> target.compareDistance(a.id(), b.id()));
    return out.size() <= max ? out : List.copyOf(out.subList(0, max));
  }

  private int longestShared(NodeId target) {
    NodeId below = byId.floorKey(target);
    NodeId above = byId.ceilingKey(target);
    return Math.max(
        below == null ? 0 : target.commonPrefixBits(below),
        above == null ? 0 : target.commonPrefixBits(above));
  }

  private NavigableMap<NodeId, Known> sharing(NodeId target, int bits) {
    return byId.subMap(target.firstAtPrefix(bits), true, target.lastAtPrefix(bits), true);
  }

  /// Whether it has at least `max`, without counting a large view to its end.
  private static boolean hasMore(NavigableMap<NodeId, Known> view, int max) {
    int seen = 0;
    for (NodeId ignored : view.keySet()) {
      if (++seen >= max) {
        return true;
      }
    }
    return false;
  }

  int size() {
    return byId.size();
  }
}
