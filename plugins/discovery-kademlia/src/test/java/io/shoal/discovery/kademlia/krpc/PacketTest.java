package io.shoal.discovery.kademlia.krpc;

import static java.util.Collections.nCopies;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.shoal.discovery.kademlia.bencode.Bencode;
import io.shoal.discovery.kademlia.bencode.BencodeDecoder;
import io.shoal.discovery.kademlia.bencode.Bytes;
import io.shoal.discovery.kademlia.krpc.Packet.Content;
import io.shoal.discovery.kademlia.testing.Vectors;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Function;
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
    Bencode.Dictionary packet =
        assertInstanceOf(Bencode.Dictionary.class, BencodeDecoder.strict(query));
    switch (PacketReader.read(query)) {
      case Packet.Query understood ->
          assertArrayEquals(query, new PacketWriter(packet.text("v")).write(understood));
      case Packet.BadQuery _ -> {}
      case Packet other -> throw new AssertionError(other);
    }
    if (captured.path("reply").isString()) {
      byte[] reply = Vectors.hex(captured, "reply");
      assertArrayEquals(reply, BencodeDecoder.strict(reply).encode());
      Packet answer = PacketReader.read(reply);
      assertTrue(
          answer instanceof Packet.Reply || answer instanceof Packet.Fault, answer::toString);
    }
  }

  private static Content libtorrentBrings(String name) {
    JsonNode captured =
        Vectors.cases("dht/captured-libtorrent-2.0.8.json").stream()
            .filter(c -> c.path("case").asString().equals(name))
            .findFirst()
            .orElseThrow();
    return assertInstanceOf(Packet.Reply.class, PacketReader.read(Vectors.hex(captured, "reply")))
        .answer()
        .content();
  }

  @Test
  void theItemsThatLibtorrentStoresAreRead() {
    Bytes hello = Bytes.ofText("12:Hello World!");
    assertEquals(new Content.Value(hello), libtorrentBrings("get imm"));
    assertEquals(
        hello, assertInstanceOf(Content.Signed.class, libtorrentBrings("get mut")).value());
    assertEquals(new Content.NothingNewer(1), libtorrentBrings("get mut seq=1"));
    assertEquals(
        5, assertInstanceOf(Content.Signed.class, libtorrentBrings("get after")).sequence());
    assertInstanceOf(Content.Scrape.class, libtorrentBrings("get_peers scrape"));
  }

  @Test
  void theCodesOfLibtorrentsFaultsAreRead() {
    Map<String, Integer> due =
        Map.of("mut seq4 (old)", 302, "cas mismatch", 301, "salt 65", 207, "missing arg", 203);
    due.forEach(
        (name, code) ->
            Vectors.cases("dht/captured-libtorrent-2.0.8.json").stream()
                .filter(c -> c.path("case").asString().equals(name))
                .map(c -> PacketReader.read(Vectors.hex(c, "reply")))
                .forEach(p -> assertEquals(code, assertInstanceOf(Packet.Fault.class, p).code())));
  }

  @Test
  void anItemsValueIsKeptAsReceived() {
    String unsorted = "d1:bi2e1:ai1ee";
    byte[] packet = ascii("d1:rd2:id20:abcdefghij01234567891:v" + unsorted + "e1:t2:aa1:y1:re");
    assertEquals(
        new Content.Value(Bytes.ofText(unsorted)),
        assertInstanceOf(Packet.Reply.class, PacketReader.read(packet)).answer().content());
  }

  @Test
  void anItemValueTooLargeIsIgnored() {
    Function<Integer, byte[]> packet =
        length ->
            ascii(
                "d1:rd2:id20:abcdefghij01234567891:v"
                    + length
                    + ":"
                    + "x".repeat(length)
                    + "e1:t2:aa1:y1:re");
    assertInstanceOf(Content.Value.class, content(packet.apply(996)));
    assertInstanceOf(Content.None.class, content(packet.apply(997)));
  }

  private static Content content(byte[] packet) {
    return assertInstanceOf(Packet.Reply.class, PacketReader.read(packet)).answer().content();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  @Test
  void samplesAreReadWithinBounds() {
    String keys = "k".repeat(20 * (PacketReader.MAX_SAMPLES + 1)) + "tail";
    byte[] packet =
        ascii(
            "d1:rd2:id20:abcdefghij01234567898:intervali99999e3:numi-1e7:samples"
                + keys.length()
                + ":"
                + keys
                + "e1:t2:aa1:y1:re");
    Content.Samples samples = assertInstanceOf(Content.Samples.class, content(packet));
    assertEquals(PacketReader.MAX_SAMPLES, samples.keys().size());
    assertEquals(Content.Samples.MAX_INTERVAL_SECONDS, samples.intervalSeconds());
    assertEquals(0, samples.total());
  }

  private static final NodeId ID = NodeId.random(new SplittableRandom(1));
  private static final Bytes TOKEN = Bytes.ofText("12345678");

  @TestFactory
  Stream<DynamicTest> everyMethodIsReadAsItWasWrittenAndCanonical() {
    Item.Mutable item =
        new Item.Mutable(
            Bytes.of(new byte[Item.KEY_BYTES]),
            Bytes.ofText("name"),
            7,
            Bytes.ofText("i1e"),
            Bytes.of(new byte[Item.SIGNATURE_BYTES]));
    Set<Family> both = EnumSet.allOf(Family.class);
    return Stream.of(
            new Method.Ping(),
            new Method.FindNode(ID, both),
            new Method.GetPeers(ID, both, true, true),
            new Method.AnnouncePeer(ID, 4600, true, true, TOKEN),
            new Method.AnnounceMany(List.of(ID, id('B')), id('C'), 4600, TOKEN),
            new Method.Get(ID, OptionalLong.of(6), both),
            new Method.Get(ID, OptionalLong.empty(), Set.of()),
            new Method.Put(item, OptionalLong.of(6), TOKEN),
            new Method.Put(new Item.Immutable(Bytes.ofText("le")), OptionalLong.empty(), TOKEN),
            new Method.SampleInfohashes(ID, both),
            new Method.Unknown("vote", Optional.of(ID), both))
        .map(method -> new Packet.Query(Bytes.ofText("aa"), ID, method, true))
        .map(query -> dynamicTest(query.method().name(), () -> staysTheSame(query)));
  }

  @TestFactory
  Stream<DynamicTest> everyContentIsReadAsItWasWrittenAndCanonical() {
    ScrapeFilter filter = new ScrapeFilter();
    filter.add(InetAddress.ofLiteral("192.0.2.1"));
    Bytes value = Bytes.ofText("4:spam");
    return Stream.of(
            new Content.None(),
            new Content.Value(value),
            new Content.Signed(
                Bytes.of(new byte[Item.KEY_BYTES]),
                Long.MAX_VALUE,
                value,
                Bytes.of(new byte[Item.SIGNATURE_BYTES])),
            new Content.NothingNewer(3),
            new Content.Scrape(filter, new ScrapeFilter()),
            new Content.Samples(60, 3, List.of(ID)),
            new Content.Kept(Bytes.of(new byte[] {(byte) 0xc0, 1})))
        .map(content -> dynamicTest(content.toString(), () -> staysTheSame(fullReply(content))));
  }

  private static Packet.Reply fullReply(Content content) throws Exception {
    Packet.Answer answer =
        Packet.Answer.ofNodes(Family.IPV4, List.of(new Contact(ID, address("10.0.0.1", 1))))
            .withNodes(Family.IPV6, List.of(new Contact(ID, address("2001:db8::1", 1))))
            .withValues(List.of(address("10.0.0.2", 2)))
            .withToken(TOKEN)
            .withContent(content);
    return new Packet.Reply(Bytes.ofText("aa"), ID, answer, Optional.of(address("10.0.0.3", 3)));
  }

  private static void staysTheSame(Packet packet) throws Exception {
    byte[] written = write(packet);
    assertArrayEquals(written, BencodeDecoder.strict(written).encode());
    assertEquals(packet, PacketReader.read(written));
  }

  private static List<Contact> eight(String host) throws Exception {
    return nCopies(8, new Contact(ID, address(host, 1)));
  }

  private static Packet.Answer nodesOfBoth() throws Exception {
    return Packet.Answer.ofNodes(Family.IPV4, eight("10.0.0.1"))
        .withNodes(Family.IPV6, eight("2001:db8::1"))
        .withToken(TOKEN);
  }

  private static Content item(int valueBytes) {
    String digits = valueBytes > 103 ? "%03d" : "%02d";
    int length = valueBytes - digits.formatted(1).length() - 1;
    return new Content.Signed(
        Bytes.of(new byte[Item.KEY_BYTES]),
        Long.MAX_VALUE,
        Bytes.ofText(digits.formatted(length) + ":" + "x".repeat(length)),
        Bytes.of(new byte[Item.SIGNATURE_BYTES]));
  }

  @Test
  void aLargeReplyDropsTheOtherFamilyFirst() throws Exception {
    Packet.Answer crowded = nodesOfBoth().withValues(nCopies(100, address("10.0.0.2", 2)));
    Packet.Answer kept = read(crowded, PacketWriter.MAX_PACKET_BYTES);
    assertEquals(List.of(), kept.nodesOf(Family.IPV4));
    assertEquals(eight("2001:db8::1"), kept.nodesOf(Family.IPV6));
    assertTrue(kept.values().size() > 40, () -> "" + kept.values().size());
    assertEquals(nodesOfBoth(), read(nodesOfBoth(), PacketWriter.MAX_PACKET_BYTES));
  }

  @Test
  void onlyLargeItemsExceedAnOrdinaryPacket() throws Exception {
    Packet.Answer largest =
        read(nodesOfBoth().withContent(item(1_000)), PacketWriter.MAX_ITEM_PACKET_BYTES);
    assertEquals(item(1_000), largest.content());
    assertEquals(List.of(), largest.nodesOf(Family.IPV4));
    assertTrue(largest.nodesOf(Family.IPV6).size() >= 2);

    Packet.Answer smaller =
        read(nodesOfBoth().withContent(item(300)), PacketWriter.MAX_PACKET_BYTES);
    assertEquals(item(300), smaller.content());
    assertEquals(eight("2001:db8::1"), smaller.nodesOf(Family.IPV6));
    int others = smaller.nodesOf(Family.IPV4).size();
    assertTrue(others > 0 && others < 8, () -> "of the other family: " + others);
  }

  private static Packet.Answer read(Packet.Answer answer, int maxBytes) throws Exception {
    Bytes transaction = Bytes.of(new byte[PacketReader.MAX_TRANSACTION_BYTES]);
    byte[] written =
        write(new Packet.Reply(transaction, ID, answer, Optional.of(address("2001:db8::3", 3))));
    assertTrue(written.length <= maxBytes, () -> "" + written.length);
    return assertInstanceOf(Packet.Reply.class, PacketReader.read(written)).answer();
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
  void anIpv4AddressInIpv6FormIsIgnored() {
    byte[] mapped = new byte[Family.IPV6.nodeBytes()];
    mapped[NodeId.SIZE_BYTES + 10] = -1;
    mapped[NodeId.SIZE_BYTES + 11] = -1;
    mapped[mapped.length - 1] = 1;
    assertEquals(List.of(), Compact.readNodes(Bytes.of(mapped), Family.IPV6));
    Bytes peer = Bytes.ofRange(mapped, NodeId.SIZE_BYTES, mapped.length);
    assertEquals(Optional.empty(), Compact.readPeer(peer));
    assertEquals(List.of(), Compact.readPeers(peer));
  }

  @Test
  void ourSeenAddressIsRead() throws Exception {
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
}
