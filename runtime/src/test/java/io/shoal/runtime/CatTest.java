package io.shoal.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Cid;
import io.shoal.api.Multihash;
import io.shoal.api.RetryableException;
import io.shoal.api.UserFaultException;
import io.shoal.runtime.command.NotFoundException;
import io.shoal.runtime.command.Reference;
import io.shoal.runtime.command.VerificationFailedException;
import io.shoal.runtime.dag.DagPb;
import io.shoal.runtime.dag.MalformedContentException;
import io.shoal.runtime.dag.PbLink;
import io.shoal.runtime.dag.PbNode;
import io.shoal.runtime.dag.TreePlan;
import io.shoal.runtime.dag.UnixFsData;
import io.shoal.runtime.download.Download;
import io.shoal.runtime.download.LeafWindow;
import io.shoal.runtime.file.WholeDigests;
import io.shoal.runtime.importer.ImportProfile;
import io.shoal.runtime.store.CollectionLock;
import io.shoal.runtime.store.KeptRoot;
import io.shoal.runtime.store.TemporaryPins;
import io.shoal.runtime.testing.Blocks;
import io.shoal.runtime.testing.PlainStore;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CatTest {
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

  private static byte[] cat(TestNode node, Cid root) throws Exception {
    return cat(node, new Reference.Content(root, Optional.empty()), LONG);
  }

  private static byte[] cat(TestNode node, Reference reference, Duration timeout) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    node.cat(reference, timeout, out);
    return out.toByteArray();
  }

  /// A reader that takes the first bytes, and then nothing until it is released.
  private static final class StuckReader extends OutputStream {
    final ByteArrayOutputStream out = new ByteArrayOutputStream();
    final CountDownLatch reached = new CountDownLatch(1);
    final CountDownLatch goOn = new CountDownLatch(1);

    @Override
    public void write(int b) {
      throw new AssertionError("leaves come whole");
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      out.write(bytes, offset, length);
      reached.countDown();
      try {
        assertTrue(goOn.await(60, TimeUnit.SECONDS));
      } catch (InterruptedException e) {
        throw new IOException("interrupted", e);
      }
    }
  }

  private static CompletableFuture<byte[]> catInto(TestNode node, Cid root, StuckReader reader) {
    CompletableFuture<byte[]> result = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                node.cat(new Reference.Content(root, Optional.empty()), LONG, reader);
                result.complete(reader.out.toByteArray());
              } catch (Exception e) {
                result.completeExceptionally(e);
              }
            });
    return result;
  }

  @Test
  void aFileComesInOrderFromPeersAndIsNotStored() throws Exception {
    TestNode first = swarm.node("first");
    Path file = swarm.file("in", LEAF * 70 + 17, 1);
    Cid root = first.add(file);
    TestNode second = swarm.node("second");

    assertArrayEquals(Files.readAllBytes(file), cat(second, root));
    assertEquals(1, second.store.usage().chunks(), "the one node");
    assertEquals(List.of(), second.index().all());
    assertEquals(1, second.collect().chunksRemoved(), "held while it ran, and not pinned");
  }

  @Test
  void bytesGoOutAtOnceAndASlowReaderBoundsReadAhead() throws Exception {
    TestNode first = swarm.node("first");
    Path file = swarm.file("in", LEAF * 100, 1);
    Cid root = first.add(file);
    TestNode second = swarm.node("second");
    StuckReader reader = new StuckReader();

    CompletableFuture<byte[]> result = catInto(second, root, reader);

    assertTrue(reader.reached.await(30, TimeUnit.SECONDS));
    Download running = second.download(root);
    TestSwarm.await(LONG, () -> running.state().equals("waiting for the reader"));
    long ahead = running.counters().doneBytes();
    assertTrue(ahead <= (LeafWindow.MAX_LEAVES + 1L) * LEAF, ahead + " bytes were fetched");
    assertFalse(result.isDone());
    reader.goOn.countDown();
    assertArrayEquals(Files.readAllBytes(file), result.get(60, TimeUnit.SECONDS));
  }

  @Test
  void manyStreamsShareTheirMemory() throws Exception {
    TestNode first = swarm.node("first");
    TestNode second = swarm.node("second", "limits.memory", "16MiB");
    long share = (16L << 20) / 8;

    long ahead = 0;
    for (int i = 0; i < 3; i++) {
      Cid root = first.add(swarm.file("in" + i, LEAF * 40, i));
      StuckReader reader = new StuckReader();
      CompletableFuture<byte[]> result = catInto(second, root, reader);
      assertTrue(reader.reached.await(30, TimeUnit.SECONDS));
      Download running = second.download(root);
      TestSwarm.await(LONG, () -> running.state().equals("waiting for the reader"));
      ahead += running.counters().doneBytes();
      assertFalse(result.isDone());
    }

    // Each has written one leaf and may hold one more beyond the budget.
    assertTrue(ahead <= share + 3 * 2 * LEAF, ahead + " bytes are held");
  }

  @Test
  void leavesThatRepeatAreBroughtAgain() throws Exception {
    TestNode first = swarm.node("first");
    byte[] a = Files.readAllBytes(swarm.file("a", LEAF, 1));
    byte[] b = Files.readAllBytes(swarm.file("b", LEAF, 2));
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    for (int i = 0; i < 50; i++) {
      content.writeBytes(new byte[LEAF]);
    }
    for (int i = 0; i < 50; i++) {
      content.writeBytes(i % 2 == 0 ? a : b);
    }
    content.writeBytes(new byte[LEAF]);
    Path file = Files.write(folder.resolve("in"), content.toByteArray());
    Cid root = first.add(file);

    assertArrayEquals(content.toByteArray(), cat(swarm.node("second"), root));
  }

  @Test
  void filesOfEverySizeAreRead() throws Exception {
    TestNode node = swarm.node("node");
    for (int size : new int[] {0, 1, LEAF, LEAF + 1, LEAF * 3}) {
      Path file = swarm.file("in", size, size);
      assertArrayEquals(Files.readAllBytes(file), cat(node, node.add(file)));
    }
    byte[] inline = {1, 2, 3};

    assertArrayEquals(inline, cat(node, Cid.of(Cid.RAW, Multihash.of(Multihash.IDENTITY, inline))));
  }

  @Test
  void aWrongByteIsNeverWritten() throws Exception {
    TestNode liar = swarm.node("liar");
    Cid root = liar.add(swarm.file("in", LEAF * 4, 1));
    TreePlan plan = liar.dag().plan(root).orElseThrow();
    Cid victim = plan.leafCid(plan.files().getFirst().content().leaf(2));
    liar.trust(victim);
    ((PlainStore) liar.store).chunks.put(victim.multihash(), new byte[LEAF]);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    TestNode second = swarm.node("second");

    assertThrows(
        VerificationFailedException.class,
        () -> second.cat(new Reference.Content(root, Optional.empty()), LONG, out));
    byte[] right = Files.readAllBytes(folder.resolve("in"));
    assertTrue(out.size() <= LEAF * 2);
    assertArrayEquals(Arrays.copyOf(right, out.size()), out.toByteArray());
  }

  @Test
  void aChunkThatIsCorruptHereComesFromAPeer() throws Exception {
    TestNode first = swarm.node("first");
    Path file = swarm.file("in", LEAF * 4, 1);
    Cid root = first.add(file);
    TestNode second = swarm.node("second");
    second.add(file);
    TreePlan plan = second.dag().plan(root).orElseThrow();
    Cid victim = plan.leafCid(plan.files().getFirst().content().leaf(2));
    ((PlainStore) second.store).chunks.put(victim.multihash(), new byte[LEAF]);

    assertArrayEquals(Files.readAllBytes(file), cat(second, root));
  }

  @Test
  void aCollectionMeanwhileTakesNothingAndTheNextOneAll() throws Exception {
    TestNode node = swarm.node("node");
    Path file = swarm.file("in", LEAF * 60, 1);
    Cid root = node.add(file);
    node.unpin(root);
    StuckReader reader = new StuckReader();

    CompletableFuture<byte[]> result = catInto(node, root, reader);

    assertTrue(reader.reached.await(30, TimeUnit.SECONDS));
    assertEquals(0, node.collect().chunksRemoved());
    reader.goOn.countDown();
    assertArrayEquals(Files.readAllBytes(file), result.get(60, TimeUnit.SECONDS));
    assertEquals(61, node.collect().chunksRemoved());
  }

  @Test
  void aCollectionThatSweepsAlreadyLeavesWhatItReads() throws Exception {
    TestNode node = swarm.node("node");
    Path file = swarm.file("in", LEAF * 60, 1);
    Cid root = node.add(file);
    node.unpin(root);
    TemporaryPins temporaryPins = node.temporaryPins();
    StuckReader reader = new StuckReader();

    try (CollectionLock.Hold sweeping = temporaryPins.collect()) {
      CompletableFuture<byte[]> result = catInto(node, root, reader);
      assertTrue(reader.reached.await(30, TimeUnit.SECONDS));
      node.store.chunks(
          chunk -> {
            try {
              assertFalse(
                  temporaryPins.removeUnlessSpared(chunk.cid(), () -> true), "it is needed");
            } catch (IOException | RetryableException e) {
              throw new AssertionError(e);
            }
            return true;
          });
      reader.goOn.countDown();
      assertArrayEquals(Files.readAllBytes(file), result.get(60, TimeUnit.SECONDS));
    }
  }

  @Test
  void aFolderAndAMalformedFileAreRefused() throws Exception {
    TestNode node = swarm.node("node");
    swarm.file("tree/in", 10, 1);
    Cid tree = node.add(folder.resolve("tree"));

    assertThrows(UserFaultException.class, () -> cat(node, tree));
    Cid leaf = node.add(swarm.file("five", 5, 1));
    byte[] block =
        DagPb.encode(
            new PbNode(
                List.of(new PbLink(leaf, "", 5)),
                Optional.of(UnixFsData.fileNode(6, new long[] {6}).encode())));
    Cid wrong = new Blocks().putNode(block);
    node.store.put(wrong, ByteBuffer.wrap(block));
    assertThrows(MalformedContentException.class, () -> cat(node, wrong));
  }

  @Test
  void contentThatNoPeerHasIsNotFound() throws Exception {
    TestNode node = swarm.node("alone");
    Cid unknown = Cid.of(Cid.RAW, Multihash.of(Multihash.SHA2_256, new byte[32]));

    assertThrows(
        NotFoundException.class,
        () -> cat(node, new Reference.Content(unknown, Optional.empty()), SHORT));
  }

  @Test
  void aWholeDigestIsCheckedBeforeTheFirstByte() throws Exception {
    TestNode first = swarm.node("first");
    Path file = swarm.file("in", LEAF * 3, 1);
    Cid root = first.add(file);
    TestNode second = swarm.node("second");
    assertArrayEquals(
        Files.readAllBytes(file),
        cat(second, new Reference.WholeDigest(WholeDigests.of(file)), LONG));

    String digest = "ab".repeat(32);
    first.keep(KeptRoot.pinned(root, "in", LEAF * 3, false).withDigest(Optional.of(digest)));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    assertThrows(
        VerificationFailedException.class,
        () -> second.cat(new Reference.WholeDigest(digest), LONG, out));
    assertEquals(0, out.size());
  }

  @Test
  void aReaderThatGoesAwayEndsIt() throws Exception {
    TestNode first = swarm.node("first");
    Cid root = first.add(swarm.file("in", LEAF * 100, 1));
    TestNode second = swarm.node("second");
    OutputStream broken =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("broken pipe");
          }
        };

    assertThrows(
        IOException.class,
        () -> second.cat(new Reference.Content(root, Optional.empty()), LONG, broken));
    assertEquals(List.of(), second.downloads());
  }
}
