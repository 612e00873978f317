package io.shoal.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Plugins of the package as a user handles them.
class PluginsIT {

  private static final String ID = "verification-blake3";

  @TempDir Path folder;
  private PackageCopy program;
  private Path data;

  @BeforeEach
  void unpack() throws IOException {
    program = PackageCopy.in(folder.resolve("program"));
    data = folder.resolve("data");
  }

  private String plugins(String... words) throws Exception {
    ShoalProcess.Result result = program.run(data, words(words));
    assertEquals(0, result.code(), result::toString);
    return result.out();
  }

  private static List<String> words(String... words) {
    return Stream.concat(Stream.of("plugins"), Stream.of(words)).toList();
  }

  private static String line(String table) {
    return table.lines().filter(line -> line.contains(ID)).findFirst().orElse("");
  }

  @Test
  void aPluginOfThePackageIsInstalledHeldToAndRemoved() throws Exception {
    assertTrue(line(plugins("list")).contains("available"));

    assertTrue(plugins("install", ID).startsWith(ID));

    assertTrue(line(plugins("--set=plugins.policy=signed")).contains("started"));
    Path lock = program.folder().resolve("conf/plugins.lock");
    assertTrue(line(Files.readString(lock)).endsWith(" package"));
    Path jar =
        program.folder().resolve("plugins").resolve(line(Files.readString(lock)).split(" ", -1)[3]);
    Files.write(jar, new byte[] {1}, StandardOpenOption.APPEND);
    assertTrue(line(plugins("--set=plugins.policy=locked")).contains("not what was installed"));
    assertTrue(line(plugins("remove", ID)).startsWith(ID));
    assertFalse(Files.exists(jar));
    assertTrue(line(plugins("list")).contains("available"));
  }

  /// All that came with the package is recorded, so that a node that asks for it starts.
  @Test
  void aLockedPackageWorksAsItCame() throws Exception {
    Files.writeString(
        program.folder().resolve("conf/shoal.yaml"),
        "\nplugins:\n  policy: locked\n",
        StandardOpenOption.APPEND);
    Path file = Files.writeString(folder.resolve("file"), "content");

    ShoalProcess.Result added = program.run(data, List.of("add", "-q", file.toString()));

    assertEquals(0, added.code(), added::toString);
    ShoalProcess.Result removal = program.run(data, words("remove", "transport-tcp"));
    assertEquals(1, removal.code());
    assertTrue(removal.err().contains("is active"), removal::err);
  }
}
