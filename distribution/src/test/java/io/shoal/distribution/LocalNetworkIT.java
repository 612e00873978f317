package io.shoal.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Two machines at one switch, each with a node as it is packaged, for which nothing is configured.
@Timeout(180)
class LocalNetworkIT {
  private static final int FILE_BYTES = 3_000_000;

  /// Prints each instance of the service with its text, until it has printed as many as it is told.
  private static final String BROWSER =
      """
      import sys, threading, zeroconf
      wanted = int(sys.argv[1])
      found = threading.Semaphore(0)
      class Listener:
          def add_service(self, zc, kind, name):
              info = zc.get_service_info(kind, name, 5000)
              if info:
                  text = {k.decode(): v.decode() for k, v in info.properties.items()}
                  print(name, info.port, info.parsed_addresses(), text['e0'], flush=True)
                  found.release()
          def update_service(self, *more): pass
          def remove_service(self, *more): pass
      zc = zeroconf.Zeroconf()
      zeroconf.ServiceBrowser(zc, '_shoal._tcp.local.', Listener())
      ok = all(found.acquire(timeout=20) for _ in range(wanted))
      zc.close()
      sys.exit(0 if ok else 1)
      """;

  @TempDir Path folder;

  private PrivateNetwork first;
  private PrivateNetwork second;

  @BeforeEach
  void connect() throws Exception {
    try {
      first = PrivateNetwork.open(folder.resolve("first"), List.of(), List.of());
      second = PrivateNetwork.open(folder.resolve("second"), List.of(), List.of());
      first.connect("192.168.71.", List.of(second));
    } catch (IOException e) {
      skip("no network namespaces can be made and connected here: " + e.getMessage());
    }
  }

  private static void skip(String why) {
    System.err.println("THE LOCAL NETWORK IS NOT TESTED: " + why);
    Assumptions.abort("not tested: " + why);
  }

  @AfterEach
  void end() throws Exception {
    if (second != null) {
      second.close();
    }
    if (first != null) {
      first.close();
    }
  }

  @Test
  void twoNodesFindEachOtherWithNothingConfigured() throws Exception {
    Path file = Trees.file(folder.resolve("file"), FILE_BYTES, 43);
    Path copy = folder.resolve("copy");
    try (ShoalProcess here = serve(first, "here");
        ShoalProcess there = serve(second, "there")) {
      awaitNeighbour(first, "here", "tcps://192.168.71.2:4600");
      awaitNeighbour(second, "there", "tcps://192.168.71.1:4600");
      String root = run(first, "here", "add", "-q", file.toString()).out().strip();

      run(second, "there", "get", root, "-o", copy.toString());

      assertEquals(-1, Files.mismatch(file, copy));
      assertFalse(here.ended() || there.ended());
    }
  }

  @Test
  void aGetWithoutANodeFindsTheOtherMachine() throws Exception {
    Path file = Trees.file(folder.resolve("file"), FILE_BYTES, 44);
    Path copy = folder.resolve("copy");
    try (ShoalProcess here = serve(first, "here")) {
      String root = run(first, "here", "add", "-q", file.toString()).out().strip();

      run(second, "there", "get", root, "-o", copy.toString(), "--no-serve");

      assertEquals(-1, Files.mismatch(file, copy));
      assertFalse(here.ended());
    }
  }

  @Test
  void aBrowserOfDnsSdSeesTheNodes() throws Exception {
    DebianPackages.install(
            Map.of("python3-zeroconf", List.of("/usr/bin/python3", "-c", "import zeroconf")))
        .ifPresent(LocalNetworkIT::skip);
    Path script = Files.writeString(folder.resolve("browse.py"), BROWSER);
    try (ShoalProcess here = serve(first, "here");
        ShoalProcess there = serve(second, "there");
        ShoalProcess browser =
            second.start(
                folder.resolve("browser"),
                Map.of(),
                List.of("/usr/bin/python3", script.toString(), "2"))) {
      String seen = browser.await().done().out();

      assertTrue(seen.contains(" 4600 ['192.168.71.1'] tcps://192.168.71.1:4600\n"), seen);
      assertTrue(seen.contains(" 4600 ['192.168.71.2'] tcps://192.168.71.2:4600\n"), seen);
      assertTrue(seen.startsWith("shoal-"), seen);
      String id = here.out().replaceFirst("(?s).*peer=(\\S+).*", "$1");
      assertFalse(seen.contains(id), "the name must not show the peer");
      assertFalse(there.ended());
    }
  }

  private ShoalProcess serve(PrivateNetwork network, String node) throws Exception {
    ShoalProcess process =
        network.start(folder.resolve(node + "-home"), Map.of(), command(node, "serve"));
    ShoalProcess.await("the ready line", () -> process.out().endsWith("\n") || process.ended());
    assertTrue(process.out().startsWith("ready "), () -> process.out() + process.err());
    return process;
  }

  private void awaitNeighbour(PrivateNetwork network, String node, String address)
      throws Exception {
    ShoalProcess.await("a neighbour", () -> neighbours(network, node).contains(address));
  }

  private String neighbours(PrivateNetwork network, String node) {
    try (ShoalProcess process =
        network.start(
            folder.resolve(node + "-home"),
            Map.of(),
            command(node, "inspect", "discovery-lan", "neighbours", "--json"))) {
      String out = process.await().out();
      for (String line : out.lines().toList()) {
        JsonNode row = JsonMapper.shared().readTree(line);
        assertEquals("eth0", row.get("interface").asString(), out);
      }
      return out;
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private ShoalProcess.Result run(PrivateNetwork network, String node, String... arguments)
      throws Exception {
    try (ShoalProcess process =
        network.start(folder.resolve(node + "-home"), Map.of(), command(node, arguments))) {
      return process.await().done();
    }
  }

  private List<String> command(String node, String... arguments) {
    return Stream.of(
            List.of(ShoalProcess.PACKAGE.resolve("bin/shoal").toString()),
            List.of(arguments),
            List.of("--data", folder.resolve(node).toString()))
        .flatMap(List::stream)
        .toList();
  }
}
