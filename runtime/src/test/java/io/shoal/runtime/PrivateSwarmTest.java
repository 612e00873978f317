package io.shoal.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Availability;
import io.shoal.api.ChunkBody;
import io.shoal.api.ChunkRequest;
import io.shoal.api.ChunkServer;
import io.shoal.api.Cid;
import io.shoal.api.PeerConnection;
import io.shoal.api.PeerId;
import io.shoal.api.PeerUnreachableException;
import io.shoal.api.Refusal;
import io.shoal.api.RefusedException;
import io.shoal.api.ServeAnswer;
import io.shoal.runtime.access.AccessProof;
import io.shoal.runtime.access.SharedSecret;
import io.shoal.runtime.command.ContentCommands;
import io.shoal.runtime.command.NotFoundException;
import io.shoal.runtime.command.Reference;
import io.shoal.runtime.connection.MessageTypes;
import io.shoal.runtime.connection.PeerExchange;
import io.shoal.runtime.file.WholeDigests;
import io.shoal.runtime.importer.ImportProfile;
import io.shoal.runtime.testing.MemoryNetwork;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Whole nodes with restricted access, and peers that try to get in.
@Timeout(60)
class PrivateSwarmTest {
  private static final int LEAF = ImportProfile.MIN_LEAF_SIZE_BYTES;
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final Duration SHORT = Duration.ofSeconds(2);
  private static final String SECRET = "correct horse battery";
  private static final String[] MEMBER = {"access", "shared-secret", "accessSecret", SECRET};
  private static final PeerId MALLORY = PeerId.ofEd25519(new byte[32]);

  @TempDir Path folder;
  private TestSwarm swarm;

  @BeforeEach
  void open() {
    swarm = new TestSwarm(folder);
  }

  @AfterEach
  void close() {
    swarm.close();
  }

  /// A peer that connects by hand and records what it receives.
  private static final class Stranger implements ChunkServer {
    private final List<Integer> messages = new CopyOnWriteArrayList<>();
    private final List<String> questions = new CopyOnWriteArrayList<>();

    @Override
    public void connected(PeerConnection connection) {}

    @Override
    public void disconnected(PeerConnection connection) {}

    @Override
    public ServeAnswer request(PeerConnection from, ChunkRequest request) {
      questions.add(request.toString());
      return new ServeAnswer.Refuse(new Refusal.NotHeld());
    }

    @Override
    public PeerConnection.Watch watch(
        PeerConnection from, Cid root, PeerConnection.AvailabilityListener listener) {
      questions.add(root.toString());
      return ChunkServer.NOTHING.watch(from, root, listener);
    }

    @Override
    public void message(PeerConnection from, int type, ByteBuffer bytes) {
      messages.add(type);
    }
  }

  private PeerConnection dial(TestNode node, PeerId as, ChunkServer server) throws Exception {
    return swarm.network.transport("mallory", as).connect(MemoryNetwork.address(node.name), server);
  }

