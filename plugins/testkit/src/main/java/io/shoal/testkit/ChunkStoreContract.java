package io.shoal.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.shoal.api.ChunkReader;
import io.shoal.api.ChunkStore;
import io.shoal.api.ChunkStore.StoredChunk;
import io.shoal.api.Cid;
import io.shoal.api.FileBacked;
import io.shoal.api.FileBacked.Segment;
import io.shoal.api.Multihash;
import io.shoal.api.RetryableException;
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
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The contract of [ChunkStore]. A plugin's tests extend this with how to make one.
///
/// Longer than other classes since a plugin extends one class for the whole contract: a short
/// method a promise.
public abstract class ChunkStoreContract extends ChunkReadingContract {
  /// For subclasses.
  protected ChunkStoreContract() {}

  /// Whether all that is durable lies in the plugin's data folder. The tests then copy the folder
  /// of a store that runs, as a crash would leave it, and start another one on the copy.
  ///
  /// @return true unless overridden; nothing is asked of a store that is remote or volatile
  protected boolean keepsAllInItsFolder() {
    return true;
  }

  /// Lets the medium fail from now on: every write and every `sync`.
  ///
  /// @param running the store that is started
  /// @return whether it could be done; false unless overridden
  /// @throws Exception as needed
  protected boolean breakMedium(ChunkStore running) throws Exception {
    return false;
  }

  /// The same context with a quota, or empty if the store has none to set.
  ///
  /// @param plain the context that the store was started with
  /// @param quotaBytes the most that it may store
  /// @return empty unless overridden
  protected Optional<TestContext> withQuota(TestContext plain, long quotaBytes) {
    return Optional.empty();
  }

  /// A chunk of any size from 0 bytes to 2 MiB is found, and read back byte for byte, as soon as
  /// [ChunkStore#put] returned.
  ///
  /// @throws Exception as the store throws it
  @Test
  public void chunksOfEverySizeAreReadBack() throws Exception {
    for (int size :
        new int[] {0, 1, 4095, 4096, 256 * 1024, 1 << 20, ChunkStore.MAX_CHUNK_SIZE_BYTES}) {
      byte[] bytes = TestData.bytes(size, size);
      Cid cid = TestData.put(store, bytes);
      assertTrue(store.find(cid).isPresent());
      assertArrayEquals(bytes, TestData.get(store, cid));
      try (ChunkReader reader = store.open(cid).orElseThrow()) {
        assertEquals(size, reader.sizeBytes());
        assertTrue(reader.owned());
        reader.revalidate();
        assertEquals(-1, reader.read(ByteBuffer.allocate(1), size));
      }
    }
  }

  /// [ChunkStore#put] takes direct, sliced and read-only buffers from position to limit, and leaves
  /// the position at the limit.
  ///
  /// @throws Exception as the store throws it
  @Test
  public void buffersOfEveryKindAreTakenWhole() throws Exception {
    byte[] bytes = TestData.bytes(1, 100_000);
    ByteBuffer direct = ByteBuffer.allocateDirect(bytes.length + 20);
    direct.position(10).put(bytes).flip().position(10);
    ByteBuffer slice = ByteBuffer.wrap(new byte[bytes.length + 20], 10, bytes.length).slice();
    slice.put(bytes).flip();
    for (ByteBuffer buffer : List.of(direct, slice, ByteBuffer.wrap(bytes).asReadOnlyBuffer())) {
      Cid cid = TestData.cid(bytes);
      assertTrue(store.put(cid, buffer), "the chunk was not there");
      assertFalse(buffer.hasRemaining(), "the buffer was not taken whole");
      assertArrayEquals(bytes, TestData.get(store, cid));
      assertTrue(store.delete(cid));
    }
  }

