package io.shoal.runtime.download;

import io.shoal.api.Cid;
import io.shoal.runtime.swarm.Swarm;
import java.util.ArrayList;
import java.util.List;

/// Which chunk has which number in the [Swarm] of a download: 0, 1, 2, …, in the order in which
/// they became wanted. Keeps the ids of nodes alone: a leaf is known by its position, and there can
/// be millions of them. Confined to the download's thread.
final class WantedChunks {
  private final Swarm swarm;
  private final List<Cid> nodes = new ArrayList<>();
  private int count;

  WantedChunks(Swarm swarm) {
    this.swarm = swarm;
  }

  /// One more node, to be asked for from now on; all of them come before the first leaf.
  int wantNode(Cid cid) {
    if (count > nodes.size()) {
      throw new IllegalStateException(cid + " came after the leaves");
    }
    nodes.add(cid);
    count++;
    return swarm.want();
  }

  /// One more leaf, to be asked for from now on.
  int wantLeaf() {
    count++;
    return swarm.want();
  }

  /// One more leaf, not to be asked for before [Swarm#wantNow].
  int wantLeafLater() {
    count++;
    return swarm.wantLater();
  }

  /// The id of a node.
  Cid node(int chunk) {
    return nodes.get(chunk);
  }

  int nodeCount() {
    return nodes.size();
  }

  int count() {
    return count;
  }
}
