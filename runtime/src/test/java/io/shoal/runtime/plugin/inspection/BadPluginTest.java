package io.shoal.runtime.plugin.inspection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.InvalidConfigException;
import io.shoal.api.UserFaultException;
import io.shoal.runtime.PluginFolder;
import io.shoal.runtime.plugin.PluginHost;
import io.shoal.runtime.plugin.inspection.PluginProblem.Reason;
import io.shoal.runtime.plugin.inspection.PluginReport.State;
import io.shoal.runtime.testing.PluginJarBuilder;
import io.shoal.runtime.testing.VerifierSource;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Beside a good store and verifier lies one bad plugin. It is named with its fault, and the node
/// goes on.
@Timeout(60)
class BadPluginTest {

  private static final String ID = "bad";

  @TempDir Path root;
  private PluginFolder folder;

  @BeforeEach
  void makeFolder() throws Exception {
    folder =
        PluginFolder.in(root)
            .with("active.verification", "verification-sha256")
            .with("plugins.startTimeout", "5s")
            .with("plugins.stopTimeout", "2s")
            .add("store-memory", "verification-sha256");
  }

  @AfterEach
  void endServices() {
    folder.close();
  }

  private String expect(Reason reason) throws Exception {
    try (PluginHost host = folder.start()) {
      assertTrue(
          host.reports().stream()
              .anyMatch(
                  report ->
                      report.id().equals("verification-sha256") && report.state() == State.STARTED),
          "the node goes on");
      return problem(host, ID, reason);
    }
  }

  private static String problem(PluginHost host, String id, Reason reason) {
    PluginReport report =
        host.reports().stream()
            .filter(candidate -> candidate.id().equals(id))
            .findFirst()
            .orElseThrow();
    assertEquals(State.FAILED, report.state());
    PluginProblem problem = report.problem().orElseThrow();
    assertEquals(reason, problem.reason(), problem.message());
    assertEquals(1, problem.message().lines().count(), problem.message());
    return problem.message();
  }

  @Test
  void oneThatThrowsInItsConstructor() throws Exception {
    VerifierSource.of(ID)
        .constructor("if (true) throw new IllegalStateException(\"no such luck\");")
        .buildJar(folder.plugins());

    assertTrue(expect(Reason.FAILED).contains("no such luck"));
  }

  @Test
  void oneThatThrowsInItsStart() throws Exception {
    VerifierSource.of(ID)
        .start("throw new io.shoal.api.UserFaultException(\"port 4600 is taken: set bad.port\");")
        .buildJar(folder.plugins());

    assertEquals("port 4600 is taken: set bad.port", expect(Reason.FAILED));
  }

  @Test
  void oneThatNobodyAskedForAndThatRefusesItsConfiguration() throws Exception {
    VerifierSource.of(ID)
        .start("throw new io.shoal.api.InvalidConfigException(\"no depth: set one\");")
        .buildJar(folder.plugins());

    assertEquals("no depth: set one", expect(Reason.CONFIGURATION));

    folder = folder.with("active.verification", ID);
    String fault = assertThrows(InvalidConfigException.class, () -> folder.start()).getMessage();
    assertEquals("plugin bad: no depth: set one", fault);
  }

  @Test
  void oneWithoutAnyExtension() throws Exception {
    String module = "module bad { requires io.shoal.api; }";
    new PluginJarBuilder(ID).source("module-info.java", module).buildJar(folder.plugins());
    assertTrue(expect(Reason.NO_EXTENSION).contains("provides"));
    Files.delete(folder.plugins().resolve(ID + ".jar"));

    new PluginJarBuilder(ID).source("a/A.java", "package a; class A {}").buildJar(folder.plugins());
    assertTrue(expect(Reason.NO_EXTENSION).contains("extensions.idx"));
  }

  @Test
  void oneThatThrowsWhileItsClassIsMade() throws Exception {
    VerifierSource.of(ID)
        .members("static final int N = Integer.parseInt(\"none\");")
        .buildJar(folder.plugins());

    assertTrue(expect(Reason.FAILED).contains("NumberFormatException"));
  }

