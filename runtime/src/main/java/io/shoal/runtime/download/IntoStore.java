package io.shoal.runtime.download;

import io.shoal.api.Cid;
import io.shoal.api.RetryableException;
import io.shoal.api.ShoalException;
import io.shoal.runtime.dag.TreePlan;
import io.shoal.runtime.destination.Checkpoints;
import io.shoal.runtime.store.LocalStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/// Leaves that go into the store and nowhere else.
final class IntoStore implements LeafSink {
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0).asReadOnlyBuffer();

  private final LocalStore local;
  private final TreePlan plan;
  private final DownloadCounters counters;
  private final Checkpoints checkpoints;

  IntoStore(DownloadParts parts, TreePlan plan, DownloadCounters counters) {
    this.local = parts.local();
    this.plan = plan;
    this.counters = counters;
    this.checkpoints = parts.checkpoints(plan.root(), Optional.empty());
  }

  @Override
  public Checkpoints checkpoints() {
    return checkpoints;
  }

  @Override
  public Optional<Found> find(int position, Cid cid) throws ShoalException, IOException {
    Optional<byte[]> bytes = local.load(cid);
    Optional<Found> found =
        bytes.isPresent()
            ? bytes.map(here -> new Found(here.length, fileBytes(position, here.length)))
            : putIfEmpty(cid);
    if (found.isPresent()) {
      checkpoints.here(position);
    }
    return found;
  }

  /// How many file bytes a leaf makes, in all its places.
  private long fileBytes(int position, int chunkBytes) {
    long bytes = 0;
    for (TreePlan.Run run : plan.places(position)) {
      long each = run.sizeBytes() == TreePlan.UNKNOWN_SIZE ? chunkBytes : run.sizeBytes();
      bytes += run.times() * each;
    }
    return bytes;
  }

  @Override
  public void placeNode(int position, Cid cid) {
    counters.inPlace(position, fileBytes(position, 0));
  }

  /// The chunk without bytes need not be asked for.
  private Optional<Found> putIfEmpty(Cid cid) throws ShoalException, IOException {
    if (!local.check().matches(cid, NOTHING)) {
      return Optional.empty();
    }
    local.store().put(cid, NOTHING);
    return Optional.of(new Found(0, 0));
  }

  @Override
  public ChunkReceiver.Taker taker(int position, Cid cid) {
    return bytes -> {
      int size = bytes.remaining();
      local.temporaryPins().lookFor(cid);
      local.store().put(cid, bytes);
      counters.inPlace(position, fileBytes(position, size));
      checkpoints.written(position, size);
    };
  }

  @Override
  public void complete() throws IOException, RetryableException {
    local.store().sync();
  }
}
