package io.shoal.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.shoal.api.ChunkReader;
import io.shoal.api.ChunkStore;
import io.shoal.api.ChunkStore.Removal;
import io.shoal.api.ChunkStore.StoredChunk;
import io.shoal.api.ChunkWriter;
import io.shoal.api.Cid;
import io.shoal.api.FileBacked;
import io.shoal.api.FileBacked.Segment;
import io.shoal.api.FileRegion;
import io.shoal.api.StoreFullException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The contract of [ChunkStore]. A plugin's tests extend this with how to make one.
///
/// Longer than other classes since a plugin extends one class for the whole contract: a short
/// method a promise.
public abstract class ChunkStoreContract {
  private TestContext context;
  private ChunkStore store;

  /// For subclasses.
  protected ChunkStoreContract() {}

  /// A store that is not started.
  protected abstract ChunkStore newStore();

  /// Gives the plugin what it needs to start, besides its data folder. Called once a test: a store
  /// that is started again gets the same context.
  protected TestContext configure(TestContext plain) {
    return plain;
  }

  /// The same context with a quota, or empty if the store has none to set.
  protected Optional<TestContext> withQuota(TestContext plain, long quotaBytes) {
    return Optional.empty();
  }

  /// Whether chunks outlive the process. A store in memory says no.
  protected boolean persistent() {
    return true;
  }

  /// Starts a store for a test.
  @BeforeEach
  public void startStore(@TempDir Path folder) throws Exception {
    context = configure(TestContext.in(folder));
    start();
  }

  /// Ends it.
  @AfterEach
  public void endStore() {
    store.close();
    store.close();
    context.close();
  }

  private void start() throws Exception {
    store = newStore();
    store.start(context);
    assertEquals(Set.of(), context.testConfig().unknownKeys(), "keys that start did not ask for");
  }

  private void restart() throws Exception {
    store.close();
    start();
  }

  @Test
  public void chunksOfEverySizeAreReadBack() throws Exception {
    for (int size :
        new int[] {0, 1, 4095, 4096, 256 * 1024, 1 << 20, ChunkStore.MAX_CHUNK_SIZE_BYTES}) {
      byte[] bytes = TestData.bytes(size, size);
      Cid cid = TestData.put(store, bytes);
      assertTrue(store.contains(cid));
      assertArrayEquals(bytes, TestData.get(store, cid));
      try (ChunkReader reader = store.open(cid).orElseThrow()) {
        assertEquals(size, reader.sizeBytes());
        assertTrue(reader.owned());
        reader.revalidate();
        assertEquals(-1, reader.read(ByteBuffer.allocate(1), size));
      }
    }
  }

  @Test
  public void writtenPiecesMakeOneChunk() throws Exception {
    byte[] bytes = TestData.bytes(1, 100_000);
    Cid cid = TestData.cid(bytes);
    try (ChunkWriter writer = store.create(cid, bytes.length)) {
      ByteBuffer direct = ByteBuffer.allocateDirect(7_000);
      for (int at = 0; at < bytes.length; at += 7_000) {
        direct.clear().put(bytes, at, Math.min(7_000, bytes.length - at)).flip();
        writer.write(direct);
        assertFalse(direct.hasRemaining());
      }
      writer.commit();
    }
    assertArrayEquals(bytes, TestData.get(store, cid));
  }

  @Test
  public void readersReadAnywhereAndNeverBeyondTheChunk() throws Exception {
    byte[] bytes = TestData.bytes(2, 10_000);
    Cid cid = TestData.put(store, bytes);
    try (ChunkReader reader = store.open(cid).orElseThrow()) {
      ByteBuffer into = ByteBuffer.allocate(20_000);
      while (reader.read(into, 4_000 + into.position()) > 0) {
        assertTrue(into.position() <= 6_000);
      }
      assertArrayEquals(
          Arrays.copyOfRange(bytes, 4_000, 10_000), Arrays.copyOf(into.array(), into.position()));
      assertEquals(20_000, into.limit());
    }
  }

  @Test
  public void aRegionHoldsTheChunksBytes() throws Exception {
    byte[] bytes = TestData.bytes(3, 10_000);
    Cid cid = TestData.put(store, bytes);
    try (ChunkReader reader = store.open(cid).orElseThrow()) {
      Optional<FileRegion> region = reader.region();
      assumeTrue(region.isPresent(), "the store keeps chunks in no files");
      assertEquals(bytes.length, region.get().sizeBytes());
      ByteBuffer into = ByteBuffer.allocate(bytes.length);
      while (into.hasRemaining()) {
        int read = region.get().channel().read(into, region.get().offsetBytes() + into.position());
        assertTrue(read > 0);
      }
      assertArrayEquals(bytes, into.array());
    }
  }

