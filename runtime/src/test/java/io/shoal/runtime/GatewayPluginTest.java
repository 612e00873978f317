package io.shoal.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Cid;
import io.shoal.runtime.command.ContentCommands;
import io.shoal.runtime.command.ContentCommands.ProgressListener;
import io.shoal.runtime.command.Reference;
import io.shoal.runtime.command.StatusCommands.PluginEntry;
import io.shoal.runtime.command.StoreCommands.Sharing;
import io.shoal.runtime.destination.DownloadTarget;
import io.shoal.runtime.importer.ImportProfile;
import io.shoal.runtime.testing.PluginJarBuilder;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A plugin, loaded as a user's, that serves browsers from its node: two nodes, each with one.
@Timeout(120)
class GatewayPluginTest {
  private static final int LEAF = ImportProfile.MIN_LEAF_SIZE_BYTES;

  private Path root; // not a @TempDir: its path is too long for a socket on some machines

  @BeforeEach
  void makeFolder() throws Exception {
    root = Files.createTempDirectory("sh");
    for (String plugin :
        List.of(
            "store-memory",
            "verification-sha256",
            "transport-unix",
            "discovery-static",
            "gateway")) {
      PluginJarBuilder.shared(plugin, root.resolve("plugins"));
    }
  }

  @AfterEach
  void removeFolder() throws Exception {
    DownloadTarget.deleteTree(root);
  }

  private Node node(String name, String peer, String... settings) throws Exception {
    Configuration configuration =
        Configuration.defaults()
            .with("control.enabled", "false")
            .with("plugins.transport-unix.path", root.resolve(name + ".socket").toString())
            .with("plugins.discovery-static.peers", "[unix://" + root.resolve(peer) + "]");
    for (int i = 0; i < settings.length; i += 2) {
      configuration = configuration.with(settings[i], settings[i + 1]);
    }
    return Node.builder()
        .dataFolder(root.resolve(name))
        .pluginFolders(List.of(root.resolve("plugins")))
        .configuration(configuration)
        .start();
  }

  private HttpURLConnection ask(String node, String path, String range) throws Exception {
    String port = Files.readString(root.resolve(node).resolve("plugins/gateway/port"));
    HttpURLConnection connection =
        (HttpURLConnection)
            URI.create("http://127.0.0.1:" + port + "/" + path).toURL().openConnection();
    if (!range.isEmpty()) {
      connection.setRequestProperty("Range", "bytes=" + range);
    }
    return connection;
  }

  private byte[] fetch(String node, String path, String range) throws Exception {
    try (InputStream in = ask(node, path, range).getInputStream()) {
      return in.readAllBytes();
    }
  }

  private int status(String node, String path) throws Exception {
    return ask(node, path, "").getResponseCode();
  }

  private static Cid add(Node node, Path file) throws Exception {
    List<ContentCommands.Added> added = new ArrayList<>();
    node.add(
        ContentCommands.AddRequest.builder(List.of(file)).leafSizeBytes(LEAF).build(),
        ProgressListener.SILENT,
        added::add);
    return Cid.parse(added.getFirst().root());
  }

  private static Reference.Content content(Cid root) {
    return new Reference.Content(root, Optional.empty());
  }

  @Test
  void browsersReadRangesOfWhatOneNodeHasAndOfWhatTheOtherGot() throws Exception {
    byte[] bytes = new byte[3 * LEAF + 9];
    new Random(1).nextBytes(bytes);
    Path in = Files.createDirectories(root.resolve("in/deep")).getParent();
    Files.write(in.resolve("deep/file"), bytes);
    Files.writeString(in.resolve("small"), "small");
    Cid tree;
    try (Node first = node("a", "b.socket");
        Node second = node("b", "a.socket")) {
      tree = add(first, in);
      second.get(
          ContentCommands.GetRequest.builder(content(tree), root)
              .target(root.resolve("out"))
              .keep(true)
              .build(),
          ProgressListener.SILENT);
      for (String node : List.of("a", "b")) {
        String path = tree + "/deep/file";
        assertArrayEquals(bytes, fetch(node, path, ""));
        assertArrayEquals(
            Arrays.copyOfRange(bytes, LEAF - 5, 2 * LEAF + 6),
            fetch(node, path, (LEAF - 5) + "-" + (2 * LEAF + 5)));
        assertEquals(
            "%d deep/file%n5 small%n".formatted(bytes.length),
            new String(fetch(node, tree + "", "")));
        assertEquals(404, status(node, tree + "/nothing"));
      }
      second.share(content(tree), Sharing.PRIVATE);
      assertEquals(404, status("b", tree + "/small"));
      assertEquals(200, status("a", tree + "/small"));
      second.unpin(content(tree));
    }
    assertEquals(List.of("ready", "added " + tree, "stopping"), events("a"));
    assertEquals(
        List.of("ready", "ended " + tree, "added " + tree, "released " + tree, "stopping"),
        events("b"));
  }

  private List<String> events(String node) throws Exception {
    return Files.readAllLines(root.resolve(node).resolve("plugins/gateway/events"));
  }

  @Test
  void anObserverIsSwitchedOffAsAnyOtherPlugin() throws Exception {
    try (Node node = node("a", "b.socket", "active.observer", "[]")) {
      PluginEntry gateway =
          node.plugins().stream().filter(p -> p.id().equals("gateway")).findFirst().orElseThrow();
      assertEquals(List.of("observer"), gateway.kinds());
      assertTrue(Files.notExists(root.resolve("a/plugins/gateway/events")));
    }
  }
}
