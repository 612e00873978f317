package io.shoal.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.distribution.ShoalProcess.Result;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Commands that are more than one question to one node.
@Timeout(300)
class ProgramIT {

  @TempDir Path folder;

  @Test
  void theDemoRunsToItsEndAndTellsWhatItSaw() throws Exception {
    // One node alone needs 4 s at this rate: time for the others to connect on a busy machine.
    try (ShoalProcess demo =
        ShoalProcess.start(
            ShoalProcess.PACKAGE,
            folder.resolve("home"),
            Map.of(),
            "demo",
            "--size",
            "8MB",
            "--rate",
            "2MB",
            "--json")) {
      JsonNode result = demo.await().done().json();
      assertTrue(result.get("identical").asBoolean(), result::toString);
      assertEquals(8_000_000, result.get("sizeBytes").asLong());
      assertTrue(result.get("chunksByNode").size() > 1, result::toString);
    }
  }

  @Test
  void anInterruptedDemoLeavesNothingBehind() throws Exception {
    demoEnds(
        demo -> {
          demo.interrupt();
          assertEquals(130, demo.await().code());
        });
  }

  @Test
  void theNodesOfADemoThatIsKilledEndByThemselvesAndLeaveNothingBehind() throws Exception {
    demoEnds(ShoalProcess::kill);
  }

  private interface End {
    void of(ShoalProcess demo) throws Exception;
  }

  private void demoEnds(End end) throws Exception {
    Path temporary = Files.createDirectories(folder.resolve("tmp"));
    try (ShoalProcess demo =
        ShoalProcess.start(
            ShoalProcess.PACKAGE,
            folder.resolve("home"),
            Map.of("SHOAL_JVM_OPTIONS", "-Djava.io.tmpdir=" + temporary),
            "demo")) {
      ShoalProcess.await("the nodes", () -> demo.descendants().size() >= 6);
      List<ProcessHandle> children = demo.descendants();

      end.of(demo);

      ShoalProcess.await(
          "the end of the nodes", () -> children.stream().noneMatch(ProcessHandle::isAlive));
      try (var left = Files.list(temporary)) {
        assertEquals(
            List.of(),
            left.filter(f -> f.getFileName().toString().startsWith("shoal-demo")).toList());
      }
    }
  }

  @Test
  void theShellRunsTheSameCommands() throws Exception {
    Path file = Trees.file(folder.resolve("a file"), 1000, 1);
    Path script =
        Files.writeString(
            folder.resolve("script"), "add '" + file + "'\nls\nnonsense\nplugins\nexit\n");
    try (ShoalProcess shell =
        ShoalProcess.start(
            folder.resolve("home"),
            ShoalProcess.AS_PACKAGED,
            List.of(
                "sh",
                "-c",
                "exec '%s/bin/shoal' shell --data '%s' < '%s'"
                    .formatted(ShoalProcess.PACKAGE, folder.resolve("data"), script)))) {
      Result result = shell.await();
      assertEquals(0, result.code(), result::toString);
      assertTrue(result.out().contains("a file"), result::toString);
      assertTrue(result.out().contains("storage-filesystem"), result::toString);
      assertTrue(result.err().contains("nonsense"), result::toString);
    }
  }

  @Test
  void aFolderOfChunksNamedByTheirHashIsTakenOver() throws Exception {
    Path old = Files.createDirectories(folder.resolve("hashed_files/ab"));
    byte[] chunk = "a chunk of an older store".getBytes(StandardCharsets.UTF_8);
    String hash = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(chunk));
    Files.write(old.resolve(hash), chunk);
    Files.writeString(old.resolve("ab".repeat(32)), "corrupt");
    Files.writeString(old.resolve("index.json"), "{}");
    String data = folder.resolve("data").toString();
    Path home = folder.resolve("home");

    Result taken =
        ShoalProcess.run(
            home, "add", "--hashed-dir", folder.resolve("hashed_files").toString(), "--data", data);

    assertTrue(taken.done().out().startsWith("1 chunks"), taken::toString);
    assertEquals(
        2, taken.err().lines().filter(line -> line.contains("left out")).count(), taken::toString);
    ShoalProcess.run(home, "gc", "--data", data).done();
    Path copy = folder.resolve("copy");
    ShoalProcess.run(home, "get", hash, "-o", copy.toString(), "--data", data).done();
    assertEquals("a chunk of an older store", Files.readString(copy));
  }

  @Test
  void theLauncherFindsItselfThroughLinksAndKeepsTheUsersFolder() throws Exception {
    Path home = Files.createDirectories(folder.resolve("home"));
    Files.createSymbolicLink(home.resolve("link"), ShoalProcess.PACKAGE.resolve("bin/shoal"));
    Files.createSymbolicLink(home.resolve("link to link"), Path.of("link"));
    Trees.file(home.resolve("here"), 10, 1);
    try (ShoalProcess add =
        ShoalProcess.start(
            home,
            Map.of("LC_ALL", "C"),
            List.of(home + "/link to link", "add", "here", "--data", "dätä"))) {
      add.await().done();
    }
    assertTrue(Files.isDirectory(home.resolve("dätä")));
  }
}
