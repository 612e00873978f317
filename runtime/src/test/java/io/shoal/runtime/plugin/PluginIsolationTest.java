package io.shoal.runtime.plugin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.runtime.PluginFolder;
import io.shoal.runtime.plugin.border.PluginBorder;
import io.shoal.runtime.plugin.inspection.PluginReport.State;
import io.shoal.runtime.testing.PluginJarBuilder;
import io.shoal.runtime.testing.VerifierSource;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Plugins of every form load, and see of what is around them only what they are granted. The
/// plugin under test tells in its text form what it saw.
@Timeout(60)
class PluginIsolationTest {

  private static final String ID = "probe";

  @TempDir Path root;
  private PluginFolder folder;

  @BeforeEach
  void makeFolder() throws Exception {
    folder =
        PluginFolder.in(root)
            .with("active.verification", ID)
            .add("store-memory", "verification-sha256");
  }

  @AfterEach
  void endServices() {
    folder.close();
  }

  /// What the probe saw when it started.
  private String seen() throws Exception {
    try (PluginHost host = folder.open()) {
      return host.start(folder.services()).verifier().extension().toString();
    }
  }

  private static VerifierSource probe(String start) {
    return VerifierSource.of(ID)
        .start("try { " + start + " } catch (Throwable e) { seen = e.toString(); }")
        .members(
            "private String seen = \"nothing\"; @Override public String toString() { return seen;"
                + " }");
  }

  @Test
  void aModularJarIsANamedModuleInALayerOfItsOwn() throws Exception {
    probe(
            "seen = getClass().getModule() + \" \" + (getClass().getModule().getLayer() !="
                + " ModuleLayer.boot());")
        .buildJar(folder.plugins());

    assertEquals("module probe true", seen());
  }

  @Test
  void theHttpClientOfTheJdkIsThere() throws Exception {
    probe(
            "seen = java.net.http.HttpRequest.newBuilder(java.net.URI.create(\"http://a\")).build().method();")
        .moduleBody("requires java.net.http;")
        .buildJar(folder.plugins());

    assertEquals("GET", seen());
  }

  @Test
  void aPlainJarLoadsWithoutAModule() throws Exception {
    probe("seen = String.valueOf(getClass().getModule().isNamed());")
        .plain()
        .buildJar(folder.plugins());

    assertEquals("false", seen());
  }

  @Test
  void aZipIsUnpackedWhileItIsUsed() throws Exception {
    probe("seen = lib.Part.NAME;")
        .moduleBody("requires lib;")
        .modular()
        .library(library("1"))
        .buildZip(folder.plugins());

    assertEquals("one", seen());
    assertEquals("one", seen());
    assertTrue(Files.notExists(folder.services().unpackedPlugins()));
  }

  private Path library(String version) throws IOException {
    String name = version.equals("1") ? "one" : "two";
    return new PluginJarBuilder("lib-" + version)
        .source("module-info.java", "module lib { exports lib; }")
        .source(
            "lib/Part.java",
            "package lib; public class Part { public static final String NAME = String.valueOf(\""
                + name
                + "\"); }")
        .buildJar(root.resolve("build"));
  }

  @Test
  void twoPluginsHaveTwoVersionsOfOneLibrary() throws Exception {
    probe("seen = lib.Part.NAME;")
        .moduleBody("requires lib;")
        .modular()
        .library(library("1"))
        .buildFolder(folder.plugins());
    new VerifierSource(
            "second",
            "requires lib;",
            "",
            "seen = lib.Part.NAME;",
            "",
            "private String seen; public String toString() { return seen; }")
        .modular()
        .library(library("2"))
        .buildFolder(folder.plugins());

    try (PluginHost host = folder.open()) {
      ActivePlugins active = host.start(folder.services());
      assertEquals("one", active.verifier().extension().toString());
      assertEquals(
          "two",
          active.verifiers().values().stream()
              .filter(verifier -> verifier.pluginId().equals("second"))
              .findFirst()
              .orElseThrow()
              .extension()
              .toString());
    }
  }

  @Test
  void aZipOfPlainJarsIsAPlainPlugin() throws Exception {
    Path plain =
        new PluginJarBuilder("lib-plain")
            .source(
                "lib/Part.java",
                "package lib; public class Part { public static String name() { return \"plain\"; }"
                    + " }")
            .buildJar(root.resolve("build"));
    probe("seen = lib.Part.name();").plain().library(plain).buildZip(folder.plugins());

    assertEquals("plain", seen());
  }

  @Test
  void aPluginUsesWhatAPluginThatItDependsOnExports() throws Exception {
    VerifierSource.of("base")
        .moduleBody("exports base;")
        .members("public static String word() { return \"shared\"; }")
        .buildJar(folder.plugins());
    probe("seen = base.V.word();")
        .moduleBody("requires base;")
        .modular()
        .library(folder.plugins().resolve("base.jar"))
        .attribute("Plugin-Dependencies", "base@>=1.0.0")
        .buildJar(folder.plugins());

    assertEquals("shared", seen());
  }

  @Test
  void theRuntimeIsOutOfReachForAPlainJar() throws Exception {
    probe("seen = io.shoal.runtime.Configuration.defaults().toString();")
        .plain()
        .buildJar(folder.plugins());

    String seen = seen();
    assertTrue(seen.startsWith("java.lang.NoClassDefFoundError"), seen);
  }

