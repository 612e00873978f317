package io.shoal.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.distribution.ShoalProcess.Result;
import io.shoal.distribution.launch.ScratchFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// A default plugin's jar makes way for another of its kind, its name in `conf/shoal.yaml` for the
/// other's; nothing else changes, and two nodes still exchange a file.
@Timeout(120)
class SwapIT {

  private static final List<String> TCP = List.of("--listen", "127.0.0.1:0");
  private static final List<String> DHT = List.of("--dht", "127.0.0.1:0");

  @TempDir Path folder;
  private PackageCopy program;
  private Path seedData;
  private Path sockets;

  @BeforeEach
  void copyThePackage() throws IOException {
    program = PackageCopy.in(folder.resolve("program"));
    seedData = folder.resolve("seed");
    // The system allows UNIX sockets only short paths.
    sockets = Files.createTempDirectory("shoal");
  }

  @AfterEach
  void removeTheSockets() throws IOException {
    ScratchFolder.share(sockets).close();
  }

  @Test
  void anotherStorage() throws Exception {
    program.swap("storage", "storage-filesystem", "store-memory");
    List<String> options = all(TCP, DHT);
    try (ShoalProcess seed = program.serve(seedData, options)) {
      String root = add();
      exchange(root, "tcps", all(options, List.of("--peer", address())));
      assertTrue(seed.out().contains(" dht="), seed::out);
    }
  }

  @Test
  void anotherVerification() throws Exception {
    program.swap("verification", "verification-sha256", "verification-sha512");
    List<String> options = all(TCP, DHT);
    try (ShoalProcess seed = program.serve(seedData, options)) {
      String root = add();
      String dht = seed.out().replaceFirst("(?s).* dht=(\\S+).*", "$1");
      exchange(root, "tcps", all(options, List.of("--bootstrap", dht)));
    }
  }

  @Test
  void anotherDiscovery() throws Exception {
    program.swap("discovery", "discovery-kademlia", "discovery-static");
    try (ShoalProcess seed = program.serve(seedData, TCP)) {
      String root = add();
      exchange(root, "tcps", all(TCP, knowing(address())));
      assertTrue(!seed.out().contains(" dht="), seed::out);
    }
  }

  @Test
  void anotherTransport() throws Exception {
    program.swap("transport", "transport-tcp", "transport-unix");
    try (ShoalProcess seed = program.serve(seedData, all(DHT, socket("seed")))) {
      String root = add();
      exchange(root, "unix", all(all(DHT, socket("fetcher")), List.of("--peer", address())));
      assertTrue(seed.out().contains(" unix="), seed::out);
    }
  }

  @Test
  void allFourAtOnce() throws Exception {
    program.swap("storage", "storage-filesystem", "store-memory");
    program.swap("verification", "verification-sha256", "verification-sha512");
    program.swap("discovery", "discovery-kademlia", "discovery-static");
    program.swap("transport", "transport-tcp", "transport-unix");
    try (ShoalProcess seed = program.serve(seedData, socket("seed"))) {
      Result plugins = program.run(seedData, List.of("plugins", "--json"));
      assertEquals(5, plugins.done().out().lines().count(), plugins::toString);
      String root = add();
      exchange(root, "unix", all(socket("fetcher"), knowing(address())));
      assertTrue(seed.out().contains(" unix="), seed::out);
    }
  }

  private String add() throws Exception {
    Path file = Trees.file(folder.resolve("file"), 3_000_000, 31);
    return program.run(seedData, List.of("add", "-q", file.toString())).done().out().strip();
  }

  private String address() throws Exception {
    Result status = program.run(seedData, List.of("status", "--json"));
    return status.done().json().get("endpoints").get(0).asString();
  }

  private void exchange(String root, String scheme, List<String> options) throws Exception {
    Path copy = folder.resolve("copy");
    List<String> get = all(List.of("get", root, "-o", copy.toString(), "--json"), options);

    JsonNode fetched = program.run(folder.resolve("fetcher"), get).done().json();

    Trees.assertSame(folder.resolve("file"), copy);
    assertTrue(
        fetched.get("bytesByTransport").get(scheme).asLong() >= 3_000_000, fetched::toString);
  }

  private List<String> socket(String name) {
    return List.of("--set", "plugins.transport-unix.path=" + sockets.resolve(name));
  }

  private static List<String> knowing(String address) {
    return List.of("--set", "plugins.discovery-static.peers=[" + address + "]");
  }

  private static List<String> all(List<String> some, List<String> others) {
    return Stream.concat(some.stream(), others.stream()).toList();
  }
}
