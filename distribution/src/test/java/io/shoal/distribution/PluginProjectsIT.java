package io.shoal.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.distribution.ShoalProcess.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The projects that `plugins new` writes are built and tested by Maven against the package alone,
/// and run in it as they are.
@Timeout(180)
class PluginProjectsIT {

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = "verification")
  void aNewProjectIsBuiltTestedAndLoaded(String kind) throws Exception {
    String id = kind + "-new";
    PackageCopy program = PackageCopy.in(folder.resolve("program"));
    Path home = Files.createDirectories(folder.resolve("home"));
    Result written = run(program, home, "plugins", "new", kind, id, "--package", "com.example.me");
    Path project = home.resolve(id);
    assertEquals(project.toString(), written.done().out().strip());
    try (Stream<Path> files = Files.walk(project)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String text = Files.readString(file);
        assertTrue(!text.contains("__") && !text.contains("@shoal"), file + ": " + text);
      }
    }

    AuthorMaven.build(project, folder, "package").done();

    Files.copy(
        project.resolve("target").resolve(id + "-1.0.0.jar"),
        program.folder().resolve("plugins").resolve(id + "-1.0.0.jar"));
    Result plugins = program.run(folder.resolve("data"), List.of("plugins", "--json"));
    String expected =
        "\"id\":\"%s\",\"kinds\":[\"%s\"],\"version\":\"1.0.0\".*\"problem\":null.*"
            .formatted(id, kind)
            .replaceAll("[\\[\\]]", "\\\\$0");
    assertTrue(
        plugins.done().out().lines().anyMatch(line -> line.matches("\\{" + expected)),
        plugins::toString);
  }

  @Test
  void whatCannotBeWrittenIsRefusedInOneLine() throws Exception {
    PackageCopy program = PackageCopy.in(folder.resolve("program"));
    Path home = Files.createDirectories(folder.resolve("home"));
    Files.createDirectory(home.resolve("storage-there"));

    run(program, home, "plugins", "new", "verification", "Storage").failed(2, "no id of a plugin");
    run(program, home, "plugins", "new", "verification", "verification-new", "--package", "a.class")
        .failed(2, "no package of Java");
    run(program, home, "plugins", "new", "verification", "storage-there")
        .failed(1, "is there already");
    run(program, home, "plugins", "new", "storehouse", "storage-new").failed(2, "KIND");
  }

  private static Result run(PackageCopy program, Path home, String... words) throws Exception {
    try (ShoalProcess process = ShoalProcess.start(program.folder(), home, Map.of(), words)) {
      return process.await();
    }
  }
}
