package io.shoal.discovery.kademlia.node;

import io.shoal.discovery.kademlia.bencode.Bytes;
import io.shoal.discovery.kademlia.krpc.Contact;
import io.shoal.discovery.kademlia.krpc.Method;
import io.shoal.discovery.kademlia.krpc.NodeId;
import io.shoal.discovery.kademlia.krpc.Packet;
import io.shoal.discovery.kademlia.krpc.PacketReader;
import io.shoal.discovery.kademlia.krpc.PacketWriter;
import io.shoal.discovery.kademlia.lookup.Network;
import io.shoal.discovery.kademlia.maintenance.Bootstrap;
import io.shoal.discovery.kademlia.routing.DhtSettings;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.function.Function;

/// A network in which all but one node are played by the test: each answers queries as the test
/// says, at once, or not at all.
final class Strangers implements Network {
  /// What a stranger answers to a query; empty for silence.
  interface Script extends Function<Packet.Query, Optional<Packet.Answer>> {}

  private record Stranger(NodeId id, Script script) {}

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Datagram(InetSocketAddress to, byte[] bytes) {
    Datagram {
      bytes = bytes.clone();
    }
  }

  private final Map<InetSocketAddress, Stranger> strangers = new HashMap<>();
  private final Queue<Datagram> underway = new ArrayDeque<>();
  private final PacketWriter writer = new PacketWriter(Optional.empty());
  private final List<Contact> asked = new ArrayList<>();
  private final InetSocketAddress seenAs;
  private final DhtNode node;
  private long now;

  /// @param seenAs the address under which all see the node
  Strangers(DhtSettings settings, String seenAs) {
    this.seenAs = new InetSocketAddress(InetAddress.ofLiteral(seenAs), 6881);
    this.node =
        new DhtNode(
            NodeId.random(new SplittableRandom(1)), settings, this, new SplittableRandom(2), 0);
  }

  DhtNode node() {
    return node;
  }

  long now() {
    return now;
  }

  void add(Contact contact, Script script) {
    strangers.put(contact.address(), new Stranger(contact.id(), script));
  }

  /// A stranger that answers, but knows no node.
  void add(Contact contact) {
    add(contact, query -> Optional.of(Packet.Answer.EMPTY));
  }

  /// Lets the node know a stranger: it asks, is asked back, and answers.
  void introduce(Contact contact) {
    node.onDatagram(
        contact.address(),
        writer.write(new Packet.Query(Bytes.ofText("in"), contact.id(), new Method.Ping(), false)),
        now);
    settle();
  }

  /// What the node answers to a datagram.
  Optional<Bytes> answerTo(InetSocketAddress from, byte[] datagram) {
    underway.clear();
    node.onDatagram(from, datagram, now);
    Optional<Bytes> answer =
        underway.stream()
            .filter(d -> d.to().equals(from))
            .map(Datagram::bytes)
            .filter(bytes -> !(PacketReader.read(bytes) instanceof Packet.Query))
            .map(Bytes::of)
            .findFirst();
    underway.clear();
    return answer;
  }

  /// The strangers that were asked anything but a ping, in order.
  List<Contact> asked() {
    return asked;
  }

  /// Delivers all that is underway, and what comes of it.
  void settle() {
    for (Datagram next = underway.poll(); next != null; next = underway.poll()) {
      Stranger to = strangers.get(next.to());
      if (to != null && PacketReader.read(next.bytes()) instanceof Packet.Query query) {
        answer(next.to(), to, query);
      }
    }
  }

  private void answer(InetSocketAddress at, Stranger stranger, Packet.Query query) {
    if (!(query.method() instanceof Method.Ping)) {
      asked.add(new Contact(stranger.id(), at));
    }
    stranger
        .script()
        .apply(query)
        .ifPresent(
            answer ->
                node.onDatagram(
                    at,
                    writer.write(
                        new Packet.Reply(
                            query.transaction(), stranger.id(), answer, Optional.of(seenAs))),
                    now));
  }

  /// Lets time pass, from timer to timer.
  void pass(long millis) {
    long end = now + millis;
    OptionalLong next = node.nextTickMillis();
    while (next.isPresent() && next.getAsLong() <= end) {
      now = Math.max(now, next.getAsLong());
      node.onTick(now);
      settle();
      next = node.nextTickMillis();
    }
    now = end;
  }

  @Override
  public void send(InetSocketAddress to, byte[] datagram) {
    underway.add(new Datagram(to, datagram));
  }

  @Override
  public Optional<InetAddress> ownAddressToward(InetAddress peer) {
    return Optional.of(seenAs.getAddress());
  }

  @Override
  public void wantBootstrap() {
    node.bootstrap(Bootstrap.Addresses.NONE, now);
  }
}
