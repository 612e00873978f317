package io.shoal.storage.filesystem.chunk;

import io.shoal.api.Cid;
import io.shoal.api.Multihash;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/// A chunk's identity in a store: its multihash, whatever version and codec a CID adds.
///
/// @param code the hash function's multicodec number
/// @param digest at most [#MAX_DIGEST_BYTES]; never changed
@SuppressWarnings("ArrayRecordComponent") // equality is by content below
public record ChunkKey(long code, byte[] digest) {
  /// The longest digest that a verifier may have.
  static final int MAX_DIGEST_BYTES = 64;

  private static final HexFormat HEX = HexFormat.of();

  /// The key of a CID; empty for an identity CID or a digest that no verifier can have made.
  public static Optional<ChunkKey> of(Cid cid) {
    Multihash multihash = cid.multihash();
    boolean storable =
        multihash.code() != Multihash.IDENTITY
            && multihash.digestSizeBytes() > 0
            && multihash.digestSizeBytes() <= MAX_DIGEST_BYTES;
    return storable
        ? Optional.of(new ChunkKey(multihash.code(), multihash.digest()))
        : Optional.empty();
  }

  public Cid cid(long codec) {
    return Cid.of(codec, Multihash.of(code, digest));
  }

  /// The name of its file: the bare digest for SHA-256, as hash-named stores have it, and
  /// `CODE-DIGEST` for other functions.
  public String fileName() {
    String hex = HEX.formatHex(digest);
    return code == Multihash.SHA2_256 ? hex : Long.toHexString(code) + "-" + hex;
  }

  /// The folder that its file lies in: the first byte of the digest.
  public String folderName() {
    return HEX.toHexDigits(digest[0]);
  }

  /// Reads a [#fileName] back; empty for any other name, or one spelt otherwise.
  public static Optional<ChunkKey> ofFileName(String name) {
    int dash = name.indexOf('-');
    try {
      long code = dash < 0 ? Multihash.SHA2_256 : Long.parseLong(name.substring(0, dash), 16);
      byte[] digest = HEX.parseHex(name.substring(dash + 1));
      if (code <= 0 || digest.length == 0 || digest.length > MAX_DIGEST_BYTES) {
        return Optional.empty();
      }
      Multihash.of(code, digest);
      ChunkKey key = new ChunkKey(code, digest);
      return key.fileName().equals(name) ? Optional.of(key) : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ChunkKey that
        && code == that.code
        && Arrays.equals(digest, that.digest);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(digest) + Long.hashCode(code);
  }

  @Override
  public String toString() {
    return fileName();
  }
}
