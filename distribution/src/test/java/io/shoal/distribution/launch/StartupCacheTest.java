package io.shoal.distribution.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The making of caches by a program that says how it was started.
@Timeout(60)
class StartupCacheTest {
  @TempDir Path temp;
  private Path data;
  private Path launcher;
  private Path said;

  @BeforeEach
  void makeLauncher() throws Exception {
    data = Files.createDirectory(temp.resolve("data"));
    said = temp.resolve("said");
    launcher =
        Files.writeString(
            temp.resolve("shoal"),
            """
            #!/bin/sh
            sleep 600 <&0 &
            printf '%%s\n' $$ $! "$@" > "%1$s.new"
            mv "%1$s.new" "%1$s"
            cat
            echo ended >> "%1$s"
            """
                .formatted(said));
    assertTrue(launcher.toFile().setExecutable(true));
  }

  @Test
  void whatMakesThemFollowsItsInputAndEndsWithItsNode() throws Exception {
    Thread node = Thread.ofVirtual().start(() -> StartupCache.make(launcher, data));
    while (Files.notExists(said)) {
      assertTrue(node.isAlive());
      Thread.onSpinWait();
    }
    List<String> lines = Files.readAllLines(said);
    assertEquals(
        List.of("caches", data.resolve("cache").toString(), "--follow"),
        lines.subList(2, lines.size()),
        "its input is open while the node lives");
    List<ProcessHandle> started =
        lines.subList(0, 2).stream()
            .flatMap(pid -> ProcessHandle.of(Long.parseLong(pid)).stream())
            .toList();
    assertEquals(2, started.size());

    node.interrupt();

    node.join();
    for (ProcessHandle each : started) {
      each.onExit().get(30, TimeUnit.SECONDS);
    }
  }
}
