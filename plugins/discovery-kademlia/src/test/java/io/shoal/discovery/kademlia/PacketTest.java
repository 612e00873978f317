package io.shoal.discovery.kademlia;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

class PacketTest {
  private static final PacketWriter WRITER = new PacketWriter(Optional.empty());

  private static byte[] write(Packet packet) {
    return switch (packet) {
      case Packet.Query query -> WRITER.write(query);
      case Packet.Reply reply -> WRITER.write(reply);
      case Packet.Fault fault -> WRITER.write(fault);
      case Packet.BadQuery bad -> throw new AssertionError(bad);
      case Packet.Garbage garbage -> throw new AssertionError(garbage);
    };
  }

  private static JsonNode extended(String name) {
    return Vectors.cases("dht/krpc-extended.json").stream()
        .filter(c -> c.path("name").asString().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static Packet.Reply reply(String name) {
    return assertInstanceOf(
        Packet.Reply.class, PacketReader.read(Vectors.hex(extended(name), "packet")));
  }

  @TestFactory
  Stream<DynamicTest> theExamplesOfBep5AreReadAndWrittenByteForByte() {
    return Vectors.cases("dht/bep05-krpc-examples.json").stream()
        .map(
            c ->
                dynamicTest(
                    c.path("name").asString(),
                    () -> {
                      byte[] in = Vectors.hex(c, "packet");
                      assertArrayEquals(in, BencodeDecoder.strict(in).encode());
                      Packet packet = PacketReader.read(in);
                      if (packet instanceof Packet.Reply r && r.answer().nodes().isPresent()) {
                        // The document's placeholder of 9 bytes is no node.
                        assertEquals(Optional.of(List.of()), r.answer().nodes());
                      } else {
                        assertArrayEquals(in, write(packet));
                      }
                    }));
  }

  @TestFactory
  Stream<DynamicTest> whatRealClientsSendIsUnderstood() {
    return Stream.of("aria2-1.36.0", "libtorrent-2.0.8", "transmission-3.00")
        .flatMap(
            client ->
                Vectors.cases("dht/captured-" + client + ".json").stream()
                    .map(
                        c -> dynamicTest(client + " " + c.path("case").asString(), () -> read(c))));
  }

  private static void read(JsonNode captured) throws Exception {
    byte[] query = Vectors.hex(captured, "query");
    assertArrayEquals(query, BencodeDecoder.strict(query).encode());
    Packet read = PacketReader.read(query);
    assertTrue(read instanceof Packet.Query || read instanceof Packet.BadQuery, read::toString);
    if (captured.path("reply").isString()) {
      byte[] reply = Vectors.hex(captured, "reply");
      assertArrayEquals(reply, BencodeDecoder.strict(reply).encode());
      Packet answer = PacketReader.read(reply);
      assertTrue(
          answer instanceof Packet.Reply || answer instanceof Packet.Fault, answer::toString);
    }
  }

  @Test
  void compactNodesOfBothFamiliesAreRead() throws Exception {
    assertEquals(
        List.of(
            new Contact(id('A'), address("127.0.0.1", 6881)),
            new Contact(id('B'), address("10.0.0.1", 1))),
        reply("response two nodes").answer().nodesOf(Family.IPV4));
    assertEquals(
        List.of(new Contact(id('C'), address("2001:db8::1", 6881))),
        reply("response nodes6").answer().nodesOf(Family.IPV6));
  }

  @Test
  void peersInOneStringAreReadAsSeveral() throws Exception {
    assertEquals(
        List.of(address("192.0.2.1", 6881), address("192.0.2.2", 6882)),
        reply("response single concatenated values").answer().values());
  }

  @Test
  void theAddressUnderWhichWeAreSeenIsRead() throws Exception {
    assertEquals(Optional.of(address("192.0.2.7", 6881)), reply("response with ip").seenAs());
    assertEquals(
        Optional.of(address("2001:db8::7", 6881)), reply("response with 18-byte ip").seenAs());
  }

  private static NodeId id(char letter) {
    byte[] bytes = String.valueOf(letter).repeat(20).getBytes(StandardCharsets.US_ASCII);
    return NodeId.of(bytes, 0);
  }

  private static InetSocketAddress address(String host, int port) throws Exception {
    return new InetSocketAddress(InetAddress.ofLiteral(host), port);
  }

  @Test
  void noPacketOfAStrangerBreaksTheReader() {
    RandomGenerator random = new SplittableRandom(7);
    List<byte[]> seeds =
        Stream.of(
                "bep05-krpc-examples",
                "krpc-extended",
                "captured-libtorrent-2.0.8",
                "captured-transmission-3.00")
            .flatMap(file -> Vectors.cases("dht/" + file + ".json").stream())
            .flatMap(c -> Stream.of("packet", "query", "reply").map(c::path))
            .filter(JsonNode::isString)
            .map(hex -> HexFormat.of().parseHex(hex.asString()))
            .toList();
    int packets = Boolean.getBoolean("shoal.full") ? 10_000_000 : 200_000;
    for (int i = 0; i < packets; i++) {
      byte[] packet = Mutation.of(seeds.get(random.nextInt(seeds.size())), random);
      Packet read = PacketReader.read(packet);
      if (read instanceof Packet.Query || read instanceof Packet.Reply) {
        // What was understood once is understood again after we wrote it, in the same way.
        byte[] written = write(read);
        assertArrayEquals(written, write(PacketReader.read(written)), "packet " + i + ", seed 7");
      }
    }
  }
}
