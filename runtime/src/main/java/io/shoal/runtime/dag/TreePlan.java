package io.shoal.runtime.dag;

import io.shoal.api.Cid;
import io.shoal.api.ShoalException;
import io.shoal.api.UserFaultException;
import java.util.AbstractList;
import java.util.Collections;
import java.util.List;
import java.util.RandomAccess;
import java.util.Set;
import java.util.function.IntFunction;

/// A DAG as files and folders, with the place of each leaf's bytes. Made by [TreePlanner] once all
/// nodes are known. Immutable. Holds a few dozen bytes for a file or leaf; paths are put together
/// when they are asked for.
///
/// A leaf is named by its *ref*: a position of the DAG's numbering, or a negative number for bytes
/// inside an identity CID; [#leafCid] resolves both.
public final class TreePlan implements AutoCloseable {
  /// The size of a file that is a single raw chunk: it is known once the chunk is here.
  public static final long UNKNOWN_SIZE = -1;

  /// The bytes of a file, shared by all files of one CID, as *runs*: a leaf that follows itself
  /// again and again (zeros, say) is one run.
  public static final class Content {
    private final int[] refs;
    private final int[] times;
    private final long[] offsets;
    private final long sizeBytes;

    /// @param times how often each leaf follows itself
    /// @param offsets one more than runs, the last one being the size
    Content(int[] refs, int[] times, long[] offsets) {
      this.refs = refs;
      this.times = times;
      this.offsets = offsets;
      this.sizeBytes = offsets[refs.length];
    }

    /// A single leaf.
    ///
    /// @param sizeBytes or [#UNKNOWN_SIZE]
    Content(int ref, long sizeBytes) {
      this.refs = new int[] {ref};
      this.times = new int[] {1};
      this.offsets = new long[] {0, Math.max(0, sizeBytes)};
      this.sizeBytes = sizeBytes;
    }

    public int runCount() {
      return refs.length;
    }

    /// The leaf of a run.
    public int leaf(int run) {
      return refs[run];
    }

    /// How often the leaf is there, one after the other.
    public int times(int run) {
      return times[run];
    }

    /// Where a run begins in the file.
    public long offset(int run) {
      return offsets[run];
    }

    /// How many bytes the leaf of a run must have, or [#UNKNOWN_SIZE].
    public long leafBytes(int run) {
      return sizeBytes == UNKNOWN_SIZE
          ? UNKNOWN_SIZE
          : (offsets[run + 1] - offsets[run]) / times[run];
    }

    /// How many leaves there are, counted as often as they occur.
    public long leafCount() {
      long count = 0;
      for (int each : times) {
        count += each;
      }
      return count;
    }

    public long sizeBytes() {
      return sizeBytes;
    }
  }

  /// A file to write.
  public static final class PlannedFile {
    private final String path;
    private final Content content;
    private final UnixFsAttributes attributes;
    private final DagWalker dag;
    private final int ref;

    /// @param ref of its root in the DAG
    PlannedFile(String path, Content content, UnixFsAttributes attributes, DagWalker dag, int ref) {
      this.path = path;
      this.content = content;
      this.attributes = attributes;
      this.dag = dag;
      this.ref = ref;
    }

    /// Relative, with `/` between names that passed the name check; empty if the root is a file.
    public String path() {
      return path;
    }

    public Content content() {
      return content;
    }

    /// Its rights and time.
    public UnixFsAttributes attributes() {
      return attributes;
    }

    /// The file's root, made when it is asked for.
    public Cid cid() {
      return dag.resolve(ref);
    }
  }

  /// A folder to make.
  ///
  /// @param path relative as a file's; empty for the root
  /// @param attributes its rights and time
  public record PlannedFolder(String path, Cid cid, UnixFsAttributes attributes) {}

  /// An entry that is not written.
  ///
  /// @param link whether it is a symbolic link; otherwise it is in a codec that is not a file
  /// @param reason why, as the end of a sentence
  public record Skipped(String path, Cid cid, boolean link, String reason) {}

