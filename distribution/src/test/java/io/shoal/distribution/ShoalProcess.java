package io.shoal.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The packaged program as a process of its own: what a user starts, and nothing of it in this one.
final class ShoalProcess implements AutoCloseable {

  static final Path PACKAGE = Path.of(System.getProperty("shoal.package"));

  /// Many times what anything here takes; what hangs should fail and say where.
  static final Duration PATIENCE =
      Boolean.getBoolean("shoal.full") ? Duration.ofMinutes(15) : Duration.ofSeconds(90);

  private static final long SHORTEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  /// A process in a shell's background ignores SIGINT, and so does all that it starts: put before a
  /// command, this makes it hear interrupts even so. Empty where `env` has no such option.
  private static final List<String> HEARING_INTERRUPTS = hearingInterrupts();

  /// Options for processes that live for seconds: in that time the optimizing compiler takes more
  /// than it gives back, and a hundred nodes are started. [ProgramIT] runs without them.
  private static final String SHORT_LIVED = "-XX:TieredStopAtLevel=1";

  /// The environment of a process that runs with the package's own options alone.
  static final Map<String, String> AS_PACKAGED = Map.of("SHOAL_JVM_OPTIONS", "");

  private final Process process;
  private final Path out;
  private final Path err;

  private ShoalProcess(Process process, Path out, Path err) {
    this.process = process;
    this.out = out;
    this.err = err;
  }

  private static List<String> hearingInterrupts() {
    List<String> prefix = List.of("env", "--default-signal=INT");
    try {
      var builder = new ProcessBuilder(prefix).redirectErrorStream(true);
      Process check = builder.redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
      return check.waitFor() == 0 ? prefix : List.of();
    } catch (IOException e) {
      return List.of();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return List.of();
    }
  }

  /// The output of a process that ended.
  record Result(int code, String out, String err) {

    /// The output's last line as JSON.
    JsonNode json() {
      return JsonMapper.shared().readTree(out.strip().lines().reduce((_, last) -> last).orElse(""));
    }

    /// Holds that it went well.
    Result done() {
      assertEquals(0, code, toString());
      return this;
    }

    /// Holds that it failed as a user should see it: with this code, and one line that starts with
    /// the program's name and holds these words.
    Result failed(int expected, String... words) {
      assertEquals(expected, code, toString());
      List<String> lines = err.lines().filter(line -> line.startsWith("shoal: ")).toList();
      assertEquals(1, lines.size(), toString());
      assertFalse(err.contains("\tat ") || err.contains("Exception"), toString());
      for (String word : words) {
        assertTrue(lines.getFirst().contains(word), word + " in " + this);
      }
      return this;
    }
  }

  /// A place for one test's processes: `home` is where logs of their output go.
  static ShoalProcess start(Path home, String... arguments) throws IOException {
    return start(PACKAGE, home, Map.of(), arguments);
  }

  static ShoalProcess start(
      Path packageFolder, Path home, Map<String, String> environment, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(packageFolder.resolve("bin/shoal").toString());
    command.addAll(List.of(arguments));
    return start(home, environment, command);
  }

  /// Any command, with the program on its path.
  static ShoalProcess start(Path home, Map<String, String> environment, List<String> command)
      throws IOException {
    Files.createDirectories(home);
    Path out = Files.createTempFile(home, "process", ".out");
    Path err = Files.createTempFile(home, "process", ".err");
    List<String> line = new ArrayList<>(HEARING_INTERRUPTS);
    line.addAll(command);
    var builder =
        new ProcessBuilder(line)
            .directory(home.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().put("HOME", home.toString());
    builder.environment().remove("SHOAL_HOME");
    builder.environment().put("SHOAL_JVM_OPTIONS", SHORT_LIVED);
    builder.environment().putAll(environment);
    return new ShoalProcess(builder.start(), out, err);
  }

  /// Runs a command to its end.
  static Result run(Path home, String... arguments) throws IOException, InterruptedException {
    try (ShoalProcess process = start(home, arguments)) {
      return process.await();
    }
  }

  /// Starts a node on loopback, on ports that the system chooses, and waits until it serves.
  static Node serve(Path data, String... options) throws IOException, InterruptedException {
    return serve(PACKAGE, data, options);
  }

  static Node serve(Path packageFolder, Path data, String... options)
      throws IOException, InterruptedException {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "serve",
                "--data",
                data.toString(),
                "--listen",
                "127.0.0.1:0",
                "--dht",
                "127.0.0.1:0"));
    arguments.addAll(List.of(options));
    ShoalProcess process =
        start(
            packageFolder,
            data.resolveSibling(data.getFileName() + "-home"),
            Map.of(),
            arguments.toArray(String[]::new));
    try {
      await("the ready line", () -> !process.process.isAlive() || process.out().endsWith("\n"));
      assertTrue(process.out().startsWith("ready "), () -> process.out() + process.err());
      return new Node(data, process);
    } catch (AssertionError e) {
      process.close();
      throw e;
    }
  }

  /// A node that serves.
  record Node(Path data, ShoalProcess process) implements AutoCloseable {

    /// A word of the ready line.
    String ready(String key) {
      Map<String, String> words = new HashMap<>();
      for (String word : process.out().strip().split(" ", -1)) {
        int equals = word.indexOf('=');
        if (equals > 0) {
          words.put(word.substring(0, equals), word.substring(equals + 1));
        }
      }
      return words.getOrDefault(key, "");
    }

    /// Runs a command on this node.
    Result run(String... arguments) throws IOException, InterruptedException {
      List<String> all = new ArrayList<>(List.of(arguments));
      all.addAll(List.of("--data", data.toString()));
      return ShoalProcess.run(
          data.resolveSibling(data.getFileName() + "-home"), all.toArray(String[]::new));
    }

    /// Where it accepts connections, with who it is.
    String address() throws IOException, InterruptedException {
      return run("status", "--json").done().json().get("endpoints").get(0).asString();
    }

    /// Ends it as a crash would.
    void kill() throws InterruptedException {
      process.kill();
    }

    /// Ends it as a user would; it must agree that all is well.
    void stop() throws IOException, InterruptedException {
      process.process.destroy();
      assertEquals(0, process.await().code());
    }

    @Override
    public void close() {
      process.close();
    }
  }

  /// Where its output is, for what is no text.
  Path outFile() {
    return out;
  }

  String out() {
    return read(out);
  }

  String err() {
    return read(err);
  }

  private static String read(Path file) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  Result await() throws InterruptedException {
    assertTrue(
        process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS),
        () -> "still running: " + process.info() + out() + err());
    return new Result(process.exitValue(), out(), err());
  }

  boolean ended() {
    return !process.isAlive();
  }

  /// Its children, and theirs.
  List<ProcessHandle> descendants() {
    return process.descendants().toList();
  }

  /// Writes to its standard input, as a user types.
  void type(String text) throws IOException {
    process.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().flush();
  }

  void endInput() throws IOException {
    process.getOutputStream().close();
  }

  /// SIGINT, as Ctrl-C sends it.
  void interrupt() throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
  }

  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /// Waits for a condition, with a deadline.
  static void await(String what, BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    long asked = System.nanoTime();
    while (!condition.getAsBoolean()) {
      long answered = System.nanoTime();
      assertTrue(answered < end, "waited in vain for " + what);
      // A condition that runs a command leaves the processor to what it waits for most of the time.
      TimeUnit.NANOSECONDS.sleep(Math.max(SHORTEST_PAUSE_NANOS, 3 * (answered - asked)));
      asked = System.nanoTime();
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
