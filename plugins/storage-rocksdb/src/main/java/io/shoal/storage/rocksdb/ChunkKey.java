package io.shoal.storage.rocksdb;

import io.shoal.api.Cid;
import io.shoal.api.MalformedDataException;
import io.shoal.api.Multihash;
import java.util.Arrays;
import java.util.Optional;

/// A chunk's identity in the store: the bytes of its multihash, whatever version and codec a CID
/// adds.
///
/// @param bytes never changed
@SuppressWarnings("ArrayRecordComponent") // equality is by content below
record ChunkKey(byte[] bytes) {
  /// The key of a CID; empty for an identity CID or a digest without a byte, which name nothing
  /// that can be stored.
  static Optional<ChunkKey> of(Cid cid) {
    Multihash multihash = cid.multihash();
    boolean storable = multihash.code() != Multihash.IDENTITY && multihash.digestSizeBytes() > 0;
    return storable ? Optional.of(new ChunkKey(multihash.toBytes())) : Optional.empty();
  }

  /// The codec is not kept, so it is `raw`.
  Cid cid() throws MalformedDataException {
    return Cid.of(Cid.RAW, Multihash.fromBytes(bytes));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ChunkKey that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    try {
      return cid().toString();
    } catch (MalformedDataException e) {
      return Arrays.toString(bytes);
    }
  }
}
