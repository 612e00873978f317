package io.shoal.runtime.download;

import io.shoal.api.Cid;
import io.shoal.runtime.swarm.Swarm;
import java.util.ArrayList;
import java.util.List;

/// Which chunk has which number in the [Swarm] of a download: 0, 1, 2, …, in the order in which
/// they became wanted. Confined to the download's thread.
final class WantedChunks {
  private final Swarm swarm;
  private final List<Cid> cids = new ArrayList<>();

  WantedChunks(Swarm swarm) {
    this.swarm = swarm;
  }

  /// One more chunk, to be asked for from now on.
  int want(Cid cid) {
    cids.add(cid);
    return swarm.want();
  }

  /// One more chunk, not to be asked for before [Swarm#wantNow].
  int wantLater(Cid cid) {
    cids.add(cid);
    return swarm.wantLater();
  }

  Cid cid(int chunk) {
    return cids.get(chunk);
  }

  int count() {
    return cids.size();
  }
}
