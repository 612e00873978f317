package io.shoal.runtime.swarm;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/// What many simulated downloads were made of and what became of them.
final class SwarmTotals {
  private final Map<SwarmSimulation.Manner, Integer> peers =
      new EnumMap<>(SwarmSimulation.Manner.class);
  private long downloads;
  private long chunks;
  private long bytes;
  private long millis;
  private long wrong;
  private long banned;

  void add(SwarmSimulation run) {
    downloads++;
    chunks += run.chunks;
    bytes += run.bytes;
    millis += run.now;
    wrong += run.wrongSent;
    banned += run.banned.size();
    run.peers.forEach(peer -> peers.merge(peer.manner, 1, Integer::sum));
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%,d downloads of %,d chunks in all: each ended with each chunk accepted once%nsent: %.3f"
            + " times what was accepted; simulated time: %,d s%nwrong chunks sent: %,d, accepted:"
            + " 0; peers banned: %,d, all of them for wrong bytes%npeers: %s",
        downloads,
        chunks,
        bytes / ((double) chunks * SwarmSimulation.CHUNK_BYTES),
        millis / 1000,
        wrong,
        banned,
        peers);
  }
}
