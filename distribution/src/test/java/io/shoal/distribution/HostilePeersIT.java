package io.shoal.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Cid;
import io.shoal.distribution.ShoalProcess.Node;
import io.shoal.distribution.ShoalProcess.Result;
import java.io.IOException;
import java.net.SocketException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.StreamSupport;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Strangers that mean harm, with identities that they make as they need them, against the packaged
/// program on real sockets.
@Timeout(180)
class HostilePeersIT {
  private static final int LEAF_BYTES = 1 << 20;
  private static final String ALPN = "shoal/1";

  /// Four bans of a host, four chunks each that may have been on their way, and what all strangers
  /// of one host together may have on their way when it becomes distrusted.
  private static final long MAX_WASTED_BYTES = (4 * 4 + 16) * (long) LEAF_BYTES;

  @TempDir Path folder;

  private static int port(Node node) {
    String tcp = node.ready("tcp");
    return Integer.parseInt(tcp.substring(tcp.lastIndexOf(':') + 1));
  }

  private static RawPeer greeted(Node node, RawIdentity identity) throws Exception {
    RawPeer peer = new RawPeer(identity.connect("127.0.0.1", port(node), ALPN));
    peer.hello("tcps");
    return peer;
  }

  private static RawIdentity fresh() throws Exception {
    return RawIdentity.fresh(RawIdentity.Flaw.NONE);
  }

  @Test
  void onlyARightCertificateAndTheRightApplicationProtocolAreGreeted() throws Exception {
    try (Node node = ShoalProcess.serve(folder.resolve("node"))) {
      for (RawIdentity.Flaw flaw : RawIdentity.Flaw.values()) {
        int first;
        try (RawPeer peer = greeted(node, RawIdentity.fresh(flaw))) {
          first = peer.nextType();
        } catch (IOException e) {
          // refused in the handshake already
          first = -1;
        }
        assertEquals(flaw == RawIdentity.Flaw.NONE ? RawPeer.HELLO : -1, first, flaw::toString);
      }
      RawIdentity identity = fresh();
      for (String[] alpn : new String[][] {{"h2"}, {}, {"shoal/2"}}) {
        int answer;
        try (SSLSocket socket = identity.connect("127.0.0.1", port(node), alpn)) {
          answer = socket.getInputStream().read();
        } catch (SSLException | SocketException e) {
          // An alert, or the end of the connection met this side's last message; a timeout is
          // neither.
          answer = -1;
        }
        assertEquals(-1, answer);
      }
      try (RawPeer peer = greeted(node, identity)) {
        assertEquals(RawPeer.HELLO, peer.nextType());
      }
    }
  }

