package io.shoal.bench;

import io.shoal.api.Verifier;
import io.shoal.verification.blake3.Blake3Verifier;
import io.shoal.verification.sha256.Sha256Verifier;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.bouncycastle.crypto.digests.Blake3Digest;
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

/// The digest of a chunk by BLAKE3 as the plugin computes it, beside BouncyCastle's and beside
/// SHA-256 with the processor's instructions.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class Blake3Benchmark {

  @Param({"1024", "4096", "16384", "262144", "1048576"})
  public int chunkSizeBytes;

  private final Verifier blake3 = new Blake3Verifier();
  private final Verifier sha256 = new Sha256Verifier();
  private byte[] chunk;

  @Setup
  public void fill() {
    chunk = new byte[chunkSizeBytes];
    new SplittableRandom(1).nextBytes(chunk);
  }

  @Benchmark
  public byte[] blake3() {
    return digest(blake3);
  }

  @Benchmark
  public byte[] sha256() {
    return digest(sha256);
  }

  private byte[] digest(Verifier verifier) {
    Verifier.Digest digest = verifier.begin();
    digest.update(ByteBuffer.wrap(chunk));
    return digest.finish();
  }

  @Benchmark
  public byte[] bouncyCastle() {
    Blake3Digest digest = new Blake3Digest();
    byte[] result = new byte[digest.getDigestSize()];
    digest.update(chunk, 0, chunk.length);
    digest.doFinal(result, 0);
    return result;
  }
}
