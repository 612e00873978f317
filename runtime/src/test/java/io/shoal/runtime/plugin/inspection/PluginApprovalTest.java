package io.shoal.runtime.plugin.inspection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.InvalidConfigException;
import io.shoal.runtime.PluginFolder;
import io.shoal.runtime.plugin.PluginHost;
import io.shoal.runtime.plugin.inspection.PluginProblem.Reason;
import io.shoal.runtime.plugin.inspection.PluginReport.State;
import io.shoal.runtime.testing.VerifierSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.Signature;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PluginApprovalTest {

  private static final String ID = "vouched";

  @TempDir Path root;
  private PluginFolder folder;

  @BeforeEach
  void makeFolder() {
    folder = PluginFolder.in(root);
  }

  @AfterEach
  void endServices() {
    folder.close();
  }

  private PluginReport report() throws Exception {
    try (PluginHost host = folder.open()) {
      List<PluginReport> reports = host.reports();
      assertEquals(1, reports.size());
      return reports.getFirst();
    }
  }

  private void allow(String digest) throws Exception {
    folder = folder.with("plugins.allow", "[" + digest + "]");
  }

  private static String sha256(Path file) throws Exception {
    return HexFormat.of()
        .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
  }

  @Test
  void aJarOfAListedDigestMayBeLoaded() throws Exception {
    Path jar = VerifierSource.of(ID).buildJar(folder.plugins());
    allow(sha256(jar).toUpperCase(java.util.Locale.ROOT));

    assertEquals(State.INSTALLED, report().state());
  }

  @Test
  void nothingRunsOfAJarOfAnotherDigest() throws Exception {
    Path ran = root.resolve("ran");
    Path jar =
        VerifierSource.of(ID)
            .members(
                "static { try { java.nio.file.Files.createFile(java.nio.file.Path.of(\"%s\")); } catch (Exception e) {} }"
                    .formatted(ran))
            .buildJar(folder.plugins());
    allow("ab".repeat(32));

    PluginReport report = report();

    assertEquals(ID, report.id());
    assertEquals(Reason.NOT_ALLOWED, report.problem().orElseThrow().reason());
    assertTrue(report.problem().orElseThrow().message().contains(sha256(jar)));
    try (PluginHost host = folder.open()) {
      assertThrows(Exception.class, () -> host.start(folder.services()));
    }
    assertFalse(Files.exists(ran));
  }

  @Test
  void aZipThatIsNotAllowedIsNotUnpacked() throws Exception {
    VerifierSource.of(ID).modular().buildZip(folder.plugins());
    allow("ab".repeat(32));

    assertEquals(Reason.NOT_ALLOWED, report().problem().orElseThrow().reason());
    assertFalse(Files.exists(folder.services().unpackedPlugins()));
  }

  @Test
  void aFolderIsAllowedByTheDigestOfItsDigests() throws Exception {
    Path plugin = VerifierSource.of(ID).modular().buildFolder(folder.plugins());
    String lines =
        sha256(plugin.resolve("lib/" + ID + ".jar"))
            + "  ./lib/"
            + ID
            + ".jar\n"
            + sha256(plugin.resolve("plugin.properties"))
            + "  ./plugin.properties\n";
    Path list = Files.writeString(root.resolve("list"), lines);
    allow(sha256(list));

    assertEquals(State.INSTALLED, report().state());
    Files.writeString(plugin.resolve("lib/more.jar"), "");
    assertEquals(Reason.NOT_ALLOWED, report().problem().orElseThrow().reason());
  }

  /// A plugin that leaves a file when it is loaded.
  private VerifierSource leaving(Path mark) {
    return VerifierSource.of(ID)
        .members(
            "static { try { java.nio.file.Files.createFile(java.nio.file.Path.of(\"%s\")); } catch (Exception e) {} }"
                .formatted(mark));
  }

  @Test
  void whatWasHashedIsLoadedAndNothingElse() throws Exception {
    Path good = root.resolve("good-ran");
    Path evil = root.resolve("evil-ran");
    Path swapped = leaving(evil).buildJar(root.resolve("elsewhere"));
    Path jar = leaving(good).buildJar(folder.plugins());
    folder = folder.with("active.verification", ID).add("store-memory");
    allow(sha256(jar) + ", " + sha256(folder.plugins().resolve("store-memory.jar")));

    try (PluginHost host = folder.open()) {
      // As soon as the digest was read.
      Files.move(swapped, jar, StandardCopyOption.REPLACE_EXISTING);
      host.start(folder.services());
    }

    assertTrue(Files.exists(good));
    assertFalse(Files.exists(evil));
    assertFalse(Files.exists(folder.services().unpackedPlugins()));
  }

  @Test
  void anUnpackedCopyOfAnEarlierRunIsNotUsed() throws Exception {
    Path zip = VerifierSource.of(ID).modular().buildZip(folder.plugins());
    allow(sha256(zip));
    Path earlier = folder.services().unpackedPlugins().resolve(sha256(zip));
    Files.createDirectories(earlier.resolve("lib"));
    Files.writeString(earlier.resolve("plugin.properties"), "plugin.id=changed\n");

    PluginReport report = report();

    assertEquals(ID, report.id());
    assertEquals(State.INSTALLED, report.state());
    assertFalse(Files.exists(earlier));
  }

  @Test
  void aFolderWithALinkIsRefused() throws Exception {
    Path plugin = VerifierSource.of(ID).modular().buildFolder(folder.plugins());
    Path elsewhere = root.resolve("elsewhere");
    Files.move(plugin.resolve("lib"), elsewhere);
    Files.createSymbolicLink(plugin.resolve("lib"), elsewhere);
    allow("ab".repeat(32));

    String message = refusal();
    assertTrue(message.contains("its lib is a link"), message);
  }

  @Test
  void aClassPathOutOfThePluginIsRefused() throws Exception {
    for (String path : List.of("../x.jar", "/tmp/x.jar", "file:/tmp/x.jar", "a.jar %2e%2e/x.jar")) {
      Path jar =
          VerifierSource.of(ID).modular().attribute("Class-Path", path).buildJar(folder.plugins());
      allow(sha256(jar));

      String message = refusal();
      assertTrue(message.contains("leads out of the plugin"), message);
    }
  }

  @Test
  void aSignatureOfAPublisherIsAccepted() throws Exception {
    KeyPair publisher = publisher();
    Path jar = VerifierSource.of(ID).buildJar(folder.plugins());
    sign(jar, publisher.getPrivate());

    assertEquals(State.INSTALLED, report().state());
    // One more byte at its end: a zip may have a comment, and still be read.
    Files.write(jar, new byte[] {0}, java.nio.file.StandardOpenOption.APPEND);
    String message = refusal();
    assertTrue(message.contains("it was changed after it was signed"), message);
  }

  @Test
  void aSignatureOfAnotherKeyIsRefused() throws Exception {
    publisher();
    Path jar = VerifierSource.of(ID).buildJar(folder.plugins());
    sign(jar, KeyPairGenerator.getInstance("Ed25519").generateKeyPair().getPrivate());

    String message = refusal();
    assertTrue(message.contains(ID + ".jar.sig is not its signature"), message);
    assertFalse(message.contains("plugins.allow"), message);
  }

  @Test
  void aMissingOrShortSignatureIsReportedAsSuch() throws Exception {
    publisher();
    Path jar = VerifierSource.of(ID).buildJar(folder.plugins());
    String cure = "then add " + sha256(jar) + " to plugins.allow";

    String missing = refusal();
    assertTrue(missing.contains("there is no " + ID + ".jar.sig beside it"), missing);
    assertTrue(missing.contains(cure), missing);

    Files.write(folder.plugins().resolve(ID + ".jar.sig"), new byte[7]);
    String tooShort = refusal();
    assertTrue(tooShort.contains(ID + ".jar.sig is not a signature"), tooShort);
    assertTrue(tooShort.contains(cure), tooShort);
  }

  private String refusal() throws Exception {
    PluginProblem problem = report().problem().orElseThrow();
    assertEquals(Reason.NOT_ALLOWED, problem.reason());
    return problem.message();
  }

  private KeyPair publisher() throws Exception {
    KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    String key = Base64.getEncoder().encodeToString(pair.getPublic().getEncoded());
    folder = folder.with("plugins.publishers", "[" + key + "]");
    return pair;
  }

  private static void sign(Path jar, PrivateKey key) throws Exception {
    Signature signature = Signature.getInstance("Ed25519");
    signature.initSign(key);
    signature.update(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(jar)));
    Files.write(jar.resolveSibling(jar.getFileName() + ".sig"), signature.sign());
  }

  @Test
  void aPublisherThatIsNotAKeyEndsTheNode() throws Exception {
    folder = folder.with("plugins.publishers", "[c29tZQ==]");

    assertTrue(
        assertThrows(InvalidConfigException.class, folder::open).getMessage().contains("c29tZQ=="));
  }
}