  /// [ChunkStore#put] does not refer to the buffer once it returned: bytes that are written to it
  /// later change no chunk.
  ///
  /// @throws Exception as the store throws it
  @Test
  public void theBufferIsNotReferredToAfterwards() throws Exception {
    byte[] bytes = TestData.bytes(7, 10_000);
    ByteBuffer buffer = ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    Cid cid = TestData.cid(bytes);
    store.put(cid, buffer);
    for (int i = 0; i < bytes.length; i++) {
      buffer.put(i, (byte) 0);
    }
    assertArrayEquals(bytes, TestData.get(store, cid));
  }

  /// [ChunkStore#put] refuses a chunk of one byte more than 2 MiB with an
  /// [IllegalArgumentException], and stores nothing.
  ///
  /// @throws Exception as the store throws it
  @Test
  public void aChunkThatIsTooLargeIsRefused() throws Exception {
    byte[] bytes = TestData.bytes(8, ChunkStore.MAX_CHUNK_SIZE_BYTES + 1);
    Cid cid = TestData.cid(bytes);
    assertThrows(IllegalArgumentException.class, () -> store.put(cid, ByteBuffer.wrap(bytes)));
    assertEquals(Optional.empty(), store.find(cid));
  }

  /// For a chunk that is not here [ChunkStore#find] and [ChunkStore#open] are empty,
  /// [ChunkStore#delete] returns false, and [ChunkStore#copies] hands out nothing.
  ///
  /// @throws Exception as the store throws it
  @Test
  public void whatIsNotThereIsAbsent() throws Exception {
    Cid cid = TestData.cid(TestData.bytes(4, 10));
    assertEquals(Optional.empty(), store.find(cid));
    assertTrue(store.open(cid).isEmpty());
    assertFalse(store.delete(cid));
    store.copies(cid, copy -> fail("a copy of what is not there"));
  }

  /// CIDs that differ in codec or version only name one chunk: each of them opens it, and deletes
  /// it for all.
  ///
  /// @throws Exception as the store throws it
  @Test
  public void theMultihashAloneIsTheAddress() throws Exception {
    byte[] bytes = TestData.bytes(5, 100);
    Cid cid = TestData.put(store, bytes);
    Cid node = Cid.of(Cid.DAG_PB, cid.multihash());
    assertArrayEquals(bytes, TestData.get(store, node));
    assertArrayEquals(bytes, TestData.get(store, Cid.ofV0(cid.multihash())));
    assertUsage(1, 100);
    assertTrue(store.delete(node));
    assertEquals(Optional.empty(), store.find(cid));
  }

  /// [ChunkStore#find] gives multihash and size of a chunk that was put, and says that the store
  /// owns it.
  ///
  /// @throws Exception as the store throws it
  @Test
  public void whatIsFoundIsWhatIsOpened() throws Exception {
    byte[] bytes = TestData.bytes(6, 1000);
    Cid cid = TestData.put(store, bytes);
    StoredChunk found = store.find(cid).orElseThrow();
    assertEquals(cid.multihash(), found.cid().multihash());
    assertEquals(1000, found.sizeBytes());
    assertTrue(found.owned(), "the store wrote it itself");
  }

  /// A second [ChunkStore#put] of a chunk returns false and takes the buffer to its limit. The
  /// chunk counts once.
  ///
  /// @throws Exception as the store throws it
  @Test
  public void theSameChunkIsStoredOnce() throws Exception {
    byte[] bytes = TestData.bytes(9, 1000);
    Cid cid = TestData.cid(bytes);
    assertTrue(store.put(cid, ByteBuffer.wrap(bytes)), "the chunk was not there");
    ByteBuffer again = ByteBuffer.wrap(bytes);
    assertFalse(store.put(cid, again), "the chunk was there");
    assertFalse(again.hasRemaining());
    assertUsage(1, 1000);
  }

