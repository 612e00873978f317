package io.shoal.api;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Optional;

/// Who a peer is: the multihash of its long-lived public key in libp2p's protobuf form. A key of up to 42 bytes, which Ed25519
/// is, stands in the id itself; a longer one is hashed with SHA-256.
///
/// Immutable; two ids are equal when their multihashes are. The natural order is that of the multihash bytes.
public final class PeerId implements Comparable<PeerId> {
  /// Longest protobuf key that is carried in the id itself, in bytes (libp2p's rule).
  private static final int MAX_INLINE_KEY_BYTES = 42;

  private static final int ED25519_KEY_BYTES = 32;

  // Field 1 (key type) = 1 (Ed25519), field 2 (key) of 32 bytes.
  private static final byte[] ED25519_PREFIX = {0x08, 0x01, 0x12, ED25519_KEY_BYTES};

  // The largest number of a key type: 0 RSA, 1 Ed25519, 2 secp256k1, 3 ECDSA.
  private static final int MAX_KEY_TYPE = 3;

  private final Multihash multihash;

  private PeerId(Multihash multihash) {
    this.multihash = multihash;
  }

  /// The id of an Ed25519 host key, given its 32 raw bytes (RFC 8032).
  ///
  /// @throws IllegalArgumentException the key does not have 32 bytes
  public static PeerId ofEd25519(byte[] rawPublicKey) {
    if (rawPublicKey.length != ED25519_KEY_BYTES) {
      throw new IllegalArgumentException(
          "an Ed25519 public key has 32 bytes, not " + rawPublicKey.length);
    }
    byte[] key = Arrays.copyOf(ED25519_PREFIX, ED25519_PREFIX.length + ED25519_KEY_BYTES);
    System.arraycopy(rawPublicKey, 0, key, ED25519_PREFIX.length, ED25519_KEY_BYTES);
    return new PeerId(Multihash.of(Multihash.IDENTITY, key));
  }

  /// The id of a public key in libp2p's protobuf form: `08 TYPE 12 LENGTH key`.
  ///
  /// @throws MalformedDataException the bytes are not such a message
  public static PeerId ofPublicKey(byte[] protobuf) throws MalformedDataException {
    requireKey(protobuf);
    if (protobuf.length <= MAX_INLINE_KEY_BYTES) {
      return new PeerId(Multihash.of(Multihash.IDENTITY, protobuf));
    }
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(protobuf);
      return new PeerId(Multihash.of(Multihash.SHA2_256, digest));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  /// Reads the binary form: the multihash.
  ///
  /// @throws MalformedDataException the bytes are not exactly one peer id
  public static PeerId fromBytes(byte[] bytes) throws MalformedDataException {
    return ofMultihash(Multihash.fromBytes(bytes));
  }

  /// Parses either text form: base 58 of the multihash (`12D3Koo…`, `Qm…`) or a CID with the codec
  /// [Cid#LIBP2P_KEY] (`bafz…`, or another multibase).
  ///
  /// @throws InvalidInputException the text is not exactly one peer id; the message names the text and the fault
  public static PeerId parse(String text) throws InvalidInputException {
    try {
      if (text.startsWith("1") || text.startsWith("Qm")) {
        return fromBytes(Multibase.decodeBase58(text));
      }
      Cid cid = Cid.fromBytes(Multibase.decode(text));
      if (cid.version() != 1 || cid.codec() != Cid.LIBP2P_KEY) {
        throw new MalformedDataException("it is the id of a content, not of a peer");
      }
      return ofMultihash(cid.multihash());
    } catch (MalformedDataException e) {
      throw new InvalidInputException(
          "not a peer id: '" + Quoted.of(text) + "': " + e.getMessage());
    }
  }

  private static PeerId ofMultihash(Multihash multihash) throws MalformedDataException {
    if (multihash.code() == Multihash.IDENTITY) {
      if (multihash.digestBytes() > MAX_INLINE_KEY_BYTES) {
        throw new MalformedDataException(
            "a key of more than " + MAX_INLINE_KEY_BYTES + " bytes is hashed in a peer id");
      }
      requireKey(multihash.digest());
    } else if (multihash.code() != Multihash.SHA2_256) {
      throw new MalformedDataException(
          "a peer id holds a key or its SHA-256, not the hash function 0x%x"
              .formatted(multihash.code()));
    }
    return new PeerId(multihash);
  }

  private static void requireKey(byte[] protobuf) throws MalformedDataException {
    // Written out instead of parsed: only one encoding of a key may exist, or a peer would have several ids.
    int lengthBytes = protobuf.length < 4 + 128 ? 1 : 2;
    boolean framed =
        protobuf.length > 3 + lengthBytes
            && protobuf[0] == 0x08
            && protobuf[1] >= 0
            && protobuf[1] <= MAX_KEY_TYPE
            && protobuf[2] == 0x12
            && declaredKeyBytes(protobuf, lengthBytes) == protobuf.length - 3 - lengthBytes;
    if (!framed) {
      throw new MalformedDataException("it does not hold a public key");
    }
    if (protobuf[1] == ED25519_PREFIX[1]
        && protobuf.length != ED25519_PREFIX.length + ED25519_KEY_BYTES) {
      throw new MalformedDataException("its Ed25519 key does not have 32 bytes");
    }
  }

  private static int declaredKeyBytes(byte[] protobuf, int lengthBytes) {
    return lengthBytes == 1
        ? protobuf[3]
        : protobuf[3] >= 0 || protobuf[4] < 0 ? -1 : protobuf[3] & 0x7f | protobuf[4] << 7;
  }

  /// The raw 32 bytes of the key, when it is an Ed25519 key (a copy).
  public Optional<byte[]> ed25519PublicKey() {
    if (multihash.code() != Multihash.IDENTITY) {
      return Optional.empty();
    }
    byte[] key = multihash.digest();
    return key[1] == ED25519_PREFIX[1]
        ? Optional.of(Arrays.copyOfRange(key, ED25519_PREFIX.length, key.length))
        : Optional.empty();
  }

  /// The multihash of the key.
  public Multihash multihash() {
    return multihash;
  }

  /// The binary form: the multihash's bytes.
  public byte[] toBytes() {
    return multihash.toBytes();
  }

  /// The other text form's CID, codec [Cid#LIBP2P_KEY].
  public Cid toCid() {
    return Cid.of(Cid.LIBP2P_KEY, multihash);
  }

  @Override
  public int compareTo(PeerId other) {
    return Arrays.compareUnsigned(toBytes(), other.toBytes());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PeerId that && multihash.equals(that.multihash);
  }

  @Override
  public int hashCode() {
    return multihash.hashCode();
  }

  /// The base 58 form, `12D3Koo…` for an Ed25519 key.
  @Override
  public String toString() {
    return Multibase.encodeBase58(multihash.toBytes());
  }
}
