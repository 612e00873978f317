package io.shoal.discovery.kademlia.node;

import io.shoal.discovery.kademlia.krpc.Method;
import io.shoal.discovery.kademlia.krpc.Packet;
import io.shoal.discovery.kademlia.lookup.Network;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Counts what goes over a [Network], in both directions. Single-threaded.
final class TrafficCounters implements Network {
  private final Network network;
  private final Map<String, Count> queries = new LinkedHashMap<>();
  private long sentPackets;
  private long sentBytes;
  private long receivedPackets;
  private long receivedBytes;
  private long replies;
  private long faults;

  private static final class Count {
    private long value;
  }

  TrafficCounters(Network network) {
    this.network = network;
  }

  @Override
  public void send(InetSocketAddress to, byte[] datagram) {
    sentPackets++;
    sentBytes += datagram.length;
    network.send(to, datagram);
  }

  @Override
  public Optional<InetAddress> ownAddressToward(InetAddress peer) {
    return network.ownAddressToward(peer);
  }

  @Override
  public void wantBootstrap() {
    network.wantBootstrap();
  }

  void received(byte[] datagram, Packet packet) {
    receivedPackets++;
    receivedBytes += datagram.length;
    switch (packet) {
      // A name that a stranger chose must not become a key here: there is no end of names.
      case Packet.Query query ->
          count(query.method() instanceof Method.Unknown ? "other" : query.method().name());
      case Packet.Reply ignored -> replies++;
      case Packet.Fault ignored -> faults++;
      case Packet.BadQuery ignored -> count("wrong");
      case Packet.Garbage ignored -> {}
    }
  }

  private void count(String kind) {
    queries.computeIfAbsent(kind, any -> new Count()).value++;
  }

  /// The figures by name.
  Map<String, Long> figures() {
    Map<String, Long> figures = new LinkedHashMap<>();
    figures.put("sentPackets", sentPackets);
    figures.put("sentBytes", sentBytes);
    figures.put("receivedPackets", receivedPackets);
    figures.put("receivedBytes", receivedBytes);
    figures.put("receivedReplies", replies);
    figures.put("receivedErrors", faults);
    queries.forEach((method, count) -> figures.put("receivedQueries." + method, count.value));
    return figures;
  }
}
