package io.shoal.runtime.dag;

import io.shoal.api.Cid;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// A DAG as files and folders, with the place of each leaf's bytes. Made by [TreePlanner] once all
/// nodes are known. Immutable.
///
/// A leaf is named by its *ref*: a position of the DAG's numbering, or a negative number for bytes
/// inside an identity CID; [#leafCid] resolves both.
public final class TreePlan {
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
  /// @param reason why, as the end of a sentence
  public record Skipped(String path, Cid cid, String reason) {
    /// The path and the reason.
    public String line() {
      return path + ": " + reason;
    }
  }

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
  private final Set<String> unusual;
  private final Map<String, UnixFsAttributes> attributes;
  private final Places places;

  /// @param unusual paths whose last name some systems cannot hold
  /// @param attributes rights and times by path
  TreePlan(
      DagWalker dag,
      List<PlannedFolder> folders,
      List<PlannedFile> files,
      List<Skipped> skipped,
      Set<String> unusual,
      Map<String, UnixFsAttributes> attributes) {
    this.dag = dag;
    this.folders = List.copyOf(folders);
    this.files = List.copyOf(files);
    this.skipped = List.copyOf(skipped);
    this.unusual = unusual;
    this.attributes = attributes;
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

  /// Whether a file or folder has a name that some systems cannot hold, alone or beside another
  /// one.
  public boolean isUnusual(String path) {
    return unusual.contains(path);
  }

  public boolean hasUnusual() {
    return !unusual.isEmpty();
  }

  /// The rights and times that files and folders have, by path; most have none.
  public Map<String, UnixFsAttributes> attributes() {
    return attributes;
  }

  /// The same without some files and folders, and without all that is in these.
  public TreePlan without(Set<String> paths) {
    if (paths.isEmpty()) {
      return this;
    }
    Map<String, UnixFsAttributes> left = new HashMap<>(attributes);
    left.keySet().removeIf(path -> isWithin(path, paths));
    return new TreePlan(
        dag,
        folders.stream().filter(folder -> !isWithin(folder.path(), paths)).toList(),
        files.stream().filter(file -> !isWithin(file.path(), paths)).toList(),
        skipped,
        unusual,
        left);
  }

  /// Whether a path, or a folder that it is in, is one of some paths.
  public static boolean isWithin(String path, Set<String> paths) {
    for (int end = path.length(); end >= 0; end = path.lastIndexOf('/', end - 1)) {
      if (paths.contains(path.substring(0, end))) {
        return true;
      }
    }
    return false;
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
