package io.shoal.runtime.plugin.inspection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.runtime.PluginFolder;
import io.shoal.runtime.plugin.PluginHost;
import io.shoal.runtime.plugin.inspection.PluginReport.State;
import io.shoal.runtime.testing.PluginJarBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Plugins of a wrong name or in a wrong place: each has a line with its own cure.
class MisplacedFilesTest {
  @TempDir Path root;
  private PluginFolder folder;

  @BeforeEach
  void makeFolder() throws Exception {
    folder = PluginFolder.in(root).add("store-memory");
  }

  @AfterEach
  void endServices() {
    folder.close();
  }

  /// The only problem there is.
  private String problem(String name) throws Exception {
    try (PluginHost host = folder.open()) {
      List<PluginReport> failed =
          host.reports().stream().filter(report -> report.state() == State.FAILED).toList();
      assertEquals(List.of(name), failed.stream().map(PluginReport::id).toList());
      return failed.getFirst().problem().orElseThrow().message();
    }
  }

  private Path zip(String name, String... entries) throws Exception {
    Path zip = folder.plugins().resolve(name);
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
      for (String entry : entries) {
        out.putNextEntry(new ZipEntry(entry));
        out.closeEntry();
      }
    }
    return zip;
  }

  @Test
  void aNameInCapitalsIsToBeRenamed() throws Exception {
    new PluginJarBuilder("x").buildJar(folder.plugins(), "X.JAR");

    assertEquals("only names in .jar or .zip are looked at: rename it to X.jar", problem("X.JAR"));
  }

  @Test
  void oneThatComesWhileANodeRunsIsNamedToo() throws Exception {
    try (PluginHost host = folder.open()) {
      assertEquals(List.of(), host.news());
      new PluginJarBuilder("x").buildJar(folder.plugins(), "X.JAR");
      new PluginJarBuilder("y").buildJar(folder.services().pluginsData());

      assertEquals(List.of("X.JAR", "y.jar"), host.news().stream().map(PluginReport::id).toList());
    }
  }

  @Test
  void aLinkThatLeadsNowhereIsNamed() throws Exception {
    Files.createSymbolicLink(folder.plugins().resolve("x.jar"), Path.of("/away/x.jar"));

    assertEquals(
        "it is a link to /away/x.jar, which is not there: put the file itself here, or remove the"
            + " link",
        problem("x.jar"));
  }

  @Test
  void aJarAmongThePluginsDataIsToBeMoved() throws Exception {
    new PluginJarBuilder("x").buildJar(folder.services().pluginsData());
    Files.createDirectories(folder.services().pluginsData().resolve("store-memory"));

    assertEquals(
        "no plugin is looked for here: move it to " + folder.plugins() + ", or remove it",
        problem("x.jar"));
  }

  @Test
  void ofTheProgramsJarsOnlyForeignOnesAreNamed() throws Exception {
    Path lib = Files.createDirectories(root.resolve("lib"));
    new PluginJarBuilder("x").buildJar(lib);
    Path own =
        ModuleLayer.boot().configuration().modules().stream()
            .flatMap(module -> module.reference().location().stream())
            .filter(uri -> uri.toString().endsWith(".jar"))
            .map(Path::of)
            .findFirst()
            .orElseThrow();

    assertEquals(List.of("x.jar"), outside(lib));
    assertFalse(outside(own.getParent()).contains(own.getFileName().toString()));
    assertEquals(List.of(), outside(lib.resolve("no")));
  }

  private static List<String> outside(Path folder) throws Exception {
    return new MisplacedFiles("plugins", ModuleLayer.boot())
        .outside(folder).stream().map(FoundPlugin::id).toList();
  }

  @Test
  void zipsThatArePackedInAnotherWayHaveTheirOwnCures() throws Exception {
    Map<String, String[]> cures =
        Map.of(
            "it is a jar: rename it to x.jar",
            new String[] {"META-INF/MANIFEST.MF", "x/X.class"},
            "the plugin may be y-1.jar in it: unpack that here, and remove the zip",
            new String[] {"y-1.jar", "README"},
            "its files are in a folder: unpack the zip, put y-1 here, and remove the zip",
            new String[] {"y-1/", "y-1/lib/", "y-1/lib/y.jar", "y-1/plugin.properties"},
            "it has no plugin.properties: it is not a plugin, move it elsewhere",
            new String[] {"holiday.jpg"});
    for (Map.Entry<String, String[]> cure : cures.entrySet()) {
      Path zip = zip("x.jar.zip", cure.getValue());
      assertEquals(cure.getKey(), problem("x.jar.zip"));
      Files.delete(zip);
    }
  }

  @Test
  void foldersAroundAPluginHaveTheirOwnCures() throws Exception {
    Path around = Files.createDirectories(folder.plugins().resolve("around"));
    assertTrue(problem("around").endsWith("it is not a plugin, move it elsewhere"));

    new PluginJarBuilder("x").buildJar(around);
    assertTrue(problem("around").endsWith("the plugin may be x.jar in it, move that out of it"));

    Files.createFile(folder.plugins().resolve("plugin.properties"));
    assertTrue(problem("around").endsWith("beside it: put both into a folder of their own"));
  }
}
