package io.shoal.discovery.kademlia.node;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.discovery.kademlia.ParserTarget;
import io.shoal.discovery.kademlia.bencode.Bytes;
import io.shoal.discovery.kademlia.krpc.Contact;
import io.shoal.discovery.kademlia.krpc.Family;
import io.shoal.discovery.kademlia.krpc.Item;
import io.shoal.discovery.kademlia.krpc.Method;
import io.shoal.discovery.kademlia.krpc.NodeId;
import io.shoal.discovery.kademlia.krpc.Packet;
import io.shoal.discovery.kademlia.krpc.PacketReader;
import io.shoal.discovery.kademlia.krpc.PacketWriter;
import io.shoal.discovery.kademlia.lookup.Network;
import io.shoal.discovery.kademlia.lookup.PendingQueries;
import io.shoal.discovery.kademlia.respond.ProviderStore;
import io.shoal.discovery.kademlia.testing.Mutation;
import io.shoal.discovery.kademlia.testing.SigningKey;
import io.shoal.discovery.kademlia.testing.TestSettings;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/// One whole node under a flood of strangers: damaged packets, noise, and members that follow the
/// protocol far enough to fill every store. It must raise nothing and keep to its bounds.
class NodeFuzzTest {
  private static final long SEED = 11;
  private static final boolean FULL = Boolean.getBoolean("shoal.full");
  private static final int PACKETS = FULL ? 10_000_000 : 100_000;
  private static final int REPORT_EVERY = 1_000_000;

  /// All stores have reached their limits or live times by then.
  private static final int FILLED = 2_000_000;

  /// What garbage collection leaves behind differs by that much from run to run.
  private static final long SLACK_BYTES = 8 * 1024 * 1024;

  private static final int MAX_REMEMBERED = 256;

  private final RandomGenerator random = new SplittableRandom(SEED);
  private final List<byte[]> corpus = ParserTarget.packets();
  private final List<SigningKey> keys = List.of(SigningKey.of(1), SigningKey.of(2));
  private final PacketWriter writer = new PacketWriter(Optional.empty());
  private final List<Sent> sent = new ArrayList<>();
  private final DhtNode node;
  private long now;
  private int packets;

  NodeFuzzTest() {
    Network network =
        new Network() {
          @Override
          public void send(InetSocketAddress to, byte[] datagram) {
            assertTrue(datagram.length <= PacketWriter.MAX_ITEM_PACKET_BYTES);
            if (sent.size() < MAX_REMEMBERED) {
              sent.add(new Sent(to, datagram));
            }
          }

          @Override
          public Optional<InetAddress> ownAddressToward(InetAddress peer) {
            return Optional.of(InetAddress.getLoopbackAddress());
          }

          @Override
          public void wantBootstrap() {}
        };
    node =
        new DhtNode(
            NodeId.random(random), TestSettings.ordinary(), network, new SplittableRandom(SEED), 0);
    node.start(0);
  }

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Sent(InetSocketAddress to, byte[] datagram) {}

