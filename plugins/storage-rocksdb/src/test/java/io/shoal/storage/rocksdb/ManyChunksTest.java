package io.shoal.storage.rocksdb;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Cid;
import io.shoal.api.Multihash;
import io.shoal.testkit.TestContext;
import io.shoal.testkit.TestData;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Stores many small chunks, opens the store again, reads and lists them; prints how long that
/// took, and the memory that the process needed. Whether it is fast enough is for readers of these
/// figures: a machine that does something else meanwhile would fail it.
class ManyChunksTest {
  private static final int CHUNKS =
      Integer.getInteger("shoal.chunks", Boolean.getBoolean("shoal.full") ? 5_000_000 : 20_000);

  private static final int CHUNK_BYTES = 1024;

  private static final int PARTS = 10;

  private static final Pattern PEAK = Pattern.compile("VmHWM:\\s+(\\d+) kB");

  @TempDir private Path folder;

  /// Not the hash of the bytes: a store does not look, and hashing is not what is measured.
  private static Cid cid(int chunk) {
    return Cid.of(Cid.RAW, Multihash.of(Multihash.SHA2_256, TestData.bytes(chunk, 32)));
  }

  /// Another chunk for each number, made in no time.
  private static byte[] bytes(byte[] noise, int chunk) {
    byte[] bytes = noise.clone();
    ByteBuffer.wrap(bytes).putInt(0, chunk);
    return bytes;
  }

  @Test
  void millionsOfChunksAreStoredListedAndRead() throws Exception {
    byte[] noise = TestData.bytes(1, CHUNK_BYTES);
    try (TestContext context = TestContext.in(folder);
        RocksdbStore store = new RocksdbStore()) {
      store.start(context);
      double cpu = cpuSeconds();
      long begin = System.nanoTime();
      long part = begin;
      for (int i = 0; i < CHUNKS; i++) {
        assertTrue(store.put(cid(i), ByteBuffer.wrap(bytes(noise, i))));
        if ((i + 1) % (CHUNKS / PARTS) == 0) {
          say("put, to chunk %,d: %,d a second", i + 1, rate(CHUNKS / PARTS, part));
          part = System.nanoTime();
        }
      }
      say("put in all: %,d a second", rate(CHUNKS, begin));
      begin = System.nanoTime();
      store.sync();
      say("sync: %.2f s", seconds(begin));
      say("processor: %.1f µs a put, all threads", (cpuSeconds() - cpu) / CHUNKS * 1e6);
    }
    try (TestContext context = TestContext.in(folder);
        RocksdbStore store = new RocksdbStore()) {
      long begin = System.nanoTime();
      store.start(context);
      say("open: %.2f s", seconds(begin));
      assertEquals(CHUNKS, store.usage().chunks());
      assertEquals((long) CHUNKS * CHUNK_BYTES, store.usage().ownedBytes());
      begin = System.nanoTime();
      int[] listed = {0};
      store.chunks(_ -> ++listed[0] > 0);
      assertEquals(CHUNKS, listed[0]);
      say("list: %,d a second", rate(CHUNKS, begin));
      SplittableRandom random = new SplittableRandom(1);
      begin = System.nanoTime();
      int reads = Math.min(CHUNKS, 200_000);
      for (int i = 0; i < reads; i++) {
        int chunk = random.nextInt(CHUNKS);
        assertArrayEquals(bytes(noise, chunk), TestData.get(store, cid(chunk)));
      }
      say("read in no order: %,d a second", rate(reads, begin));
      begin = System.nanoTime();
      for (int i = 0; i < reads; i++) {
        assertTrue(store.find(cid(-1 - i)).isEmpty());
      }
      say("look for what is not there: %,d a second", rate(reads, begin));
    }
    try (Stream<Path> files = Files.list(folder)) {
      long onDisk = files.mapToLong(file -> file.toFile().length()).sum();
      say("on disk: %.2f of the bytes of the chunks", onDisk / ((double) CHUNKS * CHUNK_BYTES));
    }
    Path status = Path.of("/proc/self/status");
    if (Files.exists(status)) {
      PEAK.matcher(Files.readString(status))
          .results()
          .forEach(peak -> say("most memory: %s MB", Long.parseLong(peak.group(1)) / 1000));
    }
  }

  private static void say(String form, Object... values) {
    System.out.println(String.format(form, values));
  }

  private static long rate(int count, long begin) {
    return Math.round(count / seconds(begin));
  }

  private static double seconds(long begin) {
    return (System.nanoTime() - begin) / 1e9;
  }

  private static double cpuSeconds() {
    Duration used = ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
    return used.toNanos() / 1e9;
  }
}
