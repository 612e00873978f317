package io.shoal.distribution;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.distribution.ShoalProcess.Result;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// A node of the package that serves over HTTP and nothing else, and other programs on the other
/// side.
@Timeout(120)
class HttpIT {
  private static final List<String> HTTP =
      List.of(
          "--set", "active.transport=transport-http",
          "--set", "active.discovery=discovery-static",
          "--set", "plugins.discovery-static.file=/nowhere/peers",
          "--set", "transport.plain=http",
          "--set", "plugins.transport-http.listen=127.0.0.1:0");

  /// A file of several chunks.
  private static final int FILE_BYTES = 5_000_000;

  @TempDir Path folder;
  private PackageCopy program;
  private ShoalProcess seed;
  private Path tree;
  private String root;

  /// `http://127.0.0.1:PORT`.
  private String address;

  @BeforeEach
  void serve() throws Exception {
    program = PackageCopy.in(folder.resolve("program"));
    try (Stream<Path> extras = Files.list(ShoalProcess.PACKAGE.resolve("extras"))) {
      for (Path extra : extras.toList()) {
        Files.copy(
            extra, program.folder().resolve("plugins").resolve(extra.getFileName().toString()));
      }
    }
    tree = Trees.folder(folder.resolve("tree"));
    Trees.file(tree.resolve("large file"), FILE_BYTES, 51);
    Path data = folder.resolve("seed");
    seed = program.serve(data, HTTP);
    root = program.run(data, List.of("add", "-q", tree.toString())).done().out().strip();
    Result status = program.run(data, List.of("status", "--json")).done();
    address = status.json().get("endpoints").get(0).asString();
    assertTrue(address.startsWith("http://127.0.0.1:"), address);
  }

  @AfterEach
  void end() {
    seed.close();
  }

  @Test
  void anotherNodeFetchesAFolder() throws Exception {
    Path copy = folder.resolve("copy");
    JsonNode fetched = get(root, address, copy);
    Trees.assertSame(tree, copy);
    assertAllOverHttp(fetched);
  }

  @Test
  void heliaFetchesAFolder() throws Exception {
    Helia helia = Helia.installed();
    Path copy = folder.resolve("copy");
    helia.fetch(folder.resolve("helia"), address, root, copy);
    Trees.assertSame(tree, copy);
  }

  @Test
  void aFolderIsFetchedFromAGatewayOfHelia() throws Exception {
    Helia helia = Helia.installed();
    Path copy = folder.resolve("copy");
    try (Helia.Gateway gateway = helia.serve(folder.resolve("helia"), tree)) {
      JsonNode fetched = get(gateway.root(), gateway.address(), copy);
      Trees.assertSame(tree, copy);
      assertAllOverHttp(fetched);
    }
  }

  private JsonNode get(String wanted, String gateway, Path to) throws Exception {
    List<String> get = new ArrayList<>(List.of("get", wanted, "-o", to.toString(), "--json"));
    get.addAll(List.of("--peer", gateway));
    get.addAll(HTTP);
    return program.run(folder.resolve("fetcher"), get).done().json();
  }

  private static void assertAllOverHttp(JsonNode fetched) {
    JsonNode bytes = fetched.get("bytesByTransport");
    assertEquals(List.of("http"), List.copyOf(bytes.propertyNames()), fetched::toString);
    assertTrue(bytes.get("http").asLong() >= FILE_BYTES, fetched::toString);
  }

  @Test
  void curlFetchesAFileAndTheRestOfIt() throws Exception {
    String url = address + "/ipfs/" + root + "/large%20file";
    byte[] expected = Files.readAllBytes(tree.resolve("large file"));
    Path file = folder.resolve("downloaded");
    assertEquals(0, curl("--range", "0-1999999", "--output", file.toString(), url));
    assertEquals(2_000_000, Files.size(file));
    assertEquals(0, curl("--continue-at", "-", "--output", file.toString(), url));
    assertArrayEquals(expected, Files.readAllBytes(file));
  }

  @Test
  void aFolderIsListedAndAPrivateOneIsNot() throws Exception {
    Path page = folder.resolve("page");
    String url = address + "/ipfs/" + root;
    assertEquals(0, curl("--location", "--output", page.toString(), url));
    String html = Files.readString(page);
    assertTrue(html.contains("<a href=\"./large%20file\">large file</a>"), html);
    assertEquals(404, status(address + "/ipfs/" + root + "/none"));
    program.run(folder.resolve("seed"), List.of("share", root, "private")).done();
    assertEquals(404, status(url));
  }

  private int status(String url) throws Exception {
    Path code = folder.resolve("code");
    Process curl =
        new ProcessBuilder(
                List.of(
                    "curl", "-s", "--noproxy", "*", "-o", "/dev/null", "-w", "%{http_code}", url))
            .redirectOutput(code.toFile())
            .start();
    await(curl);
    return Integer.parseInt(Files.readString(code, StandardCharsets.UTF_8));
  }

  private int curl(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("curl", "--silent", "--fail", "--noproxy", "*"));
    command.addAll(List.of(arguments));
    return await(
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("curl.log").toFile())
            .start());
  }

  private static int await(Process process) throws InterruptedException {
    try {
      assertTrue(process.waitFor(60, TimeUnit.SECONDS), "curl does not end");
      return process.exitValue();
    } finally {
      process.destroyForcibly();
    }
  }
}
