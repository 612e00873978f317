package io.shoal.runtime.importer;

import io.shoal.api.Cid;
import io.shoal.api.FileBacked;
import io.shoal.api.FileRef;
import io.shoal.api.ShoalException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Claims the leaves of one user's file, in order, so that the store serves them from there. Leaves
/// that are claimed already are not claimed again.
final class FileAdoption {
  /// Claims handed over at once: few calls for a large file, and little memory.
  private static final int BATCH = 256;

  private final FileBacked files;
  private final FileRef ref;
  private final Set<FileBacked.Segment> claimed;
  private final List<FileBacked.Segment> batch = new ArrayList<>();
  private long offset;

  /// Looks at the file as it is now; a change from here on is found by the store when the leaves
  /// are claimed.
  FileAdoption(FileBacked files, Path path) throws IOException, ShoalException {
    this.files = files;
    Path absolute = path.toAbsolutePath().normalize();
    this.ref = files.refer(absolute);
    this.claimed =
        files
            .claims(absolute)
            .filter(claims -> claims.state() == FileBacked.FileState.INTACT)
            .map(claims -> (Set<FileBacked.Segment>) new HashSet<>(claims.segments()))
            .orElse(Set.of());
  }

  void add(Cid cid, int sizeBytes) throws IOException, ShoalException {
    FileBacked.Segment segment = new FileBacked.Segment(cid, offset, sizeBytes);
    offset += sizeBytes;
    if (!claimed.contains(segment)) {
      batch.add(segment);
    }
    if (batch.size() == BATCH) {
      finish();
    }
  }

  /// Claims what is left.
  void finish() throws IOException, ShoalException {
    if (!batch.isEmpty()) {
      files.adopt(ref, List.copyOf(batch));
      batch.clear();
    }
  }

  /// Claims nothing, and leaves nothing of it in the store.
  void forget() throws IOException {
    files.forget(ref);
  }
}
