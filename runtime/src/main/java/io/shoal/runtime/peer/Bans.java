package io.shoal.runtime.peer;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Which peers are banned for sending wrong bytes, why and until when. A peer with a proven
/// identity is banned by peer id; any other by host, if this node dialled it.
///
/// Identities cost nothing, so bans add up: [#PEERS_OF_A_HOST] within an hour make the host
/// distrusted, [#PEERS_OF_A_NETWORK] the network around it. A peer of a distrusted host or network
/// that has no merits of its own is neither dialled nor asked for anything, but may still connect
/// and fetch: many peers share one address behind a translator, and one of them must not be able to
/// shut all others out by lying under a few names.
///
/// Pure: time is passed in. Confined to one thread or one lock.
public final class Bans {
  /// Bans that are remembered, lapsed ones included; about 300 bytes each.
  static final int MAX_BANS = 4_096;

  /// How long a first ban lasts. Long enough that lying does not pay, short enough for a repaired
  /// machine to come back. Each further one is twice as long.
  static final Duration FIRST = Duration.ofHours(1);

  /// No ban is longer: an address has another owner tomorrow.
  private static final Duration LONGEST = Duration.ofHours(24);

  /// A ban that ended this long ago does not make the next one longer.
  static final Duration REMEMBERED = Duration.ofDays(7);

  /// Bans this close to each other add up.
  static final Duration TOGETHER = Duration.ofHours(1);

  /// Peers of one host that are banned within [#TOGETHER] before it is distrusted. A household has
  /// one broken machine, not four.
  public static final int PEERS_OF_A_HOST = 4;

  /// The same for a network: below it lie 256 hosts (65,536 of IPv6), each good for three.
  public static final int PEERS_OF_A_NETWORK = 16;

  /// The kind of thing that is banned.
  public enum Kind {
    /// A proven identity.
    IDENTITY,
    /// The host or address of a peer that proves no identity.
    ADDRESS,
    /// A host where too many were banned: distrusted.
    HOST,
    /// A network where too many were banned: distrusted.
    NETWORK;

    boolean personal() {
      return this == IDENTITY || this == ADDRESS;
    }
  }

  /// A ban.
  ///
  /// @param subject an identity, an address, a host or a prefix
  /// @param origin where the banned peer came from
  /// @param sinceMillis when it was made
  /// @param untilMillis it holds before this
  /// @param times how often in a row
  public record Ban(
      Kind kind,
      String subject,
      PeerOrigin origin,
      String reason,
      long sinceMillis,
      long untilMillis,
      int times) {

    /// A clock that was set back does not make a ban longer than any may be.
    boolean holds(long nowMillis) {
      return untilMillis > nowMillis && untilMillis - nowMillis <= LONGEST.toMillis();
    }

    /// Whether it is about one peer and not about all of a host or network.
    public boolean personal() {
      return kind.personal();
    }
  }

  private record Key(boolean personal, String subject) {}

  private final Map<Key, Ban> bans = new LinkedHashMap<>();

  /// Bans a peer.
  ///
  /// @param kind [Kind#IDENTITY] or [Kind#ADDRESS]
  /// @return the ban, and those that follow from it for the host and the network
  List<Ban> add(Kind kind, String subject, PeerOrigin origin, String reason, long nowMillis) {
    List<Ban> made = new ArrayList<>();
    made.add(put(kind, subject, origin, reason, nowMillis));
    long ofHost = recent(nowMillis).stream().filter(b -> b.origin().equals(origin)).count();
    if (ofHost >= PEERS_OF_A_HOST && distrusted(origin.host(), nowMillis).isEmpty()) {
      made.add(put(Kind.HOST, origin.host(), origin, tooMany(ofHost), nowMillis));
    }
    if (origin.network().isPresent()) {
      long ofNetwork =
          recent(nowMillis).stream()
              .filter(b -> b.origin().network().equals(origin.network()))
              .count();
      String network = origin.network().get();
      if (ofNetwork >= PEERS_OF_A_NETWORK && distrusted(network, nowMillis).isEmpty()) {
        made.add(put(Kind.NETWORK, network, origin, tooMany(ofNetwork), nowMillis));
      }
    }
    return made;
  }

  private static String tooMany(long count) {
    return count + " peers there were banned within an hour";
  }

  private List<Ban> recent(long nowMillis) {
    return bans.values().stream()
        .filter(ban -> ban.personal() && nowMillis - ban.sinceMillis() < TOGETHER.toMillis())
        .toList();
  }

  private Ban put(Kind kind, String subject, PeerOrigin origin, String reason, long nowMillis) {
    Key key = new Key(kind.personal(), subject);
    Ban before = bans.get(key);
    int times =
        before != null && nowMillis - before.untilMillis() < REMEMBERED.toMillis()
            ? before.times() + (before.holds(nowMillis) ? 0 : 1)
            : 1;
    makeRoom(nowMillis);
    Ban ban = new Ban(kind, subject, origin, reason, nowMillis, nowMillis + millis(times), times);
    bans.put(key, ban);
    return ban;
  }

  /// FIRST × 2^(times − 1), at most LONGEST.
  private static long millis(int times) {
    return Math.min(LONGEST.toMillis(), FIRST.toMillis() << Math.min(times - 1, 20));
  }

  private void makeRoom(long nowMillis) {
    bans.values().removeIf(ban -> nowMillis - ban.untilMillis() >= REMEMBERED.toMillis());
    if (bans.size() >= MAX_BANS) {
      // The one that ends first: it is of the many names of one liar, not of one that lies for
      // years.
      bans.entrySet().stream()
          .min(Comparator.comparingLong(entry -> entry.getValue().untilMillis()))
          .map(Map.Entry::getKey)
          .ifPresent(bans::remove);
    }
  }

  /// The ban of an identity or an address, if one holds.
  Optional<Ban> of(String subject, long nowMillis) {
    return Optional.ofNullable(bans.get(new Key(true, subject)))
        .filter(ban -> ban.holds(nowMillis));
  }

  /// Why strangers of an origin are not asked, if that is so.
  Optional<Ban> distrusted(PeerOrigin origin, long nowMillis) {
    return distrusted(origin.host(), nowMillis)
        .or(() -> origin.network().flatMap(network -> distrusted(network, nowMillis)));
  }

  private Optional<Ban> distrusted(String where, long nowMillis) {
    return Optional.ofNullable(bans.get(new Key(false, where))).filter(ban -> ban.holds(nowMillis));
  }

  /// Those that hold now, in the order in which they were made.
  List<Ban> holding(long nowMillis) {
    return bans.values().stream().filter(ban -> ban.holds(nowMillis)).toList();
  }

  /// Those that hold and those that are only remembered.
  Collection<Ban> remembered() {
    return List.copyOf(bans.values());
  }

  /// Takes up a ban of an earlier run. It lasts no longer from now than a new one, whatever became
  /// of the clock.
  void restore(Ban ban, long nowMillis) {
    if (bans.size() < MAX_BANS && nowMillis - ban.untilMillis() < REMEMBERED.toMillis()) {
      int times = Math.max(1, ban.times());
      bans.put(
          new Key(ban.personal(), ban.subject()),
          new Ban(
              ban.kind(),
              ban.subject(),
              ban.origin(),
              ban.reason(),
              Math.min(ban.sinceMillis(), nowMillis),
              Math.min(ban.untilMillis(), nowMillis + millis(times)),
              times));
    }
  }
}
