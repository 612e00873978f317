package io.shoal.runtime.store;

import io.shoal.api.ChunkReader;
import io.shoal.api.Cid;
import io.shoal.api.RetryableException;
import io.shoal.api.UserFaultException;
import io.shoal.api.Verifier;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;

/// Checks bytes against CIDs with whichever installed verifier knows the hash. Usable from any
/// thread.
public final class ChunkCheck {
  private static final int READ_BYTES = 128 * 1024;

  private final Map<Long, Verifier> byCode = new HashMap<>();

  public ChunkCheck(Collection<Verifier> verifiers) {
    verifiers.forEach(verifier -> byCode.put(verifier.multihashCode(), verifier));
  }

  /// The verifier for a CID's hash.
  ///
  /// @throws UserFaultException no installed plugin knows the hash, or the CID's digest has another
  ///   length than that hash has: no bytes could match it, and every peer would seem to lie
  public Verifier verifier(Cid cid) throws UserFaultException {
    Verifier verifier = byCode.get(cid.multihashCode());
    if (verifier == null) {
      TreeSet<String> names = new TreeSet<>();
      byCode.values().forEach(known -> names.add(known.name()));
      throw new UserFaultException(
          "%s cannot be checked: no installed plugin knows hash 0x%x (installed: %s); add a verification plugin that does"
              .formatted(cid, cid.multihashCode(), String.join(", ", names)));
    }
    int expected = verifier.digestSizeBytes();
    int length = cid.multihash().digestSizeBytes();
    if (length != expected) {
      throw new UserFaultException(
          "%s cannot be checked: its digest has %d bytes, and %s has %d; check where the id comes from"
              .formatted(cid, length, verifier.name(), expected));
    }
    return verifier;
  }

  public boolean matches(Cid cid, byte[] digest) {
    return Arrays.equals(cid.multihash().digest(), digest);
  }

  /// Whether `bytes` (the remaining ones; its position is left alone) are the chunk.
  public boolean matches(Cid cid, ByteBuffer bytes) throws UserFaultException {
    Verifier.Digest digest = verifier(cid).begin();
    digest.update(bytes.duplicate());
    return matches(cid, digest.finish());
  }

  /// Whether what a reader gives is the chunk. A chunk whose hash no plugin knows counts as right:
  /// it was checked when it came.
  public boolean matches(Cid cid, ChunkReader reader) throws IOException, RetryableException {
    Verifier verifier = byCode.get(cid.multihashCode());
    if (verifier == null) {
      return true;
    }
    Verifier.Digest digest = verifier.begin();
    ByteBuffer buffer = ByteBuffer.allocate(Math.clamp(reader.sizeBytes(), 1, READ_BYTES));
    int position = 0;
    while (position < reader.sizeBytes()) {
      buffer.clear().limit(Math.min(buffer.capacity(), reader.sizeBytes() - position));
      int read = reader.read(buffer, position);
      if (read <= 0) {
        return false;
      }
      position += read;
      digest.update(buffer.flip());
    }
    return matches(cid, digest.finish());
  }
}
