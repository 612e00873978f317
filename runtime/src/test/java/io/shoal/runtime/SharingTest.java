package io.shoal.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.ChunkRequest;
import io.shoal.api.ChunkServer;
import io.shoal.api.Cid;
import io.shoal.api.PeerAddress;
import io.shoal.api.PeerConnection;
import io.shoal.api.PeerId;
import io.shoal.api.ServeAnswer;
import io.shoal.api.Transport;
import io.shoal.runtime.command.ContentCommands;
import io.shoal.runtime.command.NotFoundException;
import io.shoal.runtime.command.Reference;
import io.shoal.runtime.command.StoreCommands;
import io.shoal.runtime.command.StoreCommands.Sharing;
import io.shoal.runtime.connection.MessageTypes;
import io.shoal.runtime.connection.PeerExchange;
import io.shoal.runtime.discovery.DigestLookup;
import io.shoal.runtime.file.WholeDigests;
import io.shoal.runtime.importer.ImportProfile;
import io.shoal.runtime.testing.MemoryNetwork;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Other peers learn nothing of private roots.
class SharingTest {
  private static final int LEAF = ImportProfile.MIN_LEAF_SIZE_BYTES;
  private static final Duration SHORT = Duration.ofSeconds(2);
  private static final Duration LONG = Duration.ofSeconds(60);

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

  /// Waits until all keys that waited are announced.
  private void settled(TestNode node) throws Exception {
    Cid last = node.add(swarm.file("last-" + System.nanoTime(), 9, System.nanoTime()));
    TestSwarm.await(LONG, () -> node.hasAnnouncedAll() && swarm.announced().contains(last));
    node.unpin(last);
  }

  private static Reference.Content content(Cid root) {
    return new Reference.Content(root, Optional.empty());
  }

  private static Cid digestKey(Path file) throws Exception {
    return DigestLookup.key(WholeDigests.of(file));
  }

  private static Cid root(ContentCommands.Added added) throws Exception {
    return Cid.parse(added.root());
  }

  @Test
  void aPrivateRootIsNotAnnouncedButServed() throws Exception {
    TestNode first = swarm.node("first");
    Path file = swarm.file("in", LEAF * 3, 1);
    Cid root = root(first.add(file, true));
    settled(first);

    assertEquals(Set.of(), swarm.announced());
    TestNode second = swarm.node("second");
    assertThrows(NotFoundException.class, () -> second.get(root, "out", SHORT));
    second.get(root, "out", LONG, first);
    assertEquals(-1, Files.mismatch(file, folder.resolve("out")));
  }

  @Test
  void aPrivateRootKeepsItsNameToItself() throws Exception {
    TestNode first = swarm.node("first");
    Cid root = root(first.add(swarm.file("in/secret plans", LEAF, 1), true));
    TestNode second = swarm.node("second");
    Path into = Files.createDirectory(folder.resolve("into"));

    ContentCommands.Fetched fetched = second.get(content(root), "into", LONG, false, first);

    assertEquals(into.resolve(root.toString()).toString(), fetched.path());
    assertEquals(Optional.empty(), fetched.nameFrom());
  }

  @Test
  void aRootMadePrivateIsWithdrawnAndStaysSoAfterRestart() throws Exception {
    TestNode first = swarm.node("first");
    Path file = swarm.file("in", LEAF * 3, 1);
    Cid root = first.add(file);
    TestSwarm.await(LONG, () -> swarm.announced().size() == 2);

    assertEquals(
        new StoreCommands.Shared(root.toString(), "private"), first.share(root, Sharing.PRIVATE));
    assertEquals(Set.of(), swarm.announced());
    assertEquals("private", first.roots().getFirst().sharing());
    assertEquals(Optional.of("private"), first.stat(root).sharing());
    first.close();
    TestNode again = swarm.node("first", Node.Mode.SERVE, first.store);
    settled(again);
    assertEquals(Set.of(), swarm.announced());
    again.share(root, Sharing.PUBLIC);
    TestSwarm.await(LONG, () -> swarm.announced().equals(Set.of(root, unchecked(file))));
  }

