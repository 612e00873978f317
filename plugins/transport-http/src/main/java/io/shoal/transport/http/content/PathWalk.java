package io.shoal.transport.http.content;

import io.shoal.api.Cid;
import io.shoal.api.MalformedDataException;
import io.shoal.api.NoSuchPathException;
import io.shoal.api.Quoted;
import io.shoal.api.RefusedException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The nodes from a root to what is at a path below it.
///
/// @param way the nodes on the way, the root first, without the end; shards of folders included
/// @param entries the root, and what each name of the path leads to
public record PathWalk(List<Cid> way, List<Cid> entries) {

  /// What is at the path.
  public Cid end() {
    return entries.getLast();
  }

  /// Follows a path. A symbolic link on it leads nowhere.
  ///
  /// @param names of the path, one after the other
  /// @throws NoSuchPathException there is nothing at the path
  /// @throws MalformedDataException a node on the way is no valid folder
  /// @throws RefusedException a node on the way is not here, or not now
  public static PathWalk follow(Cid root, List<String> names, Blocks blocks)
      throws NoSuchPathException,
          MalformedDataException,
          RefusedException,
          IOException,
          InterruptedException {
    List<Cid> way = new ArrayList<>();
    List<Cid> entries = new ArrayList<>(List.of(root));
    for (String name : names) {
      entries.add(step(entries.getLast(), name, way, blocks));
    }
    return new PathWalk(List.copyOf(way), List.copyOf(entries));
  }

  private static Cid step(Cid folder, String name, List<Cid> way, Blocks blocks)
      throws NoSuchPathException,
          MalformedDataException,
          RefusedException,
          IOException,
          InterruptedException {
    Cid at = folder;
    for (int level = 0; at.codec() == Cid.DAG_PB; level++) {
      way.add(at);
      DagPb node = DagPb.decode(at.isIdentity() ? at.identityContent() : blocks.read(at));
      Optional<UnixFs> data = node.unixFs();
      if (data.isPresent() && data.get().type() == UnixFs.Type.HAMT_SHARD) {
        HamtShard shard = HamtShard.of(node, data.get());
        DagPb.Link found = shard.find(name, level).orElseThrow(() -> missing(name));
        if (!shard.isShard(found)) {
          return found.cid();
        }
        at = found.cid();
      } else if (level == 0 && data.isPresent() && data.get().type() == UnixFs.Type.DIRECTORY) {
        return node.links().stream()
            .filter(link -> link.name().equals(name))
            .findFirst()
            .orElseThrow(() -> missing(name))
            .cid();
      } else {
        throw missing(name);
      }
    }
    throw missing(name);
  }

  private static NoSuchPathException missing(String name) {
    return new NoSuchPathException("there is no '" + Quoted.of(name) + "' on this path");
  }
}
