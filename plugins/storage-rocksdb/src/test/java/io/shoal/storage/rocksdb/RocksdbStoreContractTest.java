package io.shoal.storage.rocksdb;

import io.shoal.api.ChunkStore;
import io.shoal.testkit.ChunkStoreContract;
import io.shoal.testkit.TestContext;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

class RocksdbStoreContractTest extends ChunkStoreContract {
  private final AtomicBoolean broken = new AtomicBoolean();

  @Override
  protected ChunkStore newStore() {
    return new RocksdbStore(
        () -> {
          if (broken.get()) {
            throw new IOException("the folder: Input/output error: check the disk");
          }
        });
  }

  @Override
  protected boolean breakMedium(ChunkStore running) {
    broken.set(true);
    return true;
  }

  @Override
  protected Optional<TestContext> withQuota(TestContext plain, long quotaBytes) {
    return Optional.of(plain.with("quota", quotaBytes + "B"));
  }
}
