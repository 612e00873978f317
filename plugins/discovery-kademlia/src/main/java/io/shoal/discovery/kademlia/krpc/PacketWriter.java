package io.shoal.discovery.kademlia.krpc;

import io.shoal.discovery.kademlia.bencode.BencodeWriter;
import io.shoal.discovery.kademlia.bencode.Bytes;
import io.shoal.discovery.kademlia.krpc.Packet.Content;
import java.util.Optional;
import java.util.Set;

/// Writes packets in canonical form, the keys of every dictionary in order: readers in the field
/// search for byte patterns such as `1:y1:q`.
public final class PacketWriter {
  /// Larger datagrams are broken up on some ways through the network (BEP 32).
  public static final int MAX_PACKET_BYTES = 1024;

  /// The bound for a reply with a stored value, which alone may have 1,000 bytes and has to come
  /// with token, key, signature and nodes (BEP 44). Still one packet over Ethernet and PPPoE;
  /// libtorrent sends as much. Nodes of the other family come along only within the ordinary size.
  public static final int MAX_ITEM_PACKET_BYTES = 1400;

  private final Optional<Bytes> version;

  /// @param version the `v` of every packet: two letters of the program and two bytes of its
  ///   version; none to send none
  public PacketWriter(Optional<Bytes> version) {
    this.version = version;
  }

  public byte[] write(Packet.Query query) {
    BencodeWriter out = new BencodeWriter().startDictionary().key("a");
    arguments(out, query);
    out.key("q").text(query.method().name());
    if (query.readOnly()) {
      out.key("ro").whole(1);
    }
    return ended(out, query.transaction(), "q");
  }

  /// Leaves out what would make it too large for a datagram, see [Packet.Answer#shortened].
  public byte[] write(Packet.Reply reply) {
    Family own = reply.seenAs().map(seen -> Family.of(seen.getAddress())).orElse(Family.IPV4);
    Packet.Reply fitting = reply;
    byte[] out = whole(fitting);
    for (int max = maxBytes(fitting, own);
        out.length > max && !fitting.answer().isBare();
        max = maxBytes(fitting, own)) {
      Packet.Answer less = fitting.answer().shortened(out.length - max, own);
      fitting = new Packet.Reply(reply.transaction(), reply.sender(), less, reply.seenAs());
      out = whole(fitting);
    }
    return out;
  }

  /// Only what an item cannot do without goes beyond the ordinary size.
  private static int maxBytes(Packet.Reply reply, Family own) {
    boolean item =
        switch (reply.answer().content()) {
          case Content.Value _, Content.Signed _ -> true;
          case Content.None _,
              Content.NothingNewer _,
              Content.Scrape _,
              Content.Samples _,
              Content.Kept _ ->
              false;
        };
    boolean bothFamilies = !reply.answer().nodesOf(own.other()).isEmpty();
    return item && !bothFamilies ? MAX_ITEM_PACKET_BYTES : MAX_PACKET_BYTES;
  }

  private byte[] whole(Packet.Reply reply) {
    BencodeWriter out = new BencodeWriter().startDictionary();
    reply.seenAs().ifPresent(address -> out.key("ip").text(Compact.peer(address)));
    out.key("r");
    answer(out, reply);
    return ended(out, reply.transaction(), "r");
  }

  public byte[] write(Packet.Fault fault) {
    BencodeWriter out = new BencodeWriter().startDictionary();
    out.key("e").startList().whole(fault.code()).text(fault.text()).end();
    return ended(out, fault.transaction(), "e");
  }

  private byte[] ended(BencodeWriter out, Bytes transaction, String type) {
    out.key("t").text(transaction);
    version.ifPresent(v -> out.key("v").text(v));
    return out.key("y").text(type).end().toArray();
  }

