package io.shoal.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Cid;
import io.shoal.runtime.command.StoreCommands;
import io.shoal.runtime.testing.PlainStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Chunks of which a store has two copies.
class QuarantineTest {
  @TempDir Path folder;
  private TestSwarm swarm;
  private TestNode node;
  private PlainStore store;
  private Path file;
  private Cid cid;
  private byte[] good;

  @BeforeEach
  void open() throws Exception {
    swarm = new TestSwarm(folder);
    node = swarm.node("node");
    store = (PlainStore) node.store;
    file = swarm.file("in", 1000, 1);
    good = Files.readAllBytes(file);
    cid = node.add(file);
    store.chunks.put(cid.multihash(), new byte[1000]);
  }

  @AfterEach
  void close() {
    swarm.close();
  }

  @Test
  void aGoodCopyReplacesACorruptOneAndStays() throws Exception {
    store.copies.put(cid.multihash(), good);
    assertArrayEquals(good, node.load(cid).orElseThrow());
    // Another thread that had found the corrupt copy as well.
    assertTrue(node.quarantine().settle(cid));
    assertArrayEquals(good, node.load(cid).orElseThrow());
  }

  @Test
  void corruptCopiesAllGo() throws Exception {
    store.copies.put(cid.multihash(), new byte[999]);
    assertEquals(Optional.empty(), node.load(cid));
    assertTrue(store.find(cid).isEmpty());
    assertFalse(node.quarantine().settle(cid));
  }

  @Test
  void aPeerGetsTheGoodCopy() throws Exception {
    store.copies.put(cid.multihash(), good);
    swarm.node("second").get(cid, "out", Duration.ofSeconds(30), node);
    assertEquals(-1, Files.mismatch(file, folder.resolve("out")));
  }

  @Test
  void aCheckNamesTheRotAndKeepsTheGoodCopy() throws Exception {
    store.copies.put(cid.multihash(), good);
    StoreCommands.Verified verified = node.verify();
    assertEquals(List.of(cid.toString()), verified.corrupt());
    assertEquals(List.of(), verified.missing());
    assertArrayEquals(good, node.load(cid).orElseThrow());
  }

  @Test
  void aLostChunkOfADownloadThatTheStoreKeepsIsMissing() throws Exception {
    store.chunks.put(cid.multihash(), good);
    TestNode second = swarm.node("second");
    second.get(cid, "out", Duration.ofSeconds(30), node);
    assertEquals("cached", second.roots().getFirst().kept());

    ((PlainStore) second.store).chunks.remove(cid.multihash());

    assertEquals(List.of(cid.toString()), second.verify().missing());
    assertEquals(1, second.repair(Duration.ofSeconds(30)).repaired());
    assertEquals(List.of(), second.verify().missing());
  }
}
