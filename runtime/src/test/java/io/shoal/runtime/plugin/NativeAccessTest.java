package io.shoal.runtime.plugin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.runtime.PluginFolder;
import io.shoal.runtime.plugin.inspection.PluginProblem;
import io.shoal.runtime.plugin.inspection.PluginProblem.Reason;
import io.shoal.runtime.testing.PluginJarBuilder;
import io.shoal.runtime.testing.VerifierSource;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Plugins that ask for it may call native code, and no others. These tests run on a Java that
/// refuses such calls, as a coming one will by default.
@Timeout(60)
class NativeAccessTest {

  private static final String ID = "probe";
  private static final String KEY = "Plugin-Native-Access";

  /// A call that needs the right, and no library to load.
  private static final String NATIVE_CALL = "java.lang.foreign.MemorySegment.NULL.reinterpret(1)";

  @TempDir Path root;
  private PluginFolder folder;

  @BeforeEach
  void makeFolder() throws Exception {
    folder = PluginFolder.in(root).with("active.verification", ID).add("store-memory");
  }

  @AfterEach
  void endServices() {
    folder.close();
  }

  /// A plugin that makes the call, and shows its result or why it was refused.
  private static VerifierSource probe(String call) {
    return VerifierSource.of(ID)
        .start(
            "try { seen = String.valueOf("
                + call
                + "); } catch (Throwable e) { seen = e.toString(); }")
        .members(
            "private String seen = \"nothing\"; @Override public String toString() { return seen;"
                + " }");
  }

  private String seen() throws Exception {
    try (PluginHost host = folder.open()) {
      return host.start(folder.services()).verifier().extension().toString();
    }
  }

  private PluginProblem problem() throws Exception {
    try (PluginHost host = folder.open()) {
      return host.reports().stream()
          .filter(report -> report.id().equals(ID))
          .findFirst()
          .orElseThrow()
          .problem()
          .orElseThrow();
    }
  }

  @Test
  void aJarThatAsksCallsNativeCode() throws Exception {
    probe(NATIVE_CALL + ".byteSize() + \" \" + V.class.getModule().isNativeAccessEnabled()")
        .modular()
        .attribute(KEY, "true")
        .buildJar(folder.plugins());

    assertEquals("1 true", seen());
  }

  @Test
  void aJarThatDoesNotAskIsRefused() throws Exception {
    probe(NATIVE_CALL).buildJar(folder.plugins());

    String seen = seen();
    assertTrue(seen.startsWith("java.lang.IllegalCallerException"), seen);
    assertTrue(seen.contains("module " + ID), seen);
  }

  @Test
  void aJarThatSaysNoIsRefused() throws Exception {
    probe(NATIVE_CALL).modular().attribute(KEY, "false").buildJar(folder.plugins());

    String seen = seen();
    assertTrue(seen.startsWith("java.lang.IllegalCallerException"), seen);
  }

  /// A library with native code is mostly a plain jar.
  @Test
  void theLibrariesOfAFolderThatAsksCallNativeCode() throws Exception {
    probe("lib.Part.call()")
        .moduleBody("requires lib;")
        .modular()
        .library(library())
        .attribute(KEY, "true")
        .buildFolder(folder.plugins());

    assertEquals("1 by module lib", seen());
  }

  @Test
  void theLibrariesOfAZipThatDoesNotAskAreRefused() throws Exception {
    probe("lib.Part.call()")
        .moduleBody("requires lib;")
        .modular()
        .library(library())
        .buildZip(folder.plugins());

    String seen = seen();
    assertTrue(seen.startsWith("java.lang.IllegalCallerException"), seen);
  }

  private Path library() throws Exception {
    return new PluginJarBuilder("lib")
        .source(
            "lib/Part.java",
            "package lib; public class Part { public static String call() { return "
                + NATIVE_CALL
                + ".byteSize() + \" by \" + Part.class.getModule(); } }")
        .buildJar(root.resolve("build"));
  }

  @Test
  void aPluginThatAnotherDependsOnAsksForItself() throws Exception {
    VerifierSource.of("base")
        .moduleBody("exports base;")
        .members("public static Object call() { return " + NATIVE_CALL + "; }")
        .buildJar(folder.plugins());
    probe("base.V.call()")
        .moduleBody("requires base;")
        .modular()
        .library(folder.plugins().resolve("base.jar"))
        .attribute("Plugin-Dependencies", "base@>=1.0.0")
        .attribute(KEY, "true")
        .buildJar(folder.plugins());

    String seen = seen();
    assertTrue(seen.startsWith("java.lang.IllegalCallerException"), seen);
    assertTrue(seen.contains("module base"), seen);
  }

  @Test
  void anAnswerOtherThanYesOrNoIsAProblem() throws Exception {
    probe("1").modular().attribute(KEY, "yes").buildJar(folder.plugins());

    PluginProblem problem = problem();
    assertEquals(Reason.UNREADABLE, problem.reason());
    assertEquals(
        "its Plugin-Native-Access 'yes' is neither true nor false: report it to its author",
        problem.message());
  }

  @Test
  void aPluginWithoutAModuleCannotAsk() throws Exception {
    probe("1").plain().attribute(KEY, "true").buildJar(folder.plugins());

    PluginProblem problem = problem();
    assertEquals(Reason.UNREADABLE, problem.reason());
    assertTrue(problem.message().contains("it has no module-info.class"), problem.message());
  }

  /// A program that embeds a node and does not say on its command line that the node may give the
  /// right.
  @Test
  void aNodeThatMayNotGiveItSaysWhatToStartJavaWith() throws Exception {
    probe("1").modular().attribute(KEY, "true").buildJar(folder.plugins());
    Path embedder =
        new PluginJarBuilder("embedder")
            .source("module-info.java", "module embedder { requires io.shoal.runtime; }")
            .source(
                "embedder/Main.java",
                """
                package embedder;
                import io.shoal.runtime.*;
                import java.nio.file.Path;
                import java.util.List;
                public class Main {
                  public static void main(String[] folders) throws Exception {
                    try (Node node = Node.builder()
                        .dataFolder(Path.of(folders[0]))
                        .pluginFolders(List.of(Path.of(folders[1])))
                        .configuration(Configuration.defaults().with("active.verification", "probe"))
                        .mode(Node.Mode.OFFLINE)
                        .start()) {
                      System.out.println("started");
                    } catch (io.shoal.api.UserFaultException e) {
                      System.out.println(e.getMessage());
                    }
                  }
                }
                """)
            .buildJar(root.resolve("build"));
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "--illegal-native-access=deny",
                "--module-path",
                System.getProperty("jdk.module.path") + java.io.File.pathSeparator + embedder,
                "--module",
                "embedder/embedder.Main",
                root.resolve("data-of-embedder").toString(),
                folder.plugins().toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();

    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertEquals(0, process.waitFor(), said);
    assertTrue(said.contains("start Java with --enable-native-access=io.shoal.runtime"), said);
  }
}
