package io.shoal.runtime.destination;

import io.shoal.api.ChunkChangedException;
import io.shoal.api.ChunkStore;
import io.shoal.api.Cid;
import io.shoal.api.FileBacked;
import io.shoal.api.FileRef;
import io.shoal.api.ShoalException;
import io.shoal.api.UserFaultException;
import io.shoal.runtime.dag.TreePlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Claims a download's leaves in the files where they are, so that they are served from there and
/// found again after a stop. Confined to one thread at a time.
public final class Adoption {
  private final FileBacked files;
  private final TreePlan plan;
  private final DownloadTarget destination;
  private final Map<Path, FileRef> refs = new HashMap<>();

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
    List<FileRef> growing = new ArrayList<>(refs.values());
    destination.rename(replace);
    // The folder's rename changed every path at once: the claims are made again below the new name.
    // For a moment peers that ask get the answer that they are not held.
    for (TreePlan.PlannedFile file : plan.files()) {
      claimWhole(file);
    }
    for (FileRef ref : growing) {
      files.forget(ref);
    }
  }

  private void claimWhole(TreePlan.PlannedFile file) throws IOException, ShoalException {
    List<FileBacked.Segment> segments =
        segments(plan, file, Optional.of(destination.inTarget(file)));
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

  /// Which range of a complete file is which chunk.
  static List<FileBacked.Segment> segments(
      TreePlan plan, TreePlan.PlannedFile file, Optional<Path> actual) throws IOException {
    TreePlan.Content content = file.content();
    List<FileBacked.Segment> segments = new ArrayList<>(content.leafCount());
    for (int i = 0; i < content.leafCount(); i++) {
      int ref = content.leaf(i);
      long size = content.leafBytes(i);
      if (size == TreePlan.UNKNOWN_SIZE && actual.isPresent()) {
        size = Files.size(actual.get());
      }
      boolean inline = ref < 0 || plan.leafCid(ref).codec() == Cid.DAG_PB;
      if (!inline && size > 0 && size <= ChunkStore.MAX_CHUNK_SIZE_BYTES) {
        segments.add(new FileBacked.Segment(plan.leafCid(ref), content.offset(i), (int) size));
      }
    }
    return segments;
  }
}
