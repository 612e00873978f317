package io.shoal.discovery.kademlia.node;

import io.shoal.discovery.kademlia.bencode.Bytes;
import io.shoal.discovery.kademlia.krpc.Contact;
import io.shoal.discovery.kademlia.krpc.Family;
import io.shoal.discovery.kademlia.krpc.Method;
import io.shoal.discovery.kademlia.krpc.NodeId;
import io.shoal.discovery.kademlia.krpc.Packet;
import io.shoal.discovery.kademlia.krpc.PacketReader;
import io.shoal.discovery.kademlia.krpc.PacketWriter;
import io.shoal.discovery.kademlia.lookup.PendingQueries;
import io.shoal.discovery.kademlia.routing.BoundId;
import io.shoal.discovery.kademlia.testing.AddressPlan;
import io.shoal.discovery.kademlia.testing.Simulation;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// Strangers that work together against all searches. They answer every question, but name only one
/// another as the closest nodes and false providers, and drop what is announced to them. They know
/// the whole network and see to it that it knows them.
final class Collusion {
  private static final int CONTACTS = 8;
  private static final int FALSE_PROVIDERS = 10;

  /// Nodes that a colluder asks something when it comes, to get into their tables: as many as an
  /// honest node asks when it joins.
  private static final int FIRST_CALLS = 120;

  /// Leading bits that an id ground without bounds shares with its key: no node is as close by
  /// chance.
  private static final int GROUND_BITS = 32;

  /// Ids tried at an address, which allows eight beginnings of 21 bits.
  private static final int GRINDINGS = 64;

  private static final Duration CALL_INTERVAL = Duration.ofSeconds(5);

  private final Simulation simulation;
  private final PacketWriter writer = new PacketWriter(Optional.empty());

  /// In the order of their ids.
  private final List<Contact> colluders = new ArrayList<>();

  /// Where their ids are to sit; anywhere if empty.
  private final List<NodeId> keys;

  private final boolean boundIds;

  /// @param keys near which their ids are ground to sit, in turns; none for random ids
  /// @param boundIds whether only the ids count that an address allows (BEP 42): then they grind
  ///   for one of those
  Collusion(Simulation simulation, List<NodeId> keys, boolean boundIds) {
    this.simulation = simulation;
    this.keys = keys;
    this.boundIds = boundIds;
  }

  int size() {
    return colluders.size();
  }

  /// Adds members.
  void growTo(int size) {
    while (colluders.size() < size) {
      InetSocketAddress address = simulation.newAddress();
      join(new Contact(idAt(address.getAddress()), address));
    }
  }

  private NodeId idAt(InetAddress address) {
    if (keys.isEmpty()) {
      return NodeId.random(simulation.random());
    }
    NodeId key = keys.get(colluders.size() % keys.size());
    if (!boundIds) {
      return key.randomAtPrefix(GROUND_BITS, simulation.random());
    }
    return Stream.generate(() -> BoundId.of(address, simulation.random()))
        .limit(GRINDINGS)
        .min(key::compareDistance)
        .orElseThrow();
  }

  /// Adds a member.
  void join(Contact contact) {
    Colluder colluder = new Colluder(contact);
    int at = Collections.binarySearch(colluders, contact, Comparator.comparing(Contact::id));
    colluders.add(at < 0 ? -at - 1 : at, contact);
    simulation.add(colluder);
    for (int i = 0; i < FIRST_CALLS; i++) {
      colluder.call();
    }
    colluder.callLater();
  }

  /// The colluders closest to a target. They all are in the smallest part of the key space around
  /// it that has enough of them, which is a run of the list.
  private List<Contact> closest(NodeId target) {
    int from = 0;
    int to = colluders.size();
    for (int bits = 1; bits <= NodeId.SIZE_BITS; bits++) {
      int low = firstAtLeast(from, to, target, bits, false);
      int high = firstAtLeast(low, to, target, bits, true);
      if (high - low < CONTACTS) {
        break;
      }
      from = low;
      to = high;
    }
    List<Contact> near = new ArrayList<>(colluders.subList(from, to));
    near.sort((a, b) -> target.compareDistance(a.id(), b.id()));
    return near.subList(0, Math.min(CONTACTS, near.size()));
  }

  /// Where the ids begin that have the same first `bits` as `target`, or, if `behind`, where they
  /// have ended.
  private int firstAtLeast(int from, int to, NodeId target, int bits, boolean behind) {
    int low = from;
    int high = to;
    while (low < high) {
      int middle = (low + high) >>> 1;
      NodeId id = colluders.get(middle).id();
      boolean within = target.commonPrefixBits(id) >= bits;
      if (within ? behind : id.compareTo(target) < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private final class Colluder extends Simulation.Member {
    private final NodeId id;

    Colluder(Contact contact) {
      super(contact.address(), simulation.random(), false);
      this.id = contact.id();
    }

    private void callLater() {
      simulation.after(
          CALL_INTERVAL,
          () -> {
            call();
            callLater();
          });
    }

    /// Asks a node something, only to be seen.
    private void call() {
      byte[] transaction = new byte[PendingQueries.TRANSACTION_BYTES];
      simulation.random().nextBytes(transaction);
      Packet.Query query =
          new Packet.Query(Bytes.of(transaction), id, new Method.FindNode(id, Set.of()), false);
      simulation.send(this, simulation.anyLive().address(), writer.write(query));
    }

    @Override
    public void receive(InetSocketAddress from, byte[] datagram, long nowMillis) {
      if (PacketReader.read(datagram) instanceof Packet.Query query) {
        Packet.Reply reply =
            new Packet.Reply(query.transaction(), id, answer(query.method()), Optional.of(from));
        simulation.send(this, from, writer.write(reply));
      }
    }

    private Packet.Answer answer(Method method) {
      return switch (method) {
        case Method.FindNode find -> near(find.target());
        case Method.GetPeers get ->
            near(get.key()).withValues(falseProviders()).withToken(Bytes.ofText("come on"));
        case Method.Get get -> near(get.target()).withToken(Bytes.ofText("come on"));
        case Method.Ping any -> Packet.Answer.EMPTY;
        case Method.AnnouncePeer any -> Packet.Answer.EMPTY;
        case Method.AnnounceMany any -> Packet.Answer.EMPTY;
        case Method.Put any -> Packet.Answer.EMPTY;
        case Method.SampleInfohashes any -> Packet.Answer.EMPTY;
        case Method.Unknown any -> Packet.Answer.EMPTY;
      };
    }

    private Packet.Answer near(NodeId target) {
      return Packet.Answer.ofNodes(Family.IPV4, closest(target));
    }

    private List<InetSocketAddress> falseProviders() {
      List<InetSocketAddress> out = new ArrayList<>();
      for (int i = 0; i < FALSE_PROVIDERS; i++) {
        int host = simulation.random().nextInt();
        out.add(new InetSocketAddress(AddressPlan.host(host), AddressPlan.PORT));
      }
      return out;
    }
  }
}
