package io.shoal.runtime.plugin.border;

import static io.shoal.runtime.plugin.border.OneLine.assertNames;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.ChunkReader;
import io.shoal.api.ChunkStore;
import io.shoal.api.Cid;
import io.shoal.api.Multihash;
import io.shoal.api.PluginContext;
import io.shoal.api.RetryableException;
import io.shoal.api.StoreFullException;
import io.shoal.api.StoreUsage;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What the node sees of a store that breaks its contract, and of one that is slow or busy.
@Timeout(60)
class GuardedStoreTest {
  private static final Cid CID = Cid.of(Cid.RAW, Multihash.of(Multihash.SHA2_256, new byte[32]));

  private final AtomicLong nowNanos = new AtomicLong();
  private final CallDeadlines deadlines = new CallDeadlines(nowNanos::get);
  private final ScriptedStore plugin = new ScriptedStore();
  private final ChunkStore store =
      (ChunkStore) new PluginBorder(deadlines).around("storage-test", plugin);

  /// One step of a call: throws, or lets it go on.
  private interface Step {
    void run() throws IOException, RetryableException;
  }

  /// Does in each call what the test said, then what a store does.
  private static final class ScriptedStore implements ChunkStore {
    final Deque<Step> steps = new ArrayDeque<>();
    final List<byte[]> puts = new ArrayList<>();
    int calls;
    int closedReaders;
    boolean closed;

    private void step() throws IOException, RetryableException {
      calls++;
      Step next = steps.poll();
      if (next != null) {
        next.run();
      }
    }

    @Override
    public void start(PluginContext context) {}

    @Override
    public Optional<ChunkReader> open(Cid cid) throws IOException, RetryableException {
      step();
      return Optional.of(new Reader());
    }

    @Override
    public Optional<StoredChunk> find(Cid cid) throws IOException, RetryableException {
      step();
      return Optional.of(new StoredChunk(cid, 4, true));
    }

    @Override
    public boolean put(Cid cid, ByteBuffer bytes) throws IOException, RetryableException {
      byte[] some = new byte[bytes.remaining()];
      bytes.get(some);
      puts.add(some);
      step();
      return true;
    }

    @Override
    public boolean delete(Cid cid) throws IOException, RetryableException {
      step();
      return true;
    }

    @Override
    public void chunks(ChunkSink each) throws IOException, RetryableException {
      step();
    }

    @Override
    @SuppressWarnings("NullAway") // a plugin may break any promise
    public StoreUsage usage() throws IOException, RetryableException {
      step();
      return null;
    }

    @Override
    public void sync() throws IOException, RetryableException {
      step();
    }

    @Override
    public void close() {
      closed = true;
    }

    private final class Reader implements ChunkReader {
      @Override
      public int sizeBytes() {
        return 4;
      }

      @Override
      public int read(ByteBuffer into, int positionBytes) throws IOException, RetryableException {
        into.put((byte) 1);
        step();
        return 1;
      }

      @Override
      public boolean discard() {
        return true;
      }

      @Override
      public void close() {
        closedReaders++;
      }
    }
  }

  private static Step throwing(RuntimeException fault) {
    return () -> {
      throw fault;
    };
  }

  private static Step busy() {
    return () -> {
      throw new RetryableException("503 slow down");
    };
  }

  @Test
  void whatIsThrownAgainstTheContractNamesPluginAndMethod() {
    plugin.steps.add(throwing(new IllegalArgumentException("bug in find")));
    IOException unchecked = assertThrows(IOException.class, () -> store.find(CID));
    assertNames(unchecked, "storage-test", "find", "bug in find", "report it to its author");
    plugin.steps.add(
        () -> {
          throw new NoSuchMethodError("gone()");
        });
    IOException linkage = assertThrows(IOException.class, () -> store.delete(CID));
    assertNames(linkage, "storage-test", "delete", "NoSuchMethodError: gone()");
    IOException nothing = assertThrows(IOException.class, store::usage);
    assertNames(nothing, "storage-test", "returned null from usage");
  }

  @Test
  void whatTheContractAllowsPassesAsItIs() {
    IOException fault = new IOException("/disk: Input/output error: check the disk");
    plugin.steps.add(
        () -> {
          throw fault;
        });
    assertEquals(fault, assertThrows(IOException.class, () -> store.open(CID)));
  }

