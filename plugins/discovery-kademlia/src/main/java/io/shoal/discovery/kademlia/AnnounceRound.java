package io.shoal.discovery.kademlia;

import io.shoal.discovery.kademlia.LookupRun.Holder;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The second half of an announcement: tells the nodes that a lookup found closest. Ends when each
/// has answered or is slow, and at least one took it; or none does. Single-threaded.
final class AnnounceRound {
  private final NodeId key;
  private final List<Announcer.Place> places;
  private final QuerySender requests;
  private final End end;
  private final Set<Integer> ports = new HashSet<>();
  private final Set<NodeId> holders = new HashSet<>();
  private int open;
  private int slow;
  private boolean over;

  AnnounceRound(NodeId key, List<Announcer.Place> places, QuerySender requests, End end) {
    this.key = key;
    this.places = places;
    this.requests = requests;
    this.end = end;
  }

  /// Is told the end, once.
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
    open++;
    Method method = new Method.AnnouncePeer(key, place.port(), false, token);
    requests.send(to.address(), Optional.of(to.id()), method, new Storing(to, place), nowMillis);
  }

  private void endIfDone(long nowMillis) {
    if (!over && (open == 0 || open == slow && !holders.isEmpty())) {
      over = true;
      end.ended(Set.copyOf(ports), holders.size(), nowMillis);
    }
  }

  private final class Storing implements Requests.Handler {
    private final Contact to;
    private final Announcer.Place place;
    private boolean isSlow;

    Storing(Contact to, Announcer.Place place) {
      this.to = to;
      this.place = place;
    }

    @Override
    public void replied(Contact from, Packet.Reply reply, long nowMillis) {
      ports.add(place.port());
      holders.add(to.id());
      closed(nowMillis);
    }

    @Override
    public void failed(long nowMillis) {
      closed(nowMillis);
    }

    @Override
    public void slow(long nowMillis) {
      isSlow = true;
      slow++;
      endIfDone(nowMillis);
    }

    private void closed(long nowMillis) {
      open--;
      slow -= isSlow ? 1 : 0;
      endIfDone(nowMillis);
    }
  }
}
