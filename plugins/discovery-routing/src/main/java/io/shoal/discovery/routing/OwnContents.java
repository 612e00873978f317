package io.shoal.discovery.routing;

import io.shoal.api.Cid;
import io.shoal.api.Multihash;
import io.shoal.api.PeerAddress;
import io.shoal.api.PeerId;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What this node itself has, for a server of its own. Usable from any thread.
final class OwnContents {
  private final PeerId peer;

  private final Set<Cid> cids = new HashSet<>();

  /// How many CIDs there are of each, as of different codecs.
  private final Map<Multihash, Integer> contents = new HashMap<>();

  private List<PeerAddress> reached = List.of();

  OwnContents(PeerId peer) {
    this.peer = peer;
  }

  synchronized void reachableAt(List<PeerAddress> endpoints) {
    reached = List.copyOf(endpoints);
  }

  synchronized void add(Cid cid) {
    if (cids.size() < AnnounceQueue.MAX_CONTENTS && cids.add(cid)) {
      contents.merge(cid.multihash(), 1, Integer::sum);
    }
  }

  synchronized void remove(Cid cid) {
    if (cids.remove(cid)) {
      contents.computeIfPresent(cid.multihash(), (_, count) -> count == 1 ? null : count - 1);
    }
  }

  synchronized int size() {
    return cids.size();
  }

  /// This node's record if it has a content and can be reached.
  ///
  /// @param seen the address of this machine at which the asking party reached it: where a node is
  ///   that listens at an unspecified one
  synchronized Optional<PeerRecord> find(Multihash content, InetAddress seen) {
    return contents.containsKey(content) ? record(seen) : Optional.empty();
  }

  synchronized Optional<PeerRecord> record(InetAddress seen) {
    List<PeerAddress> there =
        reached.stream()
            // Its own addresses are nobody's secret: those that are too narrow are left out there.
            .flatMap(address -> AddressRules.announced(address, seen, Scope.LOOPBACK).stream())
            .toList();
    return Optional.of(PeerRecord.of(peer, there)).filter(PeerRecord::hasAddresses);
  }
}
