package io.shoal.runtime.store;

import io.shoal.api.ChunkStore;
import io.shoal.api.Cid;
import io.shoal.api.MalformedDataException;
import io.shoal.runtime.dag.UnixNode;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;

/// Whether every chunk of a root is in a store. The store removes a chunk that it could not make
/// durable, and may report that to another caller: so a caller that vouches for a root checks it
/// itself, after its sync.
public final class RootCompleteness {
  private RootCompleteness() {}

  /// @throws IOException a chunk is not here
  public static void require(ChunkStore store, Cid root) throws IOException {
    ArrayDeque<Cid> due = new ArrayDeque<>();
    due.add(root);
    while (!due.isEmpty()) {
      // The newest first: what waits is at most a level's breadth for each level, however much
      // there is below.
      Cid cid = due.removeLast();
      if (!cid.isIdentity()) {
        require(store, cid, root);
      }
      if (cid.codec() == Cid.DAG_PB) {
        due.addAll(links(store, cid, root));
      }
    }
  }

  private static void require(ChunkStore store, Cid cid, Cid root) throws IOException {
    if (!store.contains(cid)) {
      throw gone(cid, root);
    }
  }

  private static IOException gone(Cid cid, Cid root) {
    return new IOException(
        "%s: chunk %s was stored and is gone: it could not be made durable, or was taken away; check the disk, then do the same again"
            .formatted(root, cid));
  }

  private static List<Cid> links(ChunkStore store, Cid node, Cid root) throws IOException {
    byte[] block =
        node.isIdentity()
            ? node.identityContent()
            : LocalStore.read(store, node).orElseThrow(() -> gone(node, root));
    try {
      return UnixNode.parse(block).links();
    } catch (MalformedDataException e) {
      throw new IOException(root + ": node " + node + " is corrupt: check the disk", e);
    }
  }
}
