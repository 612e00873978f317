package io.shoal.runtime.dag;

import io.shoal.api.ChunkStore;
import io.shoal.api.Cid;
import io.shoal.api.MalformedDataException;
import io.shoal.api.Quoted;
import io.shoal.api.ShoalException;
import io.shoal.runtime.file.NameRules;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Turns a DAG whose nodes are all known into the files and folders to write, and refuses an
/// invalid one: names that fail the check, sizes that differ between parent and child, too many
/// entries, too long paths. Used once.
public final class TreePlanner {
  private static final String NO_SHARD = "a sharded folder links to something else than a shard";

  /// What the check of names takes for each of a folder, while it is read.
  private static final int BYTES_FOR_SIBLING = 160;

  /// … and a leaf of a file, as long as the plan is there, and while it is put together.
  private static final int BYTES_FOR_RUN = 24;

  /// … and what is not written.
  private static final int BYTES_FOR_SKIPPED = 400;

  /// … and a name that some systems cannot hold.
  private static final int BYTES_FOR_UNUSUAL = 120;

  private final DagWalker dag;
  private final PlannedEntries entries;
  private final List<TreePlan.Skipped> skipped = new ArrayList<>();
  private final Set<String> unusual = new HashSet<>();
  private final Map<Integer, Integer> contents = new HashMap<>();
  private int leafCount;
  private int entryCount;
  private long pathChars;

  private TreePlanner(DagWalker dag) {
    this.dag = dag;
    this.entries = new PlannedEntries(dag);
  }

  /// @return takes the walker's memory over
  /// @throws MalformedContentException the DAG is not a valid file or folder
  /// @throws ShoalException there is no memory for it
  /// @throws IllegalStateException nodes are missing
  public static TreePlan plan(DagWalker dag) throws ShoalException {
    if (!dag.complete()) {
      throw new IllegalStateException("nodes of " + dag.root() + " are missing");
    }
    TreePlanner planner = new TreePlanner(dag);
    try {
      planner.rootEntry();
    } catch (MalformedDataException e) {
      throw new MalformedContentException(
          "%s is not a valid file or folder: %s; ask its publisher for another id"
              .formatted(dag.root(), e.getMessage()),
          e);
    }
    return new TreePlan(dag, planner.entries, planner.skipped, planner.unusual);
  }

  private void rootEntry() throws ShoalException {
    int ref = dag.rootRef();
    // A root in an unknown codec is a file of its chunk's bytes.
    if (dag.node(ref).isEmpty()) {
      countLeaf();
      entries.addLeaf(PlannedEntries.Named.TOP, ref);
    } else {
      entry(ref, PlannedEntries.Named.TOP, new Path(0, 0));
    }
  }

  /// How far an entry is from the root.
  ///
  /// @param chars of its path
  private record Path(int depth, int chars) {
    Path below(String name) {
      return new Path(depth + 1, chars == 0 ? name.length() : chars + 1 + name.length());
    }

    Path deeper() {
      return new Path(depth + 1, chars);
    }
  }

  private void entry(int ref, PlannedEntries.Named at, Path path) throws ShoalException {
    requireBounds(path);
    Optional<WalkedNode> node = dag.node(ref);
    if (node.isEmpty()) {
      Cid cid = dag.resolve(ref);
      if (cid.codec() == Cid.RAW) {
        countLeaf();
        entries.addLeaf(at, ref);
      } else {
        String reason = "it is in the codec 0x%x, which is not a file".formatted(cid.codec());
        skip(at, cid, false, reason);
      }
      return;
    }
    switch (node.get()) {
      case WalkedNode.File file -> entries.addContentFile(at, content(ref, file, path.depth()));
      case WalkedNode.Symlink link -> {
        String reason = "it is a symbolic link to '" + Quoted.of(link.target()) + "'";
        skip(at, dag.resolve(ref), true, reason);
      }
      case WalkedNode.Folder folder -> folder(ref, folder, entries.addFolder(at, ref), path);
      case WalkedNode.Shard shard -> {
        try (Siblings siblings = new Siblings()) {
          int number = entries.addFolder(at, ref);
          shard(ref, shard, number, path, new ShardPath(shard.fanout(), 0, 0), siblings);
        }
      }
    }
  }

