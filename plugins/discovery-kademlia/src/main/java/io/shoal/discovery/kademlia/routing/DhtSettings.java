package io.shoal.discovery.kademlia.routing;

import io.shoal.discovery.kademlia.bencode.Bytes;
import io.shoal.discovery.kademlia.krpc.Family;
import io.shoal.discovery.kademlia.krpc.Scope;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;

/// The settings of a node.
///
/// @param family the network it is in
/// @param readOnly asks and announces, but answers no queries (BEP 43)
/// @param publicNetwork takes only addresses that are reachable from everywhere
/// @param routing how tables and lookups are guarded
/// @param announceInterval how long after an announcement it is renewed at the earliest; a third
///   more at the latest
/// @param refreshInterval after which time without change a bucket is looked up
/// @param version the `v` of our packets
public record DhtSettings(
    Family family,
    boolean readOnly,
    boolean publicNetwork,
    Routing routing,
    Duration announceInterval,
    Duration refreshInterval,
    Optional<Bytes> version) {

  /// 15 to 20 minutes: half of the shortest time for which nodes in the field keep an announcement
  /// (aria2: 30).
  public static final Duration DEFAULT_ANNOUNCE_INTERVAL = Duration.ofMinutes(15);

  /// BEP 5.
  public static final Duration DEFAULT_REFRESH_INTERVAL = Duration.ofMinutes(15);

  /// "SH" and the version, 0.2; from that on a node knows [Method.AnnounceMany].
  public static final Bytes VERSION = Bytes.of(new byte[] {'S', 'H', 0, 2});

  /// How tables and lookups are guarded against an owner of many nodes.
  ///
  /// @param onePerNetwork whether nodes of one [AddressPrefix] are taken for one, see
  ///   [RoutingTable] and [Lookup]
  /// @param ids how much it matters whether a node's address allows its id (BEP 42)
  /// @param paths disjoint paths of a search, 1 to [LookupRun#MAX_PATHS]
  public record Routing(boolean onePerNetwork, AddressRules.Ids ids, int paths) {
    /// Fit for networks whose members are trusted, or share a machine.
    public static final Routing OPEN = new Routing(false, AddressRules.Ids.ANY, 1);
  }

  /// Disjoint paths of a search.
  public int paths() {
    return routing.paths();
  }

  public AddressRules addressRules() {
    return new AddressRules(routing.onePerNetwork(), routing.ids());
  }

  /// Whether an address may be used that came from a node of this scope, or be sent to one.
  public boolean mayShare(Scope link, InetSocketAddress address) {
    return leastScope(link).mayShare(address) && Family.of(address.getAddress()) == family;
  }

  /// How far an address must reach at least for that.
  public Scope leastScope(Scope link) {
    return publicNetwork ? Scope.GLOBAL : link;
  }
}
