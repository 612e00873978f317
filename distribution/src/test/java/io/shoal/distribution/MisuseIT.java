package io.shoal.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.shoal.distribution.ShoalProcess.Node;
import io.shoal.distribution.ShoalProcess.Result;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Mistakes of users, and faults around them: one line with cause and cure, the right exit code,
/// nothing lost.
@Timeout(300)
class MisuseIT {

  private static final String UNKNOWN =
      "bafkreifzjut3te7nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e";

  @TempDir Path folder;
  private Path home;

  @BeforeEach
  void home() {
    home = folder.resolve("home");
  }

  private Result run(String... arguments) throws Exception {
    return ShoalProcess.run(home, arguments);
  }

  @Test
  void wrongUseIsToldApartFromFailure() throws Exception {
    run().failed(2, "--help");
    run("nonsense").failed(2, "nonsense");
    typed("get").failed(2, "a reference is missing");
    typed("get", "nonsense").failed(2, "nonsense");
    typed("get", "ab".repeat(31)).failed(2, "62 hex digits");
    typed("get", UNKNOWN, "--peer", "nonsense").failed(2, "SCHEME://");
    typed("get", UNKNOWN, "--timeout", "soon").failed(2, "soon");
    typed("ls", "--jsn").failed(2, "--json");
    typed("add").failed(2, "--hashed-dir");
    typed("add", "x", "--leaf-size", "3MiB").failed(2, "256KiB");
    typed("status", "--set", "limits.uplaod=1MB").failed(2, "limits.upload");
    typed("status", "--set", "tls=perhaps").failed(2, "tls", "required");
    typed("status", "--config", "missing.yaml").failed(2, "missing.yaml");
  }

  private Result typed(String... words) {
    return InProcess.run(folder.resolve("data"), words);
  }

  @Test
  void anUnknownIdIsNotFoundInTime() throws Exception {
    Result result =
        run("get", UNKNOWN, "--timeout", "3s", "--listen", "127.0.0.1:0", "--dht", "127.0.0.1:0");
    assertTrue(result.code() == 3 || result.code() == 5, result::toString);
    result.failed(result.code());
    run("ls", UNKNOWN).failed(3);
    run("pin", UNKNOWN).failed(3);
  }

  @Test
  void aFileThatIsNotThereIsNamed() throws Exception {
    run("add", "no such file").failed(1, "no such file");
  }

  @Test
  void aDataFolderThatCannotBeOneIsNamed() throws Exception {
    Path file = Files.writeString(Files.createDirectories(folder.resolve("x")).resolve("file"), "");
    run("ls", "--data", file.toString()).failed(1, file.toString());
    // No user may write there, not even root.
    run("ls", "--data", "/proc/shoal").failed(1, "/proc/shoal");
  }