  @Test
  void oneThatHangsInItsStart() throws Exception {
    folder = folder.with("plugins.startTimeout", "200ms");
    VerifierSource.of(ID).start("Thread.sleep(1_000_000);").buildJar(folder.plugins());

    assertTrue(expect(Reason.HUNG).contains("did not return within 200ms"));
  }

  @Test
  void oneThatHangsAndDoesNotAnswerAnInterrupt() throws Exception {
    folder = folder.with("plugins.startTimeout", "200ms").with("plugins.stopTimeout", "200ms");
    VerifierSource.of(ID)
        .start("while (!ended) { try { Thread.sleep(50); } catch (InterruptedException e) {} }")
        .close("ended = true;")
        .members("private volatile boolean ended;")
        .buildJar(folder.plugins());

    expect(Reason.HUNG);
  }

  @Test
  void oneThatHangsInItsClose() throws Exception {
    folder = folder.with("plugins.stopTimeout", "200ms");
    VerifierSource.of(ID)
        .close("try { Thread.sleep(1_000_000); } catch (InterruptedException e) {}")
        .buildJar(folder.plugins());
    PluginHost host = folder.start();

    host.close();

    assertTrue(problem(host, ID, Reason.HUNG).contains("close did not return within 200ms"));
  }

  @Test
  void oneBuiltForAnotherApi() throws Exception {
    VerifierSource.of(ID)
        .modular()
        .attribute("Plugin-Requires", ">=2.0.0 & <3.0.0")
        .buildJar(folder.plugins());

    assertTrue(expect(Reason.WRONG_API).contains(">=2.0.0 & <3.0.0"));
  }

  @Test
  void oneThatDoesNotSayForWhichApi() throws Exception {
    VerifierSource.of(ID).modular().attribute("Plugin-Requires", "").buildJar(folder.plugins());

    assertTrue(expect(Reason.WRONG_API).contains("^" + PluginHost.apiVersion()));
  }

  @Test
  void oneWithABrokenRange() throws Exception {
    VerifierSource.of(ID)
        .modular()
        .attribute("Plugin-Requires", "newest")
        .buildJar(folder.plugins());

    String message = expect(Reason.UNREADABLE);

    assertTrue(message.contains("'newest' is not a range of versions"), message);
  }

  @Test
  void oneWithoutAVersion() throws Exception {
    VerifierSource.of(ID).modular().attribute("Plugin-Version", "").buildJar(folder.plugins());

    assertTrue(expect(Reason.UNREADABLE).contains("has no Plugin-Version"));
  }

  @Test
  void oneWhoseIdIsAKeyOfTheConfiguration() throws Exception {
    VerifierSource.of("allow").modular().buildJar(folder.plugins());
    try (PluginHost host = folder.open()) {
      String message =
          host.reports().stream()
              .flatMap(report -> report.problem().stream())
              .map(PluginProblem::message)
              .findFirst()
              .orElse("");
      assertTrue(message.contains("plugins.allow"), message);
    }
  }

  @Test
  void aBareVersionMeansTheSameMajor() throws Exception {
    VerifierSource.of(ID)
        .modular()
        .attribute("Plugin-Requires", "0.0.1")
        .buildJar(folder.plugins());

    expect(Reason.WRONG_API);
  }

  @Test
  void twoOfOneId() throws Exception {
    VerifierSource.of(ID).modular().buildJar(folder.plugins(), "first.jar");
    VerifierSource.of(ID).modular().buildJar(folder.plugins(), "second.jar");

    String message = expect(Reason.DUPLICATE);
    assertTrue(message.contains("first.jar") && message.contains("second.jar"), message);
  }

  @Test
  void aFileThatIsNotAJar() throws Exception {
    PluginJarBuilder.garbage(
        folder.plugins().resolve(ID), "no jar".getBytes(StandardCharsets.UTF_8));
    Path jar = Files.move(folder.plugins().resolve(ID), folder.plugins().resolve("bad.jar"));
    try (PluginHost host = folder.start()) {
      String message = problem(host, jar.getFileName().toString(), Reason.UNREADABLE);
      assertTrue(message.contains("it is damaged, or it is not a plugin"), message);
    }
  }

