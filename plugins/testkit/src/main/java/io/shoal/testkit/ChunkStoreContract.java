package io.shoal.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.shoal.api.ChunkReader;
import io.shoal.api.ChunkStore;
import io.shoal.api.ChunkStore.StoredChunk;
import io.shoal.api.Cid;
import io.shoal.api.FileBacked;
import io.shoal.api.FileBacked.Segment;
import io.shoal.api.Multihash;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The contract of [ChunkStore]. A plugin's tests extend this with how to make one.
public abstract class ChunkStoreContract extends ChunkDurabilityContract {
  /// For subclasses.
  protected ChunkStoreContract() {}

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

  /// [ChunkStore#find] gives multihash and size of a chunk that was put and says that the store
  /// owns it, and [ChunkStore#open] gives the same chunk.
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
    try (ChunkReader opened = store.open(cid).orElseThrow()) {
      assertEquals(found.sizeBytes(), opened.sizeBytes(), "find and open tell of different sizes");
      assertEquals(found.owned(), opened.owned(), "find and open tell of different owners");
      assertArrayEquals(bytes, TestData.bytesOf(opened));
    }
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

  /// [ChunkStore#fileBacked] of a store that is started is always empty, or always the same object.
  /// Before the start and after the close the answer is no other one; [IllegalStateException] is
  /// none.
  ///
  /// @throws Exception as the store throws it
  @Test
  public void theAbilityToServeFilesIsAlwaysTheSame() throws Exception {
    ChunkStore one = (ChunkStore) anotherExtension();
    Optional<Boolean> before = servesFiles(one);
    one.start(anotherContext());
    Optional<FileBacked> files = one.fileBacked();
    assertSame(files.orElse(null), one.fileBacked().orElse(null), "the ability is another object");
    assertEquals(
        files.isPresent(), before.orElse(files.isPresent()), "the ability changes with the start");
    one.close();
    assertEquals(
        files.isPresent(),
        servesFiles(one).orElse(files.isPresent()),
        "the ability changes with the end");
  }

  /// Empty if the store does not answer before its start or after its end, as for any other call.
  private static Optional<Boolean> servesFiles(ChunkStore store) {
    try {
      return Optional.of(store.fileBacked().isPresent());
    } catch (IllegalStateException e) {
      return Optional.empty();
    }
  }
}
