package io.shoal.distribution;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Cid;
import io.shoal.api.NodeIdentity;
import io.shoal.api.PeerId;
import io.shoal.distribution.ShoalProcess.Node;
import io.shoal.distribution.WirePeer.Received;
import io.shoal.testkit.TestContext;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Intruders that know an id and an address, and try to enter a swarm that shares a secret: peers
/// made by hand, on real sockets, against the packaged program.
@Timeout(300)
class IntruderIT {
  private static final String SECRET = "correct horse battery";
  private static final int ACCESS_PROOF = 7;
  private static final int DIGEST_QUESTION = 2;
  private static final byte DENIED = 3;
  private static final byte GONE = 5;

  @TempDir static Path folder;
  private static Node member;
  private static String address;
  private static byte[] file;
  private static Cid root;
  private TestContext context;
  private NodeIdentity intruder;
  private int turnedAwayBefore;

  @BeforeAll
  static void startMember() throws Exception {
    member = member("member");
    address = member.address();
    Path source = Trees.file(folder.resolve("file"), 100_000, 61);
    file = Files.readAllBytes(source);
    root = Cid.parse(member.run("add", "-q", "--sha256", source.toString()).done().out().strip());
  }

  @AfterAll
  static void endMember() {
    member.close();
  }

  @BeforeEach
  void start() throws Exception {
    context = TestContext.in(folder.resolve("intruder"));
    intruder = context.identity();
    turnedAwayBefore = turnedAway(member);
  }

  @AfterEach
  void end() {
    context.close();
  }

  private static int turnedAway(Node node) throws Exception {
    return node.run("status", "--json").done().json().get("access").get("turnedAway").asInt();
  }

  private static Node member(String name) throws Exception {
    return ShoalProcess.serve(
        folder.resolve(name), "--set", "access=shared-secret", "--set", "accessSecret=" + SECRET);
  }

  private static byte[] bytes(Cid cid) {
    ByteBuffer out = ByteBuffer.allocate(cid.sizeBytes());
    cid.write(out);
    return out.array();
  }

