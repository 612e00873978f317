package io.shoal.discovery.kademlia.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.discovery.kademlia.bencode.Bytes;
import io.shoal.discovery.kademlia.krpc.Contact;
import io.shoal.discovery.kademlia.krpc.Family;
import io.shoal.discovery.kademlia.krpc.Method;
import io.shoal.discovery.kademlia.krpc.NodeId;
import io.shoal.discovery.kademlia.krpc.Packet;
import io.shoal.discovery.kademlia.krpc.PacketReader;
import io.shoal.discovery.kademlia.krpc.PacketWriter;
import io.shoal.discovery.kademlia.lookup.Network;
import io.shoal.discovery.kademlia.maintenance.Bootstrap;
import io.shoal.discovery.kademlia.routing.Bucket;
import io.shoal.discovery.kademlia.testing.TestSettings;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/// Machines with a node in each family, on a network without delay.
class DualStackTest {
  private static final int MACHINES = 20;

  private record Datagram(InetSocketAddress from, InetSocketAddress to, Bytes bytes) {}

  private final RandomGenerator random = new SplittableRandom(5);
  private final Map<InetSocketAddress, DhtNode> nodes = new HashMap<>();
  private final Queue<Datagram> underway = new ArrayDeque<>();
  private final Set<Family> wanted = EnumSet.noneOf(Family.class);

  private static InetSocketAddress address(Family family, int number) {
    return new InetSocketAddress(
        InetAddress.ofLiteral(
            switch (family) {
              case IPV4 -> "10.0.0." + number;
              case IPV6 -> "fd00::" + number;
            }),
        6881);
  }

  private DhtNode node(Family family, int number, List<InetSocketAddress> bootstrap, NodeId id) {
    InetSocketAddress own = address(family, number);
    List<DhtNode> self = new ArrayList<>();
    Network network =
        new Network() {
          @Override
          public void send(InetSocketAddress to, byte[] datagram) {
            underway.add(new Datagram(own, to, Bytes.of(datagram)));
          }

          @Override
          public Optional<InetAddress> ownAddressToward(InetAddress peer) {
            return Optional.of(own.getAddress());
          }

          @Override
          public void wantBootstrap() {
            self.getFirst().bootstrap(Bootstrap.Addresses.of(bootstrap), 0);
          }
        };
    DhtNode node =
        new DhtNode(
            id, TestSettings.in(family), network, new SplittableRandom(random.nextLong()), 0);
    self.add(node);
    nodes.put(own, node);
    return node;
  }

  /// A machine that knows the first one's IPv4 address alone.
  private List<DhtNode> machine(int number) {
    List<InetSocketAddress> bootstrap = number == 1 ? List.of() : List.of(address(Family.IPV4, 1));
    NodeId id = NodeId.random(random);
    DhtNode v4 = node(Family.IPV4, number, bootstrap, id);
    DhtNode v6 = node(Family.IPV6, number, List.of(), id);
    v4.pairWith(v6);
    v4.start(0);
    v6.start(0);
    settle();
    return List.of(v4, v6);
  }

  private void settle() {
    for (Datagram next = underway.poll(); next != null; next = underway.poll()) {
      DhtNode to = nodes.get(next.to());
      byte[] bytes = next.bytes().toArray();
      if (PacketReader.read(bytes) instanceof Packet.Query query
          && query.method() instanceof Method.FindNode(NodeId _, Set<Family> want)) {
        wanted.addAll(want);
      }
      if (to != null) {
        to.onDatagram(next.from(), bytes, 0);
      }
    }
  }

  @Test
  void oneAddressIsEnoughToJoinBothNetworks() {
    // Only answers lead on, so the second machine's IPv6 node must be known to a node first.
    List<List<DhtNode>> machines = new ArrayList<>();
    for (int i = 1; i <= MACHINES; i++) {
      machines.add(machine(i));
      if (i == 2) {
        introduce(machines);
      }
    }
    for (List<DhtNode> machine : machines) {
      assertTrue(machine.get(0).contacts().size() >= Bucket.MAX_ENTRIES);
      assertTrue(machine.get(1).contacts().size() >= Bucket.MAX_ENTRIES);
      for (DhtNode node : machine) {
        for (Contact known : node.contacts()) {
          assertEquals(node.family(), Family.of(known.address().getAddress()));
        }
      }
    }
    assertEquals(EnumSet.allOf(Family.class), wanted);
  }

  /// The first two find each other in IPv6 as well.
  private void introduce(List<List<DhtNode>> machines) {
    machines.get(1).get(1).bootstrap(Bootstrap.Addresses.of(address(Family.IPV6, 1)), 0);
    settle();
  }

  @Test
  void aQueryForBothFamiliesGetsBoth() {
    List<List<DhtNode>> machines = new ArrayList<>(List.of(machine(1), machine(2)));
    introduce(machines);
    List<Bytes> answers = new ArrayList<>();
    InetSocketAddress asker = address(Family.IPV4, 99);
    PacketWriter writer = new PacketWriter(Optional.empty());
    for (Set<Family> want :
        List.of(Set.<Family>of(), Set.of(Family.IPV6), EnumSet.allOf(Family.class))) {
      machines
          .getFirst()
          .getFirst()
          .onDatagram(
              asker,
              writer.write(
                  new Packet.Query(
                      Bytes.ofText("aa"),
                      NodeId.random(random),
                      new Method.FindNode(NodeId.random(random), want),
                      true)),
              0);
      underway.stream().filter(d -> d.to().equals(asker)).forEach(d -> answers.add(d.bytes()));
      underway.clear();
    }
    assertEquals(List.of(true, false, true), answers.stream().map(a -> has(a, false)).toList());
    assertEquals(List.of(false, true, true), answers.stream().map(a -> has(a, true)).toList());
  }

  private static boolean has(Bytes answer, boolean v6) {
    Packet packet = PacketReader.read(answer.toArray());
    assertNotEquals(Packet.Garbage.class, packet.getClass());
    return packet instanceof Packet.Reply reply
        && (v6 ? reply.answer().nodes6() : reply.answer().nodes()).isPresent();
  }
}
