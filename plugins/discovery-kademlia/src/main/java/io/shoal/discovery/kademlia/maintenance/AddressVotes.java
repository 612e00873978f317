package io.shoal.discovery.kademlia.maintenance;

import io.shoal.discovery.kademlia.krpc.AddressPrefix;
import io.shoal.discovery.kademlia.krpc.Family;
import io.shoal.discovery.kademlia.krpc.Scope;
import java.net.InetAddress;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Votes on our own address: the `ip` of the answers of other nodes (BEP 42). Single-threaded.
///
/// Each network of voters has one vote, its latest. Only nodes that answered a query of ours may
/// vote, so that forged datagrams cannot outvote them.
public final class AddressVotes {
  /// So many networks must say the same: one owner rarely has answers from four of them here.
  public static final int MIN_AGREEING = 4;

  /// Networks whose vote counts, those heard last: few enough that a new address wins over the old
  /// one within minutes, since more than half of them must agree.
  static final int MAX_VOTES = 32;

  private final Map<AddressPrefix, InetAddress> votes =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<AddressPrefix, InetAddress> eldest) {
          return size() > MAX_VOTES;
        }
      };

  private Optional<InetAddress> agreed = Optional.empty();

  /// Counts a vote. One from a private network, or for a private address, says nothing about how
  /// the world sees us and is ignored.
  ///
  /// @return the address, if it is now agreed upon and was not before
  Optional<InetAddress> vote(InetAddress voter, InetAddress seen) {
    if (Scope.of(voter) != Scope.GLOBAL
        || Scope.of(seen) != Scope.GLOBAL
        || seen.isAnyLocalAddress()
        || seen.isMulticastAddress()
        || Family.of(voter) != Family.of(seen)) {
      return Optional.empty();
    }
    AddressPrefix network = AddressPrefix.of(voter);
    votes.remove(network);
    votes.put(network, seen);
    if (isAgreed(seen)) {
      return Optional.empty();
    }
    int agreeing = Collections.frequency(votes.values(), seen);
    if (agreeing < MIN_AGREEING || 2 * agreeing <= votes.size()) {
      return Optional.empty();
    }
    agreed = Optional.of(seen);
    return agreed;
  }

  private boolean isAgreed(InetAddress seen) {
    return agreed.filter(seen::equals).isPresent();
  }

  /// The address that was agreed upon last.
  Optional<InetAddress> agreed() {
    return agreed;
  }
}
