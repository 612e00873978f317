package io.shoal.runtime.store;

import io.shoal.api.ShoalException;
import io.shoal.api.UserFaultException;
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
        OptionalLong right = declaredBytes(root);
        if (right.isPresent() && right.getAsLong() != root.sizeBytes()) {
          LOG.info("{}: its size is {}, not {}", root.cid(), right.getAsLong(), root.sizeBytes());
          index.setSize(root.cid(), right.getAsLong());
        }
      }
      index.sizesChecked();
    } catch (IOException | ShoalException e) {
      // The next start tries again.
      LOG.debug("the sizes of roots were not checked", e);
    }
  }

  private OptionalLong declaredBytes(KeptRoot root) throws IOException, ShoalException {
    try {
      return dag.declaredBytes(root.cid());
    } catch (UserFaultException e) {
      LOG.debug("the size of {} stays as it is", root.cid(), e);
      return OptionalLong.empty();
    }
  }
}
