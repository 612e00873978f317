package io.shoal.runtime.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Availability;
import io.shoal.api.ChunkBody;
import io.shoal.api.ChunkRequest;
import io.shoal.api.Cid;
import io.shoal.api.PeerAddress;
import io.shoal.api.PeerConnection;
import io.shoal.api.PeerId;
import io.shoal.api.PeerUnreachableException;
import io.shoal.api.RemotePeer;
import io.shoal.runtime.access.AdmissionProof.Verdict;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The gate by itself, with time in the test's hand.
@Timeout(30)
class AccessGateTest {
  private static final SharedSecret SECRET =
      SharedSecret.of("correct horse battery".getBytes(StandardCharsets.US_ASCII));
  private static final PeerId SELF = PeerId.ofEd25519(new byte[32]);
  private static final byte[] BINDING = new byte[32];

  private final AtomicLong now = new AtomicLong();
  private final AccessGate gate = new AccessGate(new Access.Secret(SECRET), SELF, now::get);

  private static PeerId id(int number) {
    byte[] key = new byte[32];
    key[0] = (byte) number;
    key[1] = (byte) (number >> 8);
    key[2] = 1;
    return PeerId.ofEd25519(key);
  }

  /// A connection that only remembers what is sent on it. All are equal: the gate tells them apart
  /// by identity.
  private static final class Peer implements PeerConnection {
    private final RemotePeer remote;
    private final Optional<byte[]> binding;
    private final List<Integer> sent = new ArrayList<>();
    private boolean open = true;

    Peer(int number, String host, boolean outbound) {
      this(number, host, outbound, Optional.of(BINDING));
    }

    Peer(int number, String host, boolean outbound, Optional<byte[]> binding) {
      this.binding = binding;
      remote =
          new RemotePeer(
              PeerAddress.of("tcps://" + host + ":" + (1024 + number)),
              Optional.empty(),
              Optional.of(id(number)),
              "test",
              outbound);
    }

    ByteBuffer proof() {
      return ByteBuffer.wrap(
          AccessProof.of(
              SECRET, !remote.outbound(), BINDING, remote.provenId().orElseThrow(), SELF));
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Peer;
    }

    @Override
    public int hashCode() {
      return 1;
    }

    @Override
    public RemotePeer remote() {
      return remote;
    }

    @Override
    public Optional<byte[]> channelBinding() {
      return binding;
    }

    @Override
    public ChunkBody fetch(ChunkRequest request) {
      throw new AssertionError("nothing is fetched here");
    }

    @Override
    public Watch watch(Cid root, AvailabilityListener listener) {
      listener.availability(new Availability.Unknown());
      return () -> {};
    }

    @Override
    public void send(int type, ByteBuffer bytes) {
      sent.add(type);
    }

    @Override
    public boolean isOpen() {
      return open;
    }

    @Override
    public void close() {
      open = false;
    }
  }

  @Test
  void aMemberIsLetInOnceAllKnowOfIt() throws Exception {
    Peer peer = new Peer(1, "192.0.2.1", false);

    assertEquals(new Verdict.Waiting(), gate.arrived(peer));
    assertEquals(List.of(AccessProof.TYPE), peer.sent);
    assertFalse(gate.isAdmitted(peer));
    assertEquals(new Verdict.Admitted(), gate.proved(peer, peer.proof()));
    assertFalse(gate.isAdmitted(peer), "whoever asks now would meet a node that does not know it");
    gate.opened(peer);

    assertTrue(gate.isAdmitted(peer));
    assertEquals(new Verdict.Admitted(), gate.await(peer));
    gate.left(peer);
    assertFalse(gate.isAdmitted(peer));
    assertEquals(0, gate.refused());
    assertEquals(0, gate.waiting());
  }

  @Test
  void whoIsSilentIsClosedAtTheDeadlineAndWhoWaitsForItIsTold() throws Exception {
    Peer silent = new Peer(1, "192.0.2.1", true);
    Peer member = new Peer(2, "192.0.2.2", false);
    gate.arrived(silent);
    gate.arrived(member);
    gate.proved(member, member.proof());
    gate.opened(member);
    CompletableFuture<Verdict> told = new CompletableFuture<>();
    Thread waiting = Thread.ofVirtual().start(() -> told.complete(awaited(silent)));

    now.set(AdmissionProof.PROOF_MILLIS - 1);
    assertEquals(List.of(), gate.tick());
    now.set(AdmissionProof.PROOF_MILLIS);
    assertEquals(List.of(), gate.tick());
    waiting.join();
    List<PeerConnection> toClose = gate.tick();
    assertEquals(1, toClose.size());
    assertSame(silent, toClose.getFirst());
    assertEquals(List.of(), gate.tick());

    assertInstanceOf(Verdict.Refused.class, told.join());
    assertTrue(gate.isAdmitted(member));
    assertEquals(1, gate.refused());
    assertEquals(0, gate.waiting());
  }

