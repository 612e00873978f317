package io.shoal.bench;

import io.shoal.api.ChunkReader;
import io.shoal.api.ChunkStore;
import io.shoal.api.Cid;
import io.shoal.api.Multihash;
import io.shoal.api.ShoalException;
import io.shoal.storage.filesystem.FilesystemStore;
import io.shoal.testkit.TestContext;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// Chunks into the file-system store and out of it, in the page cache of the folder for temporary
/// files.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class StoreBenchmark {

  /// Held and read in turn; together they fit the page cache of any machine.
  private static final int HELD_CHUNKS = 256;

  @Param({"16384", "1048576"})
  public int chunkSizeBytes;

  private final SplittableRandom random = new SplittableRandom(2);
  private final List<Cid> held = new ArrayList<>();
  private Path folder;
  private TestContext context;
  private ChunkStore store;
  private ByteBuffer bytes;
  private ByteBuffer out;
  private Cid next;
  private int turn;

  @Setup
  public void open() throws IOException, InterruptedException, ShoalException {
    folder = Files.createTempDirectory("shoal-bench");
    context = TestContext.in(folder);
    store = new FilesystemStore();
    store.start(context);
    bytes = ByteBuffer.allocateDirect(chunkSizeBytes);
    out = ByteBuffer.allocateDirect(chunkSizeBytes);
    for (int i = 0; i < HELD_CHUNKS; i++) {
      change();
      put();
      held.add(next);
    }
  }

  /// A chunk that the store does not have: one that it has costs a look into its index.
  @Setup(Level.Invocation)
  public void change() {
    bytes.clear();
    bytes.putLong(0, random.nextLong());
    next = Cid.of(Cid.RAW, Multihash.of(Multihash.SHA2_256, digest(bytes.duplicate())));
  }

  private static byte[] digest(ByteBuffer bytes) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(bytes);
      return digest.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  @Benchmark
  public void put() throws IOException, ShoalException {
    store.put(next, bytes.duplicate());
  }

  @Benchmark
  public int openAndRead() throws IOException, ShoalException {
    try (ChunkReader reader = store.open(held.get(turn++ % HELD_CHUNKS)).orElseThrow()) {
      out.clear();
      int position = 0;
      while (position < chunkSizeBytes) {
        position += reader.read(out, position);
      }
      return position;
    }
  }

  @TearDown
  public void close() throws IOException {
    store.close();
    context.close();
    try (var files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
