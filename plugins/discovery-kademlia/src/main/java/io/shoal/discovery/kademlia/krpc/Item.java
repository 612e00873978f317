package io.shoal.discovery.kademlia.krpc;

import io.shoal.discovery.kademlia.bencode.BencodeWriter;
import io.shoal.discovery.kademlia.bencode.Bytes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/// A stored value (BEP 44) as its sender claims it: unverified.
public sealed interface Item {
  /// The most bytes of an encoded value.
  int MAX_VALUE_BYTES = 1000;

  int MAX_SALT_BYTES = 64;
  int KEY_BYTES = 32;
  int SIGNATURE_BYTES = 64;

  /// The value in its bencoded form, as it was received: hashes and signatures are over it.
  Bytes value();

  /// Where it belongs.
  NodeId target();

  /// A value under its own hash.
  record Immutable(Bytes value) implements Item {
    @Override
    public NodeId target() {
      return targetOf(value, Bytes.EMPTY);
    }
  }

  /// A value that the owner of a key can replace.
  ///
  /// @param key an Ed25519 public key of [#KEY_BYTES]
  /// @param salt distinguishes the items of one key, may be empty
  /// @param sequence the higher replaces the lower
  /// @param signature [#SIGNATURE_BYTES] over [#signedBytes]
  record Mutable(Bytes key, Bytes salt, long sequence, Bytes value, Bytes signature)
      implements Item {
    @Override
    public NodeId target() {
      return targetOf(key, salt);
    }

    public byte[] signedBytes() {
      BencodeWriter out = new BencodeWriter();
      if (salt.length() > 0) {
        out.key("salt").text(salt);
      }
      return out.key("seq").whole(sequence).key("v").raw(value).toArray();
    }
  }

  /// The target of all items of a key and a salt.
  static NodeId targetOf(Bytes key, Bytes salt) {
    try {
      MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
      sha1.update(key.toArray());
      sha1.update(salt.toArray());
      return NodeId.of(sha1.digest(), 0);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-1", e);
    }
  }
}