  /// Somewhere on the internet or in a private network.
  private InetSocketAddress stranger() {
    byte[] host = new byte[4];
    random.nextBytes(host);
    host[0] = random.nextInt(4) == 0 ? 10 : host[0];
    try {
      return new InetSocketAddress(InetAddress.getByAddress(host), 1 + random.nextInt(65_535));
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  private void send(InetSocketAddress from, byte[] packet) {
    packets++;
    node.onDatagram(from, packet, now);
  }

  private byte[] maybeDamaged(byte[] packet) {
    return random.nextInt(4) == 0 ? Mutation.of(packet, random) : packet;
  }

  private byte[] query(Method method) {
    return writer.write(
        new Packet.Query(
            Bytes.ofText("aa"), NodeId.random(random), method, random.nextInt(8) == 0));
  }

  private void step() {
    now += random.nextInt(10);
    OptionalLong due = node.nextTickMillis();
    if (due.isPresent() && due.getAsLong() <= now) {
      node.onTick(now);
    }
    switch (random.nextInt(10)) {
      case 0 -> {
        byte[] noise = new byte[random.nextInt(64)];
        random.nextBytes(noise);
        send(stranger(), noise);
      }
      case 1, 2, 3, 4 ->
          send(stranger(), Mutation.of(corpus.get(random.nextInt(corpus.size())), random));
      case 5, 6 -> announce();
      case 7 -> put();
      default -> answer();
    }
  }

  /// What the node replies to a query that was sent just now.
  private Optional<Packet.Answer> ask(InetSocketAddress from, Method method) {
    sent.clear();
    send(from, query(method));
    return sent.stream()
        .filter(s -> s.to().equals(from))
        .map(s -> PacketReader.read(s.datagram()))
        .filter(Packet.Reply.class::isInstance)
        .map(packet -> ((Packet.Reply) packet).answer())
        .findFirst();
  }

  private void announce() {
    // Many keys of few and a few of very many.
    NodeId key =
        random.nextInt(10) == 0 ? new NodeId(random.nextInt(4), 0, 0) : NodeId.random(random);
    InetSocketAddress from = stranger();
    Method ask = new Method.GetPeers(key, Set.of(), random.nextInt(8) == 0, random.nextBoolean());
    ask(from, ask)
        .flatMap(Packet.Answer::token)
        .ifPresent(
            token ->
                send(
                    from,
                    maybeDamaged(
                        query(
                            new Method.AnnouncePeer(
                                key,
                                1 + random.nextInt(65_535),
                                random.nextBoolean(),
                                random.nextBoolean(),
                                token)))));
  }

  private void put() {
    Item item =
        random.nextInt(20) == 0
            ? keys.get(random.nextInt(keys.size()))
                .item("salt" + random.nextInt(100), random.nextInt(1000), "i" + now + "e")
            : new Item.Immutable(largeValue());
    InetSocketAddress from = stranger();
    ask(from, new Method.Get(item.target(), OptionalLong.empty(), Set.of()))
        .flatMap(Packet.Answer::token)
        .ifPresent(
            token ->
                send(from, maybeDamaged(query(new Method.Put(item, OptionalLong.empty(), token)))));
  }

  private Bytes largeValue() {
    byte[] value = new byte[904];
    random.nextBytes(value);
    Bytes.ofText("900:").copyTo(value, 0);
    return Bytes.of(value);
  }

  /// Answers the queries of the node, with whatever a lookup may take.
  private void answer() {
    if (sent.isEmpty()) {
      return;
    }
    Sent asked = sent.remove(random.nextInt(sent.size()));
    if (PacketReader.read(asked.datagram()) instanceof Packet.Query query) {
      List<Contact> nodes = new ArrayList<>();
      for (int i = random.nextInt(8); i > 0; i--) {
        nodes.add(new Contact(NodeId.random(random), stranger()));
      }
      Packet.Answer answer =
          Packet.Answer.ofNodes(Family.IPV4, nodes)
              .withToken(Bytes.ofText("token"))
              .withValues(List.of(stranger()))
              .withContent(new Packet.Content.Value(Bytes.ofText("i1e")));
      Packet.Reply reply =
          new Packet.Reply(
              query.transaction(), NodeId.random(random), answer, Optional.of(stranger()));
      send(asked.to(), maybeDamaged(writer.write(reply)));
    }
  }

  private static long usedHeapBytes() {
    Runtime runtime = Runtime.getRuntime();
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 3; i++) {
      System.gc();
      least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
    }
    return least;
  }

  @Test
  void aFloodLeavesTheHeapFlat() {
    long filledBytes = Long.MAX_VALUE;
    for (int reported = 0; packets < PACKETS; ) {
      step();
      if (packets / REPORT_EVERY > reported) {
        reported = packets / REPORT_EVERY;
        long used = usedHeapBytes();
        filledBytes = packets / REPORT_EVERY == FILLED / REPORT_EVERY ? used : filledBytes;
        report(used);
        long allowed = filledBytes == Long.MAX_VALUE ? filledBytes : filledBytes + SLACK_BYTES;
        assertTrue(used <= allowed, () -> used + " bytes, at first " + (allowed - SLACK_BYTES));
      }
    }
    DhtNode.Snapshot end = node.snapshot(now);
    assertTrue(end.storedProviders() <= ProviderStore.MAX_PROVIDERS);
    assertTrue(end.storedProviders() > 1000, end::toString);
    assertTrue(end.waitingQueries() <= PendingQueries.MAX_WAITING);
    assertTrue(end.garbage() > PACKETS / 20, end::toString);
  }

  @SuppressWarnings("SystemOut") // a report of the full size
  private void report(long usedBytes) {
    DhtNode.Snapshot figures = node.snapshot(now);
    System.out.printf(
        "%,d packets, %s simulated: heap %,d kB; %d nodes, %,d keys, %,d providers, %d queries"
            + " waiting%n",
        packets,
        Duration.ofMillis(now).truncatedTo(ChronoUnit.MINUTES),
        usedBytes / 1024,
        figures.nodes(),
        figures.storedKeys(),
        figures.storedProviders(),
        figures.waitingQueries());
  }
}
