package io.shoal.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.shoal.distribution.ShoalProcess.Node;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Small commands are answered by a shorter way: what they print must be what the long way prints.
@Timeout(300)
class SmallCommandsIT {

  @TempDir Path folder;

  @Test
  void theHelpInThePackageIsThatOfTheCommandLine() throws Exception {
    var nowhere =
        new Console(OutputStream.nullOutputStream(), OutputStream.nullOutputStream(), false);
    var program = new Program(new Environment(nowhere, new LocalNodes(), folder));

    assertEquals(program.help(), helpInPackage("shoal"));
    for (Subcommand command : Subcommand.values()) {
      assertEquals(program.help(command), helpInPackage(command.word()));
    }
    assertEquals(helpInPackage("shoal"), ShoalProcess.run(folder, "--help").done().out());
    assertEquals(helpInPackage("get"), ShoalProcess.run(folder, "get", "-h").done().out());
  }

  @Test
  void helpWithAnOptionMoreIsTheSameAndNoneIsThereForWhatIsNoCommand() throws Exception {
    // An option more, and the library answers.
    assertEquals(
        helpInPackage("ls"), ShoalProcess.run(folder, "ls", "--quiet", "--help").done().out());
    for (String none : List.of("shoal", "../help/ls")) {
      assertEquals(
          ShoalProcess.run(folder, none, "--quiet", "--help"),
          ShoalProcess.run(folder, none, "-h"));
    }
  }

  @Test
  void reportsOfANodeAreTheSameByBothWays() throws Exception {
    Path data = folder.resolve("data");
    Path file = Files.writeString(folder.resolve("a file"), "some content");
    try (Node _ = ShoalProcess.serve(data)) {
      ShoalProcess.run(folder, "add", file.toString(), "--data=" + data).done();
      for (String command : List.of("ls", "plugins", "peers")) {
        for (List<String> option : List.of(List.of("--quiet"), List.of("--quiet", "--json"))) {
          String shorter = report(data, command, option, List.of());
          String longer = report(data, command, option, List.of("--log-level=error"));
          assertEquals(longer, shorter, command);
          assertFalse(shorter.isEmpty() && !command.equals("peers"), command);
        }
      }
      assertEquals(
          keys(report(data, "status", List.of("--json"), List.of("--log-level=error"))),
          keys(report(data, "status", List.of("--json"), List.of())));
    }
  }

  private String report(Path data, String command, List<String> options, List<String> more)
      throws Exception {
    var words = new ArrayList<>(List.of(command, "--data", data.toString()));
    words.addAll(options);
    words.addAll(more);
    return ShoalProcess.run(folder, words.toArray(String[]::new)).done().out();
  }

  /// A status without what changes from one moment to the next.
  private static String keys(String json) {
    return json.replaceAll("\\d+", "0");
  }

  private static String helpInPackage(String name) throws Exception {
    return Files.readString(ShoalProcess.PACKAGE.resolve("lib/help/" + name + ".txt"));
  }
}
