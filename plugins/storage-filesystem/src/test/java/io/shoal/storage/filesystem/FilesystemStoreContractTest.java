package io.shoal.storage.filesystem;

import io.shoal.api.ChunkStore;
import io.shoal.storage.filesystem.disk.Disk;
import io.shoal.storage.filesystem.disk.ForceThreads;
import io.shoal.storage.filesystem.disk.LocalDisk;
import io.shoal.testkit.ChunkStoreContract;
import io.shoal.testkit.TestContext;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

class FilesystemStoreContractTest extends ChunkStoreContract {
  private static final Set<String> WRITES =
      Set.of("create", "append", "move", "forceFile", "forceFolder");

  private final AtomicBoolean broken = new AtomicBoolean();

  @Override
  protected ChunkStore newStore() {
    return new FilesystemStore(
        breakable(), new ForceThreads(ForceThreads.MAX_THREADS, 1 << 20), 1 << 20);
  }

  /// The disk of this machine, of which every write can be made to fail.
  private Disk breakable() {
    Disk disk = new LocalDisk();
    return (Disk)
        Proxy.newProxyInstance(
            Disk.class.getClassLoader(),
            new Class<?>[] {Disk.class},
            (_, method, arguments) -> {
              if (broken.get() && WRITES.contains(method.getName())) {
                throw new IOException("Input/output error");
              }
              try {
                return method.invoke(disk, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
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
