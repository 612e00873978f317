package io.shoal.discovery.kademlia.krpc;

import io.shoal.discovery.kademlia.bencode.Bencode;
import io.shoal.discovery.kademlia.bencode.BencodeDecoder;
import io.shoal.discovery.kademlia.bencode.Bytes;
import io.shoal.discovery.kademlia.bencode.MalformedBencodeException;
import io.shoal.discovery.kademlia.krpc.Packet.Content;
import java.util.Optional;
import java.util.OptionalLong;

/// Reads the stored items in packets (BEP 44). The value is kept as it was received, since hash and
/// signature are over those bytes.
final class ItemReader {
  private ItemReader() {}

  /// The arguments of a `put`; empty if one is missing, of the wrong kind, or the value is not in
  /// canonical form. The store checks the sizes of value and salt, which have faults of their own.
  static Optional<Method> put(Bencode.Dictionary arguments, byte[] datagram)
      throws MalformedBencodeException {
    Optional<Bytes> token = arguments.text("token");
    Optional<Bytes> value = BencodeDecoder.raw(datagram, "a", "v");
    if (token.isEmpty() || value.isEmpty() || !isCanonical(value.get())) {
      return Optional.empty();
    }
    boolean mutable = arguments.get("k").isPresent() || arguments.get("sig").isPresent();
    Optional<Item> item =
        mutable ? mutable(arguments, value.get()) : Optional.of(new Item.Immutable(value.get()));
    boolean wrongCas = arguments.get("cas").isPresent() && arguments.whole("cas").isEmpty();
    return wrongCas
        ? Optional.empty()
        : item.map(i -> new Method.Put(i, number(arguments, "cas"), token.get()));
  }

  private static Optional<Item> mutable(Bencode.Dictionary arguments, Bytes value) {
    Optional<Bytes> key = key(arguments);
    Optional<Bytes> signature = signature(arguments);
    Optional<Long> sequence = arguments.whole("seq");
    boolean wrongSalt = arguments.get("salt").isPresent() && arguments.text("salt").isEmpty();
    if (key.isEmpty() || signature.isEmpty() || sequence.isEmpty() || wrongSalt) {
      return Optional.empty();
    }
    Bytes salt = arguments.text("salt").orElse(Bytes.EMPTY);
    return Optional.of(new Item.Mutable(key.get(), salt, sequence.get(), value, signature.get()));
  }

  /// The content of the answer to a `get`: none if it is not whole, or too large for an item.
  static Content content(Bencode.Dictionary r, byte[] datagram) throws MalformedBencodeException {
    Optional<Bytes> value = BencodeDecoder.raw(datagram, "r", "v");
    Optional<Bytes> key = key(r);
    Optional<Bytes> signature = signature(r);
    Optional<Long> sequence = r.whole("seq").filter(s -> s >= 0);
    if (value.isEmpty()) {
      return sequence.<Content>map(Content.NothingNewer::new).orElseGet(Content.None::new);
    }
    if (value.get().length() > Item.MAX_VALUE_BYTES) {
      return new Content.None();
    }
    if (key.isPresent() && signature.isPresent() && sequence.isPresent()) {
      return new Content.Signed(key.get(), sequence.get(), value.get(), signature.get());
    }
    boolean partly = r.get("k").isPresent() || r.get("sig").isPresent();
    return partly ? new Content.None() : new Content.Value(value.get());
  }

  private static Optional<Bytes> key(Bencode.Dictionary in) {
    return in.text("k").filter(key -> key.length() == Item.KEY_BYTES);
  }

  private static Optional<Bytes> signature(Bencode.Dictionary in) {
    return in.text("sig").filter(signature -> signature.length() == Item.SIGNATURE_BYTES);
  }

  private static OptionalLong number(Bencode.Dictionary in, String key) {
    return in.whole(key).map(OptionalLong::of).orElseGet(OptionalLong::empty);
  }

  private static boolean isCanonical(Bytes value) {
    try {
      BencodeDecoder.strict(value.toArray());
      return true;
    } catch (MalformedBencodeException e) {
      return false;
    }
  }
}
