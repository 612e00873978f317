package io.shoal.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PackageIT {

  private static final Path PACKAGE = Path.of(System.getProperty("shoal.package"));

  @Test
  void theLauncherStartsTheProgram() throws Exception {
    var builder =
        new ProcessBuilder(PACKAGE.resolve("bin/shoal").toString(), "--version")
            .redirectErrorStream(true);
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    var process = builder.start();
    var output = new String(process.getInputStream().readAllBytes());

    assertEquals(0, process.waitFor(), output);
    assertTrue(output.startsWith("shoal "), output);
  }

  /// As the node ended for which they are made.
  @Test
  void theMakingOfCachesEndsWithItsInputAndAllThatItStarted(@TempDir Path folder) throws Exception {
    Path caches = folder.resolve("caches");
    try (ShoalProcess making =
        ShoalProcess.start(folder.resolve("home"), "caches", caches.toString(), "--follow")) {
      ShoalProcess.await(
          "a process of its own", () -> making.ended() || !making.descendants().isEmpty());
      List<ProcessHandle> started = making.descendants();

      making.endInput();

      assertEquals(1, making.await().code());
      ShoalProcess.await("their end", () -> started.stream().noneMatch(ProcessHandle::isAlive));
      assertTrue(Files.notExists(caches.resolve("shoal.aot")));
    }
  }

  /// The run of which it is made may fail in silence.
  @Test
  void theStartUpCacheHoldsWhatDownloadsNeed(@TempDir Path folder) throws Exception {
    try (ShoalProcess process =
        ShoalProcess.start(
            PACKAGE, folder, Map.of("SHOAL_JVM_OPTIONS", "-Xlog:class+load"), "verify")) {
      String classes = process.await().out();
      assertTrue(
          classes.contains("io.shoal.runtime.download.Download source: shared objects file"),
          classes.lines().filter(line -> line.contains("runtime.download")).toList()::toString);
    }
  }

  @Test
  void thePackageHasAFirstPage() throws IOException {
    assertTrue(Files.readString(PACKAGE.resolve("README.md")).startsWith("# Shoal\n"));
    assertTrue(Files.exists(PACKAGE.resolve("docs/quick-reference.md")));
  }

  @Test
  void theDefaultPluginsAreInThePackage() throws IOException {
    try (var entries = Files.list(PACKAGE.resolve("plugins"))) {
      assertEquals(
          List.of(
              "discovery-kademlia",
              "discovery-lan",
              "storage-filesystem",
              "transport-tcp",
              "verification-sha256"),
          entries
              .map(path -> path.getFileName().toString().replaceFirst("-\\d.*", ""))
              .sorted()
              .toList());
    }
  }

  @Test
  void theOtherPluginsAreThereAndNoNodeLooksAtThem(@TempDir Path folder) throws Exception {
    List<String> ids;
    try (var entries = Files.list(PACKAGE.resolve("extras"))) {
      ids =
          entries
              .map(path -> path.getFileName().toString().replaceFirst("-\\d.*", ""))
              .sorted()
              .toList();
    }
    assertEquals(
        List.of(
            "discovery-routing",
            "discovery-static",
            "storage-rocksdb",
            "storage-s3",
            "transport-http",
            "transport-quic",
            "verification-blake3"),
        ids);
    String table = ShoalProcess.run(folder, "plugins").out();
    assertTrue(table.contains("discovery-kademlia"), table);
    ids.forEach(id -> assertFalse(table.contains(id), table));
  }
}
