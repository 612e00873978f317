package io.shoal.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/// The plugins of the package with each other: one node adds a folder, another finds it by the
/// discovery of both and fetches it by the transport of both. Each two plugins that can be together
/// are together here; with `-Pfull` each four.
@Timeout(120)
class CombinationsIT {

  private static final List<Part> STORAGES =
      List.of(
          Part.of("storage", "storage-filesystem"),
          Part.of("storage", "storage-rocksdb"),
          Part.of(
              "storage",
              "storage-s3",
              "plugins.storage-s3.endpoint={s3}",
              "plugins.storage-s3.bucket=" + S3Service.BUCKET,
              "plugins.storage-s3.accessKey=" + S3Service.KEY,
              "plugins.storage-s3.secretKey=" + S3Service.SECRET,
              // Each node its own: else there would be nothing to fetch.
              "plugins.storage-s3.prefix={node}"));

  static final List<Part> TRANSPORTS =
      List.of(
          Part.of("transport", "transport-tcp", "plugins.transport-tcp.listen=127.0.0.1:0"),
          Part.of(
              "transport",
              "transport-http",
              "plugins.transport-http.listen=127.0.0.1:0",
              "transport.plain=http"),
          Part.of("transport", "transport-quic", "plugins.transport-quic.listen=127.0.0.1:0"));

  private static final List<Part> DISCOVERIES =
      List.of(
          Part.of(
                  "discovery",
                  "discovery-kademlia",
                  "plugins.discovery-kademlia.listen=127.0.0.1:0")
              .searching("plugins.discovery-kademlia.bootstrap={dht}"),
          Part.of("discovery", "discovery-lan", "plugins.discovery-lan.interfaces=lo"),
          Part.of("discovery", "discovery-routing", "plugins.discovery-routing.listen=127.0.0.1:0")
              .searching("plugins.discovery-routing.endpoints=http://{discovery-routing}"),
          Part.of("discovery", "discovery-static", "plugins.discovery-static.file=/nowhere/peers")
              .searching("plugins.discovery-static.peers={endpoint}"));

  private static final List<Part> VERIFICATIONS =
      List.of(
          Part.of("verification", "verification-sha256"),
          Part.of("verification", "verification-blake3"));

  private static final List<Combination> ALL =
      Combination.all(STORAGES, TRANSPORTS, DISCOVERIES, VERIFICATIONS);

  /// A file of several chunks.
  private static final int FILE_BYTES = 2_500_000;

  @TempDir static Path shared;
  private static S3Service s3;

  @TempDir Path folder;
  private Path program;

  @BeforeAll
  static void startTheService() throws Exception {
    s3 = S3Service.start(Files.createDirectories(shared.resolve("s3")));
  }

  @AfterAll
  static void endTheService() {
    s3.close();
  }

  static List<Combination> combinations() {
    return Boolean.getBoolean("shoal.full") ? ALL : Combination.pairwise(ALL);
  }

  @ParameterizedTest
  @MethodSource("combinations")
  void aFolderGoesFromOneNodeToAnother(Combination parts) throws Exception {
    program =
        PackageCopy.with(folder.resolve("program"), parts.parts().stream().map(Part::id).toList())
            .folder();
    Path tree = Trees.folder(folder.resolve("tree"));
    Trees.file(tree.resolve("large"), FILE_BYTES, 41);
    Path copy = folder.resolve("copy");
    try (ShoalProcess seed = start("seed", "serve", parts.options(words("seed"), false))) {
      ShoalProcess.await("the ready line", () -> seed.out().endsWith("\n") || seed.ended());
      assertTrue(seed.out().startsWith("ready "), () -> seed.out() + seed.err());
      String root = run("seed", "add", List.of("-q", tree.toString())).out().strip();

      JsonNode fetched = run("fetcher", "get", getOptions(parts, root, copy, known(seed))).json();

      Trees.assertSame(tree, copy);
      assertEquals(Set.of(parts.transport().toString()), transports(fetched), fetched::toString);
      // The begin of a CID of a folder that is named by SHA-256 (dag-pb, 0x12, 32 bytes).
      assertEquals(parts.has("verification-sha256"), root.startsWith("bafybei"), root);
    }
  }

  @Test
  void eachTwoPluginsOfDifferentKindsAreTogetherSomewhere() {
    Set<Set<Part>> pairs = new HashSet<>();
    ALL.forEach(one -> pairs.addAll(one.pairs()));
    Set<Set<Part>> tried = new HashSet<>();
    combinations().forEach(one -> tried.addAll(one.pairs()));

    assertEquals(pairs, tried);
  }

  @Test
  void theTableOfTheDocumentIsOfThese() throws IOException {
    String document =
        Files.readString(
            Path.of(System.getProperty("shoal.sources"), "distribution/src/docs/plugins.md"));
    String table = document.substring(document.indexOf("<!-- combinations -->"));

    assertEquals(
        Combination.pairwise(ALL).stream()
            .map(one -> "| " + one.toString().replace(", ", " | ") + " |")
            .collect(Collectors.joining("\n")),
        table
            .lines()
            .filter(line -> line.startsWith("|"))
            .skip(2)
            .collect(Collectors.joining("\n")));
  }

  /// Of a report, the transports that bytes came over: the schemes without the `s` of TLS.
  private static Set<String> transports(JsonNode fetched) {
    return fetched.get("bytesByTransport").propertyNames().stream()
        .map(scheme -> scheme.replaceFirst("s$", ""))
        .collect(Collectors.toSet());
  }

  private static List<String> getOptions(
      Combination parts, String root, Path copy, Map<String, String> seed) {
    return Stream.of(
            List.of(root, "-o", copy.toString(), "--json", "--no-serve"), parts.options(seed, true))
        .flatMap(List::stream)
        .toList();
  }

  /// What a node is started with, beside the parts.
  private Map<String, String> words(String node) {
    Map<String, String> words = new HashMap<>();
    words.put("s3", s3.endpoint());
    words.put("node", folder.getFileName() + "-" + node);
    return words;
  }

  /// What another node has to know of this one, by the discovery that is used.
  private Map<String, String> known(ShoalProcess seed) throws Exception {
    Map<String, String> words = words("fetcher");
    for (String word : seed.out().strip().split(" ", -1)) {
      int equals = word.indexOf('=');
      if (equals > 0) {
        words.put(word.substring(0, equals), word.substring(equals + 1));
      }
    }
    JsonNode status = run("seed", "status", List.of("--json")).json();
    words.put("endpoint", status.get("endpoints").get(0).asString());
    return words;
  }

  private ShoalProcess start(String node, String command, List<String> options) throws IOException {
    List<String> arguments =
        Stream.of(List.of(command, "--data", folder.resolve(node).toString()), options)
            .flatMap(List::stream)
            .toList();
    return ShoalProcess.start(
        program, folder.resolve(node + "-home"), Map.of(), arguments.toArray(String[]::new));
  }

  private ShoalProcess.Result run(String node, String command, List<String> options)
      throws Exception {
    try (ShoalProcess process = start(node, command, options)) {
      return process.await().done();
    }
  }
}