  @Test
  void aPortInUseIsNamed() throws Exception {
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String listen = "127.0.0.1:" + taken.getLocalPort();
      run("serve", "--listen", listen, "--dht", "127.0.0.1:0").failed(1, listen);
    }
  }

  @Test
  void aDataFolderInUseIsNamedAndItsNodeGoesOn() throws Exception {
    try (Node node = ShoalProcess.serve(folder.resolve("data"))) {
      run("serve", "--data", node.data().toString()).failed(1, node.data().toString());
      node.run("status").done();
    }
  }

  @Test
  void aDataFolderOnAReadOnlyMediumIsReadAndNeverChanged() throws Exception {
    Path tree = Trees.folder(folder.resolve("tree"));
    Path data = folder.resolve("data");
    String root = run("add", "-q", tree.toString(), "--data", data.toString()).done().out().strip();
    Path copy = folder.resolve("copy");
    List<String> reading =
        List.of(
            "ls",
            "ls " + root,
            "stat " + root,
            "cat " + root + "/empty",
            "plugins",
            "status",
            "verify",
            "get " + root + " -o " + copy);
    List<String> writing =
        List.of(
            "add " + tree,
            "get " + root + " --keep -o " + folder.resolve("kept"),
            "pin " + root,
            "unpin " + root,
            "share " + root + " private",
            "gc",
            "verify --repair",
            "key show",
            "key rotate");
    Map<Path, FileTime> before = times(data);

    Result read = readOnly(data, reading, "shell", "-q");
    Result written = readOnly(data, writing, "shell", "-q");

    assertEquals("", read.done().err());
    Trees.assertSame(tree, copy);
    List<String> refused = written.err().lines().toList();
    assertEquals(writing.size(), refused.size(), written::toString);
    assertTrue(
        refused.stream().allMatch(line -> line.contains("is on a read-only medium")),
        written::toString);
    assertEquals(1, written.code());
    Result serve = readOnly(data, List.of(), "serve").failed(1, "is on a read-only medium");
    assertEquals(1, serve.err().lines().count(), serve::toString);
    assertEquals(before, times(data));
  }

  private static Map<Path, FileTime> times(Path folder) throws Exception {
    Map<Path, FileTime> times = new TreeMap<>();
    try (var all = Files.walk(folder)) {
      for (Path each : all.toList()) {
        times.put(each, Files.getLastModifiedTime(each));
      }
    }
    return times;
  }

  /// Runs a command where the data folder is mounted so that not even root may write to it.
  private Result readOnly(Path data, List<String> input, String... words) throws Exception {
    String mounted =
        "mount --bind \"$1\" \"$1\" && mount -o remount,bind,ro \"$1\" && data=$1 && shift"
            + " && exec \"$0\" \"$@\" --data \"$data\" --listen 127.0.0.1:0 --dht 127.0.0.1:0";
    List<String> command = new ArrayList<>(List.of("unshare", "--mount", "sh", "-c", mounted));
    command.add(ShoalProcess.PACKAGE.resolve("bin/shoal").toString());
    command.add(data.toString());
    command.addAll(List.of(words));
    try (ShoalProcess process = ShoalProcess.start(home, Map.of(), command)) {
      process.type(String.join("\n", input) + "\n");
      process.endInput();
      return process.await();
    }
  }

  @Test
  void aFullStoreLosesNothing() throws Exception {
    Path small = Trees.file(folder.resolve("small"), 100_000, 1);
    Path large = Trees.file(folder.resolve("large"), 5_000_000, 2);
    String data = folder.resolve("data").toString();
    String quota = "plugins.storage-filesystem.quota=1MB";
    String root =
        run("add", "-q", small.toString(), "--data", data, "--set", quota).done().out().strip();

    run("add", large.toString(), "--data", data, "--set", quota).failed(1, "quota");

    run("get", root, "-o", folder.resolve("copy").toString(), "--data", data).done();
    Trees.assertSame(small, folder.resolve("copy"));
  }

  @Test
  void signalsEndANodeCleanly() throws Exception {
    try (Node node = ShoalProcess.serve(folder.resolve("data"))) {
      node.stop();
    }
    try (Node node = ShoalProcess.serve(folder.resolve("data"))) {
      node.process().interrupt();
      assertEquals(130, node.process().await().code());
    }
  }

  @Test
  void aScriptOfTheShellEndsWithTheCodeOfItsLastCommand() throws Exception {
    run("add", Trees.file(folder.resolve("file"), 1_000, 3).toString()).done();
    Result help = script("help get\n");
    assertTrue(help.done().out().contains("--peer"), help::toString);
    Result roots = script("ls -q\n\n");
    assertTrue(roots.done().out().startsWith("baf"), "a prompt is no result");
    script("ls\nget nonsense\n").failed(2, "nonsense");
    script("get nonsense\nls\nexit\nget nonsense\n").failed(0, "nonsense");
    Result configured = script("ls\n", "--config", "missing.yaml");
    configured.failed(2, "missing.yaml");
    script("ls --config other.yaml\n", "--config", "missing.yaml").failed(2, "other.yaml");
  }

  private Result script(String lines, String... options) throws Exception {
    List<String> words = new ArrayList<>(List.of("shell"));
    words.addAll(List.of(options));
    try (ShoalProcess shell = ShoalProcess.start(home, words.toArray(String[]::new))) {
      shell.type(lines);
      shell.endInput();
      return shell.await();
    }
  }

  @Test
  void anInterruptEndsTheCommandAndNotTheShell() throws Exception {
    Path script = Path.of("/usr/bin/script");
    assumeTrue(Files.isExecutable(script), "nothing here makes a terminal");
    List<String> command =
        List.of(
            script.toString(),
            "-qec",
            // This terminal has no size of its own. A shell that stays would hear the interrupt
            // too.
            "stty cols 100 rows 24; exec " + ShoalProcess.PACKAGE.resolve("bin/shoal") + " shell",
            "/dev/null");
    try (ShoalProcess shell = ShoalProcess.start(home, Map.of("TERM", "xterm"), command)) {
      ShoalProcess.await("a prompt", () -> shell.out().contains("shoal> "));
      shell.type("get " + UNKNOWN + " --listen 127.0.0.1:0 --dht 127.0.0.1:0\r");
      ShoalProcess.await("a search", () -> shell.out().contains("looking for"));
      shell.type("\u0003");
      ShoalProcess.await("its end", () -> shell.out().contains("shoal: interrupted"));
      shell.type("key show\r");
      ShoalProcess.await("the next command", () -> shell.out().contains("bafzaa"));
      shell.type("exit\r");
      assertEquals(0, shell.await().code());
      assertFalse(shell.out().contains("this is a bug"), shell.out());
    }
  }
}
