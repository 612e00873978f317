package io.shoal.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.shoal.api.ChunkReader;
import io.shoal.api.ChunkStore;
import io.shoal.api.Cid;
import io.shoal.api.FileBacked;
import io.shoal.api.FileBacked.Segment;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The part of the contract of [ChunkStore] about its copies of a chunk and the lists of what it
/// has. A plugin's tests extend [ChunkStoreContract].
public abstract class ChunkCopiesContract extends ChunkReadingContract {
  ChunkCopiesContract() {}

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

  final FileBacked requireFileBacked() {
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
    List<ChunkStore.StoredChunk> chunks = new ArrayList<>();
    store.chunks(chunks::add);
    for (ChunkStore.StoredChunk chunk : chunks) {
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

  /// [ChunkStore#chunks] reports no chunk twice, and each one that stays, although another thread
  /// stores and deletes others meanwhile.
  ///
  /// @throws Exception as the store throws it
  @Test
  public void chunksThatComeAndGoMeanwhileAreReportedOnceAtMost() throws Exception {
    Set<Cid> staying = new HashSet<>();
    Queue<Cid> going = new ArrayDeque<>();
    for (int i = 0; i < 50; i++) {
      staying.add(TestData.put(store, TestData.bytes(i, 10)));
      going.add(TestData.put(store, TestData.bytes(1_000 + i, 10)));
    }
    Set<Cid> reported = new HashSet<>();
    store.chunks(
        chunk -> {
          Cid cid = Cid.of(Cid.RAW, chunk.cid().multihash());
          assertTrue(reported.add(cid), "a chunk is reported twice");
          return fromAnotherThread(() -> replaceOne(going));
        });
    staying.removeAll(reported);
    assertEquals(Set.of(), staying, "chunks that were there all the time are not reported");
  }

  /// Deletes a chunk and stores another one, as long as there is one to delete.
  private boolean replaceOne(Queue<Cid> going) throws Exception {
    Cid gone = going.poll();
    if (gone != null) {
      TestData.put(store, TestData.bytes(2_000 + going.size(), 10));
      assertTrue(store.delete(gone), "a chunk is not deleted while chunks are reported");
    }
    return true;
  }
}
