package io.shoal.discovery.kademlia.krpc;

import io.shoal.discovery.kademlia.bencode.Bytes;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;

/// A datagram as it was understood (KRPC, BEP 5).
public sealed interface Packet {

  /// A question.
  ///
  /// @param transaction echoed unchanged in the answer
  /// @param readOnly the sender answers no queries and must not enter a table (BEP 43)
  record Query(Bytes transaction, NodeId sender, Method method, boolean readOnly)
      implements Packet {}

  /// An answer.
  ///
  /// @param seenAs the address under which the other side saw our query (BEP 42)
  /// @param version the `v` of the sender, empty if it sent none or we write it
  record Reply(
      Bytes transaction,
      NodeId sender,
      Answer answer,
      Optional<InetSocketAddress> seenAs,
      Optional<Bytes> version)
      implements Packet {
    public Reply(
        Bytes transaction, NodeId sender, Answer answer, Optional<InetSocketAddress> seenAs) {
      this(transaction, sender, answer, seenAs, Optional.empty());
    }
  }

  /// An answer with a fault.
  record Fault(Bytes transaction, int code, String text) implements Packet {
    /// A fault that has no code of its own.
    static final int GENERIC = 201;

    /// The other side cannot do it now.
    public static final int SERVER = 202;

    /// A malformed packet, wrong argument or bad token.
    public static final int PROTOCOL = 203;

    public static final int UNKNOWN_METHOD = 204;

    // Of BEP 44, in the order of its list.
    public static final int VALUE_TOO_BIG = 205;
    public static final int BAD_SIGNATURE = 206;
    public static final int SALT_TOO_BIG = 207;
    public static final int OTHER_SEQUENCE = 301;
    public static final int OLD_SEQUENCE = 302;
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
  /// @param token the right to announce or put to the node that answered
  /// @param content what only some methods bring
  record Answer(
      Optional<List<Contact>> nodes,
      Optional<List<Contact>> nodes6,
      List<InetSocketAddress> values,
      Optional<Bytes> token,
      Content content) {
    public static final Answer EMPTY =
        new Answer(
            Optional.empty(), Optional.empty(), List.of(), Optional.empty(), new Content.None());

    public static Answer ofNodes(Family family, List<Contact> contacts) {
      return EMPTY.withNodes(family, contacts);
    }

    public Answer withNodes(Family family, List<Contact> contacts) {
      return switch (family) {
        case IPV4 -> new Answer(Optional.of(contacts), nodes6, values, token, content);
        case IPV6 -> new Answer(nodes, Optional.of(contacts), values, token, content);
      };
    }

    public Answer withValues(List<InetSocketAddress> providers) {
      return new Answer(nodes, nodes6, providers, token, content);
    }

    public Answer withToken(Bytes right) {
      return new Answer(nodes, nodes6, values, Optional.of(right), content);
    }

    public Answer withContent(Content brought) {
      return new Answer(nodes, nodes6, values, token, brought);
    }

    /// Whether it names no node and no provider.
    public boolean isBare() {
      return values.isEmpty() && nodesOf(Family.IPV4).isEmpty() && nodesOf(Family.IPV6).isEmpty();
    }

    /// The same with about so many bytes less: first with fewer contacts of the other family, which
    /// the asker can learn from any node there, then with fewer providers, then with fewer contacts
    /// of the own one; the farthest gone first.
    ///
    /// @param own the family of the network that this is sent over
    public Answer shortened(int bytes, Family own) {
      Family other = own.other();
      if (!nodesOf(other).isEmpty()) {
        return withFewer(other, bytes);
      }
      if (!values.isEmpty()) {
        int each = Family.IPV4.peerBytes() + 2;
        return withValues(values.subList(0, kept(values.size(), bytes, each)));
      }
      return withFewer(own, bytes);
    }

    private Answer withFewer(Family family, int bytes) {
      List<Contact> all = nodesOf(family);
      return withNodes(family, all.subList(0, kept(all.size(), bytes, family.nodeBytes())));
    }

    private static int kept(int size, int bytes, int each) {
      return Math.max(0, size - Math.ceilDiv(bytes, each));
    }

    public List<Contact> nodesOf(Family family) {
      return switch (family) {
        case IPV4 -> nodes.orElse(List.of());
        case IPV6 -> nodes6.orElse(List.of());
      };
    }
  }

  /// The content of an [Answer] beyond contacts and providers: of one kind, since no method brings
  /// two.
  sealed interface Content {

    /// Nothing.
    record None() implements Content {}

    /// A value under its own hash (BEP 44).
    record Value(Bytes value) implements Content {}

    /// A signed value (BEP 44); the asker knows the salt.
    record Signed(Bytes key, long sequence, Bytes value, Bytes signature) implements Content {}

    /// Nothing newer than what the asker has (BEP 44).
    ///
    /// @param sequence that of the stored item
    record NothingNewer(long sequence) implements Content {}

    /// About how many provide a key (BEP 33).
    record Scrape(ScrapeFilter seeds, ScrapeFilter others) implements Content {}

    /// Says which of the keys of [Method.AnnounceMany] are kept now.
    ///
    /// @param bits a bit a key in their order, the first in the highest bit of the first byte
    record Kept(Bytes bits) implements Content {}

    /// Some of the keys under which something is stored (BEP 51).
    ///
    /// @param intervalSeconds after which asking again may bring others
    /// @param total how many keys there are
    record Samples(int intervalSeconds, long total, List<NodeId> keys) implements Content {
      /// Six hours, the most that an interval may be.
      static final int MAX_INTERVAL_SECONDS = 21_600;

      public Samples {
        keys = List.copyOf(keys);
      }
    }
  }
}
