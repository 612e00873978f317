package io.shoal.distribution;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/// Parts of Helia, which is IPFS in JavaScript: its client for gateways, and its UnixFS behind a
/// gateway. They are installed from npm once, at the versions and hashes of the lock file.
///
/// @param folder where they are installed
record Helia(Path folder) {
  private static final Path SOURCES =
      Path.of(System.getProperty("shoal.sources")).resolve("distribution/src/test/npm");

  /// Written last, so that an install that broke off is done again.
  private static final String INSTALLED = "installed-package-lock.json";

  private static final Duration INSTALL_PATIENCE = Duration.ofMinutes(3);

  /// The parts as they are installed; the test that asks is skipped where npm cannot be had.
  static Helia installed() throws IOException, InterruptedException {
    Path folder = Files.createDirectories(ShoalProcess.PACKAGE.resolveSibling("npm"));
    Path lock = SOURCES.resolve("package-lock.json");
    Path installed = folder.resolve(INSTALLED);
    if (!Files.exists(installed) || Files.mismatch(lock, installed) != -1) {
      Files.deleteIfExists(installed);
      copyTo(folder);
      install(folder);
      Files.copy(lock, installed);
    }
    copyTo(folder);
    return new Helia(folder);
  }

  private static void copyTo(Path folder) throws IOException {
    try (var sources = Files.list(SOURCES)) {
      for (Path source : sources.toList()) {
        Path target = folder.resolve(source.getFileName().toString());
        Files.copy(source, target, StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  private static void install(Path folder) throws IOException, InterruptedException {
    Path log = folder.resolve("npm.log");
    Process npm;
    try {
      npm =
          new ProcessBuilder(
                  List.of(
                      "npm",
                      "ci",
                      "--ignore-scripts",
                      "--omit=optional",
                      "--prefer-offline",
                      "--no-audit",
                      "--no-fund"))
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
    } catch (IOException e) {
      skip("npm does not start: " + e.getMessage());
      return;
    }
    try {
      if (!npm.waitFor(INSTALL_PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        skip("npm does not end");
      } else if (npm.exitValue() != 0) {
        skip("npm cannot install it: " + Files.readString(log).strip());
      }
    } finally {
      npm.destroyForcibly();
    }
  }

  private static void skip(String why) {
    System.err.println("NOT TESTED: exchange with Helia over HTTP. " + why);
    Assumptions.abort(why);
  }

  /// Fetches a folder from a gateway.
  ///
  /// @param home where logs go
  /// @param to does not exist
  void fetch(Path home, String gateway, String root, Path to)
      throws IOException, InterruptedException {
    try (ShoalProcess fetching = node(home, "fetch.mjs", gateway, root, to.toString())) {
      fetching.await().done();
    }
  }

  /// Imports a folder, and serves it as a gateway does.
  ///
  /// @param home where logs go
  Gateway serve(Path home, Path source) throws IOException, InterruptedException {
    ShoalProcess process = node(home, "serve.mjs", source.toString());
    try {
      ShoalProcess.await("a gateway", () -> process.out().endsWith("\n") || process.ended());
      assertTrue(process.out().startsWith("ba"), () -> process.out() + process.err());
      String[] words = process.out().strip().split(" ", 2);
      return new Gateway(words[0], "http://127.0.0.1:" + words[1], process);
    } catch (AssertionError e) {
      process.close();
      throw e;
    }
  }

  /// A gateway that runs.
  ///
  /// @param root of what it serves
  record Gateway(String root, String address, ShoalProcess process) implements AutoCloseable {

    @Override
    public void close() {
      process.close();
    }
  }

  private ShoalProcess node(Path home, String script, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add("node");
    command.add(folder.resolve(script).toString());
    command.addAll(Arrays.asList(arguments));
    return ShoalProcess.start(home, Map.of(), command);
  }
}
