package io.shoal.storage.rocksdb;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.ChunkReader;
import io.shoal.api.Cid;
import io.shoal.api.Inspection;
import io.shoal.api.InvalidInputException;
import io.shoal.api.ShoalException;
import io.shoal.api.UserFaultException;
import io.shoal.testkit.TestContext;
import io.shoal.testkit.TestData;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class RocksdbStoreTest {
  @TempDir private Path folder;

  private TestContext context;
  private RocksdbStore store;

  @BeforeEach
  void start() throws ShoalException {
    context = TestContext.in(folder).with("memory", "32MiB");
    store = new RocksdbStore();
    store.start(context);
  }

  @AfterEach
  void end() {
    store.close();
    context.close();
  }

  private void restart() throws ShoalException {
    store.close();
    store = new RocksdbStore();
    store.start(context);
  }

  private List<List<String>> ask(String question, String... arguments) throws Exception {
    List<List<String>> rows = new ArrayList<>();
    store
        .inspection()
        .orElseThrow()
        .ask(
            question,
            List.of(arguments),
            new Inspection.AnswerSink() {
              @Override
              public void columns(List<String> names) {}

              @Override
              public void row(List<String> cells) {
                rows.add(cells);
              }
            });
    return rows;
  }

  @Test
  void theFiguresAreThoseOfEveryTable() throws Exception {
    TestData.put(store, TestData.bytes(1, 1_000));
    List<List<String>> rows = ask("figures");
    assertTrue(rows.size() > 5, rows::toString);
    assertTrue(
        rows.stream().flatMap(row -> row.stream().skip(1)).allMatch(cell -> cell.matches("\\d+")),
        rows::toString);
  }

  @Test
  void aChunkThatTheDiskChangedIsQuarantinedAndCanBeStoredAgain() throws Exception {
    byte[] bytes = "a mark that no other file has; ".repeat(40).getBytes(StandardCharsets.UTF_8);
    Cid cid = TestData.put(store, bytes);
    Cid other = TestData.put(store, TestData.bytes(1, 5_000));
    // The start writes what is in the log into a file.
    restart();
    store.close();
    flipByteOf(bytes);
    store = new RocksdbStore();
    store.start(context);

    byte[] read = TestData.get(store, cid);
    assertFalse(Arrays.equals(bytes, read));
    assertTrue(TestData.discard(store, cid));

    assertTrue(store.find(cid).isEmpty());
    assertEquals(1, store.usage().chunks());
    List<String> entry = ask("quarantine").getFirst();
    assertEquals(List.of(cid.toString(), "" + bytes.length), entry.subList(1, 3));
    StringBuilder hex = new StringBuilder();
    ask("corrupt", entry.getFirst()).forEach(row -> hex.append(row.get(1)));
    assertArrayEquals(read, HexFormat.of().parseHex(hex));
    assertThrows(InvalidInputException.class, () -> ask("corrupt", "x"));

    restart();
    assertTrue(store.put(cid, ByteBuffer.wrap(bytes)));
    assertArrayEquals(bytes, TestData.get(store, cid));
    assertArrayEquals(TestData.bytes(1, 5_000), TestData.get(store, other));
    assertEquals(1, ask("quarantine").size());
  }

  /// Changes the byte in the middle of these, in the file that has them.
  private void flipByteOf(byte[] content) throws IOException {
    String wanted = new String(content, StandardCharsets.ISO_8859_1);
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(each -> each.toString().endsWith(".sst")).toList()) {
        byte[] all = Files.readAllBytes(file);
        int at = new String(all, StandardCharsets.ISO_8859_1).indexOf(wanted);
        if (at >= 0) {
          all[at + content.length / 2] ^= 1;
          Files.write(file, all);
          return;
        }
      }
    }
    throw new AssertionError("no file holds the chunk");
  }

  @Test
  void theQuarantineKeepsTheLastHundred() throws Exception {
    for (int i = 0; i < 103; i++) {
      Cid cid = TestData.put(store, TestData.bytes(i, 100_000));
      assertTrue(TestData.discard(store, cid));
    }
    List<List<String>> kept = ask("quarantine");
    assertEquals(100, kept.size());
    assertEquals(TestData.cid(TestData.bytes(3, 100_000)).toString(), kept.getFirst().get(1));
    assertEquals(0, store.usage().ownedBytes());
  }

  @Test
  void theRoomOfDeletedChunksIsGivenBack() throws Exception {
    List<Cid> chunks = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      chunks.add(TestData.put(store, TestData.bytes(i, 500_000)));
    }
    store.close();
    try (ChunkTable table = table(true)) {
      SpaceReclaim reclaim = new SpaceReclaim(table, 1 << 20);
      for (Cid cid : chunks.subList(1, 40)) {
        assertTrue(table.delete(ChunkKey.of(cid).orElseThrow()));
      }
      long before = reclaim.deadBytes();
      assertTrue(before > 10_000_000, () -> before + " bytes are dead");

      reclaim.look();

      long end = System.nanoTime() + 30_000_000_000L;
      while (reclaim.deadBytes() > 1_000_000 && System.nanoTime() < end) {
        Thread.onSpinWait();
      }
      assertTrue(reclaim.deadBytes() < 1_000_000, () -> "it was not given back");
      assertEquals(1, table.budget().chunks());
    }
    store = new RocksdbStore();
    store.start(context);
    assertArrayEquals(TestData.bytes(0, 500_000), TestData.get(store, chunks.getFirst()));
  }

  private ChunkTable table(boolean writable) throws Exception {
    Settings settings = new Settings(folder, Long.MAX_VALUE, 0, 32 << 20);
    return ChunkTable.open(settings, writable, InstantSource.system(), () -> {});
  }

  @Test
  void aFolderThatIsOnlyReadIsReadAndNotWritten() throws Exception {
    byte[] bytes = TestData.bytes(1, 200_000);
    Cid cid = TestData.put(store, bytes);
    store.close();
    ChunkKey key = ChunkKey.of(cid).orElseThrow();
    try (ChunkTable table = table(false)) {
      try (ChunkReader reader = table.open(key).orElseThrow()) {
        assertArrayEquals(bytes, TestData.bytesOf(reader));
      }
      assertEquals(1, table.budget().chunks());
      assertThrows(IOException.class, () -> table.delete(key));
      table.sync();
    }
  }

  @Test
  void aSecondNodeOnTheFolderIsRefused() {
    RocksdbStore second = new RocksdbStore();
    UserFaultException refused =
        assertThrows(UserFaultException.class, () -> second.start(context));
    assertTrue(String.valueOf(refused.getMessage()).contains("another node"), refused::toString);
    second.close();
  }

  @Test
  void callsThatRunAtTheEndEndWithoutHarm() throws Exception {
    AtomicBoolean ended = new AtomicBoolean();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        int thread = i;
        running.add(threads.submit(() -> useUntilClosed(thread, ended)));
      }
      while (store.usage().chunks() < 200) {
        Thread.onSpinWait();
      }
      store.close();
      ended.set(true);
      for (Future<?> one : running) {
        one.get();
      }
    }
  }

  private boolean useUntilClosed(int thread, AtomicBoolean ended) throws Exception {
    try {
      for (int i = 0; ; i++) {
        byte[] bytes = TestData.bytes(1_000L * thread + i, i % 7 == 0 ? 100_000 : 1_000);
        Cid cid = TestData.put(store, bytes);
        try (ChunkReader reader = store.open(cid).orElseThrow()) {
          assertArrayEquals(bytes, TestData.bytesOf(reader));
        }
        if (i % 20 == 0) {
          store.sync();
          store.chunks(_ -> true);
        }
      }
    } catch (IllegalStateException e) {
      return ended.get();
    }
  }

  @Test
  void manyThreadsMaySyncAtOnce() throws Exception {
    for (int i = 0; i < 32; i++) {
      TestData.put(store, TestData.bytes(i, 1_000));
    }
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Boolean>> all = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        all.add(
            threads.submit(
                () -> {
                  store.sync();
                  return true;
                }));
      }
      for (Future<Boolean> one : all) {
        assertTrue(one.get());
      }
    }
  }
}
