package io.shoal.runtime.plugin.inspection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.UserFaultException;
import io.shoal.runtime.PluginFolder;
import io.shoal.runtime.plugin.PluginHost;
import io.shoal.runtime.plugin.inspection.PluginProblem.Reason;
import io.shoal.runtime.plugin.inspection.PluginReport.State;
import io.shoal.runtime.testing.VerifierSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PluginLockTest {

  private static final String DIGEST = "0a".repeat(32);

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

  private static PluginLock.Entry entry(String id, String sha256, String file) {
    return new PluginLock.Entry(id, "1.0.0", sha256, file, PluginLock.Entry.UNKNOWN);
  }

  private void record(PluginLock.Entry... entries) throws Exception {
    new PluginLock(List.of(entries)).write(folder.lock());
  }

  private List<PluginReport> reports() throws Exception {
    try (PluginHost host = folder.open()) {
      return host.reports();
    }
  }

  @Test
  void whatIsWrittenIsReadBackInOneOrder() throws Exception {
    PluginLock lock =
        PluginLock.EMPTY.with(entry("b", DIGEST, "b.jar")).with(entry("a", DIGEST, "a-1.0+x"));

    lock.write(folder.lock());

    assertEquals(lock, PluginLock.read(folder.lock()));
    assertEquals(List.of("a", "b"), lock.entries().stream().map(PluginLock.Entry::id).toList());
    assertEquals(PluginLock.EMPTY, PluginLock.read(root.resolve("none")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a 1.0.0 DIGEST a.jar",
        "a 1.0.0 DIGEST a.jar - more",
        "A 1.0.0 DIGEST a.jar -",
        "a 1.0.0 abcd a.jar -",
        "a 1.0.0 DIGEST ../a.jar -",
        "a 1.0.0 DIGEST .a.jar -",
        "b 1.0.0 DIGEST a.jar -"
      })
  void aDamagedLineIsNamed(String line) throws Exception {
    Files.writeString(
        folder.lock(),
        "# head\n\nb 1.0.0 %s b.jar - # mine\n%s\n"
            .formatted(DIGEST, line.replace("DIGEST", DIGEST)));

    UserFaultException fault =
        assertThrows(UserFaultException.class, () -> PluginLock.read(folder.lock()));

    assertTrue(String.valueOf(fault.getMessage()).contains("line 4"), fault::getMessage);
  }

  @Test
  void aLockedNodeLoadsWhatWasInstalledAlone() throws Exception {
    Path jar = VerifierSource.of("known").buildJar(folder.plugins());
    VerifierSource.of("stranger").buildJar(folder.plugins());
    record(entry("known", PluginDigest.of(jar), "known.jar"));
    folder = folder.with("plugins.policy", "locked");

    List<PluginReport> reports = reports();

    assertEquals(State.INSTALLED, reports.getFirst().state());
    PluginProblem problem = reports.getLast().problem().orElseThrow();
    assertEquals(Reason.NOT_ALLOWED, problem.reason());
    assertTrue(problem.message().contains("'shoal plugins install " + root), problem::message);
  }

  @Test
  void aLockedNodeSaysWhichFileWasChanged() throws Exception {
    Path jar = VerifierSource.of("known").buildJar(folder.plugins());
    record(entry("known", DIGEST, "known.jar"));
    folder = folder.with("plugins.policy", "locked");

    PluginProblem problem = reports().getFirst().problem().orElseThrow();

    assertTrue(problem.message().contains("it is not what was installed"), problem::message);
    folder = folder.with("plugins.allow", "[" + PluginDigest.of(jar) + "]");
    assertEquals(State.INSTALLED, reports().getFirst().state());
  }

  @Test
  void ofTwoFilesTheInstalledOneIsUsed() throws Exception {
    Path before = VerifierSource.of("twice").modular().buildJar(folder.plugins(), "a.jar");
    VerifierSource.of("twice").modular().buildJar(folder.plugins(), "b.jar");
    record(entry("twice", DIGEST, "b.jar"));

    List<PluginReport> reports = reports();

    assertEquals(Reason.DUPLICATE, reports.getFirst().problem().orElseThrow().reason());
    assertEquals(before, reports.getFirst().location().orElseThrow());
    assertEquals(State.INSTALLED, reports.getLast().state());
    try (PluginHost host = PluginFolder.in(root).add("store-memory").start()) {
      assertEquals(State.STARTED, host.reports().get(1).state());
    }
  }

  @Test
  void whatThePackageCameWithNeedsNoSignature() throws Exception {
    Path own = VerifierSource.of("own").buildJar(folder.plugins());
    Path other = VerifierSource.of("other").buildJar(folder.plugins());
    record(
        new PluginLock.Entry(
            "own", "1.0.0", PluginDigest.of(own), "own.jar", PluginLock.Entry.PACKAGE),
        entry("other", PluginDigest.of(other), "other.jar"));
    folder = folder.with("plugins.policy", "signed");

    List<PluginReport> reports = reports();

    assertEquals(Reason.NOT_ALLOWED, reports.getFirst().problem().orElseThrow().reason());
    assertEquals(State.INSTALLED, reports.getLast().state());
  }
}
