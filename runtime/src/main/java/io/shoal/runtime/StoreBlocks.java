package io.shoal.runtime;

import io.shoal.api.ChunkReader;
import io.shoal.api.ChunkStore;
import io.shoal.api.Cid;
import io.shoal.api.ShoalException;
import io.shoal.api.Verifier;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/// Chunks out of the store, hashed each time they are read: what rotted is set aside and never
/// handed on. Thread-safe.
final class StoreBlocks implements BlockSource {
  private final ChunkStore store;
  private final Map<Long, Verifier> verifiers;

  /// @param verifiers every installed one, by multihash code
  StoreBlocks(ChunkStore store, Map<Long, Verifier> verifiers) {
    this.store = store;
    this.verifiers = Map.copyOf(verifiers);
  }

  @Override
  public byte[] load(Cid cid) throws IOException, ShoalException {
    return find(cid)
        .orElseThrow(
            () -> new NotFoundException("chunk " + cid + " is not here: get it from a peer first"));
  }

  /// The chunk's bytes, or empty if it is not here.
  ///
  /// @throws VerificationFailedException it is here and rotten; it was set aside
  Optional<byte[]> find(Cid cid) throws IOException, ShoalException {
    Verifier verifier = verifiers.get(cid.multihashCode());
    if (verifier == null) {
      throw new NotFoundException(
          "chunk %s: no installed plugin checks the hash function 0x%x: install one"
              .formatted(cid, cid.multihashCode()));
    }
    Optional<ChunkReader> opened = store.open(cid);
    if (opened.isEmpty()) {
      return Optional.empty();
    }
    byte[] bytes;
    try (ChunkReader reader = opened.get()) {
      bytes = readAll(reader);
    }
    Verifier.Digest digest = verifier.begin();
    digest.update(ByteBuffer.wrap(bytes));
    if (!Arrays.equals(digest.finish(), cid.multihash().digest())) {
      store.delete(cid, ChunkStore.Removal.CORRUPT);
      throw new VerificationFailedException(
          "chunk " + cid + " is rotten here and was set aside: get it again from a peer");
    }
    return Optional.of(bytes);
  }

  private static byte[] readAll(ChunkReader reader) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(reader.sizeBytes());
    int got = 0;
    while (got >= 0 && bytes.hasRemaining()) {
      got = reader.read(bytes, bytes.position());
    }
    // A chunk that ends early fails its hash.
    return bytes.array();
  }
}
