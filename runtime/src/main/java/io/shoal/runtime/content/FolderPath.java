package io.shoal.runtime.content;

import io.shoal.api.Cid;
import io.shoal.api.NoSuchPathException;
import io.shoal.api.ShoalException;
import io.shoal.runtime.store.LocalStore;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;

/// Finds what a folder has at a path where not all of its nodes need be here.
public final class FolderPath {

  /// Brings a node here.
  @FunctionalInterface
  public interface NodeSource {
    /// Returns when the store has it.
    void bring(Cid node) throws ShoalException, IOException, InterruptedException;
  }

  private FolderPath() {}

  /// The root of what is at a path.
  ///
  /// @param path names with `/` between them
  /// @param absent is asked for each node on the way that the store does not have
  /// @throws NoSuchPathException nothing is there
  public static Cid find(LocalStore local, Cid root, String path, NodeSource absent)
      throws ShoalException, IOException, InterruptedException {
    Set<Cid> brought = new HashSet<>();
    while (true) {
      try {
        return new PathLookup(new StoredNodes(local, root), root).child(path);
      } catch (AbsentChunkException e) {
        if (!brought.add(e.cid())) {
          throw e;
        }
        absent.bring(e.cid());
      }
    }
  }
}
