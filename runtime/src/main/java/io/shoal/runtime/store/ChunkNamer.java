package io.shoal.runtime.store;

import io.shoal.api.Cid;
import io.shoal.api.Multihash;
import io.shoal.api.Verifier;
import java.nio.ByteBuffer;

/// Names chunks by the hash function that the node uses for new content. Thread-safe.
public final class ChunkNamer {
  private final Verifier verifier;

  public ChunkNamer(Verifier verifier) {
    this.verifier = verifier;
  }

  /// The CID of the remaining bytes; the buffer's position stays.
  public Cid name(long codec, ByteBuffer bytes) {
    Verifier.Digest digest = verifier.begin();
    digest.update(bytes.duplicate());
    return Cid.of(codec, Multihash.of(verifier.multihashCode(), digest.finish()));
  }
}
