package io.shoal.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.distribution.ShoalProcess.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// The projects that `plugins new` writes are built and tested by Maven against the package alone,
/// and run in it as they are.
@Timeout(300)
class PluginProjectsIT {

  private static final int FILE_BYTES =
      Boolean.getBoolean("shoal.full") ? 256 * 1024 * 1024 : 3_000_000;

  private static final List<String> OWN_PARTS =
      List.of(
          "--set",
          "active.storage=storage-new",
          "--set",
          "active.transport=[transport-new]",
          "--set",
          "transport.plain=[new]",
          "--set",
          "plugins.transport-new.listen=127.0.0.1:0",
          "--dht",
          "127.0.0.1:0");

  @TempDir Path folder;

  @Test
  void aNewVerifierIsBuiltTestedAndLoaded() throws Exception {
    PackageCopy program = PackageCopy.in(folder.resolve("program"));
    build(program, "verification");
    assertLoads(program, "verification");
  }

  /// All that is between a new user with the archive and a download by parts of their own.
  @Test
  void aFileGoesThroughAStoreAndATransportOfOnesOwn() throws Exception {
    PackageCopy program = PackageCopy.in(folder.resolve("program"));
    build(program, "storage");
    build(program, "transport");
    assertLoads(program, "storage");
    assertLoads(program, "transport");
    Path file = Trees.file(folder.resolve("file"), FILE_BYTES, 43);
    Path copy = folder.resolve("copy");
    Path seedData = folder.resolve("seed");
    Path fetcherData = folder.resolve("fetcher");

    try (ShoalProcess seed = program.serve(seedData, OWN_PARTS)) {
      assertTrue(seed.out().contains(" new=127.0.0.1:"), seed::out);
      Result added = program.run(seedData, List.of("add", "-q", file.toString()));
      String root = added.done().out().strip();
      JsonNode status = program.run(seedData, List.of("status", "--json")).done().json();
      String address = status.get("endpoints").get(0).asString();
      List<String> get =
          List.of("get", root, "-o", copy.toString(), "--peer", address, "--no-serve", "--json");
      JsonNode fetched =
          program
              .run(fetcherData, Stream.of(get, OWN_PARTS).flatMap(List::stream).toList())
              .done()
              .json();

      assertEquals(-1, Files.mismatch(file, copy));
      assertEquals(List.of("new"), List.copyOf(fetched.get("bytesByTransport").propertyNames()));
      assertTrue(fetched.get("bytesByTransport").get("new").asLong() >= FILE_BYTES);
    }
    for (Path data : List.of(seedData, fetcherData)) {
      assertTrue(bytesIn(data.resolve("plugins/storage-new/chunks")) >= FILE_BYTES, data::toString);
    }
  }

  private static long bytesIn(Path chunks) throws IOException {
    long sum = 0;
    try (Stream<Path> files = Files.list(chunks)) {
      for (Path file : files.toList()) {
        sum += Files.size(file);
      }
    }
    return sum;
  }

  /// Writes a project, builds it and puts its jar into the package.
  private void build(PackageCopy program, String kind) throws Exception {
    String id = kind + "-new";
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

    AuthorMaven.build(project, folder.resolve("maven-" + kind), "package").done();

    Files.copy(
        project.resolve("target").resolve(id + "-1.0.0.jar"),
        program.folder().resolve("plugins").resolve(id + "-1.0.0.jar"));
  }

  private void assertLoads(PackageCopy program, String kind) throws Exception {
    Result plugins = program.run(folder.resolve("data"), List.of("plugins", "--json"));
    String expected =
        "\"id\":\"%s\",\"kinds\":[\"%s\"],\"version\":\"1.0.0\".*\"problem\":null.*"
            .formatted(kind + "-new", kind)
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
