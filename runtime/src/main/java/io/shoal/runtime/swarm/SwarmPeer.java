package io.shoal.runtime.swarm;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// One peer of a [Swarm]: what it has, what it owes, how fast it is. Confined to the swarm's
/// thread.
final class SwarmPeer {
  /// Requests in flight before the peer's speed is known: enough to measure it, little to lose.
  static final int FIRST_WINDOW_CHUNKS = 4;

  /// Most requests in flight to one peer with leaves of the usual size; covers 1 GB/s at 60 ms.
  static final int MAX_WINDOW_CHUNKS = 64;

  /// Most requests in flight to one peer where chunks are small; stays below what a connection
  /// carries, so that other downloads over it have room.
  private static final int MAX_WINDOW_SMALL_CHUNKS = 160;

  private static final int SMALL_CHUNK_BYTES = 128 * 1024;

  /// Added to the round trip when the window is computed: the time in which this side notices that
  /// a chunk ended and asks for more.
  private static final double REACTION_SECONDS = 0.25;

  private static final double MAX_ROUND_TRIP_SECONDS = 2;

  /// A chunk that a peer did not have is asked for again after this long: it may have got it.
  private static final long FORGET_MISSING_MILLIS = 20_000;

  /// How long a peer that was asked may send next to nothing before others are asked as well:
  /// longer than a round trip on most lines, and so short that sixteen silent peers, asked in turn,
  /// cost a second.
  static final long GRACE_MILLIS = 250;

  /// A silent peer is left out for so long once another brought what it owed: else it would be
  /// asked for the next chunk as well, and each would be late.
  private static final long OVERTAKEN_PAUSE_MILLIS = 2_000;

  /// Weight of the newest measurement of speed.
  private static final double NEWEST_WEIGHT = 0.3;

  final int id;

  /// Where it comes from, as far as unproven peers share requests.
  final String origin;

  /// Whether it has merits from before this download.
  final boolean trusted;

  final PeerHoldings holdings;

  private final Map<Integer, SwarmRequest> requests = new LinkedHashMap<>();
  private final StallDetection stall;
  private boolean stalled;
  private boolean queued;
  private boolean brokeOff;
  private boolean silent;
  private long nothingAtEpoch = -1;
  private long forgotMissingMillis;
  private long pausedUntilMillis;
  private int rightChunks;
  private long receivedBytes;
  private long measuredMillis;
  private int busyWindow = Integer.MAX_VALUE;
  private long bytesSinceMeasured;
  private double bytesPerSecond;
  private double roundTripSeconds = 0.1;
  private double chunkBytes = 1 << 20;

  SwarmPeer(int id, String origin, boolean trusted, PeerHoldings holdings, long nowMillis) {
    this.id = id;
    this.origin = origin;
    this.trusted = trusted;
    this.holdings = holdings;
    stall = new StallDetection(nowMillis);
    measuredMillis = nowMillis;
    forgotMissingMillis = nowMillis;
  }

  /// Its open requests, the oldest first.
  Collection<SwarmRequest> requests() {
    return requests.values();
  }

  /// How many chunks it owes.
  int owed() {
    return requests.size();
  }

  void asked(SwarmRequest request) {
    if (requests.isEmpty()) {
      stall.begin(request.sentMillis);
    }
    requests.put(request.id, request);
  }

  void ended(SwarmRequest request) {
    requests.remove(request.id);
  }

  void received(long bytes, long nowMillis) {
    bytesSinceMeasured += bytes;
    receivedBytes += bytes;
    stall.received(bytes, nowMillis);
  }

  long receivedBytes() {
    return receivedBytes;
  }

  /// A chunk came and was right.
  void gave(int chunkSizeBytes) {
    chunkBytes += (Math.max(chunkSizeBytes, 64) - chunkBytes) * NEWEST_WEIGHT;
    holdings.gave();
    rightChunks++;
    if (busyWindow < MAX_WINDOW_SMALL_CHUNKS) {
      busyWindow++;
    }
  }

  int rightChunks() {
    return rightChunks;
  }

  /// The peer is busy: it is asked for nothing before `untilMillis`, and for less from then on.
  void pause(long untilMillis) {
    pausedUntilMillis = untilMillis;
    busyWindow = Math.max(1, requests.size());
  }

