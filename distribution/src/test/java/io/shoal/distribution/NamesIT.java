package io.shoal.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.PeerId;
import io.shoal.distribution.ShoalProcess.Node;
import io.shoal.distribution.ShoalProcess.Result;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Signed names between packaged nodes.
@Timeout(300)
class NamesIT {

  @TempDir Path folder;

  private Node node(String name, String... options) throws Exception {
    return ShoalProcess.serve(folder.resolve(name), options);
  }

  private static String add(Node node, Path file) throws Exception {
    return node.run("add", "-q", file.toString()).done().out().strip();
  }

  private static String publish(Node node, String name, String root) throws Exception {
    return node.run("publish", "-q", name, root).done().out().strip();
  }

  @Test
  void whatOnePublishesOthersGetByItsNameUntilItIsWithdrawn() throws Exception {
    Path old = Trees.file(folder.resolve("in/old.txt"), 300_000, 51);
    Path newer = Trees.file(folder.resolve("in/newer.txt"), 400_000, 52);
    try (Node first = node("first");
        Node second = node("second", "--bootstrap", first.ready("dht"));
        Node third = node("third", "--bootstrap", first.ready("dht"))) {
      String root = add(first, old);
      String newerRoot = add(first, newer);
      String name = publish(first, "né ws", root);
      assertTrue(name.startsWith("shoal:k/bafz") && name.endsWith("/n%C3%A9%20ws"), name);
      String node = PeerId.parse(first.ready("peer")).toCid().toString();
      assertFalse(name.contains(node), "names have a key of their own");

      Path out = Files.createDirectories(folder.resolve("out"));
      Result got = second.run("get", name, "-o", out.toString()).done();
      Trees.assertSame(old, out.resolve("old.txt"));
      assertTrue(got.err().contains("a rollback to an older record cannot be detected"), got::err);
      assertTrue(second.run("ls", name).done().out().contains(root));
      assertTrue(second.run("stat", name).done().out().contains(root));
      assertTrue(second.run("find", name).done().out().contains("reachable"));
      assertTrue(second.run("pin", name).done().out().contains("pinned"));

      publish(first, "né ws", newerRoot);
      JsonNode found = third.run("resolve", name, "--json").done().json();
      assertEquals(newerRoot, found.get("root").asString());
      assertEquals("newer.txt", found.get("fileName").asString());
      assertTrue(found.get("answered").asInt() >= 1, found::toString);
      assertTrue(found.get("firstContact").asBoolean(), found::toString);
      Result again = second.run("resolve", name).done();
      assertEquals(newerRoot + "  newer.txt", again.out().strip());
      assertFalse(again.err().contains("rollback"), again::err);

      followsARotatedKey(first, third, name, newerRoot);

      String present = publish(first, "né ws", root);
      first.run("publish", "--withdraw", "né ws").done();
      third.run("resolve", present).failed(3, "withdrawn by its owner");
      third.run("get", present.replace("ws", "wt")).failed(3, "that answered");
      assertTrue(first.run("status").done().out().contains("2 published"));
      assertTrue(first.run("publish").done().out().contains("moved to shoal:k/"));
    }
  }

  private static void followsARotatedKey(Node first, Node third, String name, String root)
      throws Exception {
    String key = first.run("key", "rotate").done().out().strip();
    Result followed = third.run("resolve", name).done();
    assertEquals(root + "  newer.txt", followed.out().strip());
    assertTrue(followed.err().contains("use shoal:k/" + key + "/n%C3%A9%20ws"), followed::toString);
  }

  @Test
  void anOlderRecordIsRefusedAlsoWhenTheWholeNetworkWentBack() throws Exception {
    String name;
    String newerRoot;
    Path before = folder.resolve("before");
    try (Node first = node("first");
        Node second = node("second", "--bootstrap", first.ready("dht"))) {
      String root = add(first, Trees.file(folder.resolve("in/old"), 1000, 53));
      newerRoot = add(first, Trees.file(folder.resolve("in/newer"), 1000, 54));
      name = publish(first, "news", root);
      copy(first.data().resolve("runtime/names/own"), before);
      publish(first, "news", newerRoot);
      assertTrue(second.run("resolve", name).done().out().startsWith(newerRoot));
      second.stop();
      first.stop();
    }
    // What the publisher's node knows is put back: it gives the older record to all who start.
    copy(before, folder.resolve("first/runtime/names/own"));
    try (Node first = node("first");
        Node second = node("second", "--bootstrap", first.ready("dht"))) {
      ShoalProcess.await(
          "the older record",
          () -> {
            try {
              return first.run("publish").done().out().strip().endsWith("published");
            } catch (Exception e) {
              throw new AssertionError(e);
            }
          });
      Result resolved = second.run("resolve", name).done();
      assertTrue(resolved.out().startsWith(newerRoot), resolved::toString);
      assertTrue(resolved.err().contains("others hold an older record"), resolved::toString);
      // Who never saw the newer one cannot know.
      try (Node third = node("third", "--bootstrap", first.ready("dht"))) {
        Result fresh = third.run("resolve", name).done();
        assertFalse(fresh.out().startsWith(newerRoot), fresh::toString);
        assertTrue(fresh.err().contains("first contact"), fresh::toString);
      }
    }
  }