  private Verdict awaited(PeerConnection connection) {
    try {
      return gate.await(connection);
    } catch (InterruptedException e) {
      return new Verdict.Waiting();
    }
  }

  @Test
  void whoGoesAwayLeavesNobodyWaiting() throws Exception {
    Peer told = new Peer(1, "192.0.2.1", true);
    Peer untold = new Peer(2, "192.0.2.2", true);
    gate.arrived(told);
    gate.arrived(untold);

    gate.left(told);
    untold.close();

    assertInstanceOf(Verdict.Refused.class, gate.await(told));
    assertInstanceOf(Verdict.Refused.class, gate.await(untold));
  }

  @Test
  void aConnectionThatBindsNothingIsTurnedAwayAndSentNothing() {
    Peer unbound = new Peer(1, "192.0.2.1", false, Optional.empty());

    assertInstanceOf(Verdict.Refused.class, gate.arrived(unbound));
    assertEquals(List.of(), unbound.sent);
    assertFalse(gate.isAdmitted(unbound));
  }

  @Test
  void oneHostCannotTakeThePlaceOfAllOthers() {
    for (int i = 0; i < AccessGate.MAX_WAITING_PER_HOST; i++) {
      assertEquals(new Verdict.Waiting(), gate.arrived(new Peer(i, "192.0.2.1", false)));
    }

    assertInstanceOf(Verdict.Refused.class, gate.arrived(new Peer(500, "192.0.2.1", false)));
    assertEquals(new Verdict.Waiting(), gate.arrived(new Peer(501, "192.0.2.2", false)));
    assertEquals(new Verdict.Waiting(), gate.arrived(new Peer(502, "192.0.2.1", true)));
  }

  @Test
  void howManyWaitIsBoundedAndWhoLeavesMakesRoom() {
    List<Peer> peers = new ArrayList<>();
    for (int i = 0; i < AccessGate.MAX_WAITING; i++) {
      peers.add(new Peer(i, "192.0.2." + i, false));
      assertEquals(new Verdict.Waiting(), gate.arrived(peers.getLast()));
    }

    assertInstanceOf(Verdict.Refused.class, gate.arrived(new Peer(501, "198.51.100.1", false)));
    gate.left(peers.getFirst());
    assertEquals(new Verdict.Waiting(), gate.arrived(new Peer(502, "198.51.100.1", false)));
  }

  @Test
  void aListIsAskedForEveryCall() {
    AccessGate list = new AccessGate(new Access.AllowList(Set.of(id(1))), SELF, now::get);
    Peer listed = new Peer(1, "192.0.2.1", false);
    Peer other = new Peer(2, "192.0.2.1", false);

    assertEquals(new Verdict.Admitted(), list.arrived(listed));
    assertInstanceOf(Verdict.Refused.class, list.arrived(other));
    assertTrue(list.isAdmitted(listed));
    assertFalse(list.isAdmitted(other));
    assertEquals(List.of(), listed.sent);
  }

  @Test
  void aDialThatWouldEndAtTheListIsNotBegun() throws Exception {
    AccessGate list = new AccessGate(new Access.AllowList(Set.of(id(1))), SELF, now::get);
    PeerAddress address = PeerAddress.of("tcps://192.0.2.1:4600");

    list.requireDialable(address);
    list.requireDialable(address.withPeerId(id(1)));
    assertThrows(
        PeerUnreachableException.class, () -> list.requireDialable(address.withPeerId(id(2))));
    gate.requireDialable(address.withPeerId(id(2)));
  }

  @Test
  void anOpenNodeLetsEverybodyIn() throws Exception {
    AccessGate open = new AccessGate(new Access.Open(), SELF, now::get);
    Peer peer = new Peer(1, "192.0.2.1", false, Optional.empty());

    assertEquals(new Verdict.Admitted(), open.arrived(peer));
    assertTrue(open.isAdmitted(peer));
    assertEquals(new Verdict.Admitted(), open.await(peer));
    assertEquals(List.of(), peer.sent);
  }
}
