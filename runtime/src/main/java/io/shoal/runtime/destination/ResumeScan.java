package io.shoal.runtime.destination;

import io.shoal.api.ChunkStore;
import io.shoal.api.Cid;
import io.shoal.api.FileBacked;
import io.shoal.api.ShoalException;
import io.shoal.api.UserFaultException;
import io.shoal.api.Verifier;
import io.shoal.runtime.dag.TreePlan;
import io.shoal.runtime.store.LocalStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Finds the leaves of a file download that are on this machine already: claimed by an earlier
/// attempt, written by it and not claimed, or in the store. Only unclaimed bytes are read and
/// hashed. Confined to one thread.
public final class ResumeScan {
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0).asReadOnlyBuffer();

  /// How a leaf was found.
  public sealed interface Found {
    /// Claimed in all its places.
    record Claimed(int sizeBytes, long fileBytes) implements Found {}

    /// Verified, and now written to all its places, but not claimed.
    record Written(int sizeBytes, long fileBytes) implements Found {}

    /// Not here.
    record Missing() implements Found {}
  }

  private final LocalStore local;
  private final TreePlan plan;
  private final DownloadTarget target;
  private final Optional<Adoption> adoption;
  private final boolean resumed;

  /// The claims in the files that were looked at last, as many as are open at once: leaves come
  /// file by file.
  private final Map<Path, List<FileBacked.Segment>> claims = new RecentFiles<>(PartFiles.MAX_OPEN);

  /// By hash function: nearly every leaf is another one.
  private final Map<Long, byte[]> digestsOfNothing = new HashMap<>();

  /// @param adoption knows the claims; empty if leaves are not claimed
  /// @param resumed whether an earlier attempt may have left something
  public ResumeScan(
      LocalStore local,
      TreePlan plan,
      DownloadTarget target,
      Optional<Adoption> adoption,
      boolean resumed) {
    this.local = local;
    this.plan = plan;
    this.target = target;
    this.adoption = adoption;
    this.resumed = resumed;
  }

  /// Looks for a leaf, and writes it to its places if it is found elsewhere.
  ///
  /// @throws InterruptedException the download was stopped
  public Found find(int position) throws IOException, ShoalException, InterruptedException {
    Cid cid = plan.leafCid(position);
    Iterable<DownloadTarget.Place> places = target.places(position);
    if (resumed && adoption.isPresent()) {
      Optional<Found> claimed = claimed(position, cid, places);
      if (claimed.isPresent()) {
        return claimed.get();
      }
    }
    Optional<byte[]> bytes = resumed ? inPart(cid, places) : Optional.empty();
    if (bytes.isEmpty()) {
      bytes = fromStore(cid);
    }
    if (bytes.isEmpty()) {
      return new Found.Missing();
    }
    long fileBytes = target.write(position, ByteBuffer.wrap(bytes.get()));
    return new Found.Written(bytes.get().length, fileBytes);
  }

  private Optional<Found> claimed(int position, Cid cid, Iterable<DownloadTarget.Place> places)
      throws IOException, ShoalException {
    int size = 0;
    boolean any = false;
    for (DownloadTarget.Place place : places) {
      Optional<FileBacked.Segment> segment = claimed(cid, place);
      if (segment.isEmpty()) {
        return Optional.empty();
      }
      size = segment.get().sizeBytes();
      any = true;
    }
    return any
        ? Optional.of(new Found.Claimed(size, target.fileBytes(position, size)))
        : Optional.empty();
  }

  /// The first claim at a place, if there is one at each that follows it.
  private Optional<FileBacked.Segment> claimed(Cid cid, DownloadTarget.Place place)
      throws IOException, ShoalException {
    List<FileBacked.Segment> all = claims(place.file());
    int first =
        Collections.binarySearch(
            all,
            new FileBacked.Segment(cid, place.offset(), 0),
            Comparator.comparingLong(FileBacked.Segment::offsetBytes));
    if (first < 0 || place.times() > all.size() - first) {
      return Optional.empty();
    }
    FileBacked.Segment segment = all.get(first);
    for (int i = 0; i < place.times(); i++) {
      FileBacked.Segment each = all.get(first + i);
      if (!each.cid().multihash().equals(cid.multihash())
          || each.offsetBytes() != place.offset() + (long) i * segment.sizeBytes()) {
        return Optional.empty();
      }
    }
    boolean whole =
        place.sizeBytes() != TreePlan.UNKNOWN_SIZE
            || Files.size(place.file()) == segment.sizeBytes();
    return whole ? Optional.of(segment) : Optional.empty();
  }

  private List<FileBacked.Segment> claims(Path file) throws IOException, ShoalException {
    List<FileBacked.Segment> known = claims.get(file);
    if (known == null) {
      known = Files.exists(file) && adoption.isPresent() ? adoption.get().claimed(file) : List.of();
      claims.put(file, known);
    }
    return known;
  }

  private Optional<byte[]> inPart(Cid cid, Iterable<DownloadTarget.Place> places)
      throws IOException, ShoalException {
    for (DownloadTarget.Place place : places) {
      long size = place.sizeBytes();
      if (size == TreePlan.UNKNOWN_SIZE) {
        size = Files.exists(place.file()) ? Files.size(place.file()) : 0;
      }
      if (size == 0 || size > ChunkStore.MAX_CHUNK_SIZE_BYTES) {
        continue;
      }
      byte[] bytes = new byte[(int) size];
      if (target.read(place, ByteBuffer.wrap(bytes))
          && local.check().matches(cid, ByteBuffer.wrap(bytes))) {
        local.verified().add(cid);
        return Optional.of(bytes);
      }
    }
    return Optional.empty();
  }

  private boolean isEmpty(Cid cid) throws UserFaultException {
    Verifier verifier = local.check().verifier(cid);
    byte[] digest =
        digestsOfNothing.computeIfAbsent(cid.multihashCode(), any -> verifier.begin().finish());
    return local.check().matches(cid, digest);
  }

  private Optional<byte[]> fromStore(Cid cid) throws IOException, ShoalException {
    if (isEmpty(cid)) {
      local.store().put(cid, NOTHING);
      return Optional.of(new byte[0]);
    }
    return local.load(cid);
  }
}
