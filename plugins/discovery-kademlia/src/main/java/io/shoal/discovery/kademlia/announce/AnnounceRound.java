package io.shoal.discovery.kademlia.announce;

import io.shoal.discovery.kademlia.bencode.Bytes;
import io.shoal.discovery.kademlia.krpc.Contact;
import io.shoal.discovery.kademlia.krpc.Method;
import io.shoal.discovery.kademlia.krpc.NodeId;
import io.shoal.discovery.kademlia.lookup.LookupRun.Holder;
import io.shoal.discovery.kademlia.lookup.QuerySender;
import io.shoal.discovery.kademlia.lookup.StoringRound;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// The second half of an announcement: announces the key to the nodes that a lookup found closest.
final class AnnounceRound extends StoringRound {
  private final NodeId key;
  private final List<Announcer.Place> places;
  private final End end;
  private final Set<Integer> ports = new HashSet<>();
  private final Set<NodeId> holders = new HashSet<>();

  AnnounceRound(NodeId key, List<Announcer.Place> places, QuerySender queries, End end) {
    super(queries);
    this.key = key;
    this.places = places;
    this.end = end;
  }

  /// Is notified of the end, once.
  @FunctionalInterface
  interface End {
    /// @param ports those that at least one node took
    /// @param holders how many nodes took something
    void ended(Set<Integer> ports, int holders, long nowMillis);
  }

  void start(List<Holder> closest, long nowMillis) {
    for (Holder holder : closest) {
      for (Announcer.Place place : places) {
        holder.token().ifPresent(token -> send(holder.contact(), token, place, nowMillis));
      }
    }
    endIfDone(nowMillis);
  }

  private void send(Contact to, Bytes token, Announcer.Place place, long nowMillis) {
    Method method = new Method.AnnouncePeer(key, place.port(), false, token);
    send(to, method, () -> kept(to, place), nowMillis);
  }

  private void kept(Contact by, Announcer.Place place) {
    ports.add(place.port());
    holders.add(by.id());
  }

  @Override
  protected boolean isKept() {
    return !holders.isEmpty();
  }

  @Override
  protected void end(long nowMillis) {
    end.ended(Set.copyOf(ports), holders.size(), nowMillis);
  }
}
