package io.shoal.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.shoal.api.Cid;
import io.shoal.api.Multihash;
import io.shoal.api.PeerAddress;
import io.shoal.api.UserFaultException;
import io.shoal.runtime.command.ContentCommands;
import io.shoal.runtime.command.DeadlineException;
import io.shoal.runtime.command.NotFoundException;
import io.shoal.runtime.command.Reference;
import io.shoal.runtime.command.StoreCommands;
import io.shoal.runtime.command.VerificationFailedException;
import io.shoal.runtime.dag.TreePlan;
import io.shoal.runtime.file.WholeDigests;
import io.shoal.runtime.importer.ImportProfile;
import io.shoal.runtime.store.CollectionLock;
import io.shoal.runtime.store.KeptRoot;
import io.shoal.runtime.store.TemporaryPins;
import io.shoal.runtime.testing.MemoryNetwork;
import io.shoal.runtime.testing.PlainStore;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeDownloadTest {
  private static final int LEAF = ImportProfile.MIN_LEAF_SIZE_BYTES;
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final Duration SHORT = Duration.ofSeconds(2);

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

  @Test
  void aFileComesFromAllThatHaveItAndIsServedOn() throws Exception {
    TestNode first = swarm.node("first");
    Path file = swarm.file("in", LEAF * 40 + 17, 1);
    Cid root = first.add(file);
    TestNode second = swarm.node("second");

    assertEquals(41, second.get(root, "out2", LONG).chunksByPeer().get(first.id.toString()) - 1);
    TestNode third = swarm.node("third");
    ContentCommands.Fetched fetched = third.get(root, "out3", LONG, first, second);
    assertEquals(-1, Files.mismatch(file, folder.resolve("out3")));
    assertEquals(2, fetched.chunksByPeer().size(), fetched.toString());
    assertEquals(LEAF * 40 + 17, fetched.sizeBytes());
    first.close();
    TestNode fourth = swarm.node("fourth");
    fourth.get(root, "out4", LONG);
    assertEquals(-1, Files.mismatch(file, folder.resolve("out4")));
  }

  @Test
  void aFolderComesWithEmptyFilesEmptyFoldersAndRepeatedContent() throws Exception {
    TestNode first = swarm.node("first");
    Path tree = folder.resolve("tree");
    swarm.file("tree/a/one", LEAF * 3, 1);
    swarm.file("tree/a/same", LEAF * 3, 1);
    swarm.file("tree/b/small ü", 10, 2);
    swarm.file("tree/empty", 0, 3);
    Files.createDirectories(tree.resolve("nothing"));
    Files.write(folder.resolve("tree/zeros"), new byte[LEAF * 4]);
    Cid root = first.add(tree);
    TestNode second = swarm.node("second");

    ContentCommands.Fetched fetched = second.get(root, "copy", LONG);

    assertEquals(tree(tree), tree(folder.resolve("copy")));
    assertTrue(fetched.bytesTransferred() < LEAF * 5L, "each chunk comes once: " + fetched);
    assertFalse(Files.exists(folder.resolve("copy.part")));
  }

  @Test
  void aDownloadThatIsCompleteHoldsNothingOpen() throws Exception {
    Path open = Path.of("/proc/self/fd");
    assumeTrue(Files.isDirectory(open), "this system does not tell what is open");
    TestNode first = swarm.node("first");
    swarm.file("tree/a/one", LEAF * 3, 1);
    Cid root = first.add(folder.resolve("tree"));
    TestNode second = swarm.node("second");
    Path place = Files.createDirectory(folder.resolve("place"));

    second.get(root, "place/copy", LONG);

    List<String> held = new ArrayList<>();
    try (Stream<Path> descriptors = Files.list(open)) {
      for (Path each : descriptors.toList()) {
        try {
          held.add(Files.readSymbolicLink(each).toString());
        } catch (NoSuchFileException e) {
          // The list's own, or closed meanwhile.
        }
      }
    }
    held.removeIf(path -> !path.startsWith(place.toString()));
    assertEquals(List.of(), held);
  }

  @Test
  void theSameRootForTwoPlacesAtOnceIsFetchedOnce() throws Exception {
    TestNode first = swarm.node("first", "limits.upload", "4MB");
    Path file = swarm.file("in", LEAF * 8, 1);
    Cid root = first.add(file);
    TestNode second = swarm.node("second");
    CompletableFuture<ContentCommands.Fetched> one =
        CompletableFuture.supplyAsync(() -> fetched(second, root, "one"));
    TestSwarm.await(LONG, () -> !second.downloads().isEmpty());

    ContentCommands.Fetched two = second.get(root, "two", LONG);

    assertEquals(LEAF * 8L, one.get(30, TimeUnit.SECONDS).sizeBytes());
    assertTrue(first.sentBytes() < LEAF * 9L, first.sentBytes() + " bytes were sent");
    assertEquals(0, two.bytesTransferred());
    assertEquals(-1, Files.mismatch(file, folder.resolve("one")));
    assertEquals(-1, Files.mismatch(file, folder.resolve("two")));
  }

  private static ContentCommands.Fetched fetched(TestNode node, Cid root, String to) {
    try {
      return node.get(root, to, LONG);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aPeerThatCanNeverServeEndsAGetThatNamesItAlone() throws Exception {
    TestNode first = swarm.node("first");
    Cid root = first.add(swarm.file("in", 10, 1));
    TestNode second = swarm.node("second");
    PeerAddress other = MemoryNetwork.address("first").withPeerId(second.id);
    ContentCommands.GetRequest.Builder request =
        ContentCommands.GetRequest.builder(
            new Reference.Content(root, Optional.empty()), folder.resolve("out"));

    assertThrows(UserFaultException.class, () -> second.get(request.peers(List.of(other)).build()));
    PeerAddress nothing = PeerAddress.of("quic://192.0.2.1:1");
    assertThrows(
        UserFaultException.class, () -> second.get(request.peers(List.of(nothing)).build()));
  }

  @Test
  void theSameGetOfAnUnchangedFolderSucceedsAtOnce() throws Exception {
    TestNode first = swarm.node("first");
    Path tree = folder.resolve("tree");
    swarm.file("tree/a/one", LEAF * 3, 1);
    swarm.file("tree/small", 10, 2);
    swarm.file("tree/empty", 0, 3);
    Files.createDirectories(tree.resolve("nothing"));
    Cid root = first.add(tree);
    TestNode second = swarm.node("second");
    long size = second.get(root, "copy", LONG).sizeBytes();
    first.close();
    ContentCommands.Fetched again = second.get(root, "copy", SHORT);
    assertEquals(0, again.bytesTransferred());
    assertEquals(size, again.bytesReused());
    assertEquals(folder.resolve("copy").toString(), again.path());
    assertEquals(tree(tree), tree(folder.resolve("copy")));

    byte[] changed = Files.readAllBytes(folder.resolve("copy/a/one"));
    changed[LEAF + 1]++;
    Files.write(folder.resolve("copy/a/one"), changed);
    Files.createDirectory(folder.resolve("around"));
    Files.move(folder.resolve("copy"), folder.resolve("around").resolve(root.toString()));
    assertThrows(UserFaultException.class, () -> second.get(root, "around", SHORT));
  }

  @Test
  void oneChunkAndNoByteAtAllAreFilesToo() throws Exception {
    TestNode first = swarm.node("first");
    Path small = swarm.file("small", 100, 1);
    Path empty = swarm.file("nothing", 0, 1);
    Cid smallRoot = first.add(small);
    Cid emptyRoot = first.add(empty);
    TestNode second = swarm.node("second");

    assertEquals(100, second.get(smallRoot, "small2", LONG).sizeBytes());
    second.get(emptyRoot, "nothing2", LONG);
    assertEquals(-1, Files.mismatch(small, folder.resolve("small2")));
    assertEquals(0, Files.size(folder.resolve("nothing2")));
  }

  @Test
  void whatIsHereAlreadyIsNotFetchedAgain() throws Exception {
    TestNode first = swarm.node("first");
    Path file = swarm.file("in", LEAF * 5, 1);
    Cid root = first.add(file);

    ContentCommands.Fetched fetched = first.get(root, "out", LONG);

    assertEquals(0, fetched.bytesTransferred());
    assertTrue(fetched.bytesReused() >= LEAF * 5L);
    assertEquals(-1, Files.mismatch(file, folder.resolve("out")));
  }

  @Test
  void aPeerThatSendsAWrongByteIsBannedAndReplaced() throws Exception {
    TestNode liar = swarm.node("liar");
    Path file = swarm.file("in", LEAF * 20, 1);
    Cid root = liar.add(file);
    TestNode honest = swarm.node("honest");
    honest.get(root, "honest-copy", LONG);
    lie(liar, root);
    TestNode second = swarm.node("second");

    ContentCommands.Fetched fetched = second.get(root, "out", LONG, liar, honest);

    assertEquals(-1, Files.mismatch(file, folder.resolve("out")));
    assertTrue(second.bans(liar), fetched.toString());
    assertTrue(!second.bans(honest));
  }

  @Test
  void withLiarsAloneItFailsAndLeavesNoWrongByte() throws Exception {
    TestNode liar = swarm.node("liar");
    Cid root = liar.add(swarm.file("in", LEAF * 4, 1));
    lie(liar, root);
    TestNode second = swarm.node("second");

    assertThrows(VerificationFailedException.class, () -> second.get(root, "out", LONG, liar));
    assertFalse(Files.exists(folder.resolve("out")));
  }

  @Test
  void aCorruptCopyIsNamedAndItsOwnerIsNotPunished() throws Exception {
    TestNode first = swarm.node("first");
    Cid root = first.add(swarm.file("in", LEAF * 4, 1));
    PlainStore store = (PlainStore) first.store;
    Multihash victim = leaf(first, root, 2).multihash();
    store.chunks.put(victim, new byte[LEAF]);
    TestNode second = swarm.node("second");

    DeadlineException failure =
        assertThrows(DeadlineException.class, () -> second.get(root, "out", SHORT, first));

    assertTrue(
        String.valueOf(failure.getMessage()).contains(Cid.of(Cid.RAW, victim).toString()),
        failure.getMessage());
    assertTrue(!second.bans(first));
    assertTrue(
        first.store.find(Cid.of(Cid.RAW, victim)).isEmpty(), "the corrupt chunk is quarantined");
  }

  @Test
  void aStoppedDownloadGoesOnWhereItWas() throws Exception {
    TestNode first = swarm.node("first", "limits.upload", "4MB");
    Path file = swarm.file("in", LEAF * 40, 1);
    Cid root = first.add(file);
    TestNode second = swarm.node("second");
    CompletableFuture<Exception> ended = new CompletableFuture<>();

    Thread getter =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    second.get(root, "out", LONG, first);
                  } catch (Exception e) {
                    ended.complete(e);
                  }
                });
    TestSwarm.await(
        LONG,
        () -> second.downloads().stream().anyMatch(d -> d.counters().doneBytes() >= LEAF * 20L));
    getter.interrupt();

    assertEquals(InterruptedException.class, ended.get(20, TimeUnit.SECONDS).getClass());
    assertTrue(Files.exists(folder.resolve("out.part")));
    ContentCommands.Fetched rest = second.get(root, "out", LONG, first);
    assertTrue(rest.bytesTransferred() <= LEAF * 21L, rest.toString());
    assertEquals(-1, Files.mismatch(file, folder.resolve("out")));
  }

  @Test
  void leechersFeedEachOtherAndSpareTheSeed() throws Exception {
    TestNode seed = swarm.node("seed", "limits.upload", "3MB");
    int chunks = 40;
    Path file = swarm.file("in", LEAF * chunks, 1);
    Cid root = seed.add(file);
    List<TestNode> leechers = List.of(swarm.node("a"), swarm.node("b"), swarm.node("c"));

    List<CompletableFuture<ContentCommands.Fetched>> results =
        leechers.stream()
            .map(
                node ->
                    CompletableFuture.supplyAsync(
                        () -> {
                          try {
                            return node.get(root, "out-" + node.name, LONG);
                          } catch (Exception e) {
                            throw new IllegalStateException(e);
                          }
                        },
                        task -> Thread.ofVirtual().start(task)))
            .toList();
    for (CompletableFuture<ContentCommands.Fetched> result : results) {
      result.get(60, TimeUnit.SECONDS);
    }
    long sent = seed.sentBytes();
    assertTrue(sent < LEAF * (long) chunks * 2, "the seed sent " + sent / LEAF + " leaves");
  }

  @Test
  void anUnknownIdIsNotFound() throws Exception {
    TestNode node = swarm.node("alone");
    Cid unknown = Cid.of(Cid.RAW, Multihash.of(Multihash.SHA2_256, new byte[32]));

    assertThrows(NotFoundException.class, () -> node.get(unknown, "out", SHORT));
    assertFalse(Files.exists(folder.resolve("out.part")));
    assertTrue(node.journal().all().isEmpty());
  }

  @Test
  void aFileIsFoundByItsWholeDigest() throws Exception {
    TestNode first = swarm.node("first");
    Path file = swarm.file("in", LEAF * 3, 1);
    first.add(file);
    TestNode second = swarm.node("second");
    TestSwarm.await(LONG, () -> first.hasAnnouncedAll());
    second.get(new Reference.WholeDigest(WholeDigests.of(file)), "out", LONG, false);

    assertEquals(-1, Files.mismatch(file, folder.resolve("out")));
  }

  @Test
  void aWrongHintForAWholeDigestLeavesNothing() throws Exception {
    TestNode first = swarm.node("first");
    Cid root = first.add(swarm.file("in", LEAF * 3, 1));
    String digest = "ab".repeat(32);
    first.keep(KeptRoot.pinned(root, "in", LEAF * 3, false).withDigest(Optional.of(digest)));
    TestNode second = swarm.node("second");

    assertThrows(
        VerificationFailedException.class,
        () -> second.get(new Reference.WholeDigest(digest), "out", LONG, false, first));
    assertFalse(Files.exists(folder.resolve("out")));
    assertFalse(Files.exists(folder.resolve("out.part")));
  }

  @Test
  void whatIsLargerThanTheUserWantsIsRefusedAndLeavesNothing() throws Exception {
    TestNode seed = swarm.node("seed");
    Path file = swarm.file("in", 3 * ImportProfile.MIN_LEAF_SIZE_BYTES, 1);
    Cid root = seed.add(file);
    TestNode node = swarm.node("node");
    ContentCommands.GetRequest.Builder request =
        ContentCommands.GetRequest.builder(new Reference.Content(root, Optional.empty()), folder)
            .target(folder.resolve("out"))
            .peers(List.of(MemoryNetwork.address("seed")))
            .timeout(Duration.ofMinutes(1));

    UserFaultException refused =
        assertThrows(
            UserFaultException.class,
            () -> node.get(request.maxSizeBytes(Files.size(file) - 1).build()));

    assertTrue(String.valueOf(refused.getMessage()).contains("--max-size"), refused.getMessage());
    assertFalse(Files.exists(folder.resolve("out.part")));
    assertEquals(List.of(), node.roots());
    node.get(request.maxSizeBytes(Files.size(file)).build());
    assertEquals(-1, Files.mismatch(file, folder.resolve("out")));
  }

  @Test
  void filesThatSayTheirSizeLateAreRefusedBeforeTheyAreWritten() throws Exception {
    TestNode seed = swarm.node("seed");
    Path tree = Files.createDirectory(folder.resolve("tree"));
    for (int i = 0; i < 3; i++) {
      Files.write(tree.resolve("f" + i), new byte[1_000]);
    }
    Cid root = seed.add(tree);
    TestNode node = swarm.node("node");

    assertThrows(
        UserFaultException.class,
        () ->
            node.get(
                ContentCommands.GetRequest.builder(
                        new Reference.Content(root, Optional.empty()), folder)
                    .target(folder.resolve("out"))
                    .peers(List.of(MemoryNetwork.address("seed")))
                    .timeout(Duration.ofMinutes(1))
                    .maxSizeBytes(2_999)
                    .build()));

    assertFalse(Files.exists(folder.resolve("out.part")));
    assertEquals(List.of(), node.roots());
  }

  private ContentCommands.GetRequest.Builder into(String where, Cid root) throws IOException {
    return ContentCommands.GetRequest.builder(new Reference.Content(root, Optional.empty()), folder)
        .target(Files.createDirectories(folder.resolve(where)))
        .timeout(LONG);
  }

  @Test
  void aRootWithoutANameGetsThatOfAPeerThatSendsIt() throws Exception {
    TestNode first = swarm.node("first");
    Cid root = first.add(swarm.file("in/a report.pdf", LEAF * 3, 1));
    TestNode second = swarm.node("second");
    TestNode third = swarm.node("third");

    ContentCommands.Fetched named = second.get(into("two", root).build());
    first.close();
    ContentCommands.Fetched passedOn = third.get(into("three", root).build());
    ContentCommands.Fetched again = third.get(into("four", root).build());

    assertEquals(folder.resolve("two/a report.pdf").toString(), named.path());
    assertEquals(Optional.of("peer " + first.id), named.nameFrom());
    assertEquals(Optional.of("peer " + second.id), passedOn.nameFrom());
    assertEquals(Optional.of("this node"), again.nameFrom());
    for (String where : List.of("two", "three", "four")) {
      Path copy = folder.resolve(where + "/a report.pdf");
      assertEquals(-1, Files.mismatch(folder.resolve("in/a report.pdf"), copy));
      assertFalse(Files.exists(folder.resolve(where + "/" + root)));
    }
    assertEquals("a report.pdf", second.kept(root).orElseThrow().name());
    assertEquals(List.of(), second.journal().all());
  }

  @Test
  void aNameThatAPeerGivesReplacesNothing() throws Exception {
    TestNode first = swarm.node("first");
    Path file = swarm.file("in/report", LEAF, 1);
    Cid root = first.add(file);
    Path taken = swarm.file("two/report", 5, 2);
    TestNode second = swarm.node("second");

    ContentCommands.Fetched fetched = second.get(into("two", root).replace(true).build());
    ContentCommands.Fetched here = first.get(into("two", root).replace(true).build());

    assertEquals(folder.resolve("two").resolve(root.toString()).toString(), fetched.path());
    assertEquals(Optional.empty(), fetched.nameFrom());
    assertEquals(fetched.path(), here.path());
    assertEquals(-1, Files.mismatch(file, folder.resolve("two").resolve(root.toString())));
    assertEquals(5, Files.size(taken));
  }

  @Test
  void aSizeInALinkThatIsTooLargeIsRefusedBeforeAnyPeerIsAsked() throws Exception {
    TestNode node = swarm.node("node");
    Path file = swarm.file("in", LEAF, 1);
    Cid root = node.add(file);
    Cid elsewhere = Cid.of(Cid.RAW, Multihash.of(Multihash.SHA2_256, new byte[32]));

    for (ContentCommands.GetRequest.Builder request :
        List.of(linked(elsewhere, 3_000).maxSizeBytes(2_999), linked(elsewhere, 1L << 59))) {
      UserFaultException refused =
          assertThrows(UserFaultException.class, () -> node.get(request.build()));
      assertTrue(refused.getMessage().contains("its link says"), refused::getMessage);
    }

    assertEquals(LEAF, node.get(linked(root, 1).maxSizeBytes(LEAF).build()).sizeBytes());
    assertEquals(LEAF, node.get(linked(root, 1L << 59).build()).sizeBytes(), "it is there already");
  }

  private ContentCommands.GetRequest.Builder linked(Cid root, long claimedBytes) {
    var link =
        new Reference.Content(root, Optional.empty(), List.of(), OptionalLong.of(claimedBytes));
    return ContentCommands.GetRequest.builder(link, folder)
        .target(folder.resolve("out-" + root))
        .timeout(LONG);
  }

  @Test
  void whatIsInTheWayIsLeftAlone() throws Exception {
    TestNode first = swarm.node("first");
    Cid root = first.add(swarm.file("in", LEAF, 1));
    Path taken = swarm.file("taken", 5, 2);

    assertThrows(UserFaultException.class, () -> first.get(root, "taken", SHORT));
    assertEquals(5, Files.size(taken));
    swarm.file("other.part", 5, 2);
    assertThrows(UserFaultException.class, () -> first.get(root, "other", SHORT));
    assertEquals(5, Files.size(folder.resolve("other.part")));
  }

  @Test
  void collectionKeepsPinsAndTakesTheRest() throws Exception {
    TestNode node = swarm.node("node");
    Cid kept = node.add(swarm.file("kept", LEAF * 3, 1));
    Cid loose = node.add(swarm.file("loose", LEAF * 3, 2));
    node.unpin(loose);
    StoreCommands.Collected collected = node.collect();
    assertEquals(4, collected.chunksRemoved());
    assertEquals(4, collected.chunksKept());
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    node.cat(new Reference.Content(kept, Optional.empty()), SHORT, out);
    assertArrayEquals(Files.readAllBytes(folder.resolve("kept")), out.toByteArray());
    assertThrows(NotFoundException.class, () -> node.pin(loose));
  }

  @Test
  void collectionLeavesWhatRunningWorkCountsOn() throws Exception {
    TestNode node = swarm.node("node");
    Cid root = node.add(swarm.file("in", LEAF * 3, 1));
    node.unpin(root);
    try (CollectionLock.Hold held = node.temporaryPins().hold(root)) {
      assertEquals(0, node.collect().chunksRemoved());
    }
    Cid single = Cid.of(Cid.RAW, Multihash.of(Multihash.SHA2_256, new byte[32]));
    TemporaryPins temporaryPins = node.temporaryPins();
    try (CollectionLock.Hold collecting = temporaryPins.collect()) {
      assertTrue(temporaryPins.removeUnlessSpared(single, () -> true));
      temporaryPins.lookFor(single);
      assertFalse(temporaryPins.removeUnlessSpared(single, () -> true));
    }

    assertTrue(
        temporaryPins.removeUnlessSpared(single, () -> true), "the next collection decides anew");
    assertEquals(4, node.collect().chunksRemoved());
  }

  @Test
  void aCheckFindsRotAndRepairsItFromPeers() throws Exception {
    TestNode first = swarm.node("first");
    Cid root = first.add(swarm.file("in", LEAF * 4, 1));
    TestNode second = swarm.node("second");
    second.get(new Reference.Content(root, Optional.empty()), "out", LONG, true, first);
    Cid victim = leaf(second, root, 1);
    ((PlainStore) second.store).chunks.put(victim.multihash(), new byte[3]);
    StoreCommands.Verified verified = second.repair(LONG);
    assertEquals(List.of(victim.toString()), verified.corrupt());
    assertEquals(1, verified.repaired());
  }

  @Test
  void rootsSurviveARestart() throws Exception {
    TestNode node = swarm.node("node");
    Cid root = node.add(swarm.file("in", LEAF, 1));

    node.close();
    TestNode again = swarm.node("node", Node.Mode.SERVE, node.store);
    assertEquals(root.toString(), again.roots().getFirst().root());
    assertEquals("pinned", again.roots().getFirst().kept());
  }

  private static Cid leaf(TestNode node, Cid root, int index) throws Exception {
    TreePlan plan = node.dag().plan(root).orElseThrow();
    return plan.leafCid(plan.files().getFirst().content().leaf(index));
  }

  /// Changes the bytes of a node's leaves without its notice, and makes it believe that it has
  /// checked them.
  private static void lie(TestNode node, Cid root) throws Exception {
    TreePlan plan = node.dag().plan(root).orElseThrow();
    for (int i = 0; i < plan.files().getFirst().content().runCount(); i++) {
      Cid leaf = leaf(node, root, i);
      node.trust(leaf);
      ((PlainStore) node.store).chunks.put(leaf.multihash(), new byte[LEAF]);
    }
  }

  private static List<String> tree(Path root) throws Exception {
    try (var files = Files.walk(root)) {
      return files
          .sorted()
          .map(
              path -> {
                try {
                  return root.relativize(path)
                      + " "
                      + (Files.isDirectory(path) ? "folder" : WholeDigests.of(path));
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              })
          .toList();
    }
  }
}
