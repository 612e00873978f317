package io.shoal.api;

import java.nio.ByteBuffer;
import java.util.Arrays;

/// Content identifier (multiformats CID): which codec the bytes are in, and their [Multihash].
///
/// Version 1 is `varint 1, varint codec, multihash`, written as text in base 32 (`b…`). Version 0
/// is a bare SHA-256 multihash, always dag-pb, written in base 58 (`Qm…`); it is read and kept as
/// it came, because a node's bytes hold the version that its writer chose. Two CIDs are equal when
/// version, codec and multihash are; compare [#toV1()] to ignore the version.
///
/// Immutable and small (about 80 bytes of heap for SHA-256), since a node holds up to a million of
/// them. The natural order is that of the binary form, bytes unsigned.
public final class Cid implements Comparable<Cid> {
  /// Plain bytes: the leaves of files.
  public static final long RAW = 0x55;

  /// A node that lists other chunks; UnixFS files and folders.
  public static final long DAG_PB = 0x70;

  /// DAG-CBOR: transferred and verified, never looked into.
  public static final long DAG_CBOR = 0x71;

  /// The public key of a peer, see [PeerId].
  public static final long LIBP2P_KEY = 0x72;

  /// The `info` dictionary of a torrent: the digest is its info-hash, SHA-1 for version 1 of
  /// BitTorrent and SHA-256 for version 2. It names a swarm, see [Discovery#findProviders]; it is
  /// no chunk that a node stores.
  public static final long TORRENT_INFO = 0x7b;

  /// DAG-JSON: transferred and verified, never looked into.
  public static final long DAG_JSON = 0x0129;

  /// Longest binary form in bytes: version, codec and hash code (varints of at most nine bytes),
  /// length, digest.
  public static final int MAX_BYTES = 1 + 9 + 9 + 2 + Multihash.MAX_DIGEST_SIZE_BYTES;

  private static final int V0_BYTES = 34;
  private static final int V0_TEXT_CHARS = 46;

  private final byte[] bytes;
  private final int hash;

  private Cid(byte[] bytes) {
    this.bytes = bytes;
    this.hash = Arrays.hashCode(bytes);
  }

  /// A version 1 CID.
  ///
  /// @param codec of the multicodec table, such as [#RAW]
  /// @param multihash of the content
  /// @return the id
  /// @throws IllegalArgumentException the codec is negative
  public static Cid of(long codec, Multihash multihash) {
    if (codec < 0) {
      throw new IllegalArgumentException("a codec is not negative: " + codec);
    }
    ByteBuffer out = ByteBuffer.allocate(1 + Varint.size(codec) + multihash.encodedBytes());
    out.put((byte) 1);
    Varint.write(codec, out);
    multihash.write(out);
    return new Cid(out.array());
  }

  /// A version 0 CID, for layouts that ask for it.
  ///
  /// @param multihash of the content, SHA-256
  /// @return the id, of the codec [#DAG_PB]
  /// @throws IllegalArgumentException the multihash is not SHA-256
  public static Cid ofV0(Multihash multihash) {
    if (multihash.code() != Multihash.SHA2_256) {
      throw new IllegalArgumentException("a CID of version 0 needs SHA-256");
    }
    return new Cid(multihash.toBytes());
  }

  /// Parses either text form. Multibase prefixes: `b B` base 32, `z` base 58, `f` base 16, `k` base
  /// 36, `u m` base 64 without padding; no prefix for `Qm…` of 46 characters.
  ///
  /// @param text the whole of it is read
  /// @return the id
  /// @throws InvalidInputException the text is not exactly one CID; the message names the text and
  ///   the fault
  public static Cid parse(String text) throws InvalidInputException {
    try {
      if (text.length() == V0_TEXT_CHARS && text.startsWith("Qm")) {
        return fromBytes(Multibase.decodeBase58(text));
      }
      byte[] bytes = Multibase.decode(text);
      // Version 0 has no place under a prefix: it would be one content under two texts that look
      // alike.
      if (bytes.length > 0 && bytes[0] != 1) {
        throw new MalformedDataException("its version is not 1");
      }
      return fromBytes(bytes);
    } catch (MalformedDataException e) {
      throw new InvalidInputException(
          "not a content id: '" + Quoted.of(text) + "': " + e.getMessage());
    }
  }

