package io.shoal.runtime.swarm;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class SharedSeedTest {
  private static final int CHUNKS = 128;

  private static final int CHUNK_BYTES = 1 << 20;
  private static final double SEED_BYTES_PER_MILLI = 25_000;

  @Test
  void aSeedSendsEachChunkAboutOnceToManyDownloads() {
    for (int seed = 0; seed < 20; seed++) {
      // Peers that start at the same moment have no notices from each other: some of the first
      // chunks are asked for twice.
      requireCopies(seed, 2, 1.03);
      requireCopies(seed, 6, 1.12);
      requireCopies(seed, 20, 1.4);
    }
  }

  private static void requireCopies(int seed, int leechers, double most) {
    SharedSeed swarm = new SharedSeed(seed, leechers, CHUNKS, SEED_BYTES_PER_MILLI, 200_000);

    assertTrue(swarm.run(60_000), "the downloads do not end");

    double oneCopyMillis = CHUNKS * (double) CHUNK_BYTES / SEED_BYTES_PER_MILLI;
    String what =
        "seed %d, %d leechers: %.3f copies in %.2f of the time that one takes"
            .formatted(seed, leechers, swarm.copies(), swarm.nowMillis() / oneCopyMillis);
    assertTrue(swarm.copies() <= most, what);
    assertTrue(swarm.nowMillis() <= (most + 0.05) * oneCopyMillis, what);
  }
}
