package io.shoal.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.distribution.ShoalProcess.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;

/// A copy of the package in which plugins can be put, removed and named. Large files that are never
/// written are linked.
record PackageCopy(Path folder) {

  private static final Path SOURCES = Path.of(System.getProperty("shoal.sources"));

  /// The plugins that are written for tests, by id.
  private static final Map<String, List<Path>> TEST_PLUGINS =
      Map.of(
          "discovery-static", List.of(Path.of("runtime/src/test/plugins/discovery-static")),
          "store-memory", List.of(Path.of("runtime/src/test/plugins/store-memory")),
          "transport-unix", List.of(Path.of("runtime/src/test/plugins/transport-unix")),
          "verification-sha512", List.of(Path.of("runtime/src/test/plugins/verification-sha512")),
          "store-lying",
              List.of(
                  Path.of("distribution/src/test/plugins/store-lying"),
                  Path.of("runtime/src/test/plugins/store-memory/io")));

  /// Makes a copy in a folder that does not exist.
  static PackageCopy in(Path folder) throws IOException {
    Files.createDirectories(folder);
    for (String shared : List.of("runtime", "lib", "sdk", "extras")) {
      Files.createSymbolicLink(folder.resolve(shared), ShoalProcess.PACKAGE.resolve(shared));
    }
    for (String own : List.of("bin", "conf", "examples", "plugins")) {
      try (var files = Files.walk(ShoalProcess.PACKAGE.resolve(own))) {
        for (Path file : files.toList()) {
          Files.copy(
              file,
              folder.resolve(ShoalProcess.PACKAGE.relativize(file).toString()),
              StandardCopyOption.COPY_ATTRIBUTES);
        }
      }
    }
    return new PackageCopy(folder);
  }

  /// Makes a copy in which some plugins of `extras/` are beside the others. Each costs every
  /// process a part of its start.
  ///
  /// @param ids of plugins; those that are not in `extras/` are there anyway
  static PackageCopy with(Path folder, Collection<String> ids) throws IOException {
    PackageCopy copy = in(folder);
    try (Stream<Path> extras = Files.list(ShoalProcess.PACKAGE.resolve("extras"))) {
      for (Path extra : extras.toList()) {
        String name = extra.getFileName().toString();
        if (ids.contains(name.replaceFirst("-\\d.*", ""))) {
          Files.copy(extra, folder.resolve("plugins").resolve(name));
        }
      }
    }
    return copy;
  }

  /// Removes a plugin's jar or folder and puts a test plugin in its place, in the configuration
  /// too.
  void swap(String kind, String id, String forId) throws IOException {
    remove(id);
    put(forId);
    Path conf = folder.resolve("conf/shoal.yaml");
    String before = Files.readString(conf);
    String after = before.replaceFirst("(?m)^(  " + kind + ": \\[?)" + id + "\\b", "$1" + forId);
    assertTrue(!after.equals(before), before);
    Files.writeString(conf, after);
  }

  private void remove(String id) throws IOException {
    List<Path> found;
    try (var entries = Files.list(folder.resolve("plugins"))) {
      found = entries.filter(entry -> entry.getFileName().toString().startsWith(id)).toList();
    }
    assertEquals(1, found.size(), found::toString);
    try (var files = Files.walk(found.getFirst())) {
      for (Path file : files.toList().reversed()) {
        Files.delete(file);
      }
    }
  }

  /// Builds a test plugin with the tools that the plugin guide names.
  private void put(String id) throws IOException {
    Path classes = folder.resolve("build").resolve(id);
    List<String> arguments = new ArrayList<>();
    arguments.addAll(
        List.of("--module-path", folder.resolve("lib").toString(), "-proc:none", "-nowarn", "-d"));
    arguments.add(classes.toString());
    for (Path source : TEST_PLUGINS.get(id)) {
      try (var files = Files.walk(SOURCES.resolve(source))) {
        files.map(Path::toString).filter(file -> file.endsWith(".java")).forEach(arguments::add);
      }
    }
    tool("javac", arguments);
    Path manifest =
        Files.writeString(
            folder.resolve("build").resolve(id + ".mf"),
            "Plugin-Id: %s\nPlugin-Version: 1.0.0\nPlugin-Requires: ^0.9.0\n".formatted(id));
    Path jar = folder.resolve("plugins").resolve(id + "-1.0.0.jar");
    tool(
        "jar",
        List.of(
            "--create",
            "--file",
            jar.toString(),
            "--manifest",
            manifest.toString(),
            "-C",
            classes.toString(),
            "."));
  }

  private static void tool(String name, List<String> arguments) {
    int code =
        ToolProvider.findFirst(name)
            .orElseThrow()
            .run(System.out, System.err, arguments.toArray(String[]::new));
    assertEquals(0, code, name);
  }

  /// Starts `serve` on a data folder and waits until it is ready.
  ShoalProcess serve(Path data, List<String> options) throws IOException, InterruptedException {
    List<String> arguments = new ArrayList<>(List.of("serve", "--data", data.toString()));
    arguments.addAll(options);
    ShoalProcess process =
        ShoalProcess.start(
            folder, data.resolveSibling("home"), Map.of(), arguments.toArray(String[]::new));
    ShoalProcess.await("the ready line", () -> process.out().endsWith("\n") || process.ended());
    assertTrue(process.out().startsWith("ready "), () -> process.out() + process.err());
    return process;
  }

  /// Runs a command to its end.
  Result run(Path data, List<String> command) throws IOException, InterruptedException {
    List<String> arguments = new ArrayList<>(command);
    arguments.addAll(List.of("--data", data.toString()));
    try (ShoalProcess process =
        ShoalProcess.start(
            folder, data.resolveSibling("home"), Map.of(), arguments.toArray(String[]::new))) {
      return process.await();
    }
  }
}
