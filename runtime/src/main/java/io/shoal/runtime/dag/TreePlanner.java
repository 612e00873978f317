package io.shoal.runtime.dag;

import io.shoal.api.ChunkStore;
import io.shoal.api.Cid;
import io.shoal.api.MalformedDataException;
import io.shoal.api.Quoted;
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

  private final DagWalker dag;
  private final List<TreePlan.PlannedFolder> folders = new ArrayList<>();
  private final List<TreePlan.PlannedFile> files = new ArrayList<>();
  private final List<TreePlan.Skipped> skipped = new ArrayList<>();
  private final Set<String> unusual = new HashSet<>();
  private final Map<String, UnixFsAttributes> attributes = new HashMap<>();
  private final Map<Integer, TreePlan.Content> contents = new HashMap<>();
  private int leafCount;
  private int entryCount;
  private long pathChars;

  private TreePlanner(DagWalker dag) {
    this.dag = dag;
  }

  /// @throws MalformedContentException the DAG is not a valid file or folder
  /// @throws IllegalStateException nodes are missing
  public static TreePlan plan(DagWalker dag) throws MalformedContentException {
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
    return new TreePlan(
        dag, planner.folders, planner.files, planner.skipped, planner.unusual, planner.attributes);
  }

  private void rootEntry() throws MalformedDataException {
    int ref = dag.rootRef();
    // A root in an unknown codec is a file of its chunk's bytes.
    if (dag.node(ref).isEmpty()) {
      files.add(new TreePlan.PlannedFile("", dag.root(), singleLeaf(ref)));
    } else {
      entry(ref, "", 0);
    }
  }

  private void entry(int ref, String path, int depth) throws MalformedDataException {
    requireBounds(path, depth);
    Cid cid = dag.resolve(ref);
    Optional<DagWalker.Walked> node = dag.node(ref);
    if (node.isEmpty()) {
      if (cid.codec() == Cid.RAW) {
        files.add(new TreePlan.PlannedFile(path, cid, singleLeaf(ref)));
      } else {
        String reason = "it is in the codec 0x%x, which is not a file".formatted(cid.codec());
        skipped.add(new TreePlan.Skipped(path, cid, reason));
      }
      return;
    }
    switch (node.get().shape()) {
      case UnixNode.File file -> {
        attributes(path, file.attributes());
        files.add(new TreePlan.PlannedFile(path, cid, content(ref, file, depth)));
      }
      case UnixNode.Symlink link ->
          skipped.add(
              new TreePlan.Skipped(
                  path, cid, "it is a symbolic link to '" + Quoted.of(link.target()) + "'"));
      case UnixNode.Folder folder -> {
        attributes(path, folder.attributes());
        folders.add(new TreePlan.PlannedFolder(path, cid));
        folder(node.get(), folder, path, depth);
      }
      case UnixNode.Shard shard -> {
        attributes(path, shard.attributes());
        folders.add(new TreePlan.PlannedFolder(path, cid));
        shard(node.get(), shard, path, depth, new ShardPath(shard.fanout(), 0, 0), siblings());
      }
    }
  }

  private void attributes(String path, UnixFsAttributes given) {
    if (!given.isEmpty()) {
      attributes.put(path, given);
    }
  }

  private static NameRules.Siblings siblings() {
    return new NameRules.Siblings();
  }

  private void requireBounds(String path, int depth) throws MalformedDataException {
    requireDepth(depth);
    pathChars += path.length();
    if (++entryCount > DagLimits.MAX_ENTRIES) {
      throw new MalformedDataException(
          "it has more than " + DagLimits.MAX_ENTRIES + " files and folders");
    }
    if (path.length() > DagLimits.MAX_PATH_CHARS || pathChars > DagLimits.MAX_ALL_PATHS_CHARS) {
      throw new MalformedDataException("its paths are too long, in one or in all");
    }
  }

  private static void requireDepth(int depth) throws MalformedDataException {
    if (depth > DagLimits.MAX_DEPTH) {
      throw new MalformedDataException("it is deeper than " + DagLimits.MAX_DEPTH + " levels");
    }
  }

  private void folder(DagWalker.Walked node, UnixNode.Folder folder, String path, int depth)
      throws MalformedDataException {
    NameRules.Siblings siblings = siblings();
    for (int i = 0; i < node.refs().length; i++) {
      named(folder.entries().get(i).name(), node.refs()[i], path, depth, siblings);
    }
  }

  private void named(String name, int ref, String path, int depth, NameRules.Siblings siblings)
      throws MalformedDataException {
    Optional<String> twin = siblings.add(name);
    Optional<String> fault =
        twin.equals(Optional.of(name)) ? Optional.of("it is there twice") : NameRules.fault(name);
    if (fault.isPresent()) {
      throw new MalformedDataException(
          "the name '%s' is refused: %s".formatted(Quoted.of(name), fault.get()));
    }
    String inside = below(path, name);
    if (twin.isPresent() || !NameRules.isPlain(name)) {
      unusual.add(inside);
      twin.ifPresent(other -> unusual.add(below(path, other)));
    }
    entry(ref, inside, depth + 1);
  }

  private static String below(String path, String name) {
    return path.isEmpty() ? name : path + "/" + name;
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
      DagWalker.Walked node,
      UnixNode.Shard shard,
      String path,
      int depth,
      ShardPath at,
      NameRules.Siblings siblings)
      throws MalformedDataException {
    requireDepth(depth);
    if (shard.fanout() != at.fanout()) {
      throw new MalformedDataException("a sharded folder changes its fanout");
    }
    for (int i = 0; i < node.refs().length; i++) {
      UnixNode.Slot slot = shard.slots().get(i);
      String name = slot.entry().name();
      int ref = node.refs()[i];
      if (!name.isEmpty()) {
        if (!at.holds(name, slot.bucket())) {
          throw new MalformedDataException("a sharded folder has a name in the wrong bucket");
        }
        named(name, ref, path, depth, siblings);
      } else {
        countShard();
        DagWalker.Walked below =
            dag.node(ref).orElseThrow(() -> new MalformedDataException(NO_SHARD));
        if (!(below.shape() instanceof UnixNode.Shard inner)) {
          throw new MalformedDataException(NO_SHARD);
        }
        shard(below, inner, path, depth + 1, at.below(slot.bucket()), siblings);
      }
    }
  }

  /// Shards that hold nothing could be linked to without end.
  private void countShard() throws MalformedDataException {
    if (++entryCount > DagLimits.MAX_ENTRIES) {
      throw new MalformedDataException(
          "it has more than " + DagLimits.MAX_ENTRIES + " files and folders");
    }
  }

  /// A chunk of which nothing but its CID says how large it is.
  private TreePlan.Content singleLeaf(int ref) throws MalformedDataException {
    countLeaf();
    Cid cid = dag.resolve(ref);
    long size = cid.isIdentity() ? cid.multihash().digestSizeBytes() : TreePlan.UNKNOWN_SIZE;
    long[] offsets = size == TreePlan.UNKNOWN_SIZE ? new long[] {0} : new long[] {0, size};
    return new TreePlan.Content(new int[] {ref}, offsets, size);
  }

  private void countLeaf() throws MalformedDataException {
    if (++leafCount > DagLimits.MAX_LEAVES) {
      throw new MalformedDataException(
          "its files have more than " + DagLimits.MAX_LEAVES + " leaves");
    }
  }

  private TreePlan.Content content(int ref, UnixNode.File file, int depth)
      throws MalformedDataException {
    TreePlan.Content known = contents.get(ref);
    if (known != null) {
      return known;
    }
    LeafList leaves = new LeafList();
    collect(ref, file.sizeBytes(), depth, leaves);
    TreePlan.Content content = leaves.toContent();
    contents.put(ref, content);
    return content;
  }

  private void collect(int ref, long declaredBytes, int depth, LeafList leaves)
      throws MalformedDataException {
    requireDepth(depth);
    Optional<DagWalker.Walked> node = dag.node(ref);
    if (node.isEmpty()) {
      Cid cid = dag.resolve(ref);
      if (cid.codec() != Cid.RAW) {
        throw new MalformedDataException(
            "a part of a file is in another codec than raw and dag-pb");
      }
      if (cid.isIdentity()) {
        requireSame(declaredBytes, cid.multihash().digestSizeBytes());
      }
      leaves.add(ref, declaredBytes);
      return;
    }
    if (!(node.get().shape() instanceof UnixNode.File file)) {
      throw new MalformedDataException("a part of a file is not a file");
    }
    requireSame(declaredBytes, file.sizeBytes());
    if (file.isLeaf()) {
      leaves.add(ref, declaredBytes);
      return;
    }
    int[] refs = node.get().refs();
    for (int i = 0; i < refs.length; i++) {
      collect(refs[i], file.blockSizes()[i], depth + 1, leaves);
    }
  }

  private static void requireSame(long declared, long actual) throws MalformedDataException {
    if (declared != actual) {
      throw new MalformedDataException(
          "a part of a file has %,d bytes where its parent says %,d".formatted(actual, declared));
    }
  }

  private final class LeafList {
    private int[] refs = new int[1];
    private long[] offsets = new long[2];
    private int size;

    void add(int ref, long bytes) throws MalformedDataException {
      countLeaf();
      if (bytes > ChunkStore.MAX_CHUNK_SIZE_BYTES) {
        throw new MalformedDataException("a leaf is larger than 2 MiB");
      }
      if (size == refs.length) {
        refs = Arrays.copyOf(refs, size * 2);
        offsets = Arrays.copyOf(offsets, size * 2 + 1);
      }
      refs[size++] = ref;
      offsets[size] = offsets[size - 1] + bytes;
    }

    TreePlan.Content toContent() {
      return new TreePlan.Content(
          Arrays.copyOf(refs, size), Arrays.copyOf(offsets, size + 1), offsets[size]);
    }
  }
}
