package io.shoal.runtime.destination;

import io.shoal.api.ChunkStore;
import io.shoal.api.Cid;
import io.shoal.api.UserFaultException;
import io.shoal.api.Verifier;
import io.shoal.runtime.dag.TreePlan;
import io.shoal.runtime.store.ChunkCheck;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// How much a plan's files take on a disk. Leaves of zeros take nothing where the file system has
/// holes. Confined to one thread.
final class RoomNeeded {
  /// Sizes of leaves for which the digest of zeros is computed: a file's leaves have one size, the
  /// last one another. A stranger can make every leaf differ, and each digest costs up to 2 MiB of
  /// hashing; the further ones count in full.
  private static final int MAX_SIZES = 16;

  private record OfZeros(long multihashCode, int sizeBytes) {}

  private final TreePlan plan;
  private final ChunkCheck check;
  private final Map<OfZeros, Optional<byte[]>> digests = new HashMap<>();

  RoomNeeded(TreePlan plan, ChunkCheck check) {
    this.plan = plan;
    this.check = check;
  }

  /// @param holes whether zeros take no room
  long bytes(boolean holes) {
    long bytes = plan.sizeBytes();
    if (holes) {
      for (int position = 0; position < plan.chunkCount(); position++) {
        if (plan.isLeaf(position)) {
          bytes -= zeroBytes(position);
        }
      }
    }
    return bytes;
  }

  private long zeroBytes(int position) {
    long size = plan.leafBytes(position);
    long sized = plan.placeCount(position) - plan.unsizedPlaceCount(position);
    return ofZeros(plan.leafCid(position), size) ? size * sized : 0;
  }

  private boolean ofZeros(Cid cid, long sizeBytes) {
    if (cid.codec() != Cid.RAW
        || sizeBytes < ZeroRuns.MIN_RUN_BYTES
        || sizeBytes > ChunkStore.MAX_CHUNK_SIZE_BYTES) {
      return false;
    }
    OfZeros key = new OfZeros(cid.multihashCode(), (int) sizeBytes);
    if (!digests.containsKey(key) && digests.size() < MAX_SIZES) {
      digests.put(key, digest(cid, key.sizeBytes()));
    }
    return digests
        .getOrDefault(key, Optional.empty())
        .filter(digest -> check.matches(cid, digest))
        .isPresent();
  }

  private Optional<byte[]> digest(Cid cid, int sizeBytes) {
    try {
      Verifier.Digest digest = check.verifier(cid).begin();
      digest.update(ByteBuffer.allocate(sizeBytes));
      return Optional.of(digest.finish());
    } catch (UserFaultException e) {
      // Nothing here knows the hash: the download ends with that as soon as it asks for the leaf.
      return Optional.empty();
    }
  }
}
