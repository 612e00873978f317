package io.shoal.storage.filesystem.adopted;

import io.shoal.api.ChunkStore;
import io.shoal.api.PluginContext;
import io.shoal.api.StoreUsage;
import io.shoal.storage.filesystem.FilesystemStore;
import io.shoal.testkit.FileBackedContract;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Set;
import java.util.stream.Stream;

/// A store that forgets all with every start and knows no figures of its own passes the contract.
class VolatileStoreContractTest extends FileBackedContract {

  @Override
  protected ChunkStore newStore() {
    ChunkStore durable = new FilesystemStore();
    return (ChunkStore)
        Proxy.newProxyInstance(
            ChunkStore.class.getClassLoader(),
            new Class<?>[] {ChunkStore.class},
            (_, method, arguments) ->
                switch (method.getName()) {
                  case "traits" -> Set.of(ChunkStore.Trait.VOLATILE);
                  case "usage" ->
                      StoreUsage.builder().adoptedBytes(durable.usage().adoptedBytes()).build();
                  case "start" -> {
                    empty(((PluginContext) arguments[0]).dataFolder());
                    yield call(durable, method, arguments);
                  }
                  default -> call(durable, method, arguments);
                });
  }

  private static void empty(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path one : all.sorted(Comparator.reverseOrder()).toList()) {
        if (!one.equals(folder)) {
          Files.delete(one);
        }
      }
    }
  }

  private static Object call(ChunkStore store, Method method, Object[] arguments) throws Throwable {
    try {
      return method.invoke(store, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}
