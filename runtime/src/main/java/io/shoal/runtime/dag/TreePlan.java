package io.shoal.runtime.dag;

import io.shoal.api.Cid;
import io.shoal.api.Quoted;
import io.shoal.api.UserFaultException;
import java.util.ArrayList;
import java.util.List;

/// A DAG as files and folders, with the place of each leaf's bytes. Made by [TreePlanner] once all
/// nodes are known. Immutable.
///
/// A leaf is named by its *ref*: a position of the DAG's numbering, or a negative number for bytes
/// inside an identity CID; [#leafCid] resolves both.
public final class TreePlan {
  /// Lines of [#leftOut]: enough for a reader, where a stranger's folder may have a million.
  private static final int MAX_LEFT_OUT_LINES = 1_000;

  /// The size of a file that is a single raw chunk: it is known once the chunk is here.
  public static final long UNKNOWN_SIZE = -1;

  /// The bytes of a file, shared by all files of one CID. Leaf *i* covers `[offset(i), offset(i +
  /// 1))`.
  public static final class Content {
    private final int[] leaves;
    private final long[] offsets;
    private final long sizeBytes;

    /// @param offsets one more than leaves, the last one being the size; or one alone for a single
    ///   leaf of unknown size
    Content(int[] leaves, long[] offsets, long sizeBytes) {
      this.leaves = leaves;
      this.offsets = offsets;
      this.sizeBytes = sizeBytes;
    }

    public int leafCount() {
      return leaves.length;
    }

    public int leaf(int i) {
      return leaves[i];
    }

    /// Where leaf `i` begins in the file.
    public long offset(int i) {
      return offsets[i];
    }

    /// How many bytes leaf `i` must have, or [#UNKNOWN_SIZE].
    public long leafBytes(int i) {
      return sizeBytes == UNKNOWN_SIZE ? UNKNOWN_SIZE : offsets[i + 1] - offsets[i];
    }

    public long sizeBytes() {
      return sizeBytes;
    }
  }

  /// A file to write.
  ///
  /// @param path relative, with `/` between names that passed the name check; empty if the root is
  ///   a file
  /// @param cid the file's root
  public record PlannedFile(String path, Cid cid, Content content) {}

  /// A folder to make.
  ///
  /// @param path relative as a file's; empty for the root
  public record PlannedFolder(String path, Cid cid) {}

  /// An entry that is not written.
  ///
  /// @param link whether it is a symbolic link; otherwise it is in a codec that is not a file
  /// @param reason why, as the end of a sentence
  public record Skipped(String path, Cid cid, boolean link, String reason) {}

  /// Takes the places of a leaf's bytes.
  @FunctionalInterface
  public interface PlaceSink {
    /// @param sizeBytes bytes that the leaf must have, or [#UNKNOWN_SIZE]
    void place(PlannedFile file, long offset, long sizeBytes);
  }

  private final DagWalker dag;
  private final List<PlannedFolder> folders;
  private final List<PlannedFile> files;
  private final List<Skipped> skipped;
  private final Places places;

  TreePlan(
      DagWalker dag, List<PlannedFolder> folders, List<PlannedFile> files, List<Skipped> skipped) {
    this.dag = dag;
    this.folders = List.copyOf(folders);
    this.files = List.copyOf(files);
    this.skipped = List.copyOf(skipped);
    this.places = new Places(dag.size(), this.files);
  }

  public Cid root() {
    return dag.root();
  }

  public boolean isFolder() {
    return !folders.isEmpty();
  }

  /// Parents before what is in them.
  public List<PlannedFolder> folders() {
    return folders;
  }

  public List<PlannedFile> files() {
    return files;
  }

  public List<Skipped> skipped() {
    return skipped;
  }

  /// What is not written, for the user: the path of each entry with the reason.
  public List<String> leftOut() {
    List<String> lines = new ArrayList<>();
    for (Skipped entry : skipped.subList(0, Math.min(skipped.size(), MAX_LEFT_OUT_LINES))) {
      lines.add(Quoted.of(entry.path()) + ": " + entry.reason());
    }
    if (skipped.size() > lines.size()) {
      lines.add("%,d entries more".formatted(skipped.size() - lines.size()));
    }
    return List.copyOf(lines);
  }

  /// @throws UserFaultException the root itself is what cannot be written: a symbolic link
  public void requireContent() throws UserFaultException {
    if (files.isEmpty() && folders.isEmpty()) {
      throw new UserFaultException(
          "%s is no file or folder: %s; ask its publisher for the id of the folder around it, or of what it leads to"
              .formatted(root(), skipped.getFirst().reason()));
    }
  }

  /// File bytes in all; a chunk whose size is not known counts as none.
  public long sizeBytes() {
    long size = 0;
    for (PlannedFile file : files) {
      size += Math.max(0, file.content().sizeBytes());
    }
    return size;
  }

  /// Distinct chunks of the DAG, nodes included.
  public int chunkCount() {
    return dag.size();
  }

  public Cid leafCid(int ref) {
    return dag.resolve(ref);
  }

  /// Whether the chunk at a position holds file bytes that this plan writes somewhere.
  public boolean isLeaf(int position) {
    return places.isLeaf(position);
  }

  /// Passes on every place of the leaf at a position; none for nodes.
  public void places(int position, PlaceSink sink) {
    places.forEach(position, sink);
  }
}