  private static void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + LONG.toNanos();
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadline, () -> "still waiting: " + what);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
  }

  /// Begins a download that cannot succeed, and ends it when it says why.
  private static void getUntilItSays(String words, TestNode node, Cid root, TestNode from)
      throws InterruptedException {
    Thread getting =
        Thread.ofVirtual()
            .start(() -> assertThrows(Exception.class, () -> node.get(root, "out", LONG, from)));
    await(
        words,
        () -> node.downloads().stream().anyMatch(download -> download.state().contains(words)));
    getting.interrupt();
    getting.join();
  }

  private static Refusal refusal(PeerConnection from, Cid cid) throws Exception {
    try (ChunkBody body = from.fetch(new ChunkRequest(cid, Optional.empty()))) {
      return assertThrows(RefusedException.class, body::awaitSize).refusal();
    }
  }

  private static void show(PeerConnection to, byte[] proof) throws Exception {
    to.send(MessageTypes.ACCESS_PROOF, ByteBuffer.wrap(proof));
  }

  @Test
  void membersOfASwarmShareFilesAndWholeFileDigests() throws Exception {
    TestNode first = swarm.node("first", MEMBER);
    Path file = swarm.file("in", LEAF * 5 + 17, 1);
    Cid root = first.add(file);
    TestNode second = swarm.node("second", MEMBER);

    second.get(root, "out", LONG);
    TestNode third = swarm.node("third", MEMBER);
    third.get(new Reference.WholeDigest(WholeDigests.of(file)), "again", LONG, false, first);

    assertEquals(-1, Files.mismatch(file, folder.resolve("out")));
    assertEquals(-1, Files.mismatch(file, folder.resolve("again")));
    assertEquals(0, first.turnedAway());
  }

  @Test
  void whoHasAnotherSecretIsTurnedAwayByBothAndNobodyIsBanned() throws Exception {
    TestNode first = swarm.node("first", MEMBER);
    Cid root = first.add(swarm.file("in", LEAF, 1));
    TestNode other =
        swarm.node("other", "access", "shared-secret", "accessSecret", "horse battery correct");

    getUntilItSays("secret", other, root, first);

    assertTrue(first.turnedAway() > 0);
    assertEquals(List.of(), first.connected());
    assertTrue(first.book().bans().isEmpty());
    assertTrue(other.book().bans().isEmpty());
    assertTrue(
        other.book().entries().stream().anyMatch(peer -> peer.failures() > 0),
        "the next dial waits");
  }

  @Test
  void aNodeThatIsOpenGetsNothingFromAMemberAlthoughItKnowsIdAndAddress() throws Exception {
    TestNode member = swarm.node("member", MEMBER);
    Cid root = member.add(swarm.file("in", LEAF * 3, 1));
    TestNode outsider = swarm.node("outsider");

    getUntilItSays("does not serve this to us", outsider, root, member);

    assertFalse(Files.exists(folder.resolve("out")));
    assertEquals(0, member.sentBytes());
  }

  @Test
  void aMemberFetchesNothingFromWhoDoesNotProveThatItIsOne() throws Exception {
    TestNode outsider = swarm.node("outsider");
    Cid root = outsider.add(swarm.file("in", LEAF * 3, 1));
    TestNode member = swarm.node("member", MEMBER);

    getUntilItSays("did not prove within 5 s", member, root, outsider);

    assertEquals(0, outsider.sentBytes());
  }

  @Test
  void beforeItsProofAStrangerIsToldNothingAndThenItIsClosedAtTheDeadline() throws Exception {
    TestNode member = swarm.node("member", MEMBER);
    Path file = swarm.file("in", LEAF * 3, 1);
    Cid root = member.add(file);
    Stranger stranger = new Stranger();
    PeerConnection connection = dial(member, MALLORY, stranger);
    LinkedBlockingQueue<Availability> news = new LinkedBlockingQueue<>();

    connection.send(
        MessageTypes.DIGEST_QUESTION,
        ByteBuffer.wrap(java.util.HexFormat.of().parseHex(WholeDigests.of(file))));
    connection.send(MessageTypes.DIAL_BACK_QUESTION, ByteBuffer.allocate(0));
    connection.send(
        MessageTypes.PEER_EXCHANGE,
        new PeerExchange(root, List.of(MemoryNetwork.address("elsewhere"))).encode());
    Thread watching = Thread.ofVirtual().start(() -> watch(connection, root, news));
    assertInstanceOf(Refusal.Denied.class, refusal(connection, root));

    watching.join();
    assertEquals(List.of(new Availability.Unknown()), List.copyOf(news));
    await("it is closed", () -> !connection.isOpen());
    assertEquals(List.of(MessageTypes.ACCESS_PROOF), stranger.messages);
    assertEquals(List.of(), stranger.questions);
    assertEquals(0, member.sentBytes());
    assertEquals(0, member.strangersWaiting());
    assertEquals(1, member.turnedAway());
  }

  private static void watch(
      PeerConnection connection, Cid root, LinkedBlockingQueue<Availability> news) {
    try {
      connection.watch(root, news::add);
    } catch (PeerUnreachableException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aWrongProofClosesTheConnectionAtOnce() throws Exception {
    TestNode member = swarm.node("member", MEMBER);
    Cid root = member.add(swarm.file("in", LEAF, 1));
    PeerConnection connection = dial(member, MALLORY, new Stranger());

    show(connection, new byte[AccessProof.SIZE_BYTES]);

    assertFalse(connection.isOpen());
    assertThrows(
        PeerUnreachableException.class,
        () -> connection.fetch(new ChunkRequest(root, Optional.empty())));
    assertEquals(1, member.turnedAway());
  }

  @Test
  void aProofOfAnEarlierConnectionIsOfNoUse() throws Exception {
    TestNode member = swarm.node("member", MEMBER);
    SharedSecret secret = SharedSecret.of(SECRET.getBytes(StandardCharsets.US_ASCII));
    PeerConnection first = dial(member, MALLORY, new Stranger());
    byte[] proof =
        AccessProof.of(secret, true, first.channelBinding().orElseThrow(), MALLORY, member.id);
    show(first, proof);
    await("it is in", () -> member.connected().size() == 1);
    first.close();

    PeerConnection second = dial(member, MALLORY, new Stranger());
    show(second, proof);

    assertFalse(second.isOpen());
    assertEquals(1, member.turnedAway());
  }

  @Test
  void onlyThePeersOfTheListAreServed() throws Exception {
    TestNode friend = swarm.node("friend");
    TestNode node =
        swarm.node(
            "node", "access", "allow-list", "accessList", friend.id.toString(), "announce", "all");
    Cid root = node.add(swarm.file("in", LEAF * 2, 1));

    friend.get(root, "out", LONG, node);
    Stranger stranger = new Stranger();
    PeerConnection connection = dial(node, MALLORY, stranger);

    assertFalse(connection.isOpen());
    assertEquals(List.of(), stranger.messages);
    assertEquals(1, node.turnedAway());
    assertEquals(-1, Files.mismatch(folder.resolve("in"), folder.resolve("out")));
  }

  @Test
  void aNodeWithAListFetchesFromThePeersOfTheListAlone() throws Exception {
    TestNode friend = swarm.node("friend");
    TestNode stranger = swarm.node("stranger");
    Path file = swarm.file("in", LEAF * 2, 1);
    Cid root = friend.add(file);
    stranger.add(file);
    TestNode node = swarm.node("node", "access", "allow-list", "accessList", friend.id.toString());

    ContentCommands.Fetched fetched = node.get(root, "out", LONG, stranger, friend);

    assertEquals(java.util.Set.of(friend.id.toString()), fetched.chunksByPeer().keySet());
    assertEquals(0, stranger.sentBytes());
  }

  @Test
  void anAddressThatNamesAPeerWhoIsNotListedIsNotDialled() throws Exception {
    TestNode stranger = swarm.node("stranger");
    TestNode node = swarm.node("node", "access", "allow-list", "accessList", MALLORY.toString());

    PeerUnreachableException fault =
        assertThrows(
            PeerUnreachableException.class,
            () -> node.dial(MemoryNetwork.address("stranger").withPeerId(stranger.id)));

    assertTrue(String.valueOf(fault.getMessage()).contains("accessList"), fault::getMessage);
    assertEquals(List.of(), stranger.connected());
  }

  @Test
  void aNodeWithAListTellsNobodyWhatItHas() throws Exception {
    TestNode node = swarm.node("node", "access", "allow-list", "accessList", MALLORY.toString());
    Cid root = node.add(swarm.file("in", LEAF, 1));
    TestNode asking = swarm.node("asking");

    assertThrows(NotFoundException.class, () -> asking.get(root, "out", SHORT));
  }
}
