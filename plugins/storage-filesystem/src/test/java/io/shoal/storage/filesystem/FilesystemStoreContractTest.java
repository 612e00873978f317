package io.shoal.storage.filesystem;

import io.shoal.api.ChunkStore;
import io.shoal.testkit.ChunkStoreContract;
import io.shoal.testkit.TestContext;
import java.util.Optional;

class FilesystemStoreContractTest extends ChunkStoreContract {

  @Override
  protected ChunkStore newStore() {
    return new FilesystemStore();
  }

  @Override
  protected Optional<TestContext> withQuota(TestContext plain, long quotaBytes) {
    return Optional.of(plain.with("quota", quotaBytes + "B"));
  }
}
