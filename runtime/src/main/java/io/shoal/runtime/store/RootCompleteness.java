package io.shoal.runtime.store;

import io.shoal.api.ChunkStore;
import io.shoal.api.Cid;
import io.shoal.api.MalformedDataException;
import io.shoal.api.RetryableException;
import io.shoal.runtime.dag.CidIndex;
import io.shoal.runtime.dag.UnixNode;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/// Whether every chunk of a root is in a store. The store removes a chunk that it could not make
/// durable, and may report that to another caller: so a caller that vouches for a root checks it
/// itself, after its sync.
public final class RootCompleteness {
  private RootCompleteness() {}

  /// @throws IOException a chunk is not here
  public static void require(ChunkStore store, Cid root) throws IOException, RetryableException {
    if (root.codec() != Cid.DAG_PB) {
      require(store, root, List.of(root));
      return;
    }
    // A node that is linked to a million times is looked through once.
    CidIndex seen = new CidIndex(root);
    ArrayDeque<Cid> due = new ArrayDeque<>();
    due.add(root);
    while (!due.isEmpty()) {
      // The newest first: what waits is at most a level's breadth for each level, however much
      // there is below.
      Cid node = due.removeLast();
      if (seen.addIfAbsent(node)) {
        List<Cid> leaves = new ArrayList<>();
        links(store, node, root)
            .forEach(link -> (link.codec() == Cid.DAG_PB ? due : leaves).add(link));
        require(store, root, leaves);
      }
    }
  }

  /// The same for a root whose chunks are known: reads none of them.
  ///
  /// @throws IOException a chunk is not here
  public static void require(ChunkStore store, Cid root, Collection<Cid> chunks)
      throws IOException, RetryableException {
    ManyCalls.make(
        store,
        chunks.iterator(),
        cid -> {
          if (!cid.isIdentity() && store.find(cid).isEmpty()) {
            throw gone(cid, root);
          }
        });
  }

  private static IOException gone(Cid cid, Cid root) {
    return new IOException(
        "%s: chunk %s was stored and is gone: it could not be made durable, or was taken away; check the disk, then do the same again"
            .formatted(root, cid));
  }

  private static List<Cid> links(ChunkStore store, Cid node, Cid root)
      throws IOException, RetryableException {
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
