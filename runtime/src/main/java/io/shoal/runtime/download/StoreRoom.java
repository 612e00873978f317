package io.shoal.runtime.download;

import io.shoal.api.ChunkStore;
import io.shoal.api.RetryableException;
import io.shoal.api.UserFaultException;
import io.shoal.runtime.dag.TreePlan;
import io.shoal.runtime.unit.Units;
import java.io.IOException;

/// Compares the leaves that a download is to bring into the store with the room there. Confined to
/// the download's thread.
final class StoreRoom {
  private final ChunkStore store;
  private final DownloadRequest request;
  private final boolean used;
  private long missingBytes;

  /// @param firstAttempt after a pause the rest need not fit: whatever there is room for is fetched
  StoreRoom(ChunkStore store, DownloadRequest request, boolean firstAttempt) {
    this.store = store;
    this.request = request;
    this.used =
        firstAttempt
            && request.reader().isEmpty()
            && (request.keep() || store.fileBacked().isEmpty());
  }

  /// A leaf will be fetched. One whose size nobody said counts as nothing: it is small.
  void missing(TreePlan plan, int position) {
    missingBytes += used ? Math.max(0, plan.leafBytes(position)) : 0;
  }

  /// @throws UserFaultException what is missing does not fit
  void require() throws UserFaultException, IOException, RetryableException {
    // A store without a limit says so by a negative number.
    long available = used ? store.usage().availableBytes() : -1;
    if (available >= 0 && missingBytes > available) {
      throw new UserFaultException(
          "%s needs %s more in the store, which has room for %s: run 'shoal gc', unpin something or free some space"
              .formatted(request.root(), Units.size(missingBytes), Units.size(available)));
    }
  }
}
