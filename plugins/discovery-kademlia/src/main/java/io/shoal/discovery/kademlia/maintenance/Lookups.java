package io.shoal.discovery.kademlia.maintenance;

import io.shoal.discovery.kademlia.krpc.Contact;
import io.shoal.discovery.kademlia.krpc.Method;
import io.shoal.discovery.kademlia.krpc.NodeId;
import io.shoal.discovery.kademlia.krpc.Packet;
import io.shoal.discovery.kademlia.krpc.Scope;
import io.shoal.discovery.kademlia.lookup.Lookup;
import io.shoal.discovery.kademlia.lookup.LookupRun;
import io.shoal.discovery.kademlia.lookup.PendingQueries;
import io.shoal.discovery.kademlia.lookup.QuerySender;
import io.shoal.discovery.kademlia.routing.AddressRules;
import io.shoal.discovery.kademlia.routing.Density;
import io.shoal.discovery.kademlia.routing.DhtSettings;
import io.shoal.discovery.kademlia.routing.RoutingTable;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

/// The lookups of a node. Each begins at the nodes of the routing table, and its end shows how
/// densely nodes lie, so that the next one knows when it is at its end, see [Density].
/// Single-threaded.
public final class Lookups implements LookupRun.Owner {
  /// Nodes of the table that a lookup begins with: the closest are asked, the others if the closest
  /// and the nodes that those name lead it astray.
  static final int SEEDS = 3 * Lookup.CLOSEST;

  private final DhtSettings settings;
  private final AddressRules rules;
  private final RoutingTable table;
  private final PendingQueries queries;
  private final OtherFamily otherFamily;
  private final Density density = new Density();

  Lookups(
      DhtSettings settings,
      AddressRules rules,
      RoutingTable table,
      PendingQueries queries,
      OtherFamily otherFamily) {
    this.settings = settings;
    this.rules = rules;
    this.table = table;
    this.queries = queries;
    this.otherFamily = otherFamily;
  }

  /// A lookup that begins at the closest known nodes and asks `method`, on as many disjoint paths
  /// as is set; to be started.
  public LookupRun lookUp(NodeId target, Method method, LookupRun.Listener listener) {
    return lookUp(target, method, List.of(), plausibleRadius(), queries, listener);
  }

  /// A lookup that begins at `known` nodes as well, and asks through `sender`; to be started.
  ///
  /// @param radius how far its k closest may plausibly reach
  public LookupRun lookUp(
      NodeId target,
      Method method,
      List<Contact> known,
      double radius,
      QuerySender sender,
      LookupRun.Listener listener) {
    int paths = settings.paths();
    List<Contact> seeds = seeds(target, paths, known);
    return run(new LookupRun.Plan(target, method, seeds, paths, radius), sender, listener);
  }

  /// Looks up a point of a bucket, which brings the bucket up to date.
  void refresh(NodeId target, long nowMillis) {
    lookUpNodes(target, List.of(), plausibleRadius(), (closest, now) -> {}, nowMillis);
  }

  /// Looks up the own id, which makes this node known to its neighbours and them to it.
  void lookUpSelf(List<Contact> seeds, LongConsumer ended, long nowMillis) {
    // As wide as it may, since all that is known of the density comes from there.
    lookUpNodes(
        table.self(),
        seeds,
        Density.AS_WIDE_AS_MAY_BE,
        (closest, now) -> ended.accept(now),
        nowMillis);
  }

  /// Looks up the own id by way of the surroundings of a first node.
  ///
  /// What the first node names near the own id comes from one far bucket, of which colluders may
  /// have all eight places. A newcomer that asks only those meets no honest node, now or later, nor
  /// do the newcomers that begin at it. But a node knows its own surroundings completely: honest
  /// nodes cannot be pushed out of there. Those are asked as well.
  void lookUpSelfFrom(Contact first, List<Contact> named, LongConsumer ended, long nowMillis) {
    lookUpNodes(
        first.id(),
        List.of(first),
        Density.AS_WIDE_AS_MAY_BE,
        (around, now) -> {
          List<Contact> seeds = new ArrayList<>(named);
          around.forEach(holder -> seeds.add(holder.contact()));
          lookUpSelf(seeds, ended, now);
        },
        nowMillis);
  }

  /// Looks for nodes on one path: a node that leads this lookup astray enters no bucket but its
  /// own.
  ///
  /// @param radius how far its k closest may plausibly reach, see [Density]
  private void lookUpNodes(
      NodeId target,
      List<Contact> first,
      double radius,
      LookupRun.Listener listener,
      long nowMillis) {
    Method method = new Method.FindNode(target, otherFamily.want());
    List<Contact> seeds = Stream.concat(first.stream(), seeds(target, 1).stream()).toList();
    run(new LookupRun.Plan(target, method, seeds, 1, radius), queries, listener).start(nowMillis);
  }

  private LookupRun run(LookupRun.Plan plan, QuerySender sender, LookupRun.Listener listener) {
    return new LookupRun(table.self(), plan, settings, rules, this, sender, listener);
  }

  private List<Contact> seeds(NodeId target, int paths, List<Contact> known) {
    List<Contact> inTable = seeds(target, paths);
    if (known.isEmpty()) {
      return inTable;
    }
    return Stream.concat(known.stream(), inTable.stream())
        .distinct()
        .sorted((a, b) -> target.compareDistance(a.id(), b.id()))
        .toList();
  }

  private List<Contact> seeds(NodeId target, int paths) {
    return table.closest(target, Math.max(SEEDS, Lookup.CLOSEST * paths), entry -> !entry.isBad());
  }

  @Override
  public void lookupEnded(NodeId target, List<Contact> closest) {
    if (closest.size() >= Lookup.CLOSEST) {
      density.ended(target, closest.getLast().id());
    }
  }

  @Override
  public void handOver(Scope link, Packet.Answer answer, long nowMillis) {
    otherFamily.handOver(link, answer, nowMillis);
  }

  /// How far the k closest may plausibly lie from any target.
  public double plausibleRadius() {
    List<Contact> near =
        table.closest(table.self(), Lookup.CLOSEST, entry -> entry.failures() == 0);
    return density.plausibleRadius(
        near.size() < Lookup.CLOSEST ? 1 : table.self().distancePart(near.getLast().id()));
  }
}