  private void skip(PlannedEntries.Named at, Cid cid, boolean link, String reason)
      throws ShoalException {
    String path = entries.path(at);
    dag.memory().take((long) BYTES_FOR_SKIPPED + path.length());
    skipped.add(new TreePlan.Skipped(path, cid, link, reason));
  }

  /// The names of one folder, and the memory for them.
  private final class Siblings implements AutoCloseable {
    private final NameRules.Siblings names = new NameRules.Siblings();
    private long takenBytes;

    /// @return another that some systems take for the same
    Optional<String> add(String name) throws ShoalException {
      long bytes = (long) BYTES_FOR_SIBLING + name.length();
      dag.memory().take(bytes);
      takenBytes += bytes;
      Optional<String> twin = names.add(name);
      Optional<String> fault =
          twin.equals(Optional.of(name)) ? Optional.of("it is there twice") : NameRules.fault(name);
      if (fault.isPresent()) {
        throw new MalformedDataException(
            "the name '%s' is refused: %s".formatted(Quoted.of(name), fault.get()));
      }
      return twin;
    }

    @Override
    public void close() {
      dag.memory().giveBack(takenBytes);
    }
  }

  private void requireBounds(Path path) throws MalformedDataException {
    requireDepth(path.depth());
    pathChars += path.chars();
    countEntry();
    if (path.chars() > DagLimits.MAX_PATH_CHARS || pathChars > DagLimits.MAX_ALL_PATHS_CHARS) {
      throw new MalformedDataException("its paths are too long, in one or in all");
    }
  }

  private static void requireDepth(int depth) throws MalformedDataException {
    if (depth > DagLimits.MAX_DEPTH) {
      throw new MalformedDataException("it is deeper than " + DagLimits.MAX_DEPTH + " levels");
    }
  }

  private void folder(int ref, WalkedNode.Folder folder, int number, Path path)
      throws ShoalException {
    try (Siblings siblings = new Siblings()) {
      for (int i = 0; i < folder.refs().length; i++) {
        String name = folder.names().get(i);
        var at = new PlannedEntries.Named(number, ref, i);
        named(name, folder.refs()[i], at, path, siblings);
      }
    }
  }

  private void named(String name, int ref, PlannedEntries.Named at, Path path, Siblings siblings)
      throws ShoalException {
    Optional<String> twin = siblings.add(name);
    if (twin.isPresent() || !NameRules.isPlain(name)) {
      String inside = entries.path(at);
      unusual(inside);
      if (twin.isPresent()) {
        unusual(inside.substring(0, inside.length() - name.length()) + twin.get());
      }
    }
    entry(ref, at, path.below(name));
  }

  private void unusual(String path) throws ShoalException {
    dag.memory().take(BYTES_FOR_UNUSUAL + 2L * path.length());
    unusual.add(path);
  }

  /// Where a shard is in its folder.
  ///
  /// @param prefix the buckets that lead to it, as the first bits of a name's hash
  private record ShardPath(int fanout, int level, long prefix) {

    ShardPath below(int bucket) throws MalformedDataException {
      if (level + 1 == HamtShard.maxLevels(fanout)) {
        throw new MalformedDataException("a sharded folder is deeper than its names' hash");
      }
      return new ShardPath(fanout, level + 1, prefix << HamtShard.bits(fanout) | bucket);
    }

    boolean holds(String name, int bucket) {
      long due = prefix << HamtShard.bits(fanout) | bucket;
      return HamtShard.prefix(HamtShard.hash(name), level + 1, fanout) == due;
    }
  }

