package io.shoal.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.distribution.ShoalProcess.Result;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/// One download draws chunks from peers of several transports at once, and goes on when one of them
/// fails midway.
@Timeout(120)
class ManyTransportsIT {

  /// So slow that no peer can serve all of the file before the others are connected.
  private static final String UPLOAD_RATE = "limits.upload=1500KB";

  private static final int FILE_BYTES = 9_000_000;

  @TempDir Path folder;
  private Path program;
  private final List<Seed> seeds = new ArrayList<>();

  /// A node that serves by one transport alone.
  private record Seed(Path data, Part transport, ShoalProcess process) {}

  @AfterEach
  void endTheSeeds() {
    seeds.forEach(seed -> seed.process().close());
  }

  /// Each two transports, and all of them.
  static List<List<Part>> transports() {
    List<Part> all = CombinationsIT.TRANSPORTS;
    List<List<Part>> groups = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      for (int j = i + 1; j < all.size(); j++) {
        groups.add(List.of(all.get(i), all.get(j)));
      }
    }
    groups.add(all);
    return groups.stream().distinct().toList();
  }

  @ParameterizedTest
  @MethodSource("transports")
  void aDownloadUsesAllTransportsAndOutlivesOne(List<Part> transports) throws Exception {
    program =
        PackageCopy.with(folder.resolve("program"), transports.stream().map(Part::id).toList())
            .folder();
    Path file = Trees.file(folder.resolve("file"), FILE_BYTES, 51);
    Path copy = folder.resolve("copy");
    String root = "";
    List<String> peers = new ArrayList<>();
    for (Part transport : transports) {
      Seed seed = serve(transport);
      root = run(seed.data(), "add", "-q", file.toString()).out().strip();
      peers.add("--peer");
      peers.add(status(seed).get("endpoints").get(0).asString());
    }

    try (ShoalProcess get = start("fetcher", getOptions(root, copy, transports, peers))) {
      for (Seed seed : seeds) {
        ShoalProcess.await(
            seed.transport() + " to send something", () -> hasSent(seed) || get.ended());
      }
      seeds.getFirst().process().kill();
      JsonNode report = get.await().done().json();

      Trees.assertSame(file, copy);
      Set<String> used =
          report.get("bytesByTransport").propertyNames().stream()
              .map(scheme -> scheme.replaceFirst("s$", ""))
              .collect(Collectors.toSet());
      assertEquals(
          transports.stream().map(Part::toString).collect(Collectors.toSet()),
          used,
          report::toString);
    }
  }

  private static List<String> getOptions(
      String root, Path copy, List<Part> transports, List<String> peers) {
    List<String> options = new ArrayList<>(List.of("get", root, "-o", copy.toString()));
    options.addAll(List.of("--json", "--no-serve", "--set", "active.discovery=[]"));
    options.addAll(peers);
    options.add("--set");
    options.add("active.transport=" + transports.stream().map(Part::id).toList());
    for (Part transport : transports) {
      options.addAll(transport.settings(Map.of(), false));
    }
    return options;
  }

  private Seed serve(Part transport) throws Exception {
    List<String> options = new ArrayList<>(List.of("serve", "--set", UPLOAD_RATE));
    options.addAll(List.of("--set", "active.discovery=[]"));
    options.addAll(transport.options(Map.of(), false));
    String name = "seed-" + transport;
    Seed seed = new Seed(folder.resolve(name), transport, start(name, options));
    seeds.add(seed);
    ShoalProcess.await(
        "the ready line", () -> seed.process().out().endsWith("\n") || seed.process().ended());
    assertTrue(seed.process().out().startsWith("ready "), () -> seed.process().err());
    return seed;
  }

  private boolean hasSent(Seed seed) {
    try {
      return status(seed).get("uploads").get("sentBytes").asLong() > 0;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private JsonNode status(Seed seed) throws Exception {
    return run(seed.data(), "status", "--json").json();
  }

  private ShoalProcess start(String node, List<String> command) throws Exception {
    List<String> arguments =
        Stream.of(command, List.of("--data", folder.resolve(node).toString()))
            .flatMap(List::stream)
            .toList();
    return ShoalProcess.start(
        program, folder.resolve(node + "-home"), Map.of(), arguments.toArray(String[]::new));
  }

  private Result run(Path data, String... command) throws Exception {
    try (ShoalProcess process = start(data.getFileName().toString(), List.of(command))) {
      return process.await().done();
    }
  }
}
