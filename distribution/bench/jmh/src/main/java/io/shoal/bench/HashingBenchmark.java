package io.shoal.bench;

import io.shoal.api.Verifier;
import io.shoal.verification.sha256.Sha256Verifier;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// The digest of a chunk, as it is computed while bytes arrive: in pieces.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class HashingBenchmark {

  @Param({"16384", "1048576"})
  public int chunkSizeBytes;

  @Param({"65536"})
  public int pieceSizeBytes;

  @Param({"true", "false"})
  public boolean direct;

  private final Verifier verifier = new Sha256Verifier();
  private ByteBuffer chunk;

  @Setup
  public void fill() {
    byte[] bytes = new byte[chunkSizeBytes];
    new SplittableRandom(1).nextBytes(bytes);
    chunk =
        direct ? ByteBuffer.allocateDirect(chunkSizeBytes) : ByteBuffer.allocate(chunkSizeBytes);
    chunk.put(bytes);
  }

  @Benchmark
  public byte[] chunk() {
    Verifier.Digest digest = verifier.begin();
    for (int from = 0; from < chunkSizeBytes; from += pieceSizeBytes) {
      digest.update(chunk.slice(from, Math.min(pieceSizeBytes, chunkSizeBytes - from)));
    }
    return digest.finish();
  }
}
