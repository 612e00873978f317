package io.shoal.api;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;

/// A digest that says which function made it (multiformats multihash): varint code, varint length, digest.
///
/// Immutable; equal when code and digest are equal.
public final class Multihash {
  /// The "digest" is the content itself.
  public static final long IDENTITY = 0x00;

  /// SHA-256, 32 bytes.
  public static final long SHA2_256 = 0x12;

  /// SHA-512, 64 bytes.
  public static final long SHA2_512 = 0x13;

  /// BLAKE3 with its default output of 32 bytes.
  public static final long BLAKE3 = 0x1e;

  /// Longest digest that is accepted, in bytes: twice the longest hash in use, and the agreed bound for content
  /// that is carried inside its own id.
  public static final int MAX_DIGEST_BYTES = 128;

  private final long code;
  private final byte[] digest;

  private Multihash(long code, byte[] digest) {
    this.code = code;
    this.digest = digest;
  }

  /// A multihash of the function `code` (the multicodec table's number) and its digest, which is copied.
  ///
  /// @throws IllegalArgumentException the code is negative, or the digest is longer than [#MAX_DIGEST_BYTES] or not
  ///     of the length that a known function has
  public static Multihash of(long code, byte[] digest) {
    if (code < 0) {
      throw new IllegalArgumentException("a multihash code is not negative: " + code);
    }
    String fault = fault(code, digest.length);
    if (!fault.isEmpty()) {
      throw new IllegalArgumentException(fault);
    }
    return new Multihash(code, digest.clone());
  }

  /// Reads the binary form; every byte must belong to it.
  ///
  /// @throws MalformedDataException the bytes are not exactly one multihash
  public static Multihash fromBytes(byte[] bytes) throws MalformedDataException {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    Multihash multihash = read(in);
    if (in.hasRemaining()) {
      throw new MalformedDataException(in.remaining() + " bytes follow the digest");
    }
    return multihash;
  }

  static Multihash read(ByteBuffer in) throws MalformedDataException {
    long code = Varint.read(in);
    long length = Varint.read(in);
    if (length > MAX_DIGEST_BYTES) {
      throw new MalformedDataException(
          "a digest of " + length + " bytes is longer than " + MAX_DIGEST_BYTES);
    }
    String fault = fault(code, (int) length);
    if (!fault.isEmpty()) {
      throw new MalformedDataException(fault);
    }
    if (length > in.remaining()) {
      throw new MalformedDataException(
          "the digest has " + in.remaining() + " bytes and should have " + length);
    }
    byte[] digest = new byte[(int) length];
    in.get(digest);
    return new Multihash(code, digest);
  }

  private static String fault(long code, int length) {
    int due =
        code == SHA2_256 || code == BLAKE3 ? 32 : code == SHA2_512 ? 64 : length;
    if (length != due) {
      return "a digest of the function 0x%x has %d bytes, not %d".formatted(code, due, length);
    }
    return length > MAX_DIGEST_BYTES
        ? "a digest of " + length + " bytes is longer than " + MAX_DIGEST_BYTES
        : "";
  }

  /// The hash function's number in the multicodec table.
  public long code() {
    return code;
  }

  /// A copy of the digest alone.
  public byte[] digest() {
    return digest.clone();
  }

  /// Length of the digest in bytes.
  public int digestBytes() {
    return digest.length;
  }

  /// The binary form.
  public byte[] toBytes() {
    ByteBuffer out = ByteBuffer.allocate(encodedBytes());
    write(out);
    return out.array();
  }

  int encodedBytes() {
    return Varint.size(code) + Varint.size(digest.length) + digest.length;
  }

  void write(ByteBuffer out) {
    Varint.write(code, out);
    Varint.write(digest.length, out);
    out.put(digest);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Multihash that
        && code == that.code
        && Arrays.equals(digest, that.digest);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(digest) + Long.hashCode(code);
  }

  /// The binary form in hex, for logs.
  @Override
  public String toString() {
    return HexFormat.of().formatHex(toBytes());
  }
}
