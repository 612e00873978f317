package io.shoal.runtime.destination;

import io.shoal.api.ChunkChangedException;
import io.shoal.api.Cid;
import io.shoal.api.FileBacked;
import io.shoal.api.FileRef;
import io.shoal.api.ShoalException;
import io.shoal.api.UserFaultException;
import io.shoal.runtime.dag.TreePlan;
import io.shoal.runtime.store.ClaimRuns;
import io.shoal.runtime.store.PlacedFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Claims a download's leaves in the files where they are, so that they are served from there and
/// found again after a stop. Confined to one thread at a time.
public final class Adoption {
  /// Runs of leaves that are claimed with one call: one leaf can have as many places as a stranger
  /// likes.
  private static final int MAX_RUNS_AT_ONCE = 4_096;

  /// Some 300 bytes each; one that is asked for again costs a call of the store.
  private static final int MAX_REFS = 4_096;

  private final FileBacked files;
  private final TreePlan plan;
  private final DownloadTarget destination;
  private final Map<Path, FileRef> refs = new RecentFiles<>(MAX_REFS);

  public Adoption(FileBacked files, TreePlan plan, DownloadTarget destination) {
    this.files = files;
    this.plan = plan;
    this.destination = destination;
  }

  /// The claims of earlier attempts in a file of the part, in order of offset.
  List<FileBacked.Segment> claimed(Path file) throws IOException, UserFaultException {
    ref(file);
    return files.claims(file).map(FileBacked.FileClaims::segments).orElse(List.of());
  }

  /// Claims leaves that were written.
  ///
  /// @param sizes their sizes, by index as `positions`
  void adopt(List<Integer> positions, Map<Integer, Integer> sizes)
      throws IOException, ShoalException {
    Map<Path, List<ClaimRuns.Run>> byFile = new LinkedHashMap<>();
    int runs = 0;
    for (int position : positions) {
      Cid cid = plan.leafCid(position);
      int size = sizes.getOrDefault(position, 0);
      for (DownloadTarget.Place place : destination.places(position)) {
        byFile
            .computeIfAbsent(place.file(), any -> new ArrayList<>())
            .add(new ClaimRuns.Run(cid, place.offset(), size, place.times()));
        if (++runs >= MAX_RUNS_AT_ONCE) {
          adopt(byFile);
          byFile.clear();
          runs = 0;
        }
      }
    }
    adopt(byFile);
  }

  private void adopt(Map<Path, List<ClaimRuns.Run>> byFile) throws IOException, ShoalException {
    for (Map.Entry<Path, List<ClaimRuns.Run>> file : byFile.entrySet()) {
      files.adopt(ref(file.getKey()), new ClaimRuns(file.getValue()));
    }
  }

  private FileRef ref(Path file) throws IOException, UserFaultException {
    FileRef known = refs.get(file);
    if (known == null) {
      known = files.referGrowing(file);
      // The store looks at paths: a claim on what another user put there would be one on bytes that
      // nobody checked.
      destination.requireUnmoved(file);
      refs.put(file, known);
    }
    return known;
  }

  /// Moves everything to its final place with the claims kept.
  public void settle(boolean replace) throws IOException, ShoalException {
    if (!plan.isFolder()) {
      FileRef ref = ref(destination.part());
      destination.requireReady(replace);
      files.relocate(ref, destination.target(), replace);
      destination.requireArrived();
      return;
    }
    destination.rename(replace);
    // The folder's rename changed every path at once.
    for (TreePlan.PlannedFile file : plan.files()) {
      Optional<FileRef> growing = growing(destination.inPart(file));
      if (growing.isEmpty()) {
        claimWhole(file);
      } else if (!follow(growing.get(), file)) {
        claimWhole(file);
        files.forget(growing.get());
      }
    }
  }

  /// @return whether the claims are at the new path now
  private boolean follow(FileRef growing, TreePlan.PlannedFile file) throws IOException {
    FileRef settled;
    try {
      settled = files.moved(growing, destination.inTarget(file));
    } catch (ChunkChangedException e) {
      return false;
    }
    if (settled.sizeBytes() == 0) {
      // There is nothing in it to serve.
      files.forget(settled);
    }
    return true;
  }

  private Optional<FileRef> growing(Path part) throws IOException {
    Optional<FileRef> known = Optional.ofNullable(refs.get(part));
    // The store lists all claims for the answer.
    return known.isPresent() ? known : files.claims(part).map(FileBacked.FileClaims::ref);
  }

  private void claimWhole(TreePlan.PlannedFile file) throws IOException, ShoalException {
    Path path = destination.inTarget(file);
    if (!PlacedFile.hasChunks(plan, file, path)) {
      return;
    }
    try {
      PlacedFile.claim(files, files.refer(path), plan, file, path);
    } catch (ChunkChangedException e) {
      throw new UserFaultException(
          path + " was changed while it was being put into place: get it again", e);
    }
  }
}