  private void shard(
      int ref, WalkedNode.Shard shard, int folder, Path path, ShardPath at, Siblings siblings)
      throws ShoalException {
    requireDepth(path.depth());
    if (shard.fanout() != at.fanout()) {
      throw new MalformedDataException("a sharded folder changes its fanout");
    }
    for (int i = 0; i < shard.refs().length; i++) {
      int bucket = shard.buckets()[i];
      String name = shard.names().get(i);
      if (!name.isEmpty()) {
        if (!at.holds(name, bucket)) {
          throw new MalformedDataException("a sharded folder has a name in the wrong bucket");
        }
        var entry = new PlannedEntries.Named(folder, ref, i);
        named(name, shard.refs()[i], entry, path, siblings);
      } else {
        // Shards that hold nothing could be linked to without end.
        countEntry();
        int below = shard.refs()[i];
        if (!(dag.node(below).orElse(null) instanceof WalkedNode.Shard inner)) {
          throw new MalformedDataException(NO_SHARD);
        }
        shard(below, inner, folder, path.deeper(), at.below(bucket), siblings);
      }
    }
  }

  private void countEntry() throws MalformedDataException {
    if (++entryCount > DagLimits.MAX_ENTRIES) {
      throw new MalformedDataException(
          "it has more than " + DagLimits.MAX_ENTRIES + " files and folders");
    }
  }

  private void countLeaf() throws MalformedDataException {
    if (++leafCount > DagLimits.MAX_LEAVES) {
      throw new MalformedDataException(
          "its files have more than " + DagLimits.MAX_LEAVES + " leaves");
    }
  }

  private int content(int ref, WalkedNode.File file, int depth) throws ShoalException {
    Integer known = contents.get(ref);
    if (known != null) {
      return known;
    }
    RunList runs = new RunList();
    collect(ref, file.fileBytes(), depth, runs);
    int content = entries.addContent(ref, runs.toContent());
    contents.put(ref, content);
    return content;
  }

  private void collect(int ref, long declaredBytes, int depth, RunList runs) throws ShoalException {
    requireDepth(depth);
    Optional<WalkedNode> node = dag.node(ref);
    if (node.isEmpty()) {
      Cid cid = dag.resolve(ref);
      if (cid.codec() != Cid.RAW) {
        throw new MalformedDataException(
            "a part of a file is in another codec than raw and dag-pb");
      }
      if (cid.isIdentity()) {
        requireSame(declaredBytes, cid.multihash().digestSizeBytes());
      }
      runs.add(ref, declaredBytes);
      return;
    }
    if (!(node.get() instanceof WalkedNode.File file)) {
      throw new MalformedDataException("a part of a file is not a file");
    }
    requireSame(declaredBytes, file.fileBytes());
    int[] refs = file.refs();
    if (refs.length == 0 || file.ownBytes() > 0) {
      runs.add(ref, file.ownBytes());
    }
    for (int i = 0; i < refs.length; i++) {
      collect(refs[i], file.blockSizes()[i], depth + 1, runs);
    }
  }

  private static void requireSame(long declared, long actual) throws MalformedDataException {
    if (declared != actual) {
      throw new MalformedDataException(
          "a part of a file has %,d bytes where its parent says %,d".formatted(actual, declared));
    }
  }

  private final class RunList {
    private int[] refs = new int[1];
    private int[] times = new int[1];
    private long[] offsets = new long[2];
    private int size;

    void add(int ref, long bytes) throws ShoalException {
      countLeaf();
      if (bytes > ChunkStore.MAX_CHUNK_SIZE_BYTES) {
        throw new MalformedDataException("a leaf is larger than 2 MiB");
      }
      if (size > 0 && refs[size - 1] == ref && bytes == lastLeafBytes()) {
        times[size - 1]++;
        offsets[size] += bytes;
        return;
      }
      dag.memory().take(BYTES_FOR_RUN);
      if (size == refs.length) {
        int length = size + (size >> 1) + 1;
        refs = Arrays.copyOf(refs, length);
        times = Arrays.copyOf(times, length);
        offsets = Arrays.copyOf(offsets, length + 1);
      }
      refs[size] = ref;
      times[size++] = 1;
      offsets[size] = offsets[size - 1] + bytes;
    }

    private long lastLeafBytes() {
      return (offsets[size] - offsets[size - 1]) / times[size - 1];
    }

    TreePlan.Content toContent() {
      return new TreePlan.Content(
          Arrays.copyOf(refs, size), Arrays.copyOf(times, size), Arrays.copyOf(offsets, size + 1));
    }
  }
}
