package io.shoal.discovery.kademlia;

import io.shoal.discovery.kademlia.Bencode.DictionaryBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Writes packets in canonical form: readers in the field search for byte patterns such as
/// `1:y1:q`.
final class PacketWriter {
  /// Larger datagrams are broken up on some ways through the network (BEP 32).
  static final int MAX_PACKET_BYTES = 1024;

  private final Optional<Bytes> version;

  /// @param version the `v` of every packet: two letters of the program and two bytes of its
  ///   version; none to send none
  PacketWriter(Optional<Bytes> version) {
    this.version = version;
  }

  byte[] write(Packet.Query query) {
    DictionaryBuilder out = envelope(query.transaction(), "q");
    out.put("q", Bencode.of(query.method().name()));
    out.put("a", arguments(query));
    if (query.readOnly()) {
      out.put("ro", Bencode.of(1));
    }
    return out.build().encode();
  }

  byte[] write(Packet.Reply reply) {
    Packet.Answer answer = reply.answer();
    DictionaryBuilder r = new DictionaryBuilder().put("id", reply.sender().bytes());
    answer.nodes().ifPresent(nodes -> r.put("nodes", Compact.nodes(nodes, Family.IPV4)));
    answer.nodes6().ifPresent(nodes -> r.put("nodes6", Compact.nodes(nodes, Family.IPV6)));
    answer.token().ifPresent(token -> r.put("token", token));
    if (!answer.values().isEmpty()) {
      r.put(
          "values",
          new Bencode.Sequence(
              answer.values().stream().map(peer -> Bencode.of(Compact.peer(peer))).toList()));
    }
    DictionaryBuilder out = envelope(reply.transaction(), "r").put("r", r.build());
    reply.seenAs().ifPresent(address -> out.put("ip", Compact.peer(address)));
    return out.build().encode();
  }

  byte[] write(Packet.Fault fault) {
    return envelope(fault.transaction(), "e")
        .put("e", new Bencode.Sequence(List.of(Bencode.of(fault.code()), Bencode.of(fault.text()))))
        .build()
        .encode();
  }

  private DictionaryBuilder envelope(Bytes transaction, String type) {
    DictionaryBuilder out =
        new DictionaryBuilder().put("t", transaction).put("y", Bencode.of(type));
    version.ifPresent(v -> out.put("v", v));
    return out;
  }

  private static Bencode arguments(Packet.Query query) {
    DictionaryBuilder a = new DictionaryBuilder().put("id", query.sender().bytes());
    switch (query.method()) {
      case Method.Ping() -> {}
      case Method.FindNode(NodeId target, Set<Family> want) -> {
        a.put("target", target.bytes());
        putWant(a, want);
      }
      case Method.GetPeers(NodeId key, Set<Family> want) -> {
        a.put("info_hash", key.bytes());
        putWant(a, want);
      }
      case Method.AnnouncePeer(NodeId key, int port, boolean impliedPort, Bytes token) -> {
        a.put("info_hash", key.bytes()).put("port", Bencode.of(port)).put("token", token);
        if (impliedPort) {
          a.put("implied_port", Bencode.of(1));
        }
      }
      case Method.Unknown(String name, Optional<NodeId> target, Set<Family> want) -> {
        target.ifPresent(t -> a.put("target", t.bytes()));
        putWant(a, want);
      }
    }
    return a.build();
  }

  private static void putWant(DictionaryBuilder a, Set<Family> want) {
    if (!want.isEmpty()) {
      List<Bencode> names = new ArrayList<>();
      want.forEach(family -> names.add(Bencode.of(family.want())));
      a.put("want", new Bencode.Sequence(names));
    }
  }
}
