package io.shoal.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.shoal.api.ChunkReader;
import io.shoal.api.ChunkStore;
import io.shoal.api.Cid;
import io.shoal.api.FileRegion;
import io.shoal.api.StoreUsage;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/// The part of the contract of [ChunkStore] that says how chunks are read, and what interrupted and
/// late calls do. A plugin's tests extend [ChunkStoreContract].
public abstract class ChunkReadingContract extends StoreFixture {
  ChunkReadingContract() {}

  /// Whether chunks outlive the process.
  final boolean isPersistent() {
    return !store.traits().contains(ChunkStore.Trait.VOLATILE);
  }

  /// [ChunkStore#traits] has the same answer before the start, after it and after the close.
  @Test
  public void theTraitsAreAlwaysTheSame() {
    ChunkStore fresh = (ChunkStore) anotherExtension();
    assertEquals(fresh.traits(), store.traits(), "the traits change with the start");
    store.close();
    assertEquals(fresh.traits(), store.traits(), "the traits change with the end");
  }

  /// [ChunkReader#read] begins at any byte of the chunk, gives none beyond its end, and returns -1
  /// at the end and behind it.
  ///
  /// @throws Exception as the store throws it
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
      assertEquals(-1, reader.read(into, 10_000), "the end of the chunk");
      assertEquals(-1, reader.read(into, 20_000), "beyond the chunk");
    }
  }

  /// [ChunkReader#read] fills heap, direct and sliced buffers from their position to their limit.
  /// It returns 0 for a full buffer, but -1 at the end of the chunk.
  ///
  /// @throws Exception as the store throws it
  @Test
  public void readersFillBuffersOfEveryKindToTheirLimit() throws Exception {
    byte[] bytes = TestData.bytes(20, 10_000);
    Cid cid = TestData.put(store, bytes);
    try (ChunkReader reader = store.open(cid).orElseThrow()) {
      for (ByteBuffer into :
          List.of(
              ByteBuffer.allocateDirect(3_000),
              ByteBuffer.wrap(new byte[3_000], 0, 3_000).slice(500, 2_000),
              ByteBuffer.allocate(3_000))) {
        into.position(100).limit(1_100);
        while (into.hasRemaining()) {
          assertTrue(reader.read(into, into.position() - 100) > 0, "nothing was read");
        }
        byte[] read = new byte[1_000];
        into.get(100, read);
        assertArrayEquals(Arrays.copyOf(bytes, 1_000), read);
        assertEquals(0, reader.read(into, 0), "a full buffer has no room");
        assertEquals(-1, reader.read(into, 10_000), "the end comes before a full buffer");
      }
    }
  }

  /// [ChunkReader#region] is a run of a file with exactly the bytes of the chunk, and reading does
  /// not move the position of its channel. Not for a store that keeps chunks in no files.
  ///
  /// @throws Exception as the store throws it
  @Test
  public void aRegionHoldsTheChunksBytes() throws Exception {
    byte[] bytes = TestData.bytes(3, 10_000);
    Cid cid = TestData.put(store, bytes);
    try (ChunkReader reader = store.open(cid).orElseThrow()) {
      Optional<FileRegion> region = reader.region();
      assumeTrue(region.isPresent(), "the store keeps chunks in no files");
      assertEquals(bytes.length, region.get().sizeBytes());
      FileChannel channel = region.get().channel();
      long position = channel.position();
      ByteBuffer into = ByteBuffer.allocate(bytes.length);
      while (into.hasRemaining()) {
        int read = channel.read(into, region.get().offsetBytes() + into.position());
        assertTrue(read > 0);
      }
      assertArrayEquals(bytes, into.array());
      assertArrayEquals(bytes, TestData.bytesOf(reader));
      reader.revalidate();
      assertEquals(position, channel.position(), "reading moves the position of the channel");
    }
  }

  /// A reader that is open still reads all of the chunk after [ChunkStore#delete] and
  /// [ChunkStore#sync], while [ChunkStore#open] is empty.
  ///
  /// @throws Exception as the store throws it
  @Test
  public void aReaderIsALease() throws Exception {
    byte[] bytes = TestData.bytes(11, 100_000);
    Cid cid = TestData.put(store, bytes);
    store.sync();
    try (ChunkReader reader = store.open(cid).orElseThrow()) {
      assertTrue(store.delete(cid));
      store.sync();
      assertTrue(store.open(cid).isEmpty());
      assertArrayEquals(bytes, TestData.bytesOf(reader), "the lease ended with the chunk");
      reader.close();
    }
    assertUsage(0, 0);
  }

  /// [ChunkReader#read] throws [IllegalStateException] or [IOException] once the reader or its
  /// store was closed. Another reader of the same chunk goes on.
  ///
  /// @throws Exception as the store throws it
  @Test
  public void aClosedReaderReadsNothing() throws Exception {
    Cid cid = TestData.put(store, TestData.bytes(21, 1_000));
    ChunkReader closed = store.open(cid).orElseThrow();
    ChunkReader open = store.open(cid).orElseThrow();
    closed.close();
    closed.close();
    assertClosed(() -> closed.read(ByteBuffer.allocate(10), 0));
    assertEquals(10, open.read(ByteBuffer.allocate(10), 0), "another reader was closed as well");
    store.close();
    assertClosed(() -> open.read(ByteBuffer.allocate(10), 0));
    open.close();
  }

  private static void assertClosed(Executable call) {
    Throwable late = assertThrows(Throwable.class, call, "a closed reader reads on");
    assertTrue(
        late instanceof IllegalStateException || late instanceof IOException,
        () -> "a closed reader throws " + late);
  }

  /// Once the store was closed, every call that reads, writes or counts chunks throws
  /// [IllegalStateException].
  ///
  /// @throws Exception as the store throws it
  @Test
  public void callsAfterTheEndThrow() throws Exception {
    byte[] bytes = TestData.bytes(22, 1_000);
    Cid cid = TestData.put(store, bytes);
    store.close();
    for (Executable late :
        List.<Executable>of(
            () -> store.open(cid),
            () -> store.find(cid),
            () -> store.put(cid, ByteBuffer.wrap(bytes)),
            () -> store.delete(cid),
            () -> store.copies(cid, _ -> true),
            () -> store.chunks(_ -> true),
            store::usage,
            store::sync)) {
      assertThrows(IllegalStateException.class, late, "a call after close is answered");
    }
  }

  /// An interrupted call returns or throws [InterruptedIOException], with the thread's flag set. No
  /// open reader is harmed, and a chunk is stored wholly or not at all.
  ///
  /// @throws Exception as the store throws it
  @Test
  public void interruptedCallsEndAndHarmNoOther() throws Exception {
    byte[] bytes = TestData.bytes(23, 100_000);
    Cid cid = TestData.put(store, bytes);
    byte[] late = TestData.bytes(24, 100_000);
    try (ChunkReader others = store.open(cid).orElseThrow()) {
      interrupted(() -> store.find(cid));
      interrupted(() -> TestData.get(store, cid));
      interrupted(() -> TestData.put(store, late));
      interrupted(store::usage);
      interrupted(
          () -> {
            store.sync();
            return true;
          });
      interrupted(() -> store.delete(TestData.cid(late)));
      assertArrayEquals(
          bytes, TestData.bytesOf(others), "the interrupt of one thread ended another's reader");
    }
    assertArrayEquals(bytes, TestData.get(store, cid));
    if (store.find(TestData.cid(late)).isPresent()) {
      assertArrayEquals(late, TestData.get(store, TestData.cid(late)), "half a chunk");
    }
    TestData.put(store, late);
    store.sync();
    assertArrayEquals(late, TestData.get(store, TestData.cid(late)), "it recovers");
  }

  private static void interrupted(Callable<?> call) throws Exception {
    Thread.currentThread().interrupt();
    try {
      call.call();
    } catch (InterruptedIOException e) {
      Messages.assertOneLine(e);
    } catch (IOException e) {
      fail("an interrupted call ends with an InterruptedIOException, not with another: " + e, e);
    } finally {
      assertTrue(Thread.interrupted(), "the interruption is lost");
    }
  }

  /// A store that is started on another folder does not have the chunks of this one or count them,
  /// and its end changes nothing here. Of a store that is SHARED only the latter is asked.
  ///
  /// @throws Exception as the store throws it
  @Test
  public void instancesShareNothing() throws Exception {
    Cid cid = TestData.put(store, TestData.bytes(25, 1_000));
    ChunkStore another = (ChunkStore) startedExtension();
    if (!store.traits().contains(ChunkStore.Trait.SHARED)) {
      assertEquals(Optional.empty(), another.find(cid), "another node's chunk");
      TestData.put(another, TestData.bytes(26, 1_000));
      assertUsage(1, 1_000);
    }
    another.close();
    assertTrue(store.find(cid).isPresent(), "closing one instance changes another");
    assertArrayEquals(TestData.bytes(25, 1_000), TestData.get(store, cid));
  }

  /// A store that holds a lock meanwhile would let its own thread in again, so another one calls.
  static <T> T fromAnotherThread(Callable<T> call) {
    FutureTask<T> task = new FutureTask<>(call);
    Thread thread = Thread.ofVirtual().name("testkit-other").start(task);
    try {
      return task.get(Await.patience().toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      thread.interrupt();
      throw new AssertionError(
          "another thread cannot use the store meanwhile: it holds a lock while it reports", e);
    }
  }

  /// What a store that knows its figures says.
  final void assertUsage(long chunks, long ownedBytes) throws Exception {
    StoreUsage usage = store.usage();
    if (usage.chunks() >= 0) {
      assertEquals(chunks, usage.chunks(), "chunks in usage()");
    }
    if (usage.ownedBytes() >= 0) {
      assertEquals(ownedBytes, usage.ownedBytes(), "ownedBytes in usage()");
    }
  }

  /// A part of a race.
  interface Step {
    void run(int thread) throws Exception;
  }

  static void race(int count, Step step) throws Exception {
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
