package io.shoal.discovery.kademlia.item;

import io.shoal.discovery.kademlia.bencode.Bytes;
import io.shoal.discovery.kademlia.krpc.Item;
import io.shoal.discovery.kademlia.krpc.NodeId;
import io.shoal.discovery.kademlia.krpc.Packet.Content;
import java.util.Optional;

/// The name of an item: enough to ask for it and to verify an answer.
public sealed interface ItemName {

  /// Where it is kept.
  NodeId target();

  /// The item in an answer, if it is the named one and verified.
  Optional<Item> verified(Content content);

  static ItemName of(Item item) {
    return switch (item) {
      case Item.Immutable immutable -> new OfValue(immutable.target());
      case Item.Mutable mutable -> new OfKey(mutable.key(), mutable.salt());
    };
  }

  /// The item whose value has this hash.
  record OfValue(NodeId target) implements ItemName {
    @Override
    public Optional<Item> verified(Content content) {
      return content instanceof Content.Value(Bytes value)
              && Item.targetOf(value, Bytes.EMPTY).equals(target)
          ? Optional.of(new Item.Immutable(value))
          : Optional.empty();
    }
  }

  /// The items, one newer than the other, that the owner of a key signed.
  record OfKey(Bytes key, Bytes salt) implements ItemName {
    @Override
    public NodeId target() {
      return Item.targetOf(key, salt);
    }

    @Override
    public Optional<Item> verified(Content content) {
      if (!(content instanceof Content.Signed signed) || !signed.key().equals(key)) {
        return Optional.empty();
      }
      Item.Mutable item =
          new Item.Mutable(key, salt, signed.sequence(), signed.value(), signed.signature());
      return Ed25519.verifies(key, item.signedBytes(), item.signature())
          ? Optional.of(item)
          : Optional.empty();
    }
  }
}