  /// [ChunkStore#put] stores a copy of its own of a chunk that lies in an adopted file only. Not
  /// for a store that does not serve users' files.
  ///
  /// @param folder for the user's files
  /// @throws Exception as the store throws it
  @Test
  public void aChunkInAUsersFileAloneIsStoredAllTheSame(@TempDir Path folder) throws Exception {
    FileBacked files = requireFileBacked();
    byte[] bytes = TestData.bytes(17, 1000);
    Cid cid = TestData.cid(bytes);
    Path file = Files.write(folder.toRealPath().resolve("file"), bytes);
    files.adopt(files.refer(file), List.of(new Segment(cid, 0, 1000)));
    assertFalse(store.find(cid).orElseThrow().owned(), "it lies in a user's file alone");
    assertTrue(store.put(cid, ByteBuffer.wrap(bytes)));
    assertTrue(store.find(cid).orElseThrow().owned());
  }

  /// [ChunkStore#put] refuses an identity CID with an [IllegalArgumentException].
  @Test
  public void anIdentityCidIsRefused() {
    Cid identity = Cid.of(Cid.RAW, Multihash.of(Multihash.IDENTITY, new byte[] {1, 2, 3}));
    assertThrows(
        IllegalArgumentException.class,
        () -> store.put(identity, ByteBuffer.wrap(new byte[] {1, 2, 3})),
        "a chunk that lies in its own id is stored");
  }

  /// Of 16 threads that [ChunkStore#put] one chunk at once, exactly one is told that it stored it.
  /// The chunk is whole and counts once.
  ///
  /// @throws Exception as the store throws it
  @Test
  public void writersOfOneChunkMayRaceAndOneStoresIt() throws Exception {
    byte[] bytes = TestData.bytes(10, 50_000);
    Cid cid = TestData.cid(bytes);
    AtomicInteger stored = new AtomicInteger();
    race(
        16,
        i -> {
          if (store.put(cid, ByteBuffer.wrap(bytes))) {
            stored.incrementAndGet();
          }
        });
    assertEquals(1, stored.get(), "put said of one chunk more than once that it stored it");
    assertArrayEquals(bytes, TestData.get(store, cid));
    assertUsage(1, 50_000);
  }

