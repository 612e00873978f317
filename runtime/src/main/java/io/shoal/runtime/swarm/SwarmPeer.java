package io.shoal.runtime.swarm;

import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.Map;

/// What a [Swarm] knows of one peer. Confined to the swarm's thread.
final class SwarmPeer {
  /// Requests in flight before the peer's speed is known: enough to measure it, little to lose.
  static final int FIRST_WINDOW_CHUNKS = 4;

  /// Most requests in flight to one peer with leaves of the usual size; covers 1 GB/s at 60 ms.
  static final int MAX_WINDOW_CHUNKS = 64;

  /// Most requests in flight to one peer where chunks are small; stays below what a connection
  /// carries, so that other downloads over it have room.
  static final int MAX_WINDOW_SMALL_CHUNKS = 160;

  private static final int SMALL_CHUNK_BYTES = 128 * 1024;

  /// Added to the round trip when the window is computed: the time in which this side notices that
  /// a chunk ended and asks for more.
  private static final double REACTION_SECONDS = 0.25;

  private static final double MAX_ROUND_TRIP_SECONDS = 2;

  /// Weight of the newest measurement of speed.
  private static final double NEWEST_WEIGHT = 0.3;

  /// What the peer says to have.
  enum Claim {
    COMPLETE,
    PARTIAL,
    UNKNOWN
  }

  final int id;

  /// Where it comes from, as far as unproven peers share requests.
  final String origin;

  /// Whether it has merits from before this download.
  final boolean trusted;

  final Map<Integer, SwarmRequest> requests = new LinkedHashMap<>();

  Claim claim = Claim.UNKNOWN;

  /// By position while positions are not known, by chunk afterwards; of a partial peer only.
  BitSet have = new BitSet();

  /// Chunks that it was asked for and did not have, although it says or may have them.
  final BitSet missing = new BitSet();

  /// Chunks of which it found its own copy rotten, and said so.
  final BitSet rotten = new BitSet();

  /// Chunks that it said to have and did not have.
  int lacked;

  /// Chunks that came and were right.
  int rightChunks;

  /// Whether it broke an answer off since the last tick.
  boolean brokeOff;

  /// Since when its speed is watched, and what came since.
  long watchedSinceMillis;

  long bytesSinceWatched;

  /// Chunks that it says to be fetching, with the time until which that is believed.
  final Map<Integer, Long> promised = new LinkedHashMap<>();

  int brokenPromises;
  int missingCount;
  int notHeldInRow;
  boolean snubbed;
  boolean queued;

  /// Nothing that is free now is to be had from it; until what is free or what it has changes.
  long nothingAtEpoch = -1;

  long pausedUntilMillis;
  long lastProgressMillis;
  long measuredMillis;
  long receivedBytes;
  private int busyWindow = Integer.MAX_VALUE;
  private long bytesSinceMeasured;
  private double bytesPerSecond;
  private double roundTripSeconds = 0.1;
  private double chunkBytes = 1 << 20;

  SwarmPeer(int id, String origin, boolean trusted, long nowMillis) {
    this.id = id;
    this.origin = origin;
    this.trusted = trusted;
    watchedSinceMillis = nowMillis;
    lastProgressMillis = nowMillis;
    measuredMillis = nowMillis;
  }

  double bytesPerSecond() {
    return bytesPerSecond;
  }

  double chunkBytes() {
    return chunkBytes;
  }

  void received(long bytes, long nowMillis) {
    bytesSinceMeasured += bytes;
    bytesSinceWatched += bytes;
    receivedBytes += bytes;
    lastProgressMillis = nowMillis;
  }

  void ended(int chunkSizeBytes) {
    chunkBytes += (Math.max(chunkSizeBytes, 64) - chunkBytes) * NEWEST_WEIGHT;
    notHeldInRow = 0;
    rightChunks++;
    if (busyWindow < MAX_WINDOW_SMALL_CHUNKS) {
      busyWindow++;
    }
  }

  void busy() {
    busyWindow = Math.max(1, requests.size());
  }

  void firstByteAfter(long millis) {
    roundTripSeconds =
        Math.min(MAX_ROUND_TRIP_SECONDS, Math.min(roundTripSeconds * 1.1, millis / 1000.0) + 0.001);
  }

  void measure(long nowMillis) {
    long millis = nowMillis - measuredMillis;
    if (millis <= 0) {
      return;
    }
    // An idle peer is not a slow one.
    if (bytesSinceMeasured > 0 || !requests.isEmpty()) {
      double now = bytesSinceMeasured * 1000.0 / millis;
      bytesPerSecond =
          bytesPerSecond == 0 ? now : bytesPerSecond + (now - bytesPerSecond) * NEWEST_WEIGHT;
    }
    bytesSinceMeasured = 0;
    measuredMillis = nowMillis;
  }

  /// How many requests should be in flight: the product of speed and delay, and two so that the
  /// line never falls silent between chunks.
  int window() {
    if (snubbed) {
      return 1;
    }
    int window = FIRST_WINDOW_CHUNKS;
    if (bytesPerSecond > 0) {
      double product = bytesPerSecond * (roundTripSeconds + REACTION_SECONDS) / chunkBytes;
      int most = chunkBytes < SMALL_CHUNK_BYTES ? MAX_WINDOW_SMALL_CHUNKS : MAX_WINDOW_CHUNKS;
      window = (int) Math.min(most, 2 + Math.ceil(product));
    }
    return Math.min(window, busyWindow);
  }

  /// Whether it could serve more than it was asked for.
  boolean hasRoom(long nowMillis) {
    return !snubbed && nowMillis >= pausedUntilMillis && requests.size() < window();
  }

  /// Milliseconds until `chunks` more chunks would be here.
  double millisFor(int chunks) {
    return bytesPerSecond <= 0 ? Double.MAX_VALUE : chunks * chunkBytes * 1000 / bytesPerSecond;
  }

  boolean mayHave(int chunk) {
    return switch (claim) {
      case COMPLETE, UNKNOWN -> !missing.get(chunk);
      case PARTIAL -> have.get(chunk);
    };
  }
}
