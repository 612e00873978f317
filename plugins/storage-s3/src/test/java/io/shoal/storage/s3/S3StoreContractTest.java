package io.shoal.storage.s3;

import io.shoal.api.ChunkStore;
import io.shoal.testkit.ChunkStoreContract;
import io.shoal.testkit.TestContext;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

class S3StoreContractTest extends ChunkStoreContract {
  @TempDir private static Path folder;
  private static S3Server server;
  private static final AtomicInteger CONTEXTS = new AtomicInteger();

  @BeforeAll
  static void startServer() throws Exception {
    server = S3Server.start(folder);
  }

  @AfterAll
  static void endServer() throws Exception {
    server.close();
  }

  @Override
  protected ChunkStore newStore() {
    return new S3Store();
  }

  /// Each store has a prefix of its own in the one bucket.
  @Override
  protected TestContext configure(TestContext plain) {
    return server.configure(plain).with("prefix", "test/" + CONTEXTS.incrementAndGet());
  }

  @Override
  protected Map<String, String> wrongSettings() {
    return Map.of(
        "bucket", "no bucket/at all",
        "endpoint", "ftp://127.0.0.1:21",
        "region", "?",
        "prefix", "a/../b");
  }
}