  /// Another peer brought a chunk that this one owed as well.
  void overtaken() {
    if (gaveNothing()) {
      pausedUntilMillis = Math.max(pausedUntilMillis, measuredMillis + OVERTAKEN_PAUSE_MILLIS);
    }
  }

  boolean isPaused(long nowMillis) {
    return nowMillis < pausedUntilMillis;
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
    silent = !gives() && (silent || isSilent(nowMillis));
  }

  double bytesPerSecond() {
    return bytesPerSecond;
  }

  double chunkBytes() {
    return chunkBytes;
  }

  /// Whether chunks can be expected of it at the speed that was measured last.
  boolean gives() {
    return bytesPerSecond >= StallDetection.MIN_BYTES_PER_SECOND;
  }

  /// Whether it has yet to show that it gives: it was asked some time ago, and sent next to
  /// nothing.
  boolean isSilent(long nowMillis) {
    return owesItsFirst(nowMillis, GRACE_MILLIS);
  }

  /// Whether it was asked at least `millis` ago, and has sent next to nothing so far.
  boolean owesItsFirst(long nowMillis, long millis) {
    return rightChunks == 0
        && !requests.isEmpty()
        && !gives()
        && nowMillis - oldestMillis() >= millis;
  }

  /// Whether it was silent when it was asked last, and has given nothing since.
  boolean gaveNothing() {
    return silent && rightChunks == 0;
  }

  /// How many requests should be in flight: the product of speed and delay, and two so that the
  /// line never falls silent between chunks.
  int window() {
    if (stalled) {
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
    return !stalled && !isPaused(nowMillis) && requests.size() < window();
  }

  /// Milliseconds until `chunks` more chunks would be here.
  double millisFor(int chunks) {
    return bytesPerSecond <= 0 ? Double.MAX_VALUE : chunks * chunkBytes * 1000 / bytesPerSecond;
  }

  /// Looks at what it owes and gave; to be called again and again.
  ///
  /// @return whether it has just stalled, so that its requests count no longer
  boolean stalls(long nowMillis) {
    if (requests.isEmpty()) {
      stall.begin(nowMillis);
      stalled = false;
      return false;
    }
    boolean before = stalled;
    stalled = stalled || stall.isStalled(oldestMillis(), millisFor(3), nowMillis);
    return stalled && !before;
  }

  boolean isStalled() {
    return stalled;
  }

  /// Bytes came.
  ///
  /// @return whether it was stalled until now, so that its requests count again
  boolean recovers() {
    boolean before = stalled;
    stalled = false;
    return before;
  }

  private long oldestMillis() {
    return requests.values().iterator().next().sentMillis;
  }

  /// Whether it broke an answer off since this was last asked.
  boolean takeBrokeOff() {
    boolean before = brokeOff;
    brokeOff = false;
    return before;
  }

  void brokeOff() {
    brokeOff = true;
  }

  /// Whether nothing that is free is to be had from it. `epoch` changes when more becomes free.
  boolean hasNothingAt(long epoch) {
    return nothingAtEpoch == epoch;
  }

  void nothingAt(long epoch) {
    nothingAtEpoch = epoch;
  }

  /// Its holdings changed: free chunks may be among them.
  void mayHaveSomething() {
    nothingAtEpoch = -1;
  }

  /// Now and then lets it be asked again for what it did not have.
  void forgetMisses(long nowMillis) {
    if (nowMillis - forgotMissingMillis >= FORGET_MISSING_MILLIS) {
      forgotMissingMillis = nowMillis;
      if (holdings.forgetMisses()) {
        mayHaveSomething();
      }
    }
  }

  /// @return whether it was not queued yet
  boolean enqueue() {
    boolean before = queued;
    queued = true;
    return !before;
  }

  void dequeued() {
    queued = false;
  }

  /// Why it is of no use any more, if that is so. A slow peer loses its place to faster ones alone:
  /// where all are slow, to drop it would throw the begun chunk away.
  ///
  /// @param all the peers of the swarm, this one too
  Optional<String> useless(Collection<SwarmPeer> all, long nowMillis) {
    if (requests.isEmpty()) {
      return Optional.empty();
    }
    Optional<String> crawls =
        stall
            .crawls(nowMillis)
            .filter(_ -> all.stream().anyMatch(peer -> peer.bytesPerSecond > bytesPerSecond));
    return stall
        .uselessSince(oldestMillis(), nowMillis)
        .filter(_ -> all.size() > 1)
        .or(() -> crawls);
  }
}