  @Test
  void aLiarThatMakesANewIdentityForEachConnectionWastesABoundedNumberOfBytes() throws Exception {
    Path file = Trees.file(folder.resolve("file"), 16 * LEAF_BYTES, 61);
    AtomicBoolean over = new AtomicBoolean();
    AtomicInteger came = new AtomicInteger();
    AtomicInteger asked = new AtomicInteger();
    // So slow that at least four liars are asked as well, on a busy machine too.
    try (Node honest = ShoalProcess.serve(folder.resolve("honest"), "--set", "limits.upload=1MiB");
        Node fetcher = ShoalProcess.serve(folder.resolve("fetcher"))) {
      String root = honest.run("add", "-q", file.toString()).done().out().strip();
      Cid cid = Cid.parse(root);
      List<Thread> liars = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        liars.add(Thread.ofVirtual().start(() -> lie(fetcher, cid, over, came, asked)));
      }
      Result get =
          fetcher.run(
              "get",
              root,
              "-o",
              folder.resolve("copy").toString(),
              "--peer",
              honest.address(),
              "--json");
      ShoalProcess.await("more than are ever asked", () -> came.get() > 20);
      over.set(true);
      for (Thread liar : liars) {
        liar.join();
      }
      get.done();
      Trees.assertSame(file, folder.resolve("copy"));
      long wasted =
          get.json().get("bytesTransferred").asLong() - get.json().get("sizeBytes").asLong();
      assertTrue(asked.get() > 0, "the liars got no request");
      assertTrue(wasted > 0 && wasted <= MAX_WASTED_BYTES, "wasted " + wasted + " bytes");
      List<JsonNode> bans = bans(fetcher);
      assertEquals(
          List.of("127.0.0.1"),
          bans.stream()
              .filter(ban -> ban.get("kind").asString().equals("host"))
              .map(ban -> ban.get("subject").asString())
              .toList());
      long identities =
          bans.stream().filter(ban -> ban.get("kind").asString().equals("identity")).count();
      assertTrue(identities >= 4 && identities <= 8, bans::toString);
      String status = fetcher.run("status").done().out();
      assertTrue(status.contains("strangers at 127.0.0.1"), status);
    }
  }

  private static void lie(
      Node victim, Cid root, AtomicBoolean over, AtomicInteger came, AtomicInteger asked) {
    while (!over.get()) {
      try (RawPeer liar = greeted(victim, fresh())) {
        came.incrementAndGet();
        liar.watch(root);
        Thread answering =
            Thread.ofVirtual()
                .start(() -> liar.answerUntilClosed(RawPeer.Manner.WRONG_BYTES, LEAF_BYTES));
        // Not long enough to be asked for nothing and stay: it comes back under another name.
        answering.join(java.time.Duration.ofMillis(300));
        liar.close();
        answering.join();
        asked.addAndGet(liar.requests());
      } catch (Exception e) {
        // refused: it tries again
      }
    }
  }

  private static List<JsonNode> bans(Node node) throws Exception {
    JsonNode bans = node.run("status", "--json").done().json().get("bans");
    return StreamSupport.stream(bans.spliterator(), false).toList();
  }

  @Test
  void aPeerThatHasNothingOfWhatItSaysToHaveIsPartedFrom() throws Exception {
    Path file = Trees.file(folder.resolve("file"), 6 * LEAF_BYTES, 62);
    try (Node honest = ShoalProcess.serve(folder.resolve("honest"), "--set", "limits.upload=3MiB");
        Node fetcher = ShoalProcess.serve(folder.resolve("fetcher"));
        RawPeer liar = greeted(fetcher, fresh())) {
      String root = honest.run("add", "-q", file.toString()).done().out().strip();
      Thread answering =
          Thread.ofVirtual()
              .start(() -> liar.answerUntilClosed(RawPeer.Manner.NOTHING, LEAF_BYTES));
      CompletableFuture<Result> get =
          running(
              fetcher,
              "get",
              root,
              "-o",
              folder.resolve("copy").toString(),
              "--peer",
              honest.address());
      Cid cid = Cid.parse(root);
      ShoalProcess.await(
          "it is asked",
          () -> {
            liar.watchQuietly(cid);
            return liar.requests() > 0 || get.isDone();
          });
      get.get().done();
      Trees.assertSame(file, folder.resolve("copy"));
      liar.close();
      answering.join();
      assertTrue(liar.requests() > 0, "it was never asked");
      assertTrue(liar.requests() <= 64, "it was asked " + liar.requests() + " times");
      assertTrue(bans(fetcher).isEmpty(), "lacking is no ban");
    }
  }

  @Test
  void aPeerThatSendsAByteNowAndThenDoesNotHoldUpADownload() throws Exception {
    Path file = Trees.file(folder.resolve("file"), 6 * LEAF_BYTES, 64);
    try (Node honest = ShoalProcess.serve(folder.resolve("honest"), "--set", "limits.upload=3MiB");
        Node fetcher = ShoalProcess.serve(folder.resolve("fetcher"));
        RawPeer slow = greeted(fetcher, fresh())) {
      String root = honest.run("add", "-q", file.toString()).done().out().strip();
      Cid cid = Cid.parse(root);
      Thread answering =
          Thread.ofVirtual().start(() -> slow.answerUntilClosed(RawPeer.Manner.DRIPS, LEAF_BYTES));
      CompletableFuture<Result> get =
          running(
              fetcher,
              "get",
              root,
              "-o",
              folder.resolve("copy").toString(),
              "--peer",
              honest.address());
      ShoalProcess.await(
          "the download ends",
          () -> {
            if (slow.requests() == 0) {
              slow.watchQuietly(cid);
            }
            slow.drip();
            return get.isDone();
          });
      get.get().done();
      Trees.assertSame(file, folder.resolve("copy"));
      assertTrue(slow.requests() > 0, "it was never asked");
      slow.close();
      answering.join();
    }
  }

  @Test
  void whoHoldsAllPlacesForUploadsAndTakesNothingLosesThem() throws Exception {
    Path file = Trees.file(folder.resolve("file"), LEAF_BYTES, 63);
    List<RawPeer> greedy = new ArrayList<>();
    try (Node node = ShoalProcess.serve(folder.resolve("node"));
        Node other = ShoalProcess.serve(folder.resolve("other"))) {
      String root = node.run("add", "-q", file.toString()).done().out().strip();
      for (int peer = 0; peer < 16; peer++) {
        RawPeer one = greeted(node, fresh());
        greedy.add(one);
        for (int id = 1; id <= 8; id++) {
          one.request(id, 0, Cid.parse(root));
        }
        Thread.ofVirtual().start(() -> one.answerUntilClosed(RawPeer.Manner.NOTHING, LEAF_BYTES));
      }
      ShoalProcess.await("all places are taken", () -> activeUploads(node) == 128);
      other
          .run("get", root, "-o", folder.resolve("copy").toString(), "--peer", node.address())
          .done();
      Trees.assertSame(file, folder.resolve("copy"));
    } finally {
      for (RawPeer peer : greedy) {
        peer.close();
      }
    }
  }

  private static CompletableFuture<Result> running(Node node, String... command) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return node.run(command);
          } catch (IOException e) {
            throw new IllegalStateException(e);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
          }
        });
  }

  private static int activeUploads(Node node) {
    try {
      return node.run("status", "--json")
          .done()
          .json()
          .get("uploads")
          .get("activeRequests")
          .asInt();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return -1;
    }
  }
}
