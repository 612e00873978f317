package io.shoal.runtime.content;

import io.shoal.api.Cid;
import io.shoal.api.NoSuchPathException;
import io.shoal.api.Quoted;
import io.shoal.api.ShoalException;
import io.shoal.runtime.dag.DagLimits;
import io.shoal.runtime.dag.HamtShard;
import io.shoal.runtime.dag.UnixNode;
import io.shoal.runtime.file.NameRules;
import java.io.IOException;
import java.util.Optional;

/// Finds what a folder has at a path. Reads one node for each name of it, and of a sharded folder
/// one for each level.
final class PathLookup {
  private final StoredNodes nodes;
  private final Cid root;

  PathLookup(StoredNodes nodes, Cid root) {
    this.nodes = nodes;
    this.root = root;
  }

  /// A file or folder.
  ///
  /// @param node of a folder, or of a file that has nodes
  record Found(Cid cid, Optional<UnixNode> node) {
    boolean isFolder() {
      return node.filter(n -> n instanceof UnixNode.Folder || n instanceof UnixNode.Shard)
          .isPresent();
    }
  }

  /// @param path names with `/` between them; empty for the root. A name that the rules refuse
  ///   leads nowhere, as such an entry is in no list of files either
  /// @throws NoSuchPathException nothing is there
  Found find(String path) throws ShoalException, IOException {
    return what(child(path), path);
  }

  /// As [#find], but does not look at what is there.
  Cid child(String path) throws ShoalException, IOException {
    if (path.length() > DagLimits.MAX_PATH_CHARS) {
      throw missing(path);
    }
    Cid cid = root;
    String[] names = path.isEmpty() ? new String[0] : path.split("/", -1);
    if (names.length > DagLimits.MAX_DEPTH) {
      throw missing(path);
    }
    for (String name : names) {
      Optional<Cid> next = NameRules.fault(name).isPresent() ? Optional.empty() : child(cid, name);
      cid = next.orElseThrow(() -> missing(path));
    }
    return cid;
  }

  private Found what(Cid cid, String path) throws ShoalException, IOException {
    boolean isRoot = path.isEmpty();
    if (!StoredNodes.isNode(cid)) {
      // A root in an unknown codec is a file of its chunk's bytes.
      if (!isRoot && cid.codec() != Cid.RAW) {
        throw missing(path);
      }
      return new Found(cid, Optional.empty());
    }
    UnixNode node = nodes.node(cid);
    if (node instanceof UnixNode.Symlink) {
      throw missing(path);
    }
    return new Found(cid, Optional.of(node));
  }

  private Optional<Cid> child(Cid folder, String name) throws ShoalException, IOException {
    if (!StoredNodes.isNode(folder)) {
      return Optional.empty();
    }
    return switch (nodes.node(folder)) {
      case UnixNode.Folder flat ->
          flat.entries().stream()
              .filter(entry -> entry.name().equals(name))
              .map(UnixNode.Entry::cid)
              .findFirst();
      case UnixNode.Shard shard -> inShards(shard, folder, name);
      case UnixNode.File _, UnixNode.Symlink _ -> Optional.empty();
    };
  }

  private Optional<Cid> inShards(UnixNode.Shard top, Cid folder, String name)
      throws ShoalException, IOException {
    long hash = HamtShard.hash(name);
    UnixNode.Shard shard = top;
    for (int level = 0; level < HamtShard.maxLevels(top.fanout()); level++) {
      int bucket = HamtShard.bucket(hash, level, top.fanout());
      Optional<UnixNode.Entry> entry =
          shard.slots().stream()
              .filter(slot -> slot.bucket() == bucket)
              .map(UnixNode.Slot::entry)
              .findFirst();
      if (entry.isEmpty()) {
        return Optional.empty();
      }
      Cid next = entry.get().cid();
      if (!entry.get().name().isEmpty()) {
        return entry.get().name().equals(name) ? Optional.of(next) : Optional.empty();
      }
      if (!StoredNodes.isNode(next)
          || !(nodes.node(next) instanceof UnixNode.Shard below)
          || below.fanout() != top.fanout()) {
        throw nodes.malformed(folder, "a sharded folder links to something else than a shard");
      }
      shard = below;
    }
    throw nodes.malformed(folder, "a sharded folder is deeper than its names' hash");
  }

  private NoSuchPathException missing(String path) {
    return new NoSuchPathException(
        path.isEmpty()
            ? root + " is neither a file nor a folder"
            : "%s has no file or folder at '%s': check the path".formatted(root, Quoted.of(path)));
  }
}
