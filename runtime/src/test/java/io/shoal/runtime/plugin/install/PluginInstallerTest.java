package io.shoal.runtime.plugin.install;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.UserFaultException;
import io.shoal.runtime.PluginFolder;
import io.shoal.runtime.command.NotFoundException;
import io.shoal.runtime.command.PackageCommands.InstallRequest;
import io.shoal.runtime.command.PackageCommands.InstalledPlugin;
import io.shoal.runtime.plugin.PluginHost;
import io.shoal.runtime.plugin.inspection.GrantedModules;
import io.shoal.runtime.plugin.inspection.PluginDigest;
import io.shoal.runtime.plugin.inspection.PluginLock;
import io.shoal.runtime.testing.VerifierSource;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PluginInstallerTest {

  private static final String ID = "vouched";

  @TempDir Path root;
  private PluginFolder folder;
  private Path elsewhere;
  private PackagePlugins at;

  @BeforeEach
  void makeFolders() throws Exception {
    folder = PluginFolder.in(root);
    elsewhere = Files.createDirectory(root.resolve("elsewhere"));
    at =
        new PackagePlugins(
            folder.plugins(),
            Files.createDirectory(root.resolve("extras")),
            folder.lock(),
            root.resolve("extras.lock"));
  }

  @AfterEach
  void endServices() {
    folder.close();
  }

  private PluginInstaller installer(String... active) throws Exception {
    return new PluginInstaller(
        at,
        folder.settings(),
        Set.of(active),
        GrantedModules.of(PluginHost.requireLayer(PluginHost.class.getModule())),
        PluginHost.apiVersion());
  }

  private InstallRequest request(String source) {
    return new InstallRequest(source, elsewhere, Optional.empty());
  }

  private Path built(String version) throws Exception {
    return VerifierSource.of(ID)
        .modular()
        .attribute("Plugin-Version", version)
        .buildJar(elsewhere, version + ".jar");
  }

  private String refusal(String source) throws Exception {
    PluginInstaller installer = installer();
    List<String> before = installed();
    UserFaultException fault =
        assertThrows(UserFaultException.class, () -> installer.install(request(source)));
    assertEquals(before, installed(), "what was refused left something");
    return String.valueOf(fault.getMessage());
  }

  /// The names in the folder of plugins, but for that of the lock.
  private List<String> installed() throws Exception {
    if (Files.notExists(folder.plugins())) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder.plugins())) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> !name.equals(".installing.lock"))
          .sorted()
          .toList();
    }
  }

  private PluginLock.Entry recorded() throws Exception {
    return PluginLock.read(folder.lock()).find(ID).orElseThrow();
  }

  @Test
  void aFileIsInstalledUnderItsIdAndRecorded() throws Exception {
    Path jar = built("1.0.0");

    InstalledPlugin plugin = installer().install(request("1.0.0.jar"));

    assertEquals(List.of("vouched-1.0.0.jar"), installed());
    assertEquals(List.of("verification"), plugin.kinds());
    assertEquals(PluginDigest.of(jar), recorded().sha256());
    assertEquals("vouched-1.0.0.jar", recorded().file());
    assertEquals("-", recorded().publisher());
    assertTrue(Files.exists(jar), "the source stays");
    folder = folder.with("plugins.policy", "locked");
    try (PluginHost host = folder.open()) {
      assertEquals(Optional.empty(), host.reports().getFirst().problem());
    }
  }

  @Test
  void zipsAndFoldersAreInstalledAsTheyAre() throws Exception {
    Path zip = VerifierSource.of(ID).modular().buildZip(elsewhere);
    Path unpacked = VerifierSource.of("unpacked").modular().buildFolder(elsewhere);
    Path misnamed = Files.move(zip, elsewhere.resolve("misnamed.jar"));

    installer().install(request(misnamed.toString()));
    installer().install(request("./unpacked"));

    assertEquals(List.of("unpacked-1.0.0", "vouched-1.0.0.zip"), installed());
    assertEquals(
        PluginDigest.of(unpacked),
        PluginLock.read(folder.lock()).find("unpacked").orElseThrow().sha256());
    folder = folder.with("plugins.policy", "locked");
    try (PluginHost host = folder.open()) {
      host.reports().forEach(report -> assertEquals(Optional.empty(), report.problem()));
    }
  }

  @Test
  void nothingOfAPluginRunsWhenItIsInstalled() throws Exception {
    Path ran = root.resolve("ran");
    VerifierSource.of(ID)
        .members(
            "static { try { java.nio.file.Files.createFile(java.nio.file.Path.of(\"%s\")); } catch (Exception e) {} }"
                .formatted(ran))
        .buildJar(elsewhere);

    installer().install(request("vouched.jar"));

    assertTrue(Files.notExists(ran));
  }

  @Test
  void anotherDigestThanTheGivenOneIsRefused() throws Exception {
    Path jar = built("1.0.0");
    String wrong = "ab".repeat(32);

    UserFaultException fault =
        assertThrows(
            UserFaultException.class,
            () ->
                installer()
                    .install(new InstallRequest("1.0.0.jar", elsewhere, Optional.of(wrong))));

    assertTrue(String.valueOf(fault.getMessage()).contains(PluginDigest.of(jar)));
    assertEquals(List.of(), installed());
    installer()
        .install(new InstallRequest("1.0.0.jar", elsewhere, Optional.of(PluginDigest.of(jar))));
    assertEquals(List.of("vouched-1.0.0.jar"), installed());
  }

  @Test
  void whatCannotBeUsedIsRefusedWithTheReason() throws Exception {
    VerifierSource.of("old")
        .modular()
        .attribute("Plugin-Requires", "^0.1.0")
        .buildJar(elsewhere, "old.jar");
    VerifierSource.of("greedy").moduleBody("requires java.desktop;").buildJar(elsewhere);
    VerifierSource.of("needy")
        .modular()
        .attribute("Plugin-Dependencies", "another@1.0.0")
        .buildJar(elsewhere, "needy.jar");
    Files.writeString(elsewhere.resolve("text.jar"), "no archive");

    assertTrue(refusal("old.jar").contains("it was built for the API ^0.1.0"));
    assertTrue(refusal("greedy.jar").contains("java.desktop"));
    assertTrue(refusal("needy.jar").contains("it depends on another"));
    assertTrue(refusal("text.jar").contains("neither a jar nor a zip"));
    assertTrue(refusal("none.jar").contains("no such file"));
  }

  @Test
  void anArchiveThatWouldFillTheDiskIsRefused() throws Exception {
    Path bomb = elsewhere.resolve("bomb.jar");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(bomb))) {
      zip.putNextEntry(new ZipEntry("zeros"));
      byte[] zeros = new byte[1 << 20];
      for (int i = 0; i < 32; i++) {
        zip.write(zeros);
      }
    }
    Path outside = elsewhere.resolve("outside.jar");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(outside))) {
      zip.putNextEntry(new ZipEntry("a/../../b.class"));
    }

    assertTrue(refusal("bomb.jar").contains("unpacks to more than"));
    assertTrue(refusal("outside.jar").contains("leads out of it"));
  }

  @Test
  void aLinkInAFolderIsRefused() throws Exception {
    Path unpacked = VerifierSource.of(ID).modular().buildFolder(elsewhere);
    Files.createSymbolicLink(unpacked.resolve("lib/more.jar"), elsewhere.resolve("any"));

    assertTrue(refusal("./" + ID).contains("is a link"));
  }

  @Test
  void anUpdateTakesThePlaceOfTheOldVersion() throws Exception {
    built("1.0.0");
    built("1.1.0");
    installer().install(request("1.0.0.jar"));

    assertTrue(refusal("1.1.0.jar").contains("'shoal plugins update'"));
    InstalledPlugin updated = installer().update(request("1.1.0.jar"));

    assertEquals(Optional.of("1.0.0"), updated.replaced());
    assertEquals(List.of("vouched-1.1.0.jar"), installed());
    assertEquals("1.1.0", recorded().version());
    UserFaultException older =
        assertThrows(UserFaultException.class, () -> installer().update(request("1.0.0.jar")));
    assertTrue(String.valueOf(older.getMessage()).contains("is older than 1.1.0"));
  }

  @Test
  void anUpdateOfOneVersionGetsANameOfItsOwn() throws Exception {
    built("1.0.0");
    installer().install(request("1.0.0.jar"));
    VerifierSource.of(ID).members("private int more;").buildJar(elsewhere);

    installer().update(request("vouched.jar"));

    assertEquals(List.of(recorded().file()), installed());
    assertTrue(recorded().file().matches("vouched-1\\.0\\.0-[0-9a-f]{12}\\.jar"));
    assertEquals(Optional.empty(), installer().update(request("vouched.jar")).replaced());
  }

  @Test
  void anUpdateThatWouldBreakAnotherPluginIsRefused() throws Exception {
    built("1.0.0");
    built("2.0.0");
    VerifierSource.of("needy")
        .modular()
        .attribute("Plugin-Dependencies", ID + "@1.0.0")
        .buildJar(elsewhere, "needy.jar");
    installer().install(request("1.0.0.jar"));
    installer().install(request("needy.jar"));

    UserFaultException fault =
        assertThrows(UserFaultException.class, () -> installer().update(request("2.0.0.jar")));

    assertTrue(String.valueOf(fault.getMessage()).contains("needy could not be used"));
    assertEquals(List.of("needy-1.0.0.jar", "vouched-1.0.0.jar"), installed());
    UserFaultException removal =
        assertThrows(UserFaultException.class, () -> installer().remove(ID));
    assertTrue(String.valueOf(removal.getMessage()).contains("needy depends on vouched"));
  }

  @Test
  void whatWasPutThereByHandIsRecordedAndKept() throws Exception {
    Path jar = VerifierSource.of(ID).buildJar(folder.plugins());

    installer().install(request(jar.toString()));

    assertEquals(List.of("vouched-1.0.0.jar"), installed());
    assertEquals("vouched-1.0.0.jar", recorded().file());
  }

  @Test
  void removalTakesThePluginAndItsRecord() throws Exception {
    built("1.0.0");
    installer().install(request("1.0.0.jar"));

    UserFaultException fault =
        assertThrows(UserFaultException.class, () -> installer(ID).remove(ID));
    assertTrue(String.valueOf(fault.getMessage()).contains("is active"));
    assertEquals("1.0.0", installer().remove(ID).version());

    assertEquals(List.of(), installed());
    assertEquals(PluginLock.EMPTY, PluginLock.read(folder.lock()));
    assertThrows(NotFoundException.class, () -> installer().remove(ID));
  }

  @Test
  void extrasAreInstalledByTheirIds() throws Exception {
    VerifierSource.of(ID).buildJar(at.extras());
    VerifierSource.of("base").buildJar(folder.plugins());
    installer().record();
    assertEquals(ID, installer().available().getFirst().id());

    InstalledPlugin plugin = installer().install(request(ID));

    assertEquals("package", plugin.publisher());
    assertEquals(List.of(), installer().available());
    assertEquals("package", recorded().publisher());
    assertThrows(NotFoundException.class, () -> installer().install(request("nothing")));
    installer().remove(ID);
    Files.write(at.extras().resolve(ID + ".jar"), Files.readAllBytes(built("3.0.0")));
    assertTrue(refusal(ID).contains("is not the one that came with the package"));
  }

  @Test
  void underASignedPolicyOnlyPublishersPluginsAreTaken() throws Exception {
    KeyPair publisher = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    String key = Base64.getEncoder().encodeToString(publisher.getPublic().getEncoded());
    Path jar = built("1.0.0");
    folder = folder.with("plugins.policy", "signed");
    assertTrue(refusal("1.0.0.jar").contains("plugins.publishers"));
    folder = folder.with("plugins.publishers", "[" + key + "]");
    assertTrue(refusal("1.0.0.jar").contains("there is no"));
    Signature signature = Signature.getInstance("Ed25519");
    signature.initSign(publisher.getPrivate());
    signature.update(HexFormat.of().parseHex(PluginDigest.of(jar)));
    Files.write(elsewhere.resolve("1.0.0.jar.sig"), signature.sign());

    InstalledPlugin plugin = installer().install(request("1.0.0.jar"));

    assertEquals(key, plugin.publisher());
    assertEquals(List.of("vouched-1.0.0.jar", "vouched-1.0.0.jar.sig"), installed());
    try (PluginHost host = folder.open()) {
      assertEquals(Optional.empty(), host.reports().getFirst().problem());
    }
    installer().remove(ID);
    assertEquals(List.of(), installed());
  }

  @Test
  void listsHoldForInstallingUnderALockedPolicyToo() throws Exception {
    Path jar = built("1.0.0");
    folder =
        folder.with("plugins.policy", "locked").with("plugins.allow", "[" + "ab".repeat(32) + "]");

    assertTrue(refusal("1.0.0.jar").contains("plugins.allow"));
    folder = folder.with("plugins.allow", "[" + PluginDigest.of(jar) + "]");
    installer().install(request("1.0.0.jar"));
  }

  @Test
  void whatAKilledCommandLeftGoesWithTheNext() throws Exception {
    Path left = Files.createDirectories(folder.plugins().resolve(".installing/incoming"));
    try (OutputStream out = Files.newOutputStream(left.resolve("plugin.jar"))) {
      out.write(1);
    }
    try (StagingFolder _ = StagingFolder.open(folder.plugins())) {
      built("1.0.0");
      assertTrue(
          String.valueOf(
                  assertThrows(
                          UserFaultException.class, () -> installer().install(request("1.0.0.jar")))
                      .getMessage())
              .contains("another command"));
    }

    assertFalse(Files.exists(left));
    assertEquals(List.of(), installed());
  }
}
