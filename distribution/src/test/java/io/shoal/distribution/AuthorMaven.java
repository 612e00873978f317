package io.shoal.distribution;

import io.shoal.distribution.ShoalProcess.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Maven as the author of a plugin has it, on this JDK and offline: the Maven that runs these tests
/// has fetched all that a project needs but what comes from the package.
final class AuthorMaven {

  private AuthorMaven() {}

  static Map<String, String> withThisJava() {
    String java = System.getProperty("java.home");
    return Map.of(
        "JAVA_HOME",
        java,
        "PATH",
        java + "/bin:" + System.getenv("PATH"),
        // It lives for seconds.
        "MAVEN_OPTS",
        "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto");
  }

  /// Runs Maven in a project.
  ///
  /// @param scratch where its local repository is for as long
  static Result build(Path project, Path scratch, String... words) throws Exception {
    Path repository = scratch.resolve("repository");
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("shoal.maven"), "bin/mvn").toString(),
                "-B",
                "-q",
                "-o",
                "-Daether.offline.protocols=file",
                // Wherever the local repository's files came from, they are good.
                "-Daether.enhancedLocalRepository.trackingFilename=untracked",
                "-Dmaven.repo.local=" + repository));
    command.addAll(List.of(words));
    linkWhatMavenHas(repository);
    try (ShoalProcess built = ShoalProcess.start(project, withThisJava(), command)) {
      return built.await();
    } finally {
      removeLinks(repository);
    }
  }

  /// Links to what Maven has fetched, without this program's own modules: these must come from the
  /// package, and must not stay where other builds find them.
  private static void linkWhatMavenHas(Path repository) throws IOException {
    Path known = Path.of(System.getProperty("shoal.repository"));
    link(known, repository, "io");
    if (Files.exists(known.resolve("io"))) {
      link(known.resolve("io"), repository.resolve("io"), "shoal");
    }
  }

  private static void link(Path from, Path to, String except) throws IOException {
    Files.createDirectories(to);
    try (Stream<Path> entries = Files.list(from)) {
      for (Path entry : entries.toList()) {
        String name = entry.getFileName().toString();
        if (!name.equals(except)) {
          Files.createSymbolicLink(to.resolve(name), entry);
        }
      }
    }
  }

  /// JUnit would warn of each.
  private static void removeLinks(Path repository) throws IOException {
    try (Stream<Path> files = Files.walk(repository, 2)) {
      for (Path link : files.filter(Files::isSymbolicLink).toList()) {
        Files.delete(link);
      }
    }
  }
}
