package io.shoal.discovery.kademlia.node;

import io.shoal.discovery.kademlia.krpc.Contact;
import io.shoal.discovery.kademlia.krpc.Family;
import io.shoal.discovery.kademlia.krpc.NodeId;
import io.shoal.discovery.kademlia.krpc.Packet;
import io.shoal.discovery.kademlia.lookup.LookupEnd;
import io.shoal.discovery.kademlia.lookup.LookupRun;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// Follows one lookup and writes a row for each step. Single-threaded, on the node's thread.
public final class LookupTrace implements LookupRun.Listener {
  /// As many as a search for a download takes; what one key brings beyond that is a flood.
  private static final int MAX_PEERS = 2_000;

  private final NodeId target;
  private final TableSink out;
  private final String joinAdvice;
  private final boolean peersOnly;
  private final long startMillis;
  private final Map<NodeId, Integer> hops = new HashMap<>();
  private final Map<NodeId, Asked> open = new LinkedHashMap<>();
  private final Set<InetSocketAddress> peers = new HashSet<>();

  private LookupEnd why = LookupEnd.NOBODY_ANSWERED;

  private record Asked(Contact contact, long atMillis) {}

  /// Takes tables, row by row, and the end.
  public interface TableSink {
    void columns(String... names);

    /// Cells are written by their `toString`.
    void row(Object... cells);

    void end();

    void fail(String why);
  }

  private LookupTrace(
      NodeId target, TableSink out, boolean peersOnly, String joinAdvice, long nowMillis) {
    this.target = target;
    this.out = out;
    this.joinAdvice = joinAdvice;
    this.peersOnly = peersOnly;
    this.startMillis = nowMillis;
  }

  /// Writes which nodes were asked, what each brought, and which are closest.
  public static void path(
      DhtNode node, NodeId target, TableSink out, String joinAdvice, long nowMillis) {
    out.columns(
        "afterMillis",
        "hop",
        "node",
        "id",
        "sharedBits",
        "outcome",
        "roundTripMillis",
        "nodes",
        "peers");
    LookupTrace trace = new LookupTrace(target, out, false, joinAdvice, nowMillis);
    node.inspector().lookUp(target, trace, nowMillis);
  }

  /// Writes which peers are announced, and which node said so.
  public static void peers(
      DhtNode node, NodeId target, TableSink out, String joinAdvice, long nowMillis) {
    out.columns("peer", "from", "hop", "afterMillis");
    LookupTrace trace = new LookupTrace(target, out, true, joinAdvice, nowMillis);
    for (InetSocketAddress peer : node.announcedHere(target, nowMillis)) {
      trace.peer(peer, "here", 0, nowMillis);
    }
    node.inspector().lookUp(target, trace, nowMillis);
  }

  private void peer(InetSocketAddress peer, String from, int hop, long nowMillis) {
    if (peers.size() < MAX_PEERS && peers.add(peer) && peersOnly) {
      out.row(Contact.text(peer), from, hop, nowMillis - startMillis);
    }
  }

  @Override
  public void asked(Contact contact, long nowMillis) {
    hops.putIfAbsent(contact.id(), 1);
    open.put(contact.id(), new Asked(contact, nowMillis));
  }

  @Override
  public void answered(Contact contact, Packet.Answer answer, long nowMillis) {
    Asked asked = open.remove(contact.id());
    if (asked == null) {
      return;
    }
    int hop = hops.getOrDefault(contact.id(), 1);
    List<Contact> named = answer.nodesOf(Family.of(contact.address().getAddress()));
    named.forEach(next -> hops.putIfAbsent(next.id(), hop + 1));
    String from = Contact.text(contact.address());
    answer.values().forEach(peer -> peer(peer, from, hop, nowMillis));
    if (!peersOnly) {
      step(asked, "answered", nowMillis, named.size(), answer.values().size());
    }
  }

  @Override
  public void failed(Contact contact, long nowMillis) {
    Asked asked = open.remove(contact.id());
    if (asked != null && !peersOnly) {
      step(asked, "failed", nowMillis, 0, 0);
    }
  }

  private void step(Asked asked, String outcome, long nowMillis, int nodes, int values) {
    Contact contact = asked.contact();
    out.row(
        nowMillis - startMillis,
        hops.getOrDefault(contact.id(), 1),
        Contact.text(contact.address()),
        contact.id(),
        target.commonPrefixBits(contact.id()),
        outcome,
        outcome.equals("answered") ? nowMillis - asked.atMillis() : "",
        nodes,
        values);
  }

  @Override
  public void ends(LookupEnd end) {
    why = end;
  }

  @Override
  public void ended(List<LookupRun.Holder> closest, long nowMillis) {
    if (closest.isEmpty() && peers.isEmpty()) {
      out.fail("no other DHT node answers: " + joinAdvice);
      return;
    }
    if (!peersOnly) {
      open.values().forEach(asked -> step(asked, "silent", nowMillis, 0, 0));
      out.columns("closest", "node", "id", "sharedBits", "token");
      int rank = 1;
      for (LookupRun.Holder holder : closest) {
        out.row(
            rank++,
            Contact.text(holder.contact().address()),
            holder.contact().id(),
            target.commonPrefixBits(holder.contact().id()),
            holder.token().isPresent() ? "yes" : "no");
      }
      out.columns("end", "afterMillis");
      out.row(why.name().toLowerCase(Locale.ROOT), nowMillis - startMillis);
    }
    out.end();
  }
}