  @Test
  public void whatIsNotThereIsAbsent() throws Exception {
    Cid cid = TestData.cid(TestData.bytes(4, 10));
    assertFalse(store.contains(cid));
    assertTrue(store.open(cid).isEmpty());
    assertFalse(store.delete(cid, Removal.UNREFERENCED));
    assertFalse(store.delete(cid, Removal.CORRUPT));
  }

  @Test
  public void theMultihashAloneIsTheAddress() throws Exception {
    byte[] bytes = TestData.bytes(5, 100);
    Cid cid = TestData.put(store, bytes);
    Cid node = Cid.of(Cid.DAG_PB, cid.multihash());
    assertArrayEquals(bytes, TestData.get(store, node));
    assertArrayEquals(bytes, TestData.get(store, Cid.ofV0(cid.multihash())));
    assertEquals(1, store.usage().chunks());
    assertTrue(store.delete(node, Removal.UNREFERENCED));
    assertFalse(store.contains(cid));
  }

  @Test
  public void aChunkIsSeenOnlyOnceItIsCommitted() throws Exception {
    byte[] bytes = TestData.bytes(6, 1000);
    Cid cid = TestData.cid(bytes);
    try (ChunkWriter writer = store.create(cid, bytes.length)) {
      writer.write(ByteBuffer.wrap(bytes));
      assertFalse(store.contains(cid));
      assertTrue(store.open(cid).isEmpty());
      writer.commit();
      assertTrue(store.contains(cid));
    }
    assertTrue(store.contains(cid));
  }

  @Test
  public void aWriterThatIsClosedBeforeItsCommitStoresNothing() throws Exception {
    byte[] bytes = TestData.bytes(7, 1000);
    Cid cid = TestData.cid(bytes);
    long available = store.usage().availableBytes();
    ChunkWriter writer = store.create(cid, bytes.length);
    writer.write(ByteBuffer.wrap(bytes));
    writer.close();
    writer.close();
    assertThrows(IllegalStateException.class, writer::commit);
    assertFalse(store.contains(cid));
    assertEquals(0, store.usage().ownedBytes());
    assertEquals(0, store.usage().chunks());
    assertTrue(store.usage().availableBytes() > 0 || available == 0);
  }

  @Test
  public void aChunkHasExactlyThePromisedSize() throws Exception {
    byte[] bytes = TestData.bytes(8, 1000);
    Cid cid = TestData.cid(bytes);
    try (ChunkWriter writer = store.create(cid, 999)) {
      assertThrows(IllegalStateException.class, () -> writer.write(ByteBuffer.wrap(bytes)));
    }
    try (ChunkWriter writer = store.create(cid, 1001)) {
      writer.write(ByteBuffer.wrap(bytes));
      assertThrows(IllegalStateException.class, writer::commit);
    }
    assertFalse(store.contains(cid));
  }

  @Test
  public void theSameChunkIsStoredOnce() throws Exception {
    byte[] bytes = TestData.bytes(9, 1000);
    TestData.put(store, bytes);
    TestData.put(store, bytes);
    assertEquals(1, store.usage().chunks());
    assertEquals(1000, store.usage().ownedBytes());
  }

  @Test
  public void writersOfOneChunkMayRace() throws Exception {
    byte[] bytes = TestData.bytes(10, 50_000);
    Cid cid = TestData.cid(bytes);
    race(16, i -> TestData.put(store, bytes));
    assertArrayEquals(bytes, TestData.get(store, cid));
    assertEquals(1, store.usage().chunks());
    assertEquals(50_000, store.usage().ownedBytes());
  }

  @Test
  public void manyThreadsWriteReadAndDelete() throws Exception {
    race(
        16,
        thread -> {
          for (int i = 0; i < 20; i++) {
            byte[] bytes = TestData.bytes(1000L * thread + i, 2_000);
            Cid cid = TestData.put(store, bytes);
            assertArrayEquals(bytes, TestData.get(store, cid));
            if (i % 2 == 0) {
              assertTrue(store.delete(cid, Removal.UNREFERENCED));
            } else if (i % 5 == 0) {
              store.sync();
            }
          }
        });
    assertEquals(160, store.usage().chunks());
    assertEquals(160 * 2_000, store.usage().ownedBytes());
  }

