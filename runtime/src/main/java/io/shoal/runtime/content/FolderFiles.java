package io.shoal.runtime.content;

import io.shoal.api.Cid;
import io.shoal.api.PermanentException;
import io.shoal.api.Quoted;
import io.shoal.api.ShoalException;
import io.shoal.runtime.dag.DagLimits;
import io.shoal.runtime.dag.UnixNode;
import io.shoal.runtime.file.NameRules;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Lists the files below a folder. Used once.
final class FolderFiles {
  /// Some 30 MB for paths of usual length. Whoever serves larger folders opens a path below them.
  static final int MAX_FILES = 100_000;

  /// Folders and their shards: empty ones could be linked to without end.
  private static final int MAX_FOLDERS = 100_000;

  /// A file of the folder.
  ///
  /// @param path below the folder
  record Listed(String path, StoredFile file) {}

  private final StoredNodes nodes;
  private final ListedFiles budget;
  private final int maxFiles;
  private final List<Listed> files = new ArrayList<>();
  private int folders;
  private long pathChars;

  /// @param budget is charged for each file; what was taken is given back if the list fails
  FolderFiles(StoredNodes nodes, ListedFiles budget, int maxFiles) {
    this.nodes = nodes;
    this.budget = budget;
    this.maxFiles = maxFiles;
  }

  /// @return in the order of their paths
  List<Listed> list(Cid cid, UnixNode folder) throws ShoalException, IOException {
    boolean complete = false;
    try {
      node(cid, folder, "", 0);
      complete = true;
    } finally {
      if (!complete) {
        budget.giveBack(files.size());
      }
    }
    files.sort(Comparator.comparing(Listed::path));
    return List.copyOf(files);
  }

  private void node(Cid cid, UnixNode node, String path, int depth)
      throws ShoalException, IOException {
    requireDepth(cid, depth);
    switch (node) {
      case UnixNode.File file -> add(path, StoredFile.of(nodes, cid, file));
      case UnixNode.Symlink _ -> {}
      case UnixNode.Folder flat -> {
        count();
        Set<String> siblings = new HashSet<>();
        for (UnixNode.Entry entry : flat.entries()) {
          entry(cid, entry, path, depth, siblings);
        }
      }
      case UnixNode.Shard shard -> shard(cid, shard, path, depth, new HashSet<>());
    }
  }

  private void shard(Cid cid, UnixNode.Shard shard, String path, int depth, Set<String> siblings)
      throws ShoalException, IOException {
    requireDepth(cid, depth);
    count();
    for (UnixNode.Slot slot : shard.slots()) {
      UnixNode.Entry entry = slot.entry();
      if (!entry.name().isEmpty()) {
        entry(cid, entry, path, depth, siblings);
      } else if (StoredNodes.isNode(entry.cid())
          && nodes.node(entry.cid()) instanceof UnixNode.Shard below) {
        shard(entry.cid(), below, path, depth + 1, siblings);
      } else {
        throw nodes.malformed(cid, "a sharded folder links to something else than a shard");
      }
    }
  }

  private void entry(Cid folder, UnixNode.Entry entry, String path, int depth, Set<String> siblings)
      throws ShoalException, IOException {
    String fault =
        siblings.add(entry.name()) ? NameRules.fault(entry.name()).orElse("") : "it is there twice";
    if (!fault.isEmpty()) {
      throw nodes.malformed(
          folder, "the name '%s' is refused: %s".formatted(Quoted.of(entry.name()), fault));
    }
    String below = path.isEmpty() ? entry.name() : path + "/" + entry.name();
    pathChars += below.length();
    if (below.length() > DagLimits.MAX_PATH_CHARS || pathChars > DagLimits.MAX_ALL_PATHS_CHARS) {
      throw nodes.malformed(folder, "its paths are too long, in one or in all");
    }
    if (StoredNodes.isNode(entry.cid())) {
      node(entry.cid(), nodes.node(entry.cid()), below, depth + 1);
    } else if (entry.cid().codec() == Cid.RAW) {
      add(below, StoredFile.ofChunk(nodes, entry.cid()));
    }
  }

  private void add(String path, StoredFile file) throws ShoalException {
    if (files.size() >= maxFiles) {
      throw tooMany("files", maxFiles);
    }
    budget.takeOne();
    files.add(new Listed(path, file));
  }

  private void count() throws PermanentException {
    if (++folders > MAX_FOLDERS) {
      throw tooMany("folders", MAX_FOLDERS);
    }
  }

  private static PermanentException tooMany(String what, int limit) {
    return new PermanentException(
        "there are more than %,d %s: open a path below instead".formatted(limit, what));
  }

  private void requireDepth(Cid cid, int depth) throws ShoalException {
    if (depth > DagLimits.MAX_DEPTH) {
      throw nodes.malformed(cid, "it is deeper than " + DagLimits.MAX_DEPTH + " levels");
    }
  }
}