  @Test
  void aJarThatIsNotAPlugin() throws Exception {
    new PluginJarBuilder(ID).attribute("Plugin-Id", "").buildJar(folder.plugins(), "library.jar");
    try (PluginHost host = folder.start()) {
      assertTrue(problem(host, "library.jar", Reason.UNREADABLE).contains("no Plugin-Id"));
    }
  }

  @Test
  void oneOfAnIdThatDoesNotFit() throws Exception {
    new PluginJarBuilder("../up").buildJar(folder.plugins(), "bad.jar");
    try (PluginHost host = folder.start()) {
      assertTrue(problem(host, "bad.jar", Reason.UNREADABLE).contains("../up"));
    }
  }

  @Test
  void oneThatBringsTheApi() throws Exception {
    VerifierSource.of(ID)
        .modular()
        .resource("io/shoal/api/Cid.class", "whatever")
        .buildJar(folder.plugins());

    assertTrue(expect(Reason.BUNDLES_API).contains("provided"));
  }

  @Test
  void oneThatRequiresTheRuntime() throws Exception {
    VerifierSource.of(ID).moduleBody("requires io.shoal.runtime;").buildJar(folder.plugins());

    String message = expect(Reason.FORBIDDEN_MODULE);

    assertTrue(message.contains("requires io.shoal.runtime"), message);
    assertTrue(message.endsWith("use io.shoal.api only"), message);
  }

  @Test
  void oneThatRequiresTheRuntimeIfItIsThere() throws Exception {
    VerifierSource.of(ID)
        .moduleBody("requires static io.shoal.runtime;")
        .buildJar(folder.plugins());

    expect(Reason.FORBIDDEN_MODULE);
  }

  @Test
  void oneThatRequiresAPartOfTheJdkThatIsNotGranted() throws Exception {
    VerifierSource.of(ID).moduleBody("requires java.instrument;").buildJar(folder.plugins());

    String message = expect(Reason.FORBIDDEN_MODULE);

    assertTrue(message.contains("java.instrument, a part of the JDK"), message);
  }

  @Test
  void oneThatDependsOnAMissingPlugin() throws Exception {
    VerifierSource.of(ID)
        .modular()
        .attribute("Plugin-Dependencies", "absent@>=1.0.0")
        .buildJar(folder.plugins());

    assertTrue(
        expect(Reason.MISSING_DEPENDENCY)
            .contains("it depends on absent (version >=1.0.0), which"));
  }

  @Test
  void oneThatDependsOnItselfThroughAnother() throws Exception {
    VerifierSource.of(ID)
        .modular()
        .attribute("Plugin-Dependencies", "other")
        .buildJar(folder.plugins());
    VerifierSource.of("other")
        .modular()
        .attribute("Plugin-Dependencies", ID)
        .buildJar(folder.plugins());

    expect(Reason.MISSING_DEPENDENCY);
  }

  @Test
  void oneWhoseClassesDoNotFitTogether() throws Exception {
    Path library =
        new PluginJarBuilder("lib")
            .source(
                "lib/Part.java", "package lib; public class Part { public static void work() {} }")
            .buildJar(root.resolve("build"));
    Path plugin =
        VerifierSource.of(ID)
            .start("lib.Part.work();")
            .plain()
            .library(library)
            .buildFolder(folder.plugins());
    new PluginJarBuilder("lib")
        .source("lib/Part.java", "package lib; public class Part {}")
        .buildJar(plugin.resolve("lib"));

    assertTrue(expect(Reason.LINKAGE).contains("NoSuchMethodError"));
  }

  @Test
  void oneWhoseClassIsNotInItsJar() throws Exception {
    VerifierSource.of(ID)
        .plain()
        .resource("META-INF/extensions.idx", "nowhere.V\n")
        .buildJar(folder.plugins());

    assertTrue(expect(Reason.LINKAGE).contains("nowhere.V"));
  }