  @Test
  public void aReaderIsALease() throws Exception {
    byte[] bytes = TestData.bytes(11, 100_000);
    Cid cid = TestData.put(store, bytes);
    store.sync();
    try (ChunkReader reader = store.open(cid).orElseThrow()) {
      assertTrue(store.delete(cid, Removal.UNREFERENCED));
      store.sync();
      assertTrue(store.open(cid).isEmpty());
      assertArrayEquals(bytes, TestData.bytesOf(reader));
      reader.close();
    }
    assertEquals(0, store.usage().ownedBytes());
  }

  @Test
  public void aCorruptChunkDoesNotCountAndCanBeStoredAgain() throws Exception {
    byte[] bytes = TestData.bytes(12, 1000);
    Cid cid = TestData.put(store, bytes);
    store.sync();
    assertTrue(store.delete(cid, Removal.CORRUPT));
    assertFalse(store.contains(cid));
    assertEquals(0, store.usage().ownedBytes());
    TestData.put(store, bytes);
    assertArrayEquals(bytes, TestData.get(store, cid));
  }

  @Test
  public void aCorruptCopyGoesAndAnotherOneStays(@TempDir Path folder) throws Exception {
    Optional<FileBacked> files = store.fileBacked();
    assumeTrue(files.isPresent(), "the store has one place for a chunk");
    byte[] bytes = TestData.bytes(14, 1000);
    Cid cid = TestData.put(store, bytes);
    Path twice = folder.toRealPath().resolve("twice");
    Files.write(twice, bytes);
    Files.write(twice, bytes, StandardOpenOption.APPEND);
    files
        .get()
        .adopt(
            files.get().openFile(twice),
            List.of(new Segment(cid, 0, 1000), new Segment(cid, 1000, 1000)));
    store.sync();
    int ownedCopies = 0;
    for (int left = 3; left > 0; left--) {
      try (ChunkReader reader = store.open(cid).orElseThrow()) {
        ownedCopies += reader.owned() ? 1 : 0;
        assertArrayEquals(bytes, TestData.bytesOf(reader));
      }
      assertTrue(store.contains(cid));
      assertTrue(store.delete(cid, Removal.CORRUPT), left + " copies were left");
    }
    assertEquals(1, ownedCopies);
    assertFalse(store.contains(cid));
    assertTrue(store.open(cid).isEmpty());
    assertFalse(store.delete(cid, Removal.CORRUPT));
    assertEquals(0, store.usage().chunks());
    assertEquals(2000, Files.size(twice));
  }

  @Test
  public void anAuditSeesEveryCopyAndTakesThoseThatAreWrong(@TempDir Path folder) throws Exception {
    byte[] bytes = TestData.bytes(16, 1000);
    Cid cid = TestData.put(store, bytes);
    Optional<FileBacked> files = store.fileBacked();
    if (files.isPresent()) {
      Path file = Files.write(folder.resolve("file"), bytes);
      files.get().adopt(files.get().openFile(file), List.of(new Segment(cid, 0, 1000)));
    }
    store.sync();
    List<Boolean> owned = new ArrayList<>();

    assertEquals(0, store.audit(cid, copy -> owned.add(copy.owned())));
    assertTrue(owned.contains(true));
    if (files.isPresent()) {
      assertEquals(1, store.audit(cid, ChunkReader::owned));
    }
    assertArrayEquals(bytes, TestData.get(store, cid));
    assertEquals(1, store.audit(cid, copy -> false));
    assertFalse(store.contains(cid));
    assertEquals(0, store.audit(cid, copy -> false));
  }

  @Test
  public void removingCorruptCopiesLeavesAGoodOneOrNone(@TempDir Path folder) throws Exception {
    Optional<FileBacked> files = store.fileBacked();
    assumeTrue(files.isPresent(), "the store has one place for a chunk");
    byte[] bytes = TestData.bytes(15, 1000);
    Cid cid = TestData.cid(bytes);
    List<Path> copies = new ArrayList<>();
    for (String name : List.of("first", "second")) {
      Path file = Files.write(folder.toRealPath().resolve(name), bytes);
      files.get().adopt(files.get().openFile(file), List.of(new Segment(cid, 0, 1000)));
      copies.add(file);
    }
    store.sync();
    corrupt(copies.get(0));
    assertTrue(settle(cid, bytes));
    corrupt(copies.get(1));
    assertFalse(settle(cid, bytes));
    assertFalse(store.contains(cid));
    assertEquals(0, store.usage().adoptedBytes());
  }

  /// Changes a byte behind the store's back, as a failing disk does: size and times stay.
  private static void corrupt(Path file) throws IOException {
    FileTime modified = Files.getLastModifiedTime(file);
    byte[] bytes = Files.readAllBytes(file);
    bytes[500] ^= 1;
    Files.write(file, bytes);
    Files.setLastModifiedTime(file, modified);
  }