  /// 16 threads that write, read, delete and sync at once each find their own chunks as they left
  /// them, and [ChunkStore#usage] is exact in the end.
  ///
  /// @throws Exception as the store throws it
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
              assertTrue(store.delete(cid));
            } else if (i % 5 == 0) {
              store.sync();
            }
          }
        });
    assertUsage(160, 160 * 2_000);
  }

  /// After [ChunkReader#discard] the chunk is absent and no longer in [ChunkStore#usage], and the
  /// next [ChunkStore#put] stores it again.
  ///
  /// @throws Exception as the store throws it
  @Test
  public void aDiscardedChunkDoesNotCountAndCanBeStoredAgain() throws Exception {
    byte[] bytes = TestData.bytes(12, 1000);
    Cid cid = TestData.put(store, bytes);
    store.sync();
    assertTrue(TestData.discard(store, cid));
    assertEquals(Optional.empty(), store.find(cid));
    assertUsage(0, 0);
    TestData.put(store, bytes);
    assertArrayEquals(bytes, TestData.get(store, cid));
  }

  /// [ChunkReader#discard] returns false if the copy that is read is gone, and leaves alone one
  /// that was put in its place. The reader goes on with the bytes that it opened.
  ///
  /// @throws Exception as the store throws it
  @Test
  public void aCopyThatCameInItsPlaceIsNotDiscarded() throws Exception {
    byte[] corrupt = TestData.bytes(18, 1000);
    byte[] right = TestData.bytes(19, 1000);
    Cid cid = TestData.cid(right);
    store.put(cid, ByteBuffer.wrap(corrupt));
    try (ChunkReader first = store.open(cid).orElseThrow();
        ChunkReader second = store.open(cid).orElseThrow()) {
      assertTrue(first.discard());
      store.put(cid, ByteBuffer.wrap(right));
      assertFalse(second.discard(), "the copy that was read was gone already");
      assertArrayEquals(corrupt, TestData.bytesOf(second));
    }
    assertArrayEquals(right, TestData.get(store, cid));
  }

  /// [ChunkReader#discard] removes the very copy that was opened: the store's own first, then one
  /// claim on a user's file after the other. The file stays. Not for a store that does not serve
  /// users' files.
  ///
  /// @param folder for the user's files
  /// @throws Exception as the store throws it
  @Test
  public void aDiscardedCopyGoesAndOthersStay(@TempDir Path folder) throws Exception {
    FileBacked files = requireFileBacked();
    byte[] bytes = TestData.bytes(14, 1000);
    Cid cid = TestData.put(store, bytes);
    Path twice = folder.toRealPath().resolve("twice");
    Files.write(twice, bytes);
    Files.write(twice, bytes, StandardOpenOption.APPEND);
    files.adopt(
        files.refer(twice), List.of(new Segment(cid, 0, 1000), new Segment(cid, 1000, 1000)));
    store.sync();
    assertEquals(List.of(true, false, false), ownersOfCopies(cid), "the store's own comes first");
    for (int left = 3; left > 0; left--) {
      assertEquals(left == 3, store.find(cid).orElseThrow().owned());
      assertTrue(TestData.discard(store, cid), left + " copies were left");
    }
    assertEquals(Optional.empty(), store.find(cid));
    assertTrue(store.open(cid).isEmpty());
    assertUsage(0, 0);
    assertEquals(2000, Files.size(twice));
  }

  /// A thread that opens a chunk of 300,000 bytes while another one puts it gets all of it or
  /// nothing.
  ///
  /// @throws Exception as the store throws it
  @Test
  public void aChunkIsThereWhollyOrNotAtAll() throws Exception {
    for (int i = 0; i < 10; i++) {
      byte[] bytes = TestData.bytes(100 + i, 300_000);
      Cid cid = TestData.cid(bytes);
      race(
          3,
          thread -> {
            if (thread == 0) {
              store.put(cid, ByteBuffer.wrap(bytes));
              return;
            }
            boolean seen = false;
            while (!seen) {
              try (ChunkReader reader = store.open(cid).orElse(null)) {
                if (reader == null) {
                  LockSupport.parkNanos(1_000);
                } else {
                  seen = true;
                  assertArrayEquals(bytes, TestData.bytesOf(reader), "a part of a chunk is seen");
                }
              }
            }
          });
    }
  }

  /// Of eight readers that [ChunkReader#discard] one copy at once, exactly one is told that it was
  /// there. The chunk can then be stored again.
  ///
  /// @throws Exception as the store throws it
  @Test
  public void ofSeveralThatDiscardACopyOneDoes() throws Exception {
    byte[] bytes = TestData.bytes(27, 1_000);
    Cid cid = TestData.put(store, bytes);
    List<ChunkReader> readers = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      readers.add(store.open(cid).orElseThrow());
    }
    AtomicInteger discarded = new AtomicInteger();
    race(
        8,
        i -> {
          if (readers.get(i).discard()) {
            discarded.incrementAndGet();
          }
        });
    readers.forEach(ChunkReader::close);
    assertEquals(1, discarded.get(), "one copy was discarded more than once, or never");
    assertUsage(0, 0);
    TestData.put(store, bytes);
    assertArrayEquals(bytes, TestData.get(store, cid));
  }

  private List<Boolean> ownersOfCopies(Cid cid) throws Exception {
    List<Boolean> owned = new ArrayList<>();
    store.copies(cid, copy -> owned.add(copy.owned()));
    return owned;
  }

  /// [ChunkStore#copies] hands out every copy, the store's own first, until the sink returns false.
  /// The sink may discard each of them. Without users' files there is one copy.
  ///
  /// @param folder for the user's files
  /// @throws Exception as the store throws it
  @Test
  public void everyCopyIsShownUntilTheSinkHasEnough(@TempDir Path folder) throws Exception {
    byte[] bytes = TestData.bytes(16, 1000);
    Cid cid = TestData.put(store, bytes);
    Optional<FileBacked> files = store.fileBacked();
    if (files.isPresent()) {
      Path file = Files.write(folder.toRealPath().resolve("file"), bytes);
      files.get().adopt(files.get().refer(file), List.of(new Segment(cid, 0, 1000)));
    }
    store.sync();
    assertEquals(files.isPresent() ? List.of(true, false) : List.of(true), ownersOfCopies(cid));
    List<Boolean> first = new ArrayList<>();
    store.copies(
        cid,
        copy -> {
          first.add(copy.owned());
          return false;
        });
    assertEquals(List.of(true), first, "the sink had enough");
    store.copies(cid, ChunkReader::discard);
    assertEquals(Optional.empty(), store.find(cid), "each copy was discarded");
  }

  /// A caller that discards corrupt copies until it reads a right one gets the right one if there
  /// is one, and otherwise an absent chunk. Not for a store that does not serve users' files.
  ///
  /// @param folder for the user's files
  /// @throws Exception as the store throws it
  @Test
  public void discardingCorruptCopiesLeavesAGoodOneOrNone(@TempDir Path folder) throws Exception {
    FileBacked files = requireFileBacked();
    byte[] bytes = TestData.bytes(15, 1000);
    Cid cid = TestData.cid(bytes);
    List<Path> copies = new ArrayList<>();
    for (String name : List.of("first", "second")) {
      Path file = Files.write(folder.toRealPath().resolve(name), bytes);
      files.adopt(files.refer(file), List.of(new Segment(cid, 0, 1000)));
      copies.add(file);
    }
    store.sync();
    corrupt(copies.get(0));
    assertTrue(settle(cid, bytes));
    corrupt(copies.get(1));
    assertFalse(settle(cid, bytes));
    assertEquals(Optional.empty(), store.find(cid));
    assertEquals(0, store.usage().adoptedBytes());
  }

  private FileBacked requireFileBacked() {
    Optional<FileBacked> files = store.fileBacked();
    assumeTrue(files.isPresent(), "the store does not serve users' files");
    return files.orElseThrow();
  }

  /// Changes a byte behind the store's back, as a failing disk does: size and times stay.
  private static void corrupt(Path file) throws IOException {
    FileTime modified = Files.getLastModifiedTime(file);
    byte[] bytes = Files.readAllBytes(file);
    bytes[500] ^= 1;
    Files.write(file, bytes);
    Files.setLastModifiedTime(file, modified);
  }

  /// Reads the chunk, and discards corrupt copies until it is right.
  ///
  /// @return whether it is right now; if not, nothing is left
  private boolean settle(Cid cid, byte[] bytes) throws Exception {
    while (true) {
      try (ChunkReader reader = store.open(cid).orElse(null)) {
        if (reader == null) {
          return false;
        }
        if (Arrays.equals(bytes, TestData.bytesOf(reader))) {
          return true;
        }
        assertTrue(reader.discard());
      }
    }
  }

  /// [ChunkStore#chunks] reports each of 300 chunks once, with its multihash and its size.
  ///
  /// @throws Exception as the store throws it
  @Test
  public void everyChunkIsReportedOnce() throws Exception {
    Map<Cid, Integer> due = new HashMap<>();
    for (int i = 0; i < 300; i++) {
      due.put(TestData.put(store, TestData.bytes(i, i)), i);
    }
    Map<Cid, Integer> reported = new HashMap<>();
    List<StoredChunk> chunks = new ArrayList<>();
    store.chunks(chunks::add);
    for (StoredChunk chunk : chunks) {
      assertTrue(chunk.owned());
      reported.put(Cid.of(Cid.RAW, chunk.cid().multihash()), chunk.sizeBytes());
    }
    assertEquals(300, chunks.size());
    assertEquals(due, reported);
  }

  /// [ChunkStore#chunks] ends when the sink has enough, and holds no lock while it reports: another
  /// thread may delete each chunk meanwhile.
  ///
  /// @throws Exception as the store throws it
  @Test
  public void theStoreIsUsableWhileItReportsChunks() throws Exception {
    for (int i = 0; i < 100; i++) {
      TestData.put(store, TestData.bytes(i, 10));
    }
    List<Cid> reported = new ArrayList<>();
    store.chunks(
        chunk -> {
          reported.add(chunk.cid());
          return reported.size() < 50;
        });
    assertEquals(50, reported.size(), "the sink had enough");
    store.chunks(chunk -> fromAnotherThread(() -> store.delete(chunk.cid())));
    assertUsage(0, 0);
  }

  /// [ChunkStore#copies] holds no lock while it hands out a copy: another thread may delete the
  /// chunk meanwhile.
  ///
  /// @throws Exception as the store throws it
  @Test
  public void theStoreIsUsableWhileItHandsOutCopies() throws Exception {
    Cid cid = TestData.put(store, TestData.bytes(28, 1_000));
    store.copies(cid, _ -> fromAnotherThread(() -> store.delete(cid)));
    assertEquals(Optional.empty(), store.find(cid));
  }

  /// [ChunkStore#chunks] reports no chunk twice although another thread stores more of them
  /// meanwhile.
  ///
  /// @throws Exception as the store throws it
  @Test
  public void chunksThatComeAndGoMeanwhileAreReportedOnceAtMost() throws Exception {
    for (int i = 0; i < 50; i++) {
      TestData.put(store, TestData.bytes(i, 10));
    }
    Map<Cid, Integer> reported = new HashMap<>();
    store.chunks(
        chunk -> {
          Cid cid = Cid.of(Cid.RAW, chunk.cid().multihash());
          assertEquals(1, reported.merge(cid, 1, Integer::sum), "a chunk is reported twice");
          return fromAnotherThread(
              () -> TestData.put(store, TestData.bytes(1_000 + reported.size() % 50, 10)) != null);
        });
    assertTrue(reported.size() >= 50, "a chunk that was there all the time is not reported");
  }

  /// A store that is VOLATILE is empty after every start, whatever was synced. Not for other
  /// stores.
  ///
  /// @throws Exception as the store throws it
  @Test
  public void whatIsVolatileIsGoneAfterARestart() throws Exception {
    if (isPersistent()) {
      return;
    }
    TestData.put(store, TestData.bytes(29, 1_000));
    store.sync();
    restart();
    store.chunks(_ -> fail("a volatile store is not empty after its start"));
    assertUsage(0, 0);
  }

  /// After a crash a store has what was put, and does not have what was deleted, before
  /// [ChunkStore#sync] returned. Not for a store that is VOLATILE, REMOTE or keeps its data
  /// elsewhere.
  ///
  /// @param copy takes the copy of the data folder
  /// @throws Exception as the store throws it
  @Test
  public void whatWasSyncedSurvivesACrash(@TempDir Path copy) throws Exception {
    assumeTrue(
        isPersistent()
            && keepsAllInItsFolder()
            && !store.traits().contains(ChunkStore.Trait.REMOTE),
        "nothing durable is in the data folder");
    byte[] kept = TestData.bytes(30, 5_000);
    byte[] gone = TestData.bytes(31, 5_000);
    TestData.put(store, gone);
    store.sync();
    TestData.put(store, kept);
    store.delete(TestData.cid(gone));
    store.sync();
    copyOf(context.dataFolder(), copy);

    TestContext after = configure(TestContext.in(copy));
    ChunkStore restarted = (ChunkStore) anotherExtension();
    restarted.start(after);
    assertTrue(
        restarted.find(TestData.cid(kept)).isPresent(),
        "what was synced is lost by a crash: it is not written before close");
    assertArrayEquals(kept, TestData.get(restarted, TestData.cid(kept)));
    assertEquals(
        Optional.empty(),
        restarted.find(TestData.cid(gone)),
        "what was deleted and synced is back after a crash");
    restarted.close();
    after.close();
  }

  /// At a crash the files are as they are at that moment.
  private static void copyOf(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path one : all.toList()) {
        Path target = to.resolve(from.relativize(one).toString());
        if (Files.isDirectory(one)) {
          Files.createDirectories(target);
        } else {
          Files.copy(one, target);
        }
      }
    }
  }

  /// If the medium fails, [ChunkStore#put] or [ChunkStore#sync] throws an [IOException] or a
  /// [RetryableException] of one line, and the chunk is not here. Only if the test has a way to
  /// break the medium ([#breakMedium]).
  ///
  /// @throws Exception as the store throws it
  @Test
  public void aMediumThatFailsIsReportedAndNothingIsClaimed() throws Exception {
    assumeTrue(breakMedium(store), "the test cannot break the medium");
    byte[] bytes = TestData.bytes(32, 5_000);
    Cid cid = TestData.cid(bytes);
    Exception failed =
        assertThrows(
            Exception.class,
            () -> {
              store.put(cid, ByteBuffer.wrap(bytes));
              store.sync();
            },
            "a medium that fails is not noticed");
    assertTrue(
        failed instanceof IOException || failed instanceof RetryableException,
        () -> "a medium that fails gives " + failed);
    Messages.assertOneLine(failed);
    assertEquals(Optional.empty(), store.find(cid), "what could not be made durable is here");
  }

  /// After a restart a store has what was put, and does not have what was deleted, before the last
  /// [ChunkStore#sync]. Not for a store that is VOLATILE.
  ///
  /// @throws Exception as the store throws it
  @Test
  public void whatWasSyncedIsThereAfterARestart() throws Exception {
    assumeTrue(isPersistent(), "the store is volatile");
    byte[] kept = TestData.bytes(13, 5_000);
    byte[] gone = TestData.bytes(14, 5_000);
    TestData.put(store, gone);
    store.sync();
    Cid cid = TestData.put(store, kept);
    store.delete(TestData.cid(gone));
    store.sync();
    restart();
    assertArrayEquals(kept, TestData.get(store, cid));
    assertEquals(Optional.empty(), store.find(TestData.cid(gone)));
    assertUsage(1, 5_000);
  }

  /// A chunk that was put but not synced outlives the close and another start. Not for a store that
  /// is VOLATILE.
  ///
  /// @throws Exception as the store throws it
  @Test
  public void whatWasNotSyncedIsThereAfterAClose() throws Exception {
    assumeTrue(isPersistent(), "the store is volatile");
    byte[] bytes = TestData.bytes(15, 5_000);
    Cid cid = TestData.put(store, bytes);
    restart();
    assertArrayEquals(bytes, TestData.get(store, cid));
  }

  /// Of 16 threads that each put 1,500 bytes into a store with a quota of 10,000, six succeed and
  /// the others get a [StoreFullException]. [ChunkStore#usage] tells what is left, and as much can
  /// still be stored. Not for a store without a quota.
  ///
  /// @throws Exception as the store throws it
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
    assertThrows(StoreFullException.class, () -> TestData.put(store, TestData.bytes(98, 1_001)));
    TestData.put(store, TestData.bytes(98, 800));
  }

  /// [ChunkStore#fileBacked] is always empty, or always the same object.
  @Test
  public void theAbilityToServeFilesIsAlwaysTheSame() {
    assertEquals(store.fileBacked().isPresent(), store.fileBacked().isPresent());
    store.fileBacked().ifPresent(files -> assertSame(files, store.fileBacked().orElseThrow()));
  }
}
