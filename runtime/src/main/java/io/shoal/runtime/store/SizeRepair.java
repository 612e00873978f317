package io.shoal.runtime.store;

import io.shoal.api.RetryableException;
import java.io.IOException;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Corrects the sizes in the index that an earlier program wrote: it counted a leaf twice that two
/// peers had sent at the same time. Done once for each data folder; a root of which not all nodes
/// are here keeps what it has.
public final class SizeRepair {
  private static final Logger LOG = LoggerFactory.getLogger(SizeRepair.class);

  private final RootIndex index;
  private final LocalDag dag;

  public SizeRepair(LocalStore local, RootIndex index) {
    this.index = index;
    this.dag = new LocalDag(local);
  }

  public void run() {
    if (index.hasCheckedSizes()) {
      return;
    }
    try {
      for (KeptRoot root : index.all()) {
        OptionalLong right = dag.declaredBytes(root.cid());
        if (right.isPresent() && right.getAsLong() != root.sizeBytes()) {
          LOG.info("{}: its size is {}, not {}", root.cid(), right.getAsLong(), root.sizeBytes());
          index.setSize(root.cid(), right.getAsLong());
        }
      }
      index.sizesChecked();
    } catch (IOException | RetryableException e) {
      // The next start tries again.
      LOG.debug("the sizes of roots were not checked", e);
    }
  }
}
