package io.shoal.discovery.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import io.shoal.api.Cid;
import io.shoal.api.PeerAddress;
import io.shoal.testkit.Await;
import io.shoal.testkit.TestContext;
import io.shoal.testkit.TestData;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The client of Helia, IPFS in JavaScript, asks a server of this plugin. It is installed by npm if
/// it is not there; where it cannot be had the test is skipped with a warning.
@Timeout(180)
class HeliaTest {
  private static final String CLIENT = "@helia/delegated-routing-v1-http-api-client@9.0.2";

  private static final Path FOLDER = Path.of("target", "helia").toAbsolutePath();

  private static final String SCRIPT =
      """
      import { delegatedRoutingV1HttpApiClient } from '@helia/delegated-routing-v1-http-api-client'
      import { defaultLogger } from '@libp2p/logger'
      import { CID } from 'multiformats/cid'
      // The client wants Node 22, but for this it runs on Node 20.
      Promise.withResolvers ??= () => {
        const made = {}
        made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }))
        return made
      }
      const client = delegatedRoutingV1HttpApiClient({ url: process.argv[2] })({ logger: defaultLogger() })
      await client.start?.()
      for await (const provider of client.getProviders(CID.parse(process.argv[3]))) {
        console.log(String(provider.ID), provider.Addrs.map(String).join(','), provider.Protocols.join(','))
      }
      await client.stop?.()
      process.exit(0)
      """;

  @Test
  void heliasClientFindsWhatANodeAnnounced(@TempDir Path folder) throws Exception {
    install();
    Cid cid = TestData.cid(TestData.bytes(1, 100));
    RoutingDiscovery server = new RoutingDiscovery();
    RoutingDiscovery node = new RoutingDiscovery();
    TestContext serving =
        TestContext.in(folder.resolve("server"))
            .with("listen", "127.0.0.1:0")
            .with("token", "a-token-of-the-test");
    try (serving) {
      server.start(serving);
      String url = "http://" + server.status().endpoint().orElseThrow();
      TestContext announcing =
          TestContext.in(folder.resolve("node"))
              .with("endpoints", url)
              .with("announceTo", url + "/routing/v1/")
              .with("token", "a-token-of-the-test");
      try (announcing) {
        node.start(announcing);
        node.reachableAt(
            List.of(PeerAddress.of("tcps://0.0.0.0:4600"), PeerAddress.of("http://0.0.0.0:8080")));
        node.announce(cid);
        Await.until("it is announced", () -> server.status().details().get("records").equals("1"));

        String found = run("node", "find.mjs", url, cid.toString());

        assertEquals(
            announcing.identity().peerId().toCid()
                + " /ip4/127.0.0.1/tcp/8080/http transport-ipfs-gateway-http,transport-shoal",
            found.strip());
      }
    } finally {
      node.close();
      server.close();
    }
  }

  private static void install() throws Exception {
    Files.createDirectories(FOLDER);
    Files.writeString(FOLDER.resolve("package.json"), "{\"private\":true,\"type\":\"module\"}\n");
    if (!Files.isDirectory(FOLDER.resolve("node_modules/@helia"))) {
      try {
        run("npm", "install", "--no-save", "--no-audit", "--no-fund", "--ignore-scripts", CLIENT);
      } catch (IOException e) {
        String skipped = "SKIPPED: Helia's client cannot be had: " + e.getMessage();
        System.err.println(skipped);
        abort(skipped);
      }
    }
    Files.writeString(FOLDER.resolve("find.mjs"), SCRIPT);
  }

  /// @return what it printed
  private static String run(String... command) throws Exception {
    List<String> words = new ArrayList<>(List.of(command));
    Path errors = FOLDER.resolve("errors");
    Process process =
        new ProcessBuilder(words).directory(FOLDER.toFile()).redirectError(errors.toFile()).start();
    try {
      process.getOutputStream().close();
      String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertTrue(process.waitFor(60, TimeUnit.SECONDS), words::toString);
      if (process.exitValue() != 0) {
        throw new IOException(words + " ended with " + Files.readString(errors) + out);
      }
      return out;
    } finally {
      process.destroyForcibly();
    }
  }
}
