package io.shoal.runtime.swarm;

import io.shoal.api.Availability;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// The cost of deciding for each chunk of a download: it arrived, a peer got another one, what
/// next? Should be the same for few and many chunks and peers.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class PickerBenchmark {

  private static final int CHUNK_SIZE_BYTES = 1024 * 1024;

  /// Every so many chunks a download looks at its peers.
  private static final int CHUNKS_PER_TICK = 64;

  /// So many chunks are one measurement, since clocks are slow beside one.
  private static final int CHUNKS_AT_ONCE = 1000;

  @Param({"10000", "1000000"})
  public int chunks;

  @Param({"10", "1000"})
  public int peers;

  private final ArrayDeque<SwarmAction.Fetch> asked = new ArrayDeque<>();
  private Random random;
  private Swarm swarm;
  private long nowMillis;

  /// A download that is nearly over begins anew: telling who has what is not measured.
  @Setup(Level.Invocation)
  public void begin() {
    if (swarm != null && swarm.remaining() > 2 * CHUNKS_AT_ONCE) {
      return;
    }
    random = new Random(4);
    swarm = new Swarm(random);
    asked.clear();
    nowMillis = 0;
    int[] positions = new int[chunks];
    for (int chunk = 0; chunk < chunks; chunk++) {
      positions[chunk] = swarm.want();
    }
    swarm.positions(positions);
    for (int peer = 0; peer < peers; peer++) {
      swarm.join(peer, "192.0.2." + peer % 256, true, nowMillis);
      swarm.availability(peer, new Availability.Snapshot(half(), chunks));
    }
    decide();
  }

  private BitSet half() {
    byte[] bits = new byte[chunks / 8];
    random.nextBytes(bits);
    return BitSet.valueOf(bits);
  }

  @Benchmark
  @OperationsPerInvocation(CHUNKS_AT_ONCE)
  public int chunk() {
    for (int step = 1; step <= CHUNKS_AT_ONCE; step++) {
      nowMillis++;
      SwarmAction.Fetch fetch = asked.poll();
      if (fetch != null) {
        arrived(fetch);
      }
      if (step % CHUNKS_PER_TICK == 0) {
        swarm.tick(nowMillis);
      }
      decide();
    }
    return asked.size();
  }

  private void arrived(SwarmAction.Fetch fetch) {
    swarm.firstByte(fetch.request(), nowMillis);
    swarm.progress(fetch.peer(), CHUNK_SIZE_BYTES, nowMillis);
    swarm.verified(fetch.request(), CHUNK_SIZE_BYTES);
    int[] gained = {random.nextInt(chunks)};
    swarm.availability(random.nextInt(peers), new Availability.Gained(gained));
  }

  private void decide() {
    for (SwarmAction action : swarm.decide(nowMillis)) {
      if (action instanceof SwarmAction.Fetch fetch) {
        asked.add(fetch);
      }
    }
  }
}