  /// Reads the chunk, and removes corrupt copies until it is right.
  ///
  /// @return whether it is right now; if not, nothing is left
  private boolean settle(Cid cid, byte[] bytes) throws IOException {
    while (true) {
      try (ChunkReader reader = store.open(cid).orElse(null)) {
        if (reader == null) {
          return false;
        }
        if (Arrays.equals(bytes, TestData.bytesOf(reader))) {
          return true;
        }
      }
      assertTrue(store.delete(cid, Removal.CORRUPT));
    }
  }

  @Test
  public void everyChunkIsReportedOnce() throws Exception {
    Map<Cid, Integer> due = new HashMap<>();
    for (int i = 0; i < 300; i++) {
      due.put(TestData.put(store, TestData.bytes(i, i)), i);
    }
    Map<Cid, Integer> reported = new HashMap<>();
    List<StoredChunk> chunks = new ArrayList<>();
    store.cids(chunks::add);
    for (StoredChunk chunk : chunks) {
      assertFalse(chunk.adopted());
      reported.put(Cid.of(Cid.RAW, chunk.cid().multihash()), chunk.sizeBytes());
    }
    assertEquals(300, chunks.size());
    assertEquals(due, reported);
  }

  @Test
  public void theStoreIsUsableWhileItReportsChunks() throws Exception {
    for (int i = 0; i < 100; i++) {
      TestData.put(store, TestData.bytes(i, 10));
    }
    List<Cid> reported = new ArrayList<>();
    store.cids(chunk -> reported.add(chunk.cid()));
    store.cids(
        chunk -> {
          try {
            store.delete(chunk.cid(), Removal.UNREFERENCED);
          } catch (IOException e) {
            throw new AssertionError(e);
          }
        });
    assertEquals(100, reported.size());
    assertEquals(0, store.usage().chunks());
  }

  @Test
  public void whatWasSyncedIsThereAfterARestart() throws Exception {
    assumeTrue(persistent());
    byte[] kept = TestData.bytes(13, 5_000);
    byte[] gone = TestData.bytes(14, 5_000);
    TestData.put(store, gone);
    store.sync();
    Cid cid = TestData.put(store, kept);
    store.delete(TestData.cid(gone), Removal.UNREFERENCED);
    store.sync();
    restart();
    assertArrayEquals(kept, TestData.get(store, cid));
    assertFalse(store.contains(TestData.cid(gone)));
    assertEquals(1, store.usage().chunks());
    assertEquals(5_000, store.usage().ownedBytes());
  }

  @Test
  public void whatWasNotSyncedIsThereAfterAClose() throws Exception {
    assumeTrue(persistent());
    byte[] bytes = TestData.bytes(15, 5_000);
    Cid cid = TestData.put(store, bytes);
    restart();
    assertArrayEquals(bytes, TestData.get(store, cid));
  }

  @Test
  public void theQuotaHoldsAlsoWhenWritersRace() throws Exception {
    Optional<TestContext> limited = withQuota(context, 10_000);
    assumeTrue(limited.isPresent(), "the store has no quota to set");
    store.close();
    context = limited.get();
    start();
    assertEquals(10_000, store.usage().quotaBytes());
    race(
        16,
        i -> {
          try {
            TestData.put(store, TestData.bytes(i, 1_500));
          } catch (StoreFullException e) {
            Messages.assertOneLine(e);
          }
        });
    assertEquals(6 * 1_500, store.usage().ownedBytes());
    assertEquals(1_000, store.usage().availableBytes());
    ChunkWriter waiting = store.create(TestData.cid(TestData.bytes(99, 800)), 800);
    assertThrows(StoreFullException.class, () -> TestData.put(store, TestData.bytes(98, 800)));
    waiting.close();
    TestData.put(store, TestData.bytes(98, 800));
  }

  @Test
  public void theAbilityToServeFilesIsAlwaysTheSame() {
    assertEquals(store.fileBacked().isPresent(), store.fileBacked().isPresent());
    store.fileBacked().ifPresent(files -> assertSame(files, store.fileBacked().orElseThrow()));
  }

  private interface Step {
    void run(int thread) throws Exception;
  }

  private static void race(int count, Step step) throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        int thread = i;
        running.add(
            threads.submit(
                () -> {
                  step.run(thread);
                  return true;
                }));
      }
      for (Future<?> one : running) {
        one.get();
      }
    }
  }
}
