package io.shoal.discovery.kademlia.routing;

import io.shoal.discovery.kademlia.bencode.Bencode;
import io.shoal.discovery.kademlia.bencode.BencodeDecoder;
import io.shoal.discovery.kademlia.bencode.MalformedBencodeException;
import io.shoal.discovery.kademlia.krpc.Compact;
import io.shoal.discovery.kademlia.krpc.Contact;
import io.shoal.discovery.kademlia.krpc.Family;
import io.shoal.discovery.kademlia.krpc.NodeId;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A node's memory over a restart: its id and the nodes it knew. Encoded it is a bencoded
/// dictionary: `id` and `id6` (20 bytes), `nodes` and `nodes6` (compact).
///
/// @param ids of each family that was spoken
/// @param contacts of each family in their order of worth
public record SavedTable(Map<Family, NodeId> ids, List<Contact> contacts) {
  /// Of each family: enough to find a living one after days; a file of at most 17 KB.
  static final int MAX_CONTACTS = 256;

  /// What was encoded, or empty if the bytes are something else.
  public static Optional<SavedTable> parse(byte[] saved) {
    try {
      if (!(BencodeDecoder.strict(saved) instanceof Bencode.Dictionary in)) {
        return Optional.empty();
      }
      Map<Family, NodeId> ids = new EnumMap<>(Family.class);
      for (Family family : Family.values()) {
        in.text(idKey(family))
            .filter(id -> id.length() == NodeId.SIZE_BYTES)
            .ifPresent(id -> ids.put(family, NodeId.of(id.toArray(), 0)));
      }
      return ids.isEmpty() ? Optional.empty() : Optional.of(new SavedTable(ids, contacts(in)));
    } catch (MalformedBencodeException e) {
      return Optional.empty();
    }
  }

  /// The id in the network of a family, or else that of the other one: both begin with the same.
  public Optional<NodeId> id(Family family) {
    return Optional.ofNullable(ids.get(family)).or(() -> ids.values().stream().findFirst());
  }

  private static String idKey(Family family) {
    return switch (family) {
      case IPV4 -> "id";
      case IPV6 -> "id6";
    };
  }

  private static String nodesKey(Family family) {
    return switch (family) {
      case IPV4 -> "nodes";
      case IPV6 -> "nodes6";
    };
  }

  private static List<Contact> contacts(Bencode.Dictionary in) {
    List<Contact> all = new ArrayList<>();
    for (Family family : Family.values()) {
      in.text(nodesKey(family)).ifPresent(nodes -> all.addAll(Compact.readNodes(nodes, family)));
    }
    return all;
  }

  public byte[] encode() {
    Bencode.DictionaryBuilder out = new Bencode.DictionaryBuilder();
    for (Family family : Family.values()) {
      Optional.ofNullable(ids.get(family)).ifPresent(id -> out.put(idKey(family), id.bytes()));
      List<Contact> kept =
          contacts.stream()
              .filter(contact -> Family.of(contact.address().getAddress()) == family)
              .limit(MAX_CONTACTS)
              .toList();
      if (!kept.isEmpty()) {
        out.put(nodesKey(family), Compact.nodes(kept, family));
      }
    }
    return out.build().encode();
  }
}