  private static void arguments(BencodeWriter out, Packet.Query query) {
    out.startDictionary();
    switch (query.method()) {
      case Method.Ping() -> id(out, query);
      case Method.FindNode(NodeId target, Set<Family> want) -> target(out, query, target, want);
      case Method.GetPeers getPeers -> {
        id(out, query);
        id(out, "info_hash", getPeers.key());
        flag(out, "noseed", getPeers.noSeed());
        flag(out, "scrape", getPeers.scrape());
        want(out, getPeers.want());
      }
      case Method.AnnouncePeer announce -> {
        id(out, query);
        flag(out, "implied_port", announce.impliedPort());
        id(out, "info_hash", announce.key()).key("port").whole(announce.port());
        flag(out, "seed", announce.seed());
        out.key("token").text(announce.token());
      }
      case Method.AnnounceMany many -> {
        id(out, query);
        id(out, "info_hash", many.grantedFor());
        out.key("keys").text(Compact.keys(many.keys()));
        out.key("port").whole(many.port()).key("token").text(many.token());
      }
      case Method.Get get -> {
        id(out, query);
        get.newerThan().ifPresent(sequence -> out.key("seq").whole(sequence));
        id(out, "target", get.target());
        want(out, get.want());
      }
      case Method.Put put -> put(out, query, put);
      case Method.SampleInfohashes(NodeId target, Set<Family> want) ->
          target(out, query, target, want);
      case Method.Unknown(String _, Optional<NodeId> target, Set<Family> want) -> {
        id(out, query);
        target.ifPresent(t -> id(out, "target", t));
        want(out, want);
      }
    }
    out.end();
  }

  private static BencodeWriter id(BencodeWriter out, Packet.Query query) {
    return id(out, "id", query.sender());
  }

  private static BencodeWriter id(BencodeWriter out, String key, NodeId id) {
    return out.key(key).text(NodeId.SIZE_BYTES, id::copyTo);
  }

  private static void target(
      BencodeWriter out, Packet.Query query, NodeId target, Set<Family> want) {
    id(out, query);
    id(out, "target", target);
    want(out, want);
  }

  private static void flag(BencodeWriter out, String key, boolean set) {
    if (set) {
      out.key(key).whole(1);
    }
  }

  private static void want(BencodeWriter out, Set<Family> want) {
    if (!want.isEmpty()) {
      out.key("want").startList();
      want.forEach(family -> out.text(family.want()));
      out.end();
    }
  }

  private static void put(BencodeWriter out, Packet.Query query, Method.Put put) {
    put.replaces().ifPresent(sequence -> out.key("cas").whole(sequence));
    id(out, query);
    if (put.item() instanceof Item.Mutable item) {
      out.key("k").text(item.key());
      if (item.salt().length() > 0) {
        out.key("salt").text(item.salt());
      }
      out.key("seq").whole(item.sequence()).key("sig").text(item.signature());
    }
    out.key("token").text(put.token()).key("v").raw(put.item().value());
  }

  private static void answer(BencodeWriter out, Packet.Reply reply) {
    Packet.Answer answer = reply.answer();
    out.startDictionary();
    if (answer.content() instanceof Content.Scrape(ScrapeFilter seeds, ScrapeFilter others)) {
      out.key("BFpe").text(others.bytes()).key("BFsd").text(seeds.bytes());
    }
    id(out, "id", reply.sender());
    if (answer.content() instanceof Content.Samples samples) {
      out.key("interval").whole(samples.intervalSeconds());
    }
    if (answer.content() instanceof Content.Signed signed) {
      out.key("k").text(signed.key());
    }
    if (answer.content() instanceof Content.Kept(Bytes bits)) {
      out.key("kept").text(bits);
    }
    answer.nodes().ifPresent(nodes -> out.key("nodes").text(Compact.nodes(nodes, Family.IPV4)));
    answer.nodes6().ifPresent(nodes -> out.key("nodes6").text(Compact.nodes(nodes, Family.IPV6)));
    afterNodes(out, answer);
    out.end();
  }

  private static void afterNodes(BencodeWriter out, Packet.Answer answer) {
    switch (answer.content()) {
      case Content.Samples samples -> {
        out.key("num").whole(samples.total());
        out.key("samples").text(Compact.keys(samples.keys()));
      }
      case Content.Signed signed ->
          out.key("seq").whole(signed.sequence()).key("sig").text(signed.signature());
      case Content.NothingNewer(long sequence) -> out.key("seq").whole(sequence);
      case Content.None _, Content.Value _, Content.Scrape _, Content.Kept _ -> {}
    }
    answer.token().ifPresent(token -> out.key("token").text(token));
    switch (answer.content()) {
      case Content.Value(Bytes value) -> out.key("v").raw(value);
      case Content.Signed signed -> out.key("v").raw(signed.value());
      case Content.None _,
          Content.NothingNewer _,
          Content.Scrape _,
          Content.Samples _,
          Content.Kept _ -> {}
    }
    if (!answer.values().isEmpty()) {
      out.key("values").startList();
      answer.values().forEach(peer -> out.text(Compact.peer(peer)));
      out.end();
    }
  }
}
