package io.shoal.distribution.command;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.distribution.console.Console;
import io.shoal.runtime.Configuration;
import java.io.ByteArrayOutputStream;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServeCommandTest {
  @TempDir Path folder;

  private ServeCommand command() {
    Nodes none =
        (Nodes)
            Proxy.newProxyInstance(
                Nodes.class.getClassLoader(),
                new Class<?>[] {Nodes.class},
                (_, method, _) -> {
                  throw new AssertionError(method.getName() + " of no node");
                });
    var out = new ByteArrayOutputStream();
    return new ServeCommand(new Environment(new Console(out, out, false), none, folder));
  }

  @Test
  void noStartUpCacheIsMadeWherePluginsAreRestrictedOrTheFolderGoes() throws Exception {
    Configuration open = Configuration.defaults();
    assertTrue(command().wantsCaches(open));
    assertFalse(command().wantsCaches(open.with("plugins.allow", "[" + "ab".repeat(32) + "]")));
    assertFalse(
        command()
            .wantsCaches(
                open.with(
                    "plugins.publishers",
                    "[12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN]")));
    ServeCommand scratch = command();
    scratch.scratch = Optional.of(folder);
    assertFalse(scratch.wantsCaches(open));
  }
}