  private static Cid unchecked(Path file) {
    try {
      return digestKey(file);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void addingAPrivateRootAgainDoesNotPublishIt() throws Exception {
    TestNode first = swarm.node("first");
    Path file = swarm.file("in", LEAF * 3, 1);
    Cid root = root(first.add(file, true));

    assertEquals("private", first.add(file, false).sharing());
    first.unpin(root);
    assertEquals("private", first.add(file, false).sharing());
    first.pin(root);
    settled(first);
    assertEquals(Set.of(), swarm.announced());
  }

  @Test
  void theRuleEndsWhenCollectionTakesTheRoot() throws Exception {
    TestNode first = swarm.node("first");
    Path file = swarm.file("in", LEAF * 3, 1);
    Cid root = root(first.add(file, true));
    first.collect();
    assertTrue(first.index().isPrivate(root));
    first.unpin(root);
    assertEquals(Optional.of("private"), first.stat(root).sharing());
    first.collect();
    assertEquals("public", first.add(file, false).sharing());
  }

  @Test
  void onlyRootsThatAreHereHaveARule() throws Exception {
    TestNode first = swarm.node("first");
    Cid root = first.add(swarm.file("in", LEAF * 3, 1));
    Cid leaf = first.dag().plan(root).orElseThrow().leafCid(1);
    assertThrows(NotFoundException.class, () -> first.share(leaf, Sharing.PRIVATE));
    assertEquals(Optional.empty(), first.stat(leaf).sharing());
  }

  @Test
  void aPartOfAPrivateFolderThatIsPinnedStaysPrivate() throws Exception {
    TestNode first = swarm.node("first");
    swarm.file("folder/file", LEAF * 3, 1);
    Cid folderRoot = root(first.add(folder.resolve("folder"), true));
    Cid file = Cid.parse(first.list(folderRoot).getFirst().cid());
    first.pin(file);
    assertEquals(Optional.of("private"), first.stat(file).sharing());
    settled(first);
    assertEquals(Set.of(), swarm.announced());
  }

  @Test
  void aPrivateDownloadIsNeverAnnounced() throws Exception {
    TestNode first = swarm.node("first");
    Path file = swarm.file("in", LEAF * 3, 1);
    Cid root = root(first.add(file, true));
    TestNode second = swarm.node("second");

    second.get(content(root), "out", LONG, true, true, first);
    settled(second);

    assertEquals(Set.of(), swarm.announced());
    assertEquals("private", second.roots().getFirst().sharing());
    TestNode third = swarm.node("third");
    third.get(root, "third", LONG, second);
    TestSwarm.await(LONG, () -> swarm.announced().contains(root));
    third.get(content(root), "third", LONG, false, true);
    assertEquals(Set.of(), swarm.announced());
  }

  @Test
  void theRuleOfAFailedPrivateDownloadIsKept() throws Exception {
    TestNode first = swarm.node("first");
    Path file = swarm.file("in", LEAF * 3, 1);
    Cid root = root(first.add(file, true));
    TestNode second = swarm.node("second");

    assertThrows(
        NotFoundException.class, () -> second.get(content(root), "out", SHORT, true, true));
    second.get(content(root), "out", LONG, true, first);
    settled(second);
    assertEquals(Set.of(), swarm.announced());
  }

  @Test
  void chunksOfAPrivateRootAreAnnouncedOnlyForAPublicOne() throws Exception {
    TestNode first = swarm.node("first", "announce", "all");
    byte[] both = Files.readAllBytes(swarm.file("both", LEAF * 2, 1));
    Path longer = folder.resolve("longer");
    byte[] more = Arrays.copyOf(both, LEAF * 3);
    more[more.length - 1] = 1;
    Files.write(longer, more);
    Cid shared = first.add(folder.resolve("both"));
    Cid root = first.add(longer);
    Set<Cid> ofShared = chunks(first, shared);
    Set<Cid> ofRoot = chunks(first, root);
    TestSwarm.await(
        LONG,
        () -> swarm.announced().containsAll(ofShared) && swarm.announced().containsAll(ofRoot));
    first.share(root, Sharing.PRIVATE);
    assertEquals(withDigest(ofShared, folder.resolve("both")), swarm.announced());
    first.share(shared, Sharing.PRIVATE);
    assertEquals(Set.of(), swarm.announced());
    first.share(root, Sharing.PUBLIC);
    TestSwarm.await(LONG, () -> swarm.announced().equals(withDigest(ofRoot, longer)));
    first.unpin(root);
    assertEquals(Set.of(), swarm.announced());
  }

  private static Set<Cid> withDigest(Set<Cid> chunks, Path file) {
    Set<Cid> all = new HashSet<>(chunks);
    all.add(unchecked(file));
    return all;
  }

  private static Set<Cid> chunks(TestNode node, Cid root) throws Exception {
    Set<Cid> chunks = new HashSet<>();
    node.dag().reachable(root, chunks::add);
    return chunks;
  }

  @Test
  void unpinningARootWithdrawsItsDigestToo() throws Exception {
    TestNode first = swarm.node("first");
    Cid root = first.add(swarm.file("in", LEAF * 3, 1));
    TestSwarm.await(LONG, () -> swarm.announced().size() == 2);
    first.unpin(root);
    assertEquals(Set.of(), swarm.announced());
  }

  /// A stranger's end of a connection, which records what it receives.
  private static final class Stranger implements ChunkServer {
    final BlockingQueue<Integer> types = new LinkedBlockingQueue<>();
    final BlockingQueue<byte[]> messages = new LinkedBlockingQueue<>();

    @Override
    public void connected(PeerConnection connection) {}

    @Override
    public void disconnected(PeerConnection connection) {}

    @Override
    public ServeAnswer request(PeerConnection from, ChunkRequest request)
        throws InterruptedException {
      return ChunkServer.NOTHING.request(from, request);
    }

    @Override
    public PeerConnection.Watch watch(
        PeerConnection from, Cid root, PeerConnection.AvailabilityListener listener) {
      return ChunkServer.NOTHING.watch(from, root, listener);
    }

    @Override
    public void message(PeerConnection from, int type, ByteBuffer bytes) {
      byte[] copy = new byte[bytes.remaining()];
      bytes.get(copy);
      types.add(type);
      messages.add(copy);
    }
  }

  private static Cid answered(PeerConnection connection, Stranger stranger, String sha256)
      throws Exception {
    connection.send(MessageTypes.DIGEST_QUESTION, ByteBuffer.wrap(HexFormat.of().parseHex(sha256)));
    byte[] answer = stranger.messages.poll(30, TimeUnit.SECONDS);
    int length = answer[32];
    return length == 0 ? NOTHING : Cid.fromBytes(Arrays.copyOfRange(answer, 33, 33 + length));
  }

  private static PeerId id(int n) {
    byte[] key = new byte[32];
    key[0] = (byte) n;
    return PeerId.ofEd25519(key);
  }

  private static final Cid NOTHING = DigestLookup.key("00".repeat(32));

  @Test
  void aQuestionForADigestRevealsNoPrivateRoot() throws Exception {
    TestNode first = swarm.node("first");
    Path file = swarm.file("in", LEAF * 3, 1);
    Path chunk = swarm.file("chunk", 99, 2);
    Cid root = root(first.add(file, true));
    Cid raw = root(first.add(chunk, true));
    Stranger stranger = new Stranger();

    try (Transport transport = swarm.network.transport("stranger", id(1))) {
      PeerConnection connection = transport.connect(MemoryNetwork.address("first"), stranger);
      assertEquals(NOTHING, answered(connection, stranger, WholeDigests.of(file)));
      assertEquals(NOTHING, answered(connection, stranger, WholeDigests.of(chunk)));
      first.share(root, Sharing.PUBLIC);
      first.share(raw, Sharing.PUBLIC);
      assertEquals(root, answered(connection, stranger, WholeDigests.of(file)));
      assertEquals(raw, answered(connection, stranger, WholeDigests.of(chunk)));
    }
  }

  @Test
  void onlyMembersOfAPrivateSwarmLearnOfEachOther() throws Exception {
    TestNode first = swarm.node("first");
    Cid open = first.add(swarm.file("open", LEAF * 3, 1));
    Cid root = root(first.add(swarm.file("in", LEAF * 3, 2), true));
    Stranger outside = new Stranger();
    Stranger inside = new Stranger();

    try (Transport out = swarm.network.transport("out", id(1));
        Transport in = swarm.network.transport("in", id(2))) {
      out.connect(MemoryNetwork.address("first"), outside).watch(open, _ -> {});
      in.connect(MemoryNetwork.address("first"), inside).watch(root, _ -> {});
      TestNode second = swarm.node("second");
      second.get(content(root), "out", LONG, false, true, first);
      PeerExchange received = PeerExchange.decode(ByteBuffer.wrap(exchange(inside)));
      assertEquals(root, received.root());
      assertEquals(
          List.of(MemoryNetwork.address("second").uri()),
          received.peers().stream().map(PeerAddress::uri).toList());
      assertFalse(outside.types.contains(MessageTypes.PEER_EXCHANGE));
    }
  }

  private static byte[] exchange(Stranger stranger) throws InterruptedException {
    while (true) {
      byte[] message = stranger.messages.poll(30, TimeUnit.SECONDS);
      if (stranger.types.take() == MessageTypes.PEER_EXCHANGE) {
        return message;
      }
    }
  }
}
