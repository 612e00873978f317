package io.shoal.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.InvalidInputException;
import io.shoal.api.UserFaultException;
import io.shoal.runtime.command.ContentCommands.ProgressListener;
import io.shoal.runtime.command.FolderInUseException;
import io.shoal.runtime.command.StoreCommands.Copied;
import io.shoal.runtime.file.DataFolderLock;
import io.shoal.runtime.testing.PluginJarBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Two installed stores, and what else can be named by mistake.
class StoreTransferTest {
  @TempDir Path root;
  private Path plugins;

  @BeforeEach
  void install() throws Exception {
    plugins = root.resolve("plugins");
    Files.createDirectories(root.resolve("data"));
    PluginJarBuilder.shared("store-memory", plugins);
    PluginJarBuilder.shared("verification-sha256", plugins);
    new PluginJarBuilder("store-twin").sourcesOf("store-memory").buildJar(plugins);
  }

  private Copied copy(String from, String to, String... settings) throws Exception {
    Configuration configuration = Configuration.defaults();
    for (int i = 0; i < settings.length; i += 2) {
      configuration = configuration.with(settings[i], settings[i + 1]);
    }
    return new StoreTransfer(
            root.resolve("data"), List.of(plugins), Optional.empty(), configuration)
        .copy(from, to, ProgressListener.SILENT);
  }

  @Test
  void bothStoresHaveTheirSettingsAndTheActiveOneDoesNotMatter() throws Exception {
    String quota = "plugins.store-twin.quota";
    assertEquals(
        new Copied(0, 0, 0, 0),
        copy("store-memory", "store-twin", "active.storage", "gone", quota, "1GB"));

    UserFaultException wrong =
        assertThrows(
            UserFaultException.class,
            () -> copy("store-memory", "store-twin", "plugins.store-twin.qouta", "1GB"));
    assertTrue(wrong.getMessage().contains("qouta"), wrong.getMessage());
  }

  @Test
  void onlyTwoInstalledStoresCanBeNamed() {
    for (String other : List.of("store-gone", "verification-sha256")) {
      InvalidInputException fault =
          assertThrows(InvalidInputException.class, () -> copy("store-memory", other));
      assertEquals(
          other + " is not an installed storage plugin: name two of store-memory, store-twin",
          fault.getMessage());
    }
    assertThrows(InvalidInputException.class, () -> copy("store-memory", "store-memory"));
  }

  @Test
  void aStoreThatCannotBeUsedIsNamedWithItsReason() throws Exception {
    new PluginJarBuilder("store-old")
        .sourcesOf("store-memory")
        .attribute("Plugin-Requires", ">=7.0.0 & <8.0.0")
        .buildJar(plugins);

    UserFaultException fault =
        assertThrows(UserFaultException.class, () -> copy("store-old", "store-memory"));
    assertTrue(
        fault.getMessage().startsWith("plugin store-old cannot be used: it was built for the API"),
        fault.getMessage());
  }

  @Test
  void aFolderInUseIsLeftAlone() throws Exception {
    try (DataFolderLock _ = DataFolderLock.take(root.resolve("data"))) {
      assertThrows(FolderInUseException.class, () -> copy("store-memory", "store-twin"));
    }
  }
}
