package io.shoal.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.distribution.ShoalProcess.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// All four default plugins make way for others: jars replaced, names in the configuration changed,
/// nothing else.
@Timeout(300)
class PluginSwapIT {

  private static final Path SOURCES =
      Path.of(System.getProperty("shoal.sources"), "runtime/src/test/plugins");

  private static final List<String> OTHERS =
      List.of("discovery-static", "store-memory", "transport-unix", "verification-sha512");

  @TempDir Path folder;

  @Test
  void aNodeOfOtherPluginsAloneSharesFiles() throws Exception {
    Path program = copyOfPackage();
    for (String id : OTHERS) {
      build(id, program);
    }
    Files.writeString(
        program.resolve("conf/shoal.yaml"),
        """
        active:
          storage: store-memory
          verification: verification-sha512
          discovery: [discovery-static]
          transport: [transport-unix]
        """);
    Path file = Trees.file(folder.resolve("file"), 3_000_000, 31);
    // UNIX sockets have short paths.
    Path sockets = Files.createTempDirectory(Path.of("/tmp"), "shoal");
    try (ShoalProcess seed = serve(program, "seed", sockets.resolve("a"))) {
      Result plugins = run(program, "plugins", "--data", folder.resolve("seed").toString());
      for (String id : OTHERS) {
        assertTrue(plugins.done().out().contains(id), plugins::toString);
      }
      assertEquals(1 + OTHERS.size(), plugins.out().lines().count(), plugins::toString);
      String root =
          run(program, "add", "-q", file.toString(), "--data", folder.resolve("seed").toString())
              .done()
              .out()
              .strip();
      String address =
          run(program, "status", "--json", "--data", folder.resolve("seed").toString())
              .done()
              .json()
              .get("endpoints")
              .get(0)
              .asString();
      assertTrue(seed.out().contains(" unix="), seed::out);

      run(
              program,
              "get",
              root,
              "-o",
              folder.resolve("copy").toString(),
              "--data",
              folder.resolve("fetcher").toString(),
              "--set",
              "plugins.transport-unix.path=" + sockets.resolve("b"),
              "--set",
              "plugins.discovery-static.peers=[" + address + "]")
          .done();

      Trees.assertSame(file, folder.resolve("copy"));
    } finally {
      new ScratchFolder(sockets).close();
    }
  }

  private ShoalProcess serve(Path program, String data, Path socket) throws Exception {
    ShoalProcess process =
        ShoalProcess.start(
            program,
            folder.resolve("home"),
            Map.of(),
            "serve",
            "--data",
            folder.resolve(data).toString(),
            "--set",
            "plugins.transport-unix.path=" + socket);
    ShoalProcess.await("the ready line", () -> process.out().endsWith("\n") || process.ended());
    assertTrue(process.out().startsWith("ready "), () -> process.out() + process.err());
    return process;
  }

  private Result run(Path program, String... arguments) throws Exception {
    try (ShoalProcess process =
        ShoalProcess.start(program, folder.resolve("home"), Map.of(), arguments)) {
      return process.await();
    }
  }

  /// The package without its plugins; what is large and never written is linked.
  private Path copyOfPackage() throws IOException {
    Path copy = Files.createDirectories(folder.resolve("program"));
    for (String shared : List.of("runtime", "lib")) {
      Files.createSymbolicLink(copy.resolve(shared), ShoalProcess.PACKAGE.resolve(shared));
    }
    Files.createDirectories(copy.resolve("bin"));
    Files.createDirectories(copy.resolve("conf"));
    Files.createDirectories(copy.resolve("plugins"));
    Files.copy(ShoalProcess.PACKAGE.resolve("bin/shoal"), copy.resolve("bin/shoal"));
    assertTrue(copy.resolve("bin/shoal").toFile().setExecutable(true));
    return copy;
  }

  /// Builds a plugin as the guide says.
  private void build(String id, Path program) throws IOException {
    List<String> arguments = new ArrayList<>();
    Path classes = folder.resolve("classes/" + id);
    arguments.addAll(
        List.of(
            "--module-path",
            ShoalProcess.PACKAGE.resolve("lib").toString(),
            "-proc:none",
            "-nowarn",
            "-d",
            classes.toString()));
    try (var files = Files.walk(SOURCES.resolve(id))) {
      files.map(Path::toString).filter(name -> name.endsWith(".java")).forEach(arguments::add);
    }
    tool("javac", arguments.toArray(String[]::new));
    Path manifest =
        Files.writeString(
            folder.resolve(id + ".mf"),
            "Plugin-Id: %s\nPlugin-Version: 1.0.0\nPlugin-Provider: tests\nPlugin-Requires: ^0.1.0\n"
                .formatted(id));
    tool(
        "jar",
        "--create",
        "--file",
        program.resolve("plugins/" + id + "-1.0.0.jar").toString(),
        "--manifest",
        manifest.toString(),
        "-C",
        classes.toString(),
        ".");
  }

  private static void tool(String name, String... arguments) {
    int code = ToolProvider.findFirst(name).orElseThrow().run(System.out, System.err, arguments);
    assertEquals(0, code, name);
  }
}
