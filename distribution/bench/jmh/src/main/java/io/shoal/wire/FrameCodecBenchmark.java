package io.shoal.wire;

import io.shoal.api.Cid;
import io.shoal.api.Multihash;
import io.shoal.api.PeerFaultException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/// The frames that one chunk of 1 MiB costs: its request, answer, four blocks of data, and end.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class FrameCodecBenchmark {

  private static final int CHUNK_SIZE_BYTES = 1024 * 1024;
  private static final int BLOCKS = CHUNK_SIZE_BYTES / WireLimits.MAX_DATA_SIZE_BYTES;

  private List<Frame> frames;
  private ByteBuffer out;
  private ByteBuffer stream;
  private FrameReader reader;

  @Setup
  public void prepare() throws PeerFaultException {
    var random = new SplittableRandom(3);
    byte[] digest = new byte[32];
    random.nextBytes(digest);
    Cid cid = Cid.of(Cid.RAW, Multihash.of(Multihash.SHA2_256, digest));
    frames = new ArrayList<>();
    frames.add(new Frame.Request(7, CHUNK_SIZE_BYTES, cid, Optional.of(cid)));
    frames.add(new Frame.Answer(7, CHUNK_SIZE_BYTES));
    for (int block = 0; block < BLOCKS; block++) {
      frames.add(new Frame.Data(7, WireLimits.MAX_DATA_SIZE_BYTES));
    }
    frames.add(new Frame.End(7));
    out = ByteBuffer.allocateDirect(64 * 1024);
    stream = ByteBuffer.allocateDirect(CHUNK_SIZE_BYTES + 64 * 1024);
    for (Frame frame : frames) {
      FrameCodec.encode(frame, stream);
      if (frame instanceof Frame.Data data) {
        stream.position(stream.position() + data.sizeBytes());
      }
    }
    stream.flip();
    reader = new FrameReader();
    ByteBuffer hello = ByteBuffer.allocate(256);
    FrameCodec.encode(new Frame.Hello(Nonce.of(random), 256, 0, "tcp", "bench", List.of()), hello);
    reader.read(hello.flip(), new Ignored(null));
  }

  @Benchmark
  public ByteBuffer encode() {
    out.clear();
    for (Frame frame : frames) {
      FrameCodec.encode(frame, out);
    }
    return out;
  }

  @Benchmark
  public void decode(Blackhole hole) throws PeerFaultException {
    stream.rewind();
    reader.read(stream, new Ignored(hole));
  }

  /// Takes everything and does nothing with it.
  private record Ignored(Blackhole hole) implements FrameReader.Sink {
    @Override
    public void frame(Frame frame) {
      if (hole != null) {
        hole.consume(frame);
      }
    }

    @Override
    public void chunkBytes(int index, int sizeBytes) {
      hole.consume(index + sizeBytes);
    }
  }
}