  /// As `protocol-tcp.md` says, apart from the node's own code.
  private static byte[] proof(String secret, int role, byte[] binding, PeerId prover, PeerId other)
      throws Exception {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.US_ASCII), "HmacSHA256"));
    mac.update("shoal/access/1".getBytes(StandardCharsets.US_ASCII));
    mac.update((byte) role);
    mac.update(binding);
    mac.update(prover.toBytes());
    mac.update(other.toBytes());
    return mac.doFinal();
  }

  /// Connects and greets; returns when the member's own proof is here.
  private WirePeer dial() throws IOException {
    WirePeer peer = WirePeer.dial(address, intruder);
    peer.hello();
    peer.next(WirePeer.HELLO);
    return peer;
  }

  private static byte[] proofOf(WirePeer peer) throws IOException {
    byte[] message = peer.next(WirePeer.MESSAGE);
    assertEquals(ACCESS_PROOF, ByteBuffer.wrap(message).getShort());
    assertEquals(2 + 32, message.length);
    return Arrays.copyOfRange(message, 2, message.length);
  }

  private void assertTurnedAwayWithNothing() throws Exception {
    JsonNode status = member.run("status", "--json").done().json();
    assertEquals("shared-secret", status.get("access").get("mode").asString());
    assertEquals(
        turnedAwayBefore + 1, status.get("access").get("turnedAway").asInt(), status::toString);
    assertFalse(status.toString().contains(SECRET));
  }

  /// Without this, the others could succeed for a wrong reason.
  @Test
  void whoHasTheSecretAndNothingElseThanThePageOfTheProtocolIsLetIn() throws Exception {
    try (WirePeer peer = dial()) {
      PeerId own = intruder.peerId();
      assertArrayEquals(proof(SECRET, 1, peer.binding(), peer.other(), own), proofOf(peer));
      peer.message(ACCESS_PROOF, proof(SECRET, 0, peer.binding(), own, peer.other()));
      peer.request(1, bytes(root));

      Received frame = peer.next();
      while (frame.type() == WirePeer.TAKEN) {
        frame = peer.next();
      }
      assertEquals(WirePeer.ANSWER, frame.type());
      assertEquals(file.length, ByteBuffer.wrap(frame.body()).getInt(4));
    }
  }

  @Test
  void whoProvesNothingGetsDeniedForAllThatItAsksAndIsClosed() throws Exception {
    try (WirePeer peer = dial()) {
      proofOf(peer);
      peer.watch(1, bytes(root));
      peer.request(1, bytes(root));
      peer.message(DIGEST_QUESTION, MessageDigest.getInstance("SHA-256").digest(file));

      assertClosedWithoutAWord(peer);
    }
    assertTurnedAwayWithNothing();
  }

  private void assertClosedWithoutAWord(WirePeer peer) {
    for (Received frame : peer.rest()) {
      assertTrue(
          frame.type() == WirePeer.TAKEN
              || frame.type() == WirePeer.UNKNOWN
              || frame.type() == WirePeer.GOODBYE
              || (frame.type() == WirePeer.REFUSE
                  && (frame.body()[4] == DENIED || frame.body()[4] == GONE)),
          () -> Integer.toHexString(frame.type()));
    }
  }

  @Test
  void whoSpeaksAnotherProtocolGetsNoConnection() {
    assertThrows(IOException.class, () -> WirePeer.dial(address, intruder, "shoal/2").next());
  }

  @Test
  void theProofOfAnotherSecretClosesTheConnection() throws Exception {
    try (WirePeer peer = dial()) {
      proofOf(peer);
      peer.message(
          ACCESS_PROOF,
          proof("another secret!!", 0, peer.binding(), intruder.peerId(), peer.other()));
      peer.request(1, bytes(root));

      assertClosedWithoutAWord(peer);
    }
    assertTurnedAwayWithNothing();
  }

  @Test
  void theMembersOwnProofSentBackClosesTheConnection() throws Exception {
    try (WirePeer peer = dial()) {
      peer.message(ACCESS_PROOF, proofOf(peer));
      peer.request(1, bytes(root));

      assertClosedWithoutAWord(peer);
    }
    assertTurnedAwayWithNothing();
  }

  @Test
  void aProofThatAMemberGaveToTheIntruderIsOfNoUseToIt() throws Exception {
    try (Node other = member("other");
        ServerSocket listening = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
      CompletableFuture<byte[]> stolen = new CompletableFuture<>();
      Thread luring =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try (WirePeer lured = WirePeer.accept(listening, intruder)) {
                      lured.hello();
                      lured.next(WirePeer.HELLO);
                      stolen.complete(proofOf(lured));
                    } catch (IOException e) {
                      stolen.completeExceptionally(e);
                    }
                  });
      byte[] proof;
      try (ShoalProcess _ = get(other, listening)) {
        proof = stolen.join();
        luring.join();
      }

      try (WirePeer peer = dial()) {
        proofOf(peer);
        peer.message(ACCESS_PROOF, proof);
        peer.request(1, bytes(root));
        assertClosedWithoutAWord(peer);
      }
    }
    assertTurnedAwayWithNothing();
  }

  /// Every frame of two members is passed on, through two TLS sessions.
  @Test
  void whoStandsBetweenTwoMembersAndPassesTheirProofsOnGetsNothing() throws Exception {
    try (Node other = member("other");
        ServerSocket listening = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
      Thread between = Thread.ofVirtual().start(() -> relayAll(listening));

      try (ShoalProcess get = get(other, listening)) {
        ShoalProcess.await(
            "both members turn away who is between",
            () -> isTurnedAway(other, 0) && isTurnedAway(member, turnedAwayBefore));
        ShoalProcess.await("the reason", () -> get.err().contains("secret"));
      }

      assertFalse(Files.exists(folder.resolve("copy")));
      listening.close();
      between.join();
    }
  }

  private static boolean isTurnedAway(Node node, int before) {
    try {
      return turnedAway(node) > before;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static ShoalProcess get(Node node, ServerSocket from) throws IOException {
    return ShoalProcess.start(
        folder.resolve("home"),
        "get",
        root.toString(),
        "-o",
        folder.resolve("copy").toString(),
        "--peer",
        "tcps://127.0.0.1:" + from.getLocalPort(),
        "--data",
        node.data().toString());
  }

  private void relayAll(ServerSocket listening) {
    while (!listening.isClosed()) {
      try (WirePeer dialler = WirePeer.accept(listening, intruder);
          WirePeer dialled = WirePeer.dial(address, intruder)) {
        Thread back = Thread.ofVirtual().start(() -> relay(dialled, dialler));
        relay(dialler, dialled);
        back.join();
      } catch (IOException e) {
        // The member closed one of them, or the test is over.
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private static void relay(WirePeer from, WirePeer to) {
    try (to) {
      while (true) {
        Received frame = from.next();
        to.send(frame.type(), frame.body());
      }
    } catch (IOException e) {
      // One side closed: the other is closed too.
    }
  }
}
