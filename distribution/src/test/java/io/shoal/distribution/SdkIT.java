package io.shoal.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.distribution.ShoalProcess.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The folder `sdk/` of the package is all that an author outside of this tree needs.
@Timeout(120)
class SdkIT {

  private static final Path SDK = ShoalProcess.PACKAGE.resolve("sdk");
  private static final Path EXAMPLE = Path.of("examples/verification-sha3");

  @TempDir Path folder;

  private static String block(String language, String containing) throws IOException {
    return Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL)
        .matcher(Files.readString(SDK.resolve("README.md")))
        .results()
        .map(found -> found.group(1))
        .filter(text -> text.contains(containing))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aPluginIsBuiltByJavac() throws Exception {
    PackageCopy program = PackageCopy.in(folder.resolve("program"));
    String script =
        block("sh", "javac")
            .replace("SOURCES", EXAMPLE.toString())
            .replace("NAME", "verification-sha3")
            .replace("MANIFEST.MF", EXAMPLE.resolve("MANIFEST.MF").toString());

    try (ShoalProcess built =
        ShoalProcess.start(
            program.folder(), AuthorMaven.withThisJava(), List.of("sh", "-ec", script))) {
      built.await().done();
    }

    assertLoads(program);
  }

  /// With the Maven that runs these tests, offline: it has fetched all that the project needs but
  /// what comes from the package.
  @Test
  void aPluginIsBuiltAndTestedByMaven() throws Exception {
    Path project = folder.resolve("project");
    copySources(ShoalProcess.PACKAGE.resolve(EXAMPLE), project.resolve("src/main/java"));
    write(project.resolve("pom.xml"), block("xml", "<project"));
    write(
        project.resolve("src/test/java/org/example/sha3/Sha3VerifierTest.java"),
        block("java", "VerifierContract"));

    AuthorMaven.build(project, folder, "-Dshoal=" + ShoalProcess.PACKAGE, "package").done();

    String report =
        Files.readString(
            project.resolve("target/surefire-reports/org.example.sha3.Sha3VerifierTest.txt"));
    assertTrue(report.contains("Failures: 0, Errors: 0, Skipped: 0"), report);
    PackageCopy program = PackageCopy.in(folder.resolve("program"));
    String jar = "verification-sha3-1.0.0.jar";
    Files.copy(
        project.resolve("target").resolve(jar), program.folder().resolve("plugins").resolve(jar));
    assertLoads(program);
  }

  private static void copySources(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
        write(to.resolve(from.relativize(file).toString()), Files.readString(file));
      }
    }
  }

  private static void write(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private void assertLoads(PackageCopy program) throws Exception {
    Result plugins = program.run(folder.resolve("data"), List.of("plugins", "--json"));

    assertTrue(
        plugins
            .done()
            .out()
            .lines()
            .anyMatch(
                line ->
                    line.contains("\"id\":\"verification-sha3\"")
                        && line.contains("\"state\":\"started\"")),
        plugins::toString);
  }

  @Test
  void theRepositoryHasSourcesAndDocumentation() throws IOException {
    assertHolds("shoal-api", "-sources.jar", "io/shoal/api/ChunkStore.java");
    assertHolds("shoal-api", "-javadoc.jar", "io.shoal.api/io/shoal/api/ChunkStore.html");
    assertHolds("shoal-testkit", "-sources.jar", "io/shoal/testkit/VerifierContract.java");
    assertHolds("shoal-testkit", "-javadoc.jar", "index.html");
  }

  private static void assertHolds(String artifact, String suffix, String entry) throws IOException {
    try (Stream<Path> files = Files.walk(SDK.resolve("repository/io/shoal").resolve(artifact))) {
      Path jar = files.filter(file -> file.toString().endsWith(suffix)).findFirst().orElseThrow();
      try (JarFile content = new JarFile(jar.toFile())) {
        assertNotNull(content.getEntry(entry), jar + " has no " + entry);
      }
    }
  }

  @Test
  void theLinksOfTheDocumentationLeadSomewhere() throws IOException {
    Pattern link = Pattern.compile("href=\"([^\"#:]+)[\"#]");
    List<String> broken = new ArrayList<>();
    try (Stream<Path> files = Files.walk(SDK.resolve("javadoc"))) {
      for (Path page : files.filter(file -> file.toString().endsWith(".html")).toList()) {
        Matcher links = link.matcher(Files.readString(page));
        while (links.find()) {
          if (!Files.exists(page.resolveSibling(links.group(1)))) {
            broken.add(SDK.relativize(page) + " to " + links.group(1));
          }
        }
      }
    }

    assertEquals(List.of(), broken);
    assertTrue(Files.exists(SDK.resolve("javadoc/shoal-testkit/index.html")));
  }
}
