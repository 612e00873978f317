package io.shoal.distribution;

import io.shoal.distribution.ShoalProcess.Result;
import io.shoal.distribution.command.Environment;
import io.shoal.distribution.console.Console;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/// Command lines that run in this process, as the program runs them: where a process for each would
/// show nothing more, and take most of the time.
final class InProcess {

  private InProcess() {}

  /// Answers by the short way if there is one.
  static Result run(Path data, String... words) {
    return run(data, true, words);
  }

  /// Answers by the library of the command line alone.
  static Result runByLibrary(Path data, String... words) {
    return run(data, false, words);
  }

  private static Result run(Path data, boolean small, String... words) {
    var out = new ByteArrayOutputStream();
    var err = new ByteArrayOutputStream();
    var environment =
        new Environment(
            new Console(out, err, false), new LocalNodes(), data.toAbsolutePath().getParent());
    List<String> all = new ArrayList<>(List.of(words));
    all.add("--data=" + data);
    String[] args = all.toArray(String[]::new);
    OptionalInt answered = small ? new SmallCommands(environment).run(args) : OptionalInt.empty();
    int code = answered.orElseGet(() -> new Program(environment).run(args));
    return new Result(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }
}