  /// Reads the binary form of version 0 or 1; every byte must belong to it.
  ///
  /// @param bytes not kept
  /// @return the id
  /// @throws MalformedDataException the bytes are not exactly one CID
  public static Cid fromBytes(byte[] bytes) throws MalformedDataException {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    Cid cid = read(in);
    if (in.hasRemaining()) {
      throw new MalformedDataException(in.remaining() + " bytes follow the digest");
    }
    return cid;
  }

  /// Reads one CID from the buffer's position and moves behind it. After a failure the position is
  /// undefined.
  ///
  /// @param in where the id starts
  /// @return the id
  /// @throws MalformedDataException no CID starts there
  public static Cid read(ByteBuffer in) throws MalformedDataException {
    int start = in.position();
    if (isV0(in)) {
      byte[] bytes = new byte[V0_BYTES];
      in.get(bytes);
      return new Cid(bytes);
    }
    long version = Varint.read(in);
    if (version != 1) {
      throw new MalformedDataException("its version is " + version + ", not 1");
    }
    Varint.read(in); // the codec: any number may be named, few are understood
    Multihash.read(in);
    byte[] bytes = new byte[in.position() - start];
    in.get(start, bytes);
    return new Cid(bytes);
  }

  private static boolean isV0(ByteBuffer in) {
    int start = in.position();
    return in.remaining() >= V0_BYTES && in.get(start) == 0x12 && in.get(start + 1) == 0x20;
  }

  /// The version.
  ///
  /// @return 0 or 1
  public int version() {
    return bytes[0] == 1 ? 1 : 0;
  }

  /// The codec's number in the multicodec table.
  ///
  /// @return [#DAG_PB] for version 0
  public long codec() {
    return version() == 0 ? DAG_PB : varintAt(1);
  }

  /// The digest with its function.
  ///
  /// @return a new object at each call
  public Multihash multihash() {
    try {
      return Multihash.read(ByteBuffer.wrap(bytes, multihashAt(), bytes.length - multihashAt()));
    } catch (MalformedDataException e) {
      throw new AssertionError("checked when it was made", e);
    }
  }

  /// The multihash's function code, without making a [Multihash].
  ///
  /// @return as [Multihash#code]
  public long multihashCode() {
    return varintAt(multihashAt());
  }

  private int multihashAt() {
    return version() == 0 ? 0 : 1 + Varint.size(codec());
  }

  private long varintAt(int index) {
    long value = 0;
    int shift = 0;
    int at = index;
    while (bytes[at] < 0) {
      value |= (long) (bytes[at++] & 0x7f) << shift;
      shift += 7;
    }
    return value | (long) bytes[at] << shift;
  }

  /// Whether the content is carried in the id itself: such a chunk is never stored, announced or
  /// fetched.
  ///
  /// @return whether [#identityContent] has an answer
  public boolean isIdentity() {
    return multihashCode() == Multihash.IDENTITY;
  }

  /// The content of an identity CID.
  ///
  /// @return a copy
  /// @throws IllegalStateException this is not an identity CID
  public byte[] identityContent() {
    if (!isIdentity()) {
      throw new IllegalStateException(this + " does not carry its content");
    }
    return multihash().digest();
  }

  /// The binary form.
  ///
  /// @return a copy
  public byte[] toBytes() {
    return bytes.clone();
  }

  /// Length of the binary form in bytes.
  ///
  /// @return at most [#MAX_BYTES]
  public int sizeBytes() {
    return bytes.length;
  }

  /// Writes the binary form at the buffer's position and moves behind it.
  ///
  /// @param out has room for [#sizeBytes] bytes
  /// @throws java.nio.BufferOverflowException the buffer has no room
  public void write(ByteBuffer out) {
    out.put(bytes);
  }

  /// The same content's id in version 1.
  ///
  /// @return this object if it is one
  public Cid toV1() {
    return version() == 1 ? this : of(DAG_PB, multihash());
  }

  @Override
  public int compareTo(Cid other) {
    return Arrays.compareUnsigned(bytes, other.bytes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Cid that && hash == that.hash && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return hash;
  }

  /// The text form that [#parse] reads back: base 32 for version 1, base 58 for version 0.
  @Override
  public String toString() {
    return version() == 1 ? "b" + Multibase.encodeBase32(bytes) : Multibase.encodeBase58(bytes);
  }
}
