package io.shoal.discovery.kademlia.node;

import io.shoal.discovery.kademlia.krpc.Contact;
import io.shoal.discovery.kademlia.krpc.Method;
import io.shoal.discovery.kademlia.krpc.NodeId;
import io.shoal.discovery.kademlia.krpc.Packet;
import io.shoal.discovery.kademlia.krpc.PacketReader;
import io.shoal.discovery.kademlia.lookup.LookupEnd;
import io.shoal.discovery.kademlia.testing.Simulation;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// One search of one node for the provider of a key, watched from outside: what it took is read off
/// the datagrams, so that the node does nothing for it that it would not do otherwise.
final class Search implements DhtNode.FindListener, Simulation.Tap {
  private final Simulation simulation;
  private final Simulation.Peer seeker;
  private final NodeId key;
  private final InetSocketAddress provider;
  private final long startMillis;

  /// By how many steps each node came to be known: 1 for those known before, one more than the node
  /// that named it first otherwise.
  private final Map<InetSocketAddress, Integer> depths = new HashMap<>();

  private final Set<InetSocketAddress> asked = new HashSet<>();
  private int answerDepth;
  private int sent;
  private int answers;
  private int others;
  private int hops = -1;
  private long foundMillis = -1;
  private long endMillis = -1;

  private Search(
      Simulation simulation, Simulation.Peer seeker, NodeId key, InetSocketAddress provider) {
    this.simulation = simulation;
    this.seeker = seeker;
    this.key = key;
    this.provider = provider;
    this.startMillis = simulation.nowMillis();
  }

  /// @param provider the peer that really has it
  static Search start(
      Simulation simulation, Simulation.Peer seeker, NodeId key, InetSocketAddress provider) {
    Search search = new Search(simulation, seeker, key, provider);
    seeker.add(search);
    seeker.act(() -> seeker.node().find(key, search, simulation.nowMillis()));
    return search;
  }

  @Override
  public void sent(InetSocketAddress to, byte[] datagram) {
    if (PacketReader.read(datagram) instanceof Packet.Query query
        && query.method() instanceof Method.GetPeers get
        && get.key().equals(key)) {
      sent++;
      asked.add(to);
      depths.putIfAbsent(to, 1);
    }
  }

  @Override
  public void received(InetSocketAddress from, byte[] datagram) {
    // What has neither nodes nor a token answers something else.
    if (asked.contains(from)
        && PacketReader.read(datagram) instanceof Packet.Reply reply
        && (reply.answer().nodes().isPresent() || reply.answer().token().isPresent())) {
      answers++;
      answerDepth = depths.getOrDefault(from, 1);
      for (Contact contact : reply.answer().nodes().orElse(List.of())) {
        depths.putIfAbsent(contact.address(), answerDepth + 1);
      }
    }
  }

  @Override
  public void found(InetSocketAddress found) {
    if (!found.equals(provider)) {
      others++;
    } else if (foundMillis < 0) {
      foundMillis = simulation.nowMillis();
      hops = answerDepth;
    }
  }

  @Override
  public void ended(LookupEnd end) {
    endMillis = simulation.nowMillis();
    seeker.remove(this);
  }

  boolean isEnded() {
    return endMillis >= 0;
  }

  boolean isFound() {
    return foundMillis >= 0;
  }

  Simulation.Peer seeker() {
    return seeker;
  }

  NodeId key() {
    return key;
  }

  /// The length of the path to the node that named the provider first; 0 if the seeker knew.
  int hops() {
    return hops;
  }

  /// Datagrams sent and received for it, up to its end.
  int messages() {
    return sent + answers;
  }

  /// Other addresses that it was given: lies.
  int others() {
    return others;
  }

  long millisUntilFound() {
    return foundMillis - startMillis;
  }

  long millisUntilEnd() {
    return endMillis - startMillis;
  }
}
