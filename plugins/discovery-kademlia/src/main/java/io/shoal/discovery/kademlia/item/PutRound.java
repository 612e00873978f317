package io.shoal.discovery.kademlia.item;

import io.shoal.discovery.kademlia.krpc.Item;
import io.shoal.discovery.kademlia.krpc.Method;
import io.shoal.discovery.kademlia.krpc.Packet;
import io.shoal.discovery.kademlia.lookup.LookupRun;
import io.shoal.discovery.kademlia.lookup.QuerySender;
import io.shoal.discovery.kademlia.lookup.StoringRound;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/// Gives an item to the nodes that a lookup found closest.
final class PutRound extends StoringRound {
  private final Item item;
  private final OptionalLong replaces;
  private final End end;
  private final List<Packet.Fault> faults = new ArrayList<>();
  private int stored;

  /// @param replaces see [Method.Put]
  PutRound(Item item, OptionalLong replaces, QuerySender queries, End end) {
    super(queries);
    this.item = item;
    this.replaces = replaces;
    this.end = end;
  }

  /// Is notified of the end, once.
  @FunctionalInterface
  interface End {
    /// @param stored how many took it
    /// @param faults the faults that others answered with
    void ended(int stored, List<Packet.Fault> faults, long nowMillis);
  }

  /// @param holders those without a token are left out
  void start(List<LookupRun.Holder> holders, long nowMillis) {
    for (LookupRun.Holder holder : holders) {
      holder
          .token()
          .map(token -> new Method.Put(item, replaces, token))
          .ifPresent(put -> send(holder.contact(), put, () -> stored++, nowMillis));
    }
    endIfDone(nowMillis);
  }

  @Override
  protected void refused(Packet.Fault fault) {
    faults.add(fault);
  }

  @Override
  protected boolean isKept() {
    return stored > 0;
  }

  @Override
  protected void end(long nowMillis) {
    end.ended(stored, List.copyOf(faults), nowMillis);
  }
}
