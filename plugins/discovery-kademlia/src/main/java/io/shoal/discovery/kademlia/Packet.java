package io.shoal.discovery.kademlia;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;

/// What a datagram turned out to be (KRPC, BEP 5).
sealed interface Packet {

  /// A question.
  ///
  /// @param transaction echoed unchanged in the answer
  /// @param readOnly the sender answers nobody and must not enter a table (BEP 43)
  record Query(Bytes transaction, NodeId sender, Method method, boolean readOnly)
      implements Packet {}

  /// An answer.
  ///
  /// @param seenAs the address under which the other side saw our query (BEP 42)
  record Reply(Bytes transaction, NodeId sender, Answer answer, Optional<InetSocketAddress> seenAs)
      implements Packet {}

  /// An answer that tells of a fault.
  record Fault(Bytes transaction, int code, String text) implements Packet {
    /// A fault that has no code of its own.
    static final int GENERIC = 201;

    /// The other side cannot do it now.
    static final int SERVER = 202;

    /// A malformed packet, wrong argument or bad token.
    static final int PROTOCOL = 203;

    static final int UNKNOWN_METHOD = 204;
  }

  /// A query that deserves a [Fault]: it can be echoed, but an argument is wrong.
  record BadQuery(Bytes transaction, String why) implements Packet {}

  /// Not worth an answer.
  record Garbage(String why) implements Packet {}

  /// The values of a [Reply].
  ///
  /// @param nodes contacts in IPv4, empty if the key was absent
  /// @param nodes6 contacts in IPv6, empty if the key was absent
  /// @param values providers
  /// @param token the right to announce to who answered
  record Answer(
      Optional<List<Contact>> nodes,
      Optional<List<Contact>> nodes6,
      List<InetSocketAddress> values,
      Optional<Bytes> token) {
    static final Answer EMPTY =
        new Answer(Optional.empty(), Optional.empty(), List.of(), Optional.empty());

    static Answer ofNodes(Family family, List<Contact> contacts) {
      return switch (family) {
        case IPV4 ->
            new Answer(Optional.of(contacts), Optional.empty(), List.of(), Optional.empty());
        case IPV6 ->
            new Answer(Optional.empty(), Optional.of(contacts), List.of(), Optional.empty());
      };
    }

    List<Contact> nodesOf(Family family) {
      return switch (family) {
        case IPV4 -> nodes.orElse(List.of());
        case IPV6 -> nodes6.orElse(List.of());
      };
    }
  }
}