  @Test
  void ofTwoVerifiersOfOneHashTheNamedOneIsUsed() throws Exception {
    new PluginJarBuilder(ID).sourcesOf("verification-sha256").buildJar(folder.plugins());
    assertTrue(expect(Reason.CONFLICT).contains("verification-sha256"));
  }

  @Test
  void aStoreThatCannotStartEndsTheNodeWithItsReason() throws Exception {
    folder = folder.with("active.storage", ID);
    VerifierSource.of(ID).buildJar(folder.plugins());

    InvalidConfigException wrongKind =
        assertThrows(InvalidConfigException.class, () -> folder.start());
    assertTrue(
        wrongKind.getMessage().contains("write one of store-memory"), wrongKind.getMessage());

    folder = folder.with("active.storage", "store-disk");
    UserFaultException missing = assertThrows(UserFaultException.class, () -> folder.start());
    assertTrue(
        missing.getMessage().contains("plugin store-disk: active.storage names it"),
        missing.getMessage());
  }

  @Test
  void aKeyThatAPluginDoesNotKnowEndsTheNode() throws Exception {
    folder = folder.with("plugins.store-memory.qouta", "1GB");

    assertEquals(
        "unknown key plugins.store-memory.qouta: did you mean plugins.store-memory.quota?",
        assertThrows(InvalidConfigException.class, () -> folder.start()).getMessage());
  }

  @Test
  void aSectionOfAPluginThatIsNearlyThereEndsTheNode() throws Exception {
    folder = folder.with("plugins.store-memroy.quota", "1GB");

    assertEquals(
        "plugins.store-memroy: there is no such plugin: did you mean plugins.store-memory?",
        assertThrows(InvalidConfigException.class, () -> folder.start()).getMessage());
  }

  @Test
  void aSectionOfAPluginThatWasRemovedIsLeftAlone() throws Exception {
    folder = folder.with("plugins.transport-tcp.listen", "0.0.0.0:4600");

    folder.start().close();
  }

  @Test
  void twoTransportsOfOneSchemeAreRefused() throws Exception {
    folder = folder.add("transport-unix");
    new PluginJarBuilder("transport-twin").sourcesOf("transport-unix").buildJar(folder.plugins());

    InvalidConfigException fault = assertThrows(InvalidConfigException.class, () -> folder.start());
    assertTrue(fault.getMessage().contains("both speak unix"), fault.getMessage());
  }

  @Test
  void allTransportsFailingEndsTheNode() throws Exception {
    folder = folder.with("active.transport", "[gone-one]");

    UserFaultException fault = assertThrows(UserFaultException.class, () -> folder.start());
    assertTrue(
        fault.getMessage().contains("no plugin for transport can be used"), fault.getMessage());
  }

  @Test
  void anEmptyFolderEndsTheNodeWithWhereToPutPlugins() throws Exception {
    try (PluginFolder empty = PluginFolder.in(root.resolve("empty"))) {
      UserFaultException fault = assertThrows(UserFaultException.class, empty::start);
      assertTrue(
          fault.getMessage().contains("no plugin provides")
              && fault.getMessage().contains(empty.plugins().toString()),
          fault.getMessage());
    }
  }

  @Test
  void aChoiceThatIsNotMadeEndsTheNode() throws Exception {
    folder = folder.add("verification-sha512").with("active.verification", "");

    InvalidConfigException fault = assertThrows(InvalidConfigException.class, () -> folder.start());
    assertEquals(
        "active.verification is not set and there is a choice: write one of verification-sha256,"
            + " verification-sha512",
        fault.getMessage());
  }

  @Test
  void onTheClassPathThereIsOneClearError() {
    UserFaultException fault =
        assertThrows(
            UserFaultException.class,
            () -> PluginHost.requireLayer(ClassLoader.getSystemClassLoader().getUnnamedModule()));
    assertTrue(fault.getMessage().contains("--module-path"), fault.getMessage());
    assertEquals(List.of(fault.getMessage()), fault.getMessage().lines().toList());
  }
}