  private static void copy(Path from, Path to) throws Exception {
    Files.createDirectories(to);
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.toList()) {
        Files.write(to.resolve(file.getFileName()), Files.readAllBytes(file));
      }
    }
  }

  @Test
  void aKeyMovesFromOneDataFolderToAnother() throws Exception {
    Path home = folder.resolve("home");
    Path pem = folder.resolve("names.pem");
    String one = "--data=" + folder.resolve("one");
    String two = "--data=" + folder.resolve("two");
    Path some = Files.writeString(folder.resolve("some"), "some");
    ShoalProcess.run(home, "key", "show", one).failed(1, "no node's data is there");
    ShoalProcess.run(home, "add", some.toString(), one).done();
    ShoalProcess.run(home, "add", some.toString(), two).done();
    String key = ShoalProcess.run(home, "key", "show", one).done().out().strip();
    Result exported = ShoalProcess.run(home, "key", "export", pem.toString(), one).done();
    assertFalse(exported.out().contains("PRIVATE"), exported::out);
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(pem)));
    ShoalProcess.run(home, "key", "export", pem.toString(), one).failed(1, "is in the way");
    assertFalse(ShoalProcess.run(home, "key", "show", two).done().out().contains(key));
    ShoalProcess.run(home, "key", "import", pem.toString(), two).done();
    assertEquals(key, ShoalProcess.run(home, "key", "show", two).done().out().strip());
    ShoalProcess.run(home, "key", "export", one).failed(2, "a file is missing");
    ShoalProcess.run(home, "key", "steal", one).failed(2);
  }

  @Test
  void whoIsNotAnsweredInTimeIsToldByACodeOfItsOwn() throws Exception {
    String name = "shoal:k/" + PeerId.ofEd25519(new byte[32]).toCid() + "/news";
    try (DatagramSocket silent = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      ShoalProcess.run(
              folder.resolve("home"),
              "resolve",
              name,
              "--timeout=300ms",
              "--quiet",
              "--bootstrap=127.0.0.1:" + silent.getLocalPort())
          .failed(5, "--timeout");
    }
  }

  @Test
  void misuseIsToldInOneLine() throws Exception {
    Path home = folder.resolve("home");
    String root = "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e";
    try (Node node = node("node")) {
      InProcess.run(node.data(), "publish", "a/b", root)
          .failed(2, "cannot be published as a name", "slash");
      InProcess.run(node.data(), "publish", "e\u0301", root).failed(2, "composed");
      InProcess.run(node.data(), "publish", "n".repeat(65), root).failed(2, "shorten it to 64");
      InProcess.run(node.data(), "publish", "n").failed(2, "publish NAME REF");
      InProcess.run(node.data(), "publish", "n", root, "--withdraw", "n").failed(2, "give one of");
      InProcess.run(node.data(), "publish", "n", root, "--expires", "1s").failed(2, "3660d");
      InProcess.run(node.data(), "publish", "--withdraw", "n").failed(3, "was not published here");
      InProcess.run(node.data(), "resolve", root)
          .failed(2, "this is not a name: give shoal:k/KEY/NAME");
      InProcess.run(node.data(), "resolve", "shoal:k/nonsense/n").failed(2, "its key is wrong");
    }
    Result alone =
        ShoalProcess.run(home, "publish", "-q", "n", root, "--data=" + folder.resolve("node"))
            .done();
    assertTrue(alone.out().startsWith("shoal:k/"), alone::toString);
  }

  @Test
  void aRootThatIsNotHereIsDescribedByWhatOthersSay() throws Exception {
    try (Node first = node("first");
        Node second = node("second", "--bootstrap", first.ready("dht"))) {
      String root = add(first, Trees.file(folder.resolve("in/a name.txt"), 12_345, 55));
      second.run("stat", root).failed(3, "nothing is known here");
      first.run("publish", "--about", root).done();
      Result said = second.run("stat", root).done();
      assertTrue(said.out().contains("a name.txt"), said::out);
      assertTrue(said.out().contains("12345 bytes"), said::out);
      assertTrue(said.out().contains("other nodes claim this"), said::out);
      assertTrue(second.run("stat", root, "--json").done().json().get("hearsay").asBoolean());
    }
  }
}
