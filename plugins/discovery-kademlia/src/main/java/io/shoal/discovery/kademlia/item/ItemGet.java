package io.shoal.discovery.kademlia.item;

import io.shoal.discovery.kademlia.bencode.Bytes;
import io.shoal.discovery.kademlia.krpc.Contact;
import io.shoal.discovery.kademlia.krpc.Item;
import io.shoal.discovery.kademlia.krpc.NodeId;
import io.shoal.discovery.kademlia.krpc.Packet;
import io.shoal.discovery.kademlia.krpc.Packet.Content;
import io.shoal.discovery.kademlia.lookup.LookupRun;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Asks for an item and keeps the newest verified one of all that come. Single-threaded.
public final class ItemGet implements LookupRun.Listener {
  private final ItemName name;
  private final End end;
  private final Map<NodeId, Content> said = new HashMap<>();
  private Optional<Item> newest;

  /// @param known what this node has of it already
  ItemGet(ItemName name, Optional<Item> known, End end) {
    this.name = name;
    this.newest = known;
    this.end = end;
  }

  /// Is notified of the end, once.
  @FunctionalInterface
  public interface End {
    void ended(Outcome outcome, long nowMillis);
  }

  /// @param item the newest, of the nodes that answered or of this node
  /// @param answered how many others answered
  /// @param holders how many of them had it
  /// @param closest the closest that answered
  /// @param lagging those of them that did not have it
  public record Outcome(
      Optional<Item> item,
      int answered,
      int holders,
      List<LookupRun.Holder> closest,
      List<LookupRun.Holder> lagging) {
    public static final Outcome NOBODY = new Outcome(Optional.empty(), 0, 0, List.of(), List.of());

    /// The outcome of this network and that of the other family together: the newer item.
    public Outcome and(Outcome other) {
      boolean newer = sequence(other) > sequence(this);
      boolean same = sequence(other) == sequence(this);
      List<LookupRun.Holder> all = new ArrayList<>(closest);
      all.addAll(other.closest);
      return new Outcome(
          newer ? other.item : item,
          answered + other.answered,
          same ? holders + other.holders : newer ? other.holders : holders,
          all,
          newer ? other.lagging : lagging);
    }

    private static long sequence(Outcome of) {
      return of.item()
          .map(
              item ->
                  switch (item) {
                    case Item.Mutable mutable -> mutable.sequence();
                    case Item.Immutable _ -> 0L;
                  })
          .orElse(-1L);
    }
  }

  @Override
  public void answered(Contact from, Packet.Answer answer, long nowMillis) {
    said.put(from.id(), answer.content());
    if (isNewer(answer.content())) {
      newest = name.verified(answer.content()).or(() -> newest);
    }
  }

  /// Only what would change something is worth the price of a check.
  private boolean isNewer(Content content) {
    return switch (content) {
      case Content.Signed signed ->
          newest.isEmpty()
              || newest.get() instanceof Item.Mutable known && signed.sequence() > known.sequence();
      case Content.Value _ -> newest.isEmpty();
      case Content.None _,
          Content.NothingNewer _,
          Content.Scrape _,
          Content.Samples _,
          Content.Kept _ ->
          false;
    };
  }

  private static boolean is(Item item, Content content) {
    return switch (item) {
      case Item.Immutable(Bytes value) ->
          content instanceof Content.Value(Bytes theirs) && theirs.equals(value);
      case Item.Mutable mutable ->
          content instanceof Content.Signed theirs
              && theirs.sequence() == mutable.sequence()
              && theirs.value().equals(mutable.value());
    };
  }

  @Override
  public void ended(List<LookupRun.Holder> closest, long nowMillis) {
    long holders =
        newest.map(item -> said.values().stream().filter(c -> is(item, c)).count()).orElse(0L);
    List<LookupRun.Holder> lagging =
        closest.stream().filter(holder -> !has(holder.contact().id())).toList();
    end.ended(
        new Outcome(newest, said.size(), Math.toIntExact(holders), closest, lagging), nowMillis);
  }

  private boolean has(NodeId id) {
    Content content = said.getOrDefault(id, new Content.None());
    return newest.isPresent() && is(newest.get(), content);
  }
}
