package io.shoal.runtime.plugin.install;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.UserFaultException;
import io.shoal.runtime.PluginFolder;
import io.shoal.runtime.command.NotFoundException;
import io.shoal.runtime.plugin.PluginHost;
import io.shoal.runtime.plugin.inspection.GrantedModules;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ActivationTest {

  @TempDir Path root;
  private PluginFolder folder;
  private PluginInstaller installer;
  private Path file;

  @BeforeEach
  void makeFolder() throws Exception {
    folder =
        PluginFolder.in(root)
            .add("discovery-static", "store-memory", "transport-unix", "verification-sha512");
    file = root.resolve("conf.yaml");
    installer =
        new PluginInstaller(
            PackagePlugins.in(root),
            folder.settings(),
            Set.of(),
            GrantedModules.of(PluginHost.requireLayer(PluginHost.class.getModule())),
            PluginHost.apiVersion());
  }

  @AfterEach
  void endServices() {
    folder.close();
  }

  private String refusal(String id, boolean instead) {
    return String.valueOf(
        assertThrows(UserFaultException.class, () -> installer.enable(id, file, instead))
            .getMessage());
  }

  @Test
  void aPluginIsNamedAndTakenOutAgain() throws Exception {
    String before = "# mine\nactive:\n  discovery: [a]   # any\n  transport: b\n";
    Files.writeString(file, before);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));

    assertEquals(
        List.of("active.discovery"), installer.enable("discovery-static", file, false).keys());
    assertEquals(
        "# mine\nactive:\n  discovery: [a, discovery-static] # any\n  transport: b\n",
        Files.readString(file));
    assertEquals(List.of(), installer.enable("discovery-static", file, false).keys());
    installer.disable("discovery-static", file);

    // The comment stays in the column to which it moved.
    assertEquals(before.replaceAll(" +", " "), Files.readString(file).replaceAll(" +", " "));
    assertEquals("rw-r-----", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
  }

  @Test
  void aStoreIsReplacedOnlyWhenAsked() throws Exception {
    Files.writeString(file, "active:\n  storage: other\n  verification: sha\n");

    assertTrue(refusal("store-memory", false).contains("'shoal store copy other store-memory'"));
    assertTrue(refusal("verification-sha512", false).contains("checks already"));
    installer.enable("store-memory", file, true);

    assertEquals("active:\n  storage: store-memory\n  verification: sha\n", Files.readString(file));
    UserFaultException needed =
        assertThrows(UserFaultException.class, () -> installer.disable("store-memory", file));
    assertTrue(String.valueOf(needed.getMessage()).contains("a node needs one"));
  }

  @Test
  void whereTheKeyIsNotSetTheOthersStayInUse() throws Exception {
    Files.writeString(file, "log:\n  level: warn\n");

    assertEquals(List.of(), installer.enable("transport-unix", file, false).keys());
    installer.disable("transport-unix", file);

    assertEquals("log:\n  level: warn\n\nactive:\n  transport: []\n", Files.readString(file));
  }

  @Test
  void whatIsNotInstalledOrNotUnderstoodIsRefused() throws Exception {
    String flow = "active: {discovery: [a]}\n";
    Files.writeString(file, flow);

    assertThrows(NotFoundException.class, () -> installer.enable("nothing", file, false));
    assertThrows(NotFoundException.class, () -> installer.disable("nothing", file));
    assertTrue(refusal("discovery-static", false).contains("write [a, discovery-static] there"));
    assertEquals(flow, Files.readString(file));
  }
}
