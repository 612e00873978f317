package io.shoal.discovery.kademlia.node;

import io.shoal.discovery.kademlia.krpc.Contact;
import io.shoal.discovery.kademlia.krpc.Method;
import io.shoal.discovery.kademlia.krpc.NodeId;
import io.shoal.discovery.kademlia.lookup.LookupRun;
import io.shoal.discovery.kademlia.lookup.PendingQueries;
import io.shoal.discovery.kademlia.maintenance.Bootstrap;
import io.shoal.discovery.kademlia.maintenance.TableMaintenance;
import io.shoal.discovery.kademlia.routing.Bucket;
import io.shoal.discovery.kademlia.routing.RoutingTable;
import io.shoal.discovery.kademlia.routing.TableEntry;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/// The inside of a node, for diagnosis. Single-threaded, as the node.
public final class Inspector {
  private final RoutingTable table;
  private final TableMaintenance maintenance;
  private final Bootstrap bootstrap;

  Inspector(RoutingTable table, TableMaintenance maintenance, Bootstrap bootstrap) {
    this.table = table;
    this.maintenance = maintenance;
    this.bootstrap = bootstrap;
  }

  /// The state of a known node (BEP 5).
  public enum State {
    GOOD,
    QUESTIONABLE,
    BAD,
    /// It is not in the table, but takes the place of a node that fails.
    WAITING
  }

  /// A known node.
  ///
  /// @param bucket how many leading bits it shares with us, at least
  /// @param heardMillis how long ago it was heard of
  /// @param roundTripMillis how long its answers take, if it was measured
  public record Known(
      int bucket,
      Contact contact,
      State state,
      long heardMillis,
      int failures,
      OptionalLong roundTripMillis) {}

  /// All known nodes, by bucket.
  public List<Known> known(long nowMillis) {
    List<Known> all = new ArrayList<>();
    for (int i = 0; i < table.buckets().size(); i++) {
      Bucket bucket = table.buckets().get(i);
      for (TableEntry entry : bucket.entries()) {
        all.add(known(i, entry, state(entry, nowMillis), nowMillis));
      }
      for (TableEntry entry : bucket.replacements()) {
        all.add(known(i, entry, State.WAITING, nowMillis));
      }
    }
    return all;
  }

  private static Known known(int bucket, TableEntry entry, State state, long nowMillis) {
    return new Known(
        bucket,
        entry.contact(),
        state,
        nowMillis - entry.heardMillis(),
        entry.failures(),
        entry.roundTrip().millis());
  }

  private static State state(TableEntry entry, long nowMillis) {
    if (entry.isBad()) {
      return State.BAD;
    }
    return entry.isGood(nowMillis) ? State.GOOD : State.QUESTIONABLE;
  }

  /// Runs `action` as soon as a node is known, or it is known that there is none.
  public void whenJoined(Runnable action, long nowMillis) {
    bootstrap.whenSettled(now -> action.run(), nowMillis);
  }

  /// Looks a key up as for a search, and reports each step.
  void lookUp(NodeId target, LookupRun.Listener listener, long nowMillis) {
    Method method = new Method.GetPeers(target, Set.of());
    // The closest nodes are known only then.
    bootstrap.whenSettled(
        now -> maintenance.lookups().lookUp(target, method, listener).start(now), nowMillis);
  }

  public void ping(InetSocketAddress node, PendingQueries.Handler handler, long nowMillis) {
    maintenance.queries().send(node, Optional.empty(), new Method.Ping(), handler, nowMillis);
  }
}