  @Test
  void aCallThatMayGoWellLaterIsMadeAgainWithTheSameBytes() throws Exception {
    plugin.steps.add(busy());
    plugin.steps.add(busy());
    ByteBuffer bytes = ByteBuffer.wrap(new byte[] {1, 2, 3, 4});
    assertTrue(store.put(CID, bytes));
    assertFalse(bytes.hasRemaining());
    assertEquals(3, plugin.puts.size());
    plugin.puts.forEach(put -> assertEquals(4, put.length));

    plugin.steps.add(busy());
    ByteBuffer into = ByteBuffer.allocate(4);
    try (ChunkReader reader = store.open(CID).orElseThrow()) {
      plugin.steps.add(busy());
      assertEquals(1, reader.read(into, 0));
    }
    assertEquals(1, into.position(), "what a failed read left in the buffer is read again");
  }

  @Test
  void aStoreThatStaysBusySaysSoItself() {
    for (int i = 0; i < 50; i++) {
      plugin.steps.add(busy());
    }
    RetryableException fault = assertThrows(RetryableException.class, () -> store.find(CID));
    assertNames(fault, "503 slow down");
    assertEquals(7, plugin.calls);
  }

  @Test
  void aFullStoreIsNotAskedAgain() {
    plugin.steps.add(
        () -> {
          throw new StoreFullException("full: free some space");
        });
    assertThrows(StoreFullException.class, () -> store.put(CID, ByteBuffer.allocate(1)));
    assertEquals(1, plugin.calls);
  }

  @Test
  void aCallThatTakesTooLongIsInterruptedAndNamed() throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    plugin.steps.add(
        () -> {
          inside.countDown();
          waitForInterrupt();
        });
    FutureTask<Boolean> call =
        new FutureTask<>(
            () -> {
              RetryableException late =
                  assertThrows(RetryableException.class, () -> store.find(CID));
              assertNames(late, "storage-test", "find", "within 30 s");
              return Thread.currentThread().isInterrupted();
            });
    Thread.ofVirtual().start(call);
    assertTrue(inside.await(30, TimeUnit.SECONDS));
    nowNanos.addAndGet(Duration.ofSeconds(30).toNanos());
    deadlines.look();
    assertFalse(call.isDone(), "it may take as long");
    nowNanos.incrementAndGet();
    deadlines.look();
    assertFalse(call.get(30, TimeUnit.SECONDS), "the interrupt was for the call alone");
    assertEquals(1, plugin.calls, "it is not tried again: the next try would take as long");
  }

  private static void waitForInterrupt() throws InterruptedIOException {
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      InterruptedIOException ended = new InterruptedIOException("interrupted");
      ended.initCause(e);
      throw ended;
    }
  }

  @Test
  void anInterruptOfTheCallerStaysOne() throws Exception {
    plugin.steps.add(GuardedStoreTest::waitForInterrupt);
    FutureTask<Boolean> call =
        new FutureTask<>(
            () -> {
              Thread.currentThread().interrupt();
              assertThrows(InterruptedIOException.class, () -> store.find(CID));
              return Thread.interrupted();
            });
    Thread.ofVirtual().start(call);
    assertTrue(call.get(30, TimeUnit.SECONDS), "the flag is the caller's");
  }

  @Test
  void afterItsEndNothingThatItGaveOutIsCalled() throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    ChunkReader reader = store.open(CID).orElseThrow();
    plugin.steps.add(
        () -> {
          inside.countDown();
          waitForInterrupt();
        });
    FutureTask<Exception> running =
        new FutureTask<>(() -> assertThrows(IOException.class, () -> store.find(CID)));
    Thread.ofVirtual().start(running);
    assertTrue(inside.await(30, TimeUnit.SECONDS));

    store.close();

    assertTrue(plugin.closed);
    assertEquals(1, plugin.closedReaders);
    assertEquals(InterruptedIOException.class, running.get(30, TimeUnit.SECONDS).getClass());
    int calls = plugin.calls;
    assertNames(assertThrows(IOException.class, () -> store.find(CID)), "storage-test", "stopped");
    assertThrows(IOException.class, () -> reader.read(ByteBuffer.allocate(1), 0));
    assertEquals(calls, plugin.calls);
    reader.close();
    assertEquals(1, plugin.closedReaders);
  }
}