  @Test
  void theRuntimesInternalsAreOutOfReachOfReflection() throws Exception {
    probe(
            """
            Class<?> host = ModuleLayer.boot().findModule("io.shoal.runtime").get().getClassLoader()
                .loadClass("io.shoal.runtime.identity.HostKey");
            host.getDeclaredField("privateKey").setAccessible(true);
            seen = "the private key";
            """)
        .buildJar(folder.plugins());

    assertTrue(seen().startsWith("java.lang.reflect.InaccessibleObjectException"));
  }

  @Test
  void theLoadersOfPluginsDoNotGiveTheRuntimesClasses() throws Exception {
    probe("seen = Class.forName(\"io.shoal.runtime.identity.HostKey\").getName();")
        .buildJar(folder.plugins());

    String seen = seen();
    assertTrue(
        seen.contains("ClassNotFoundException") && seen.contains("may not use the module"), seen);
  }

  @Test
  void pf4jIsClosedToReflection() throws Exception {
    probe(
            """
            Class<?> wrapper = org.pf4j.PluginWrapper.class;
            wrapper.getDeclaredField("descriptor").setAccessible(true);
            seen = "PF4J's insides";
            """)
        .moduleBody("requires pf4j;")
        .buildJar(folder.plugins());

    assertTrue(seen().startsWith("java.lang.reflect.InaccessibleObjectException"));
  }

  @Test
  void anotherPluginIsOutOfReach() throws Exception {
    VerifierSource.of("other").moduleBody("exports other;").buildJar(folder.plugins());
    probe("seen = Class.forName(\"other.V\").getName();").buildJar(folder.plugins());

    assertTrue(seen().contains("ClassNotFoundException"));
  }

  @Test
  void unexportedPackagesOfTheApiDoNotExistForPlugins() throws Exception {
    probe(
            """
            var inside = Class.forName("io.shoal.api.ServesNothing").getDeclaredMethods()[0];
            inside.setAccessible(true);
            seen = "the API's insides";
            """)
        .buildJar(folder.plugins());

    assertTrue(seen().startsWith("java.lang.reflect.InaccessibleObjectException"));
  }

  @Test
  void modulesOfTheJdkThatAreGrantedCanBeUsed() throws Exception {
    probe("seen = java.util.logging.Level.INFO.getName() + javax.naming.Context.PROVIDER_URL;")
        .moduleBody(
            "requires java.logging; requires java.naming; requires jdk.unsupported; requires"
                + " org.slf4j;")
        .buildJar(folder.plugins());

    assertEquals("INFOjava.naming.provider.url", seen());
  }

  @Test
  void librariesThatTheNodeSharesAreNotTakenFromThePlugin() throws Exception {
    Path slf4j =
        Path.of(org.slf4j.Logger.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    probe(
            "seen = String.valueOf(org.slf4j.Logger.class.getModule().getLayer() =="
                + " ModuleLayer.boot());")
        .moduleBody("requires org.slf4j;")
        .modular()
        .library(slf4j)
        .buildFolder(folder.plugins());

    assertEquals("true", seen());
  }

  @Test
  void twoHostsHaveClassesOfTheirOwn() throws Exception {
    probe("").buildJar(folder.plugins());
    try (PluginHost first = folder.open();
        PluginHost second = folder.open()) {
      assertNotSame(
          PluginBorder.loader(first.start(folder.services()).verifier().extension()),
          PluginBorder.loader(second.start(folder.services()).verifier().extension()));
    }
  }

  @Test
  void aPluginHasAFolderThatOnlyItsUserCanRead() throws Exception {
    probe("seen = context.dataFolder().toString();").buildJar(folder.plugins());

    Path data = Path.of(seen());

    assertEquals(folder.services().pluginFolder(ID), data);
    assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(data)));
  }

  @Test
  void aPluginClassOfPf4jIsStartedAndStopped() throws Exception {
    VerifierSource.of(ID)
        .moduleBody("requires pf4j; exports probe;")
        .members("@Override public String toString() { return P.state; }")
        .modular()
        .source(
            "probe/P.java",
            """
            package probe;
            public class P extends org.pf4j.Plugin {
              static volatile String state = "made";
              @Override public void start() { state = "started"; }
            }
            """)
        .attribute("Plugin-Class", "probe.P")
        .buildJar(folder.plugins());

    assertEquals("started", seen());
  }

  @Test
  void whatWasStoppedIsCollectedAndItsJarIsFree() throws Exception {
    probe(
            "context.metrics().gauge(\"seen\", \"x\", () -> seen.length());"
                + " context.scheduler().every(java.time.Duration.ofHours(1), () -> seen = \"\");")
        .buildJar(folder.plugins());
    WeakReference<ClassLoader> loader;
    PluginHost host = folder.open();
    loader =
        new WeakReference<>(
            PluginBorder.loader(host.start(folder.services()).verifier().extension()));

    host.close();

    long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (loader.get() != null && System.nanoTime() < deadline) {
      System.gc();
      Thread.onSpinWait();
    }
    assertNull(loader.get(), "something holds the plugin's class loader");
    assertTrue(
        host.reports().stream().allMatch(report -> report.state() == State.INSTALLED),
        "stopped plugins are installed ones");
    assertFalse(isOpenInThisProcess(folder.plugins().resolve(ID + ".jar")));
  }

  private static boolean isOpenInThisProcess(Path file) throws IOException {
    Path descriptors = Path.of("/proc/self/fd");
    if (!Files.isDirectory(descriptors)) {
      return false;
    }
    try (Stream<Path> open = Files.list(descriptors)) {
      return open.anyMatch(
          link -> {
            try {
              return Files.readSymbolicLink(link).equals(file);
            } catch (IOException e) {
              return false; // closed meanwhile
            }
          });
    }
  }
}
