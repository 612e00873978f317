package io.shoal.runtime.destination;

import io.shoal.api.ChunkChangedException;
import io.shoal.api.Cid;
import io.shoal.api.FileBacked;
import io.shoal.api.FileRef;
import io.shoal.api.ShoalException;
import io.shoal.api.UserFaultException;
import io.shoal.runtime.dag.TreePlan;
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
  /// More than a download has open at once; a reference that is not at hand costs a look at its
  /// file.
  private static final int MAX_REFS = 1_024;

  private final FileBacked files;
  private final TreePlan plan;
  private final DownloadTarget destination;

  /// References that are at hand: of a folder of a million files not all.
  private final Map<Path, FileRef> refs =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Path, FileRef> eldest) {
          return size() > MAX_REFS;
        }
      };

  public Adoption(FileBacked files, TreePlan plan, DownloadTarget destination) {
    this.files = files;
    this.plan = plan;
    this.destination = destination;
  }

  /// The claims of earlier attempts in a file of the part.
  List<FileBacked.Segment> claimed(Path file) throws IOException, UserFaultException {
    ref(file);
    return files.claims(file).map(FileBacked.FileClaims::segments).orElse(List.of());
  }

  /// Claims leaves that were written.
  ///
  /// @param sizes their sizes, by index as `positions`
  void adopt(List<Integer> positions, Map<Integer, Integer> sizes)
      throws IOException, ShoalException {
    Map<Path, List<FileBacked.Segment>> byFile = new LinkedHashMap<>();
    for (int position : positions) {
      Cid cid = plan.leafCid(position);
      int size = sizes.getOrDefault(position, 0);
      for (DownloadTarget.Place place : destination.places(position)) {
        byFile
            .computeIfAbsent(place.file(), any -> new ArrayList<>())
            .add(new FileBacked.Segment(cid, place.offset(), size));
      }
    }
    for (Map.Entry<Path, List<FileBacked.Segment>> file : byFile.entrySet()) {
      files.adopt(ref(file.getKey()), file.getValue());
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
    // The folder's rename changed every path at once: the claims are made again below the new name.
    // For a moment peers that ask get the answer that they are not held.
    for (TreePlan.PlannedFile file : plan.files()) {
      claimWhole(file);
      Optional<FileBacked.FileClaims> growing = files.claims(destination.inPart(file));
      if (growing.isPresent()) {
        files.forget(growing.get().ref());
      }
    }
  }

  private void claimWhole(TreePlan.PlannedFile file) throws IOException, ShoalException {
    List<FileBacked.Segment> segments =
        PlacedFile.segments(plan, file, Optional.of(destination.inTarget(file)));
    if (!segments.isEmpty()) {
      try {
        files.adopt(files.refer(destination.inTarget(file)), segments);
      } catch (ChunkChangedException e) {
        throw new UserFaultException(
            destination.inTarget(file)
                + " was changed while it was being put into place: get it again",
            e);
      }
    }
  }
}
