package io.shoal.runtime.download;

import io.shoal.api.Cid;
import io.shoal.api.FileBacked;
import io.shoal.api.ShoalException;
import io.shoal.runtime.command.VerificationFailedException;
import io.shoal.runtime.dag.TreePlan;
import io.shoal.runtime.dag.UnixNode;
import io.shoal.runtime.destination.Adoption;
import io.shoal.runtime.destination.Checkpoints;
import io.shoal.runtime.destination.DownloadTarget;
import io.shoal.runtime.destination.PeerNames;
import io.shoal.runtime.destination.ResumeScan;
import io.shoal.runtime.destination.TargetReservation;
import io.shoal.runtime.file.AtomicFiles;
import io.shoal.runtime.file.WholeDigests;
import io.shoal.runtime.store.LocalStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/// Leaves that go to their places in the target's part file or folder. A store that can claim
/// chunks where they lie in files does so ([Adoption]); with another store, or if every chunk is to
/// be kept, they go into the store as well.
final class IntoFile implements LeafSink {
  private final LocalStore local;
  private final DownloadRequest request;
  private final DownloadCounters counters;
  private final TreePlan plan;
  private final TargetReservation reservation;
  private final DownloadTarget target;
  private final PeerNames names;
  private final Optional<Adoption> adoption;
  private final Checkpoints checkpoints;
  private final ResumeScan scan;

  IntoFile(
      DownloadParts parts,
      DownloadRequest request,
      DownloadCounters counters,
      TreePlan whole,
      TargetReservation reservation,
      PeerNames names,
      BooleanSupplier stopped)
      throws IOException, ShoalException, InterruptedException {
    this.local = parts.local();
    this.request = request;
    this.counters = counters;
    this.reservation = reservation;
    this.names = names;
    this.target = reservation.open(whole, stopped);
    this.plan = target.plan();
    Optional<FileBacked> files = request.keep() ? Optional.empty() : local.store().fileBacked();
    this.adoption = files.map(backed -> new Adoption(backed, plan, target));
    this.checkpoints = parts.checkpoints(request.root(), adoption);
    this.scan = new ResumeScan(local, plan, target, adoption, reservation.resumes());
  }

  @Override
  public Checkpoints checkpoints() {
    return checkpoints;
  }

  @Override
  public List<String> leftOut() {
    return target.leftOut();
  }

  @Override
  public void prepare() throws ShoalException, IOException, InterruptedException {
    if (counters.isFirstAttempt() && !reservation.hasPart()) {
      target.requireRoom(local.check(), 0);
    }
    target.prepare(request.replace());
  }

  /// After a pause the rest need not fit: whatever there is room for is fetched, up to the next
  /// one.
  @Override
  public void requireRoom() throws ShoalException, IOException {
    if (counters.isFirstAttempt() && reservation.resumes()) {
      target.requireRoom(local.check(), counters.inPlaceBytes());
    }
  }

  @Override
  public void placeNode(int position, Cid cid)
      throws ShoalException, IOException, InterruptedException {
    byte[] block =
        local
            .load(cid)
            .orElseThrow(() -> new IOException("chunk " + cid + " went missing: get it again"));
    counters.inPlace(
        position, target.write(position, ByteBuffer.wrap(UnixNode.leafContent(block))));
  }

  @Override
  public Optional<Found> find(int position, Cid cid)
      throws ShoalException, IOException, InterruptedException {
    return switch (scan.find(position)) {
      case ResumeScan.Found.Claimed found -> {
        checkpoints.here(position);
        yield Optional.of(new Found(found.sizeBytes(), found.fileBytes()));
      }
      case ResumeScan.Found.Written found -> {
        keepToo(cid, position);
        checkpoints.written(position, found.sizeBytes());
        yield Optional.of(new Found(found.sizeBytes(), found.fileBytes()));
      }
      case ResumeScan.Found.Missing missing -> Optional.empty();
    };
  }

  /// A leaf that was found in the part file goes into the store as one from a peer would.
  private void keepToo(Cid cid, int position) throws IOException, ShoalException {
    if (isInStoreToo(position) && !local.owns(cid)) {
      if (!plan.isLeaf(position)) {
        Optional<byte[]> found = local.load(cid);
        if (found.isPresent()) {
          local.store().put(cid, ByteBuffer.wrap(found.get()));
        }
        return;
      }
      DownloadTarget.Place place = target.places(position).iterator().next();
      long size =
          place.sizeBytes() == TreePlan.UNKNOWN_SIZE ? Files.size(place.file()) : place.sizeBytes();
      ByteBuffer bytes = ByteBuffer.allocate((int) size);
      target.read(place, bytes);
      local.store().put(cid, bytes.flip());
    }
  }

  /// What the destination cannot hold is kept in the store, so that all of the root is here and can
  /// be given another name from there.
  private boolean isInStoreToo(int position) {
    return adoption.isEmpty() || !plan.isLeaf(position);
  }

  @Override
  public ChunkReceiver.Taker taker(int position, Cid cid) {
    return bytes -> take(position, cid, bytes);
  }

  private void take(int position, Cid cid, ByteBuffer bytes)
      throws IOException, ShoalException, InterruptedException {
    int size = bytes.remaining();
    long fileBytes = target.write(position, bytes);
    if (isInStoreToo(position)) {
      local.temporaryPins().lookFor(cid);
      local.store().put(cid, bytes);
    }
    counters.inPlace(position, fileBytes);
    checkpoints.written(position, size);
  }

  @Override
  public void complete() throws ShoalException, IOException {
    target.finish(request.sync(), request.preserve());
    checkWholeDigest();
    Path folder = target.target().getParent();
    if (folder != null) {
      names.take(folder).ifPresent(target::nameAs);
    }
    if (adoption.isPresent()) {
      adoption.get().settle(request.replace());
    } else {
      target.rename(request.replace());
    }
    if (request.sync() && folder != null) {
      AtomicFiles.forceFolder(folder);
    }
    if (request.sync() || request.keep()) {
      local.store().sync();
    }
    reservation.end();
  }

  private void checkWholeDigest() throws ShoalException, IOException {
    if (request.wholeDigest().isEmpty()) {
      return;
    }
    String expected = request.wholeDigest().get();
    if (plan.isFolder() || !WholeDigests.of(target.part()).equals(expected)) {
      reservation.abandon();
      throw new VerificationFailedException(
          "sha256:%s: the peers' hint led to %s, which is something else; nothing was kept: ask who gave you the digest for the root"
              .formatted(expected, request.root()));
    }
  }

  @Override
  public void close() throws IOException {
    target.close();
  }
}
