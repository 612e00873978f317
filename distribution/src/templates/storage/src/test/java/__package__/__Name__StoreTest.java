package __package__;

import io.shoal.api.ChunkStore;
import io.shoal.testkit.ChunkStoreContract;
import io.shoal.testkit.TestContext;
import java.util.Optional;

/// All that a node expects of a store, tested by the testkit.
class __Name__StoreTest extends ChunkStoreContract {

  @Override
  protected ChunkStore newStore() {
    return new __Name__Store();
  }

  @Override
  protected Optional<TestContext> withQuota(TestContext plain, long quotaBytes) {
    return Optional.of(plain.with("quota", Long.toString(quotaBytes)));
  }
}