  /// A run of places of a leaf's bytes: they follow each other without a gap.
  ///
  /// @param sizeBytes bytes that the leaf must have, or [#UNKNOWN_SIZE]
  /// @param times how many places
  public record Run(PlannedFile file, long offset, long sizeBytes, int times) {}

  private final DagWalker dag;
  private final PlannedEntries entries;
  private final List<Skipped> skipped;
  private final Set<String> unusual;
  private final Places places;

  /// @param unusual paths whose last name some systems cannot hold
  TreePlan(DagWalker dag, PlannedEntries entries, List<Skipped> skipped, Set<String> unusual) {
    this.dag = dag;
    this.entries = entries;
    this.skipped = List.copyOf(skipped);
    this.unusual = unusual;
    this.places = new Places(dag.size(), entries);
  }

  public Cid root() {
    return dag.root();
  }

  public boolean isFolder() {
    return entries.folderCount() > 0;
  }

  /// Parents before what is in them.
  public List<PlannedFolder> folders() {
    return new View<>(entries.folderCount(), entries::folder);
  }

  public List<PlannedFile> files() {
    return new View<>(entries.fileCount(), entries::file);
  }

  /// Makes each element when it is asked for.
  private static final class View<T> extends AbstractList<T> implements RandomAccess {
    private final int size;
    private final IntFunction<T> element;

    View(int size, IntFunction<T> element) {
      this.size = size;
      this.element = element;
    }

    @Override
    public T get(int i) {
      if (i >= size) {
        throw new IndexOutOfBoundsException(i);
      }
      return element.apply(i);
    }

    @Override
    public int size() {
      return size;
    }
  }

  /// The folder at the top that a file is in, as an index of [#folders]; 0 if it is in the root
  /// itself.
  public int topFolder(int file) {
    return entries.topFolderOfFile(file);
  }

  public List<Skipped> skipped() {
    return skipped;
  }

  /// What is not written, for the user: the path of each entry with the reason.
  public List<String> leftOut() {
    LeftOut lines = new LeftOut();
    skipped.forEach(entry -> lines.add(entry.path(), entry.reason()));
    return lines.lines();
  }

  /// @throws UserFaultException the root itself is what cannot be written: a symbolic link
  public void requireContent() throws UserFaultException {
    if (entries.fileCount() == 0 && entries.folderCount() == 0) {
      throw new UserFaultException(
          "%s is no file or folder: %s; ask its publisher for the id of the folder around it, or of what it leads to"
              .formatted(root(), skipped.getFirst().reason()));
    }
  }

  /// The files and folders whose names some systems cannot hold, alone or beside another one.
  public Set<String> unusual() {
    return Collections.unmodifiableSet(unusual);
  }

  /// Whether any file or folder has rights or a time; most have none.
  public boolean hasAttributes() {
    return entries.hasAttributes();
  }

  /// The same without some files and folders, and without all that is in these.
  ///
  /// @return in use as long as this plan is
  /// @throws ShoalException there is no memory for it
  public TreePlan without(Set<String> paths) throws ShoalException {
    return paths.isEmpty() ? this : new TreePlan(dag, entries.without(paths), skipped, unusual);
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
    return entries.sizeBytes();
  }

  /// Whether all sizes are known: files of a single raw chunk have the size that it turns out to
  /// have.
  public boolean sizeIsKnown() {
    return entries.sizeIsKnown();
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

  /// In how many places the leaf at a position is; none for nodes.
  public long placeCount(int position) {
    return places.count(position);
  }

  /// How many of these are files whose size is not known before the leaf is here.
  public long unsizedPlaceCount(int position) {
    return places.unsizedCount(position);
  }

  /// How many bytes the leaf at a position has at its first place, or [#UNKNOWN_SIZE].
  public long leafBytes(int position) {
    return places.leafBytes(position);
  }

  /// Every place of the leaf at a position; none for nodes. Made one by one: there can be more of
  /// them than would fit into memory.
  public Iterable<Run> places(int position) {
    return places.of(position);
  }

  /// The memory that the plan is taken from; further work on it takes more.
  public DagMemory.Share memory() {
    return dag.memory();
  }

  /// Gives its memory back; it is not used any more.
  @Override
  public void close() {
    dag.memory().close();
  }
}
