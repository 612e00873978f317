package io.shoal.runtime;

import io.shoal.api.Availability;
import io.shoal.api.Refusal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// Decides which chunk of one download is asked of which peer. A single-threaded state machine: the
/// owner tells it what happened, in order, and carries out what [#decide] returns. No IO, no clock,
/// no randomness of its own; every event costs about the same however many chunks and peers there
/// are.
///
/// Rarest first with random ties; per peer as many requests as its speed and delay need; a peer
/// that stands still loses its requests to others but may finish them; when nothing is left to ask
/// for, fast peers are asked for what slow ones still owe. Peers that have everything are asked for
/// what no other downloader has or is fetching, as long as the others can give the rest: so that
/// they send each chunk about once.
final class Swarm {
  /// Requests in flight over all peers: with the share of a chunk that a connection buffers ahead
  /// of its reader, this bounds memory.
  static final int MAX_REQUESTS = 1024;

  /// A peer that has sent nothing for this long while it owes something stands still. Longer than a
  /// busy but fair server pauses between two bytes to one of its peers.
  private static final long MIN_STALL_MILLIS = 4_000;

  private static final long MAX_STALL_MILLIS = 15_000;

  /// A peer that stands still is parted from after this long, if others are left.
  private static final long GIVE_UP_MILLIS = 30_000;

  /// What a peer did not have is asked for again after this long: it may have got it.
  private static final long FORGET_MISSING_MILLIS = 20_000;

  /// Copies of one chunk on their way at once, at the end of a download.
  private static final int MAX_COPIES = 3;

  /// A second copy is asked for when it would be here this much earlier: else it is only a waste of
  /// bytes.
  private static final double WORTH_A_COPY = 1.5;

  /// … and by at least so much: of four peers at 25 MB/s one is idle for longer at the end; where
  /// chunks take a millisecond none is fetched twice.
  private static final long MIN_GAIN_MILLIS = 50;

  /// Speed that is assumed of a peer that was not measured yet, when a second copy is considered.
  private static final double ASSUMED_BYTES_PER_SECOND = 1 << 20;

  /// A request to a peer of unknown speed is given this long before a second copy is considered:
  /// else every small file would be fetched twice.
  private static final long UNMEASURED_GRACE_MILLIS = 1_000;

  /// Answers "not held" in a row after which a peer that says nothing about what it has is left
  /// alone until its misses are forgotten.
  private static final int MAX_MISSES_IN_ROW = 16;

  private final RandomGenerator random;
  private final Promises promises = new Promises();
  private final OwnPromises ownPromises = new OwnPromises();
  private final RarityBuckets free = new RarityBuckets();
  private final Map<Integer, SwarmPeer> peers = new HashMap<>();
  private final Map<Integer, SwarmRequest> requests = new HashMap<>();
  private final Map<Integer, List<SwarmRequest>> byChunk = new HashMap<>();
  private final ArrayDeque<SwarmPeer> ready = new ArrayDeque<>();
  private final BitSet done = new BitSet();
  private final List<SwarmAction> actions = new ArrayList<>();

  private int[] chunkAtPosition = new int[0];
  private boolean positionsKnown;
  private int chunks;
  private int nextRequest;
  private long freeEpoch;
  private long forgotMissingMillis = Long.MIN_VALUE;

  Swarm(RandomGenerator random) {
    this.random = random;
  }

  /// One more chunk is needed.
  ///
  /// @return its number: 0, 1, 2, …
  int want() {
    int chunk = chunks++;
    free(chunk);
    return chunk;
  }

  /// One more chunk will be needed, but is not asked for before [#wantNow].
  ///
  /// @return its number, as of [#want]
  int wantLater() {
    return chunks++;
  }

  /// A chunk is to be asked for from now on, also if it was here before and is needed again.
  void wantNow(int chunk) {
    done.clear(chunk);
    free(chunk);
    wakeAll();
  }

  /// The chunk is here without having been asked for.
  void alreadyHere(int chunk) {
    finish(chunk, -1);
  }

  /// Which chunk stands at which position of the DAG; told once, when all nodes of the DAG are
  /// known.
  void positions(int[] chunkAtPosition) {
    this.chunkAtPosition = chunkAtPosition;
    ownPromises.positions(chunkAtPosition, chunks);
    positionsKnown = true;
    for (SwarmPeer peer : peers.values()) {
      if (peer.claim == SwarmPeer.Claim.PARTIAL) {
        BitSet byPosition = peer.have;
        peer.have = new BitSet();
        byPosition.stream().forEach(position -> gained(peer, position));
      }
      wake(peer);
    }
  }

  int remaining() {
    return chunks - done.cardinality();
  }

  boolean has(int chunk) {
    return done.get(chunk);
  }

  int requestsInFlight() {
    return requests.size();
  }

  /// Peers that say to have something.
  int usefulPeers() {
    int useful = 0;
    for (SwarmPeer peer : peers.values()) {
      if (peer.claim != SwarmPeer.Claim.UNKNOWN || peer.receivedBytes > 0) {
        useful++;
      }
    }
    return useful;
  }

  /// A chunk that nobody could be asked for, if there is one: what a stuck download is short of.
  Optional<Integer> rarestFree() {
    int chunk = free.pick(random, any -> true);
    return chunk < 0 ? Optional.empty() : Optional.of(chunk);
  }

  /// Lets every peer be looked at by the next [#decide]: after many chunks became wanted.
  void wakeAll() {
    peers.values().forEach(this::wake);
  }

  void join(int id, long nowMillis) {
    SwarmPeer peer = new SwarmPeer(id, nowMillis);
    if (peers.putIfAbsent(id, peer) == null) {
      wake(peer);
    }
  }

  void leave(int id) {
    SwarmPeer peer = peers.remove(id);
    if (peer == null) {
      return;
    }
    for (SwarmRequest request : new ArrayList<>(peer.requests.values())) {
      release(request);
    }
    forgetHave(peer);
    promises.forget(peer);
  }

  /// A peer says that it is fetching what stands at these positions from somebody who has
  /// everything.
  void promised(int id, List<Integer> positions, long nowMillis) {
    SwarmPeer peer = peers.get(id);
    if (peer == null || !positionsKnown || peer.claim != SwarmPeer.Claim.PARTIAL) {
      return;
    }
    for (int position : positions) {
      if (position >= 0 && position < chunkAtPosition.length) {
        int chunk = chunkAtPosition[position];
        if (!done.get(chunk) && !peer.have.get(chunk)) {
          promises.made(peer, chunk, nowMillis);
        }
      }
    }
  }

  void availability(int id, Availability news) {
    SwarmPeer peer = peers.get(id);
    if (peer == null) {
      return;
    }
    switch (news) {
      case Availability.Complete complete -> {
        forgetHave(peer);
        peer.claim = SwarmPeer.Claim.COMPLETE;
      }
      case Availability.Unknown unknown -> {
        forgetHave(peer);
        peer.claim = SwarmPeer.Claim.UNKNOWN;
      }
      case Availability.Snapshot snapshot -> {
        forgetHave(peer);
        peer.claim = SwarmPeer.Claim.PARTIAL;
        snapshot.have().stream().forEach(position -> gained(peer, position));
        ownPromises.toNewcomer(peer, peers.values()).ifPresent(actions::add);
      }
      case Availability.Gained gained -> {
        if (peer.claim == SwarmPeer.Claim.PARTIAL) {
          Arrays.stream(gained.positions()).forEach(position -> gained(peer, position));
        }
      }
    }
    peer.nothingAtEpoch = -1;
    wake(peer);
  }

  /// Bytes of the peer arrived since this was last told.
  void progress(int id, long bytes, long nowMillis) {
    SwarmPeer peer = peers.get(id);
    if (peer == null || bytes == 0) {
      return;
    }
    peer.received(bytes, nowMillis);
    if (peer.snubbed) {
      peer.snubbed = false;
      for (SwarmRequest request : peer.requests.values()) {
        request.counts = true;
        free.remove(request.chunk);
      }
      wake(peer);
    }
  }

  void firstByte(int request, long nowMillis) {
    SwarmRequest asked = requests.get(request);
    if (asked != null) {
      asked.peer.firstByteAfter(nowMillis - asked.sentMillis);
    }
  }

  /// The bytes that came for the request hash to the chunk's id and are stored.
  ///
  /// @return whether they were still needed
  boolean verified(int request, int sizeBytes) {
    SwarmRequest asked = requests.get(request);
    if (asked == null) {
      return false;
    }
    asked.peer.ended(sizeBytes);
    wake(asked.peer);
    release(asked);
    boolean needed = !done.get(asked.chunk);
    finish(asked.chunk, request);
    return needed;
  }

  /// The bytes that came for the request are not the chunk's.
  void wrong(int request, String reason) {
    SwarmRequest asked = requests.get(request);
    if (asked != null) {
      actions.add(new SwarmAction.Drop(asked.peer.id, reason, true));
      leave(asked.peer.id);
    }
  }

  /// The request failed on this side (a full disk, say): the chunk is free again.
  void failedHere(int request) {
    SwarmRequest asked = requests.get(request);
    if (asked != null) {
      wake(asked.peer);
      release(asked);
    }
  }

  void refused(int request, Refusal refusal, long nowMillis) {
    SwarmRequest asked = requests.get(request);
    if (asked == null) {
      return;
    }
    SwarmPeer peer = asked.peer;
    switch (refusal) {
      case Refusal.NotHeld notHeld -> misses(peer, asked.chunk);
      case Refusal.Corrupt corrupt -> misses(peer, asked.chunk);
      case Refusal.Busy busy -> {
        peer.pausedUntilMillis = nowMillis + Math.clamp(busy.retryAfter().toMillis(), 50, 60_000);
        release(asked);
        peer.busy();
        return;
      }
      case Refusal.Denied denied -> {
        actions.add(new SwarmAction.Drop(peer.id, "it does not serve this to us", false));
        leave(peer.id);
        return;
      }
      case Refusal.Gone gone -> {
        // The connection's end is told by itself; a lone request that broke off may be asked again.
      }
    }
    release(asked);
    wake(peer);
  }

  /// Time passes; to be called a few times a second.
  void tick(long nowMillis) {
    boolean forget = nowMillis - FORGET_MISSING_MILLIS >= forgotMissingMillis;
    if (forget) {
      forgotMissingMillis = nowMillis;
    }
    for (SwarmPeer peer : new ArrayList<>(peers.values())) {
      peer.measure(nowMillis);
      if (forget && peer.missingCount > 0) {
        peer.missing.clear();
        peer.missingCount = 0;
        peer.notHeldInRow = 0;
        peer.nothingAtEpoch = -1;
      }
      promises.lapse(peer, nowMillis);
      judge(peer, nowMillis);
      wake(peer);
    }
  }

  /// What to do now, after all that was told so far.
  List<SwarmAction> decide(long nowMillis) {
    for (SwarmPeer peer = ready.poll(); peer != null; peer = ready.poll()) {
      peer.queued = false;
      if (peers.get(peer.id) == peer && nowMillis >= peer.pausedUntilMillis) {
        fill(peer, nowMillis);
      }
    }
    ownPromises.due(peers.values(), nowMillis).ifPresent(actions::add);
    List<SwarmAction> result = List.copyOf(actions);
    actions.clear();
    return result;
  }

  private void judge(SwarmPeer peer, long nowMillis) {
    if (peer.requests.isEmpty()) {
      peer.lastProgressMillis = nowMillis;
      peer.snubbed = false;
      return;
    }
    long oldest = peer.requests.values().iterator().next().sentMillis;
    long idleMillis = nowMillis - Math.max(peer.lastProgressMillis, oldest);
    double expected = peer.millisFor(3);
    long stall = (long) Math.clamp(expected, MIN_STALL_MILLIS, MAX_STALL_MILLIS);
    if (idleMillis >= stall && !peer.snubbed) {
      peer.snubbed = true;
      for (SwarmRequest request : peer.requests.values()) {
        request.counts = false;
        freeIfNobodyCounts(request.chunk);
      }
    }
    if (idleMillis >= GIVE_UP_MILLIS && peers.size() > 1) {
      actions.add(
          new SwarmAction.Drop(peer.id, "it sent nothing for " + idleMillis / 1000 + " s", false));
      leave(peer.id);
    }
  }

  private void fill(SwarmPeer peer, long nowMillis) {
    while (peer.requests.size() < peer.window() && requests.size() < MAX_REQUESTS) {
      int chunk = pick(peer, nowMillis);
      if (chunk < 0) {
        chunk = pickCopy(peer, nowMillis);
      }
      if (chunk < 0) {
        return;
      }
      send(peer, chunk, nowMillis);
    }
  }

  private int pick(SwarmPeer peer, long nowMillis) {
    if (free.size() == 0 || peer.nothingAtEpoch == freeEpoch || peer.snubbed) {
      return -1;
    }
    if (peer.claim == SwarmPeer.Claim.PARTIAL && !positionsKnown) {
      // It has at least the nodes that gave it the positions, but which bits these are is not known
      // here yet.
      return free.pick(random, chunk -> !peer.missing.get(chunk) && notAsked(peer, chunk));
    }
    if (peer.claim == SwarmPeer.Claim.UNKNOWN && peer.notHeldInRow >= MAX_MISSES_IN_ROW) {
      return -1;
    }
    if (peer.claim == SwarmPeer.Claim.COMPLETE && positionsKnown && somePartial()) {
      return pickOfComplete(peer, nowMillis);
    }
    int chunk = free.pick(random, any -> peer.mayHave(any) && notAsked(peer, any));
    if (chunk < 0 && peer.claim == SwarmPeer.Claim.PARTIAL) {
      chunk = free.pickAny(random, peer.have, any -> notAsked(peer, any));
    }
    if (chunk < 0) {
      peer.nothingAtEpoch = freeEpoch;
    }
    return chunk;
  }

  private boolean somePartial() {
    return peers.values().stream().anyMatch(peer -> peer.claim == SwarmPeer.Claim.PARTIAL);
  }

  /// What nobody else has or fetches; and, when those who have a part are busy, what they have.
  private int pickOfComplete(SwarmPeer peer, long nowMillis) {
    boolean othersGive =
        peers.values().stream()
            .anyMatch(
                other ->
                    other.claim == SwarmPeer.Claim.PARTIAL
                        && other.nothingAtEpoch != freeEpoch
                        && other.hasRoom(nowMillis));
    return free.pick(
        random,
        any ->
            peer.mayHave(any)
                && !promises.stands(any)
                && (!othersGive || free.copies(any) == 0)
                && notAsked(peer, any));
  }

  /// The end of a download: the chunk that would come latest, if this peer can bring it much
  /// sooner.
  private int pickCopy(SwarmPeer peer, long nowMillis) {
    if (free.size() > 0 || byChunk.isEmpty() || peer.snubbed) {
      return -1;
    }
    double speed = Math.max(peer.bytesPerSecond(), ASSUMED_BYTES_PER_SECOND / 4);
    double mine = (peer.requests.size() + 1) * peer.chunkBytes() * 1000 / speed;
    double latest = Math.max(mine * WORTH_A_COPY, mine + MIN_GAIN_MILLIS);
    int choice = -1;
    for (Map.Entry<Integer, List<SwarmRequest>> entry : byChunk.entrySet()) {
      int chunk = entry.getKey();
      if (entry.getValue().size() >= MAX_COPIES || !mayCopy(peer, chunk)) {
        continue;
      }
      double expected = Double.MAX_VALUE;
      for (SwarmRequest request : entry.getValue()) {
        expected = Math.min(expected, expectedMillis(request, nowMillis));
      }
      if (expected > latest) {
        latest = expected;
        choice = chunk;
      }
    }
    return choice;
  }

  private static double expectedMillis(SwarmRequest request, long nowMillis) {
    SwarmPeer peer = request.peer;
    if (peer.bytesPerSecond() == 0 && nowMillis - request.sentMillis < UNMEASURED_GRACE_MILLIS) {
      return 0;
    }
    return peer.millisFor(peer.requests.size());
  }

  private boolean mayCopy(SwarmPeer peer, int chunk) {
    boolean had =
        peer.claim == SwarmPeer.Claim.COMPLETE
            || (positionsKnown && peer.claim == SwarmPeer.Claim.PARTIAL);
    return had && peer.mayHave(chunk) && notAsked(peer, chunk);
  }

  private boolean notAsked(SwarmPeer peer, int chunk) {
    List<SwarmRequest> asked = byChunk.get(chunk);
    return asked == null || asked.stream().noneMatch(request -> request.peer == peer);
  }

  private void send(SwarmPeer peer, int chunk, long nowMillis) {
    SwarmRequest request = new SwarmRequest(nextRequest++, chunk, peer, nowMillis);
    if (peer.requests.isEmpty()) {
      peer.lastProgressMillis = nowMillis;
    }
    requests.put(request.id, request);
    peer.requests.put(request.id, request);
    byChunk.computeIfAbsent(chunk, any -> new ArrayList<>(1)).add(request);
    free.remove(chunk);
    if (positionsKnown && peer.claim == SwarmPeer.Claim.COMPLETE) {
      ownPromises.made(chunk);
    }
    actions.add(new SwarmAction.Fetch(request.id, peer.id, chunk));
  }

  /// Ends a request without a result.
  private void release(SwarmRequest request) {
    requests.remove(request.id);
    request.peer.requests.remove(request.id);
    List<SwarmRequest> asked = byChunk.get(request.chunk);
    if (asked != null) {
      asked.remove(request);
      if (asked.isEmpty()) {
        byChunk.remove(request.chunk);
      }
    }
    freeIfNobodyCounts(request.chunk);
  }

  private void freeIfNobodyCounts(int chunk) {
    List<SwarmRequest> asked = byChunk.get(chunk);
    if (!done.get(chunk) && (asked == null || asked.stream().noneMatch(r -> r.counts))) {
      free(chunk);
    }
  }

  private void free(int chunk) {
    free.add(chunk);
    freeEpoch++;
    // One that is idle takes it at the next tick at the latest; waking all for every chunk would
    // cost peers × chunks.
  }

  private void finish(int chunk, int except) {
    done.set(chunk);
    free.remove(chunk);
    List<SwarmRequest> asked = byChunk.get(chunk);
    if (asked != null) {
      for (SwarmRequest request : new ArrayList<>(asked)) {
        if (request.id != except) {
          actions.add(new SwarmAction.Cancel(request.id));
        }
        wake(request.peer);
        release(request);
      }
    }
  }

  private void misses(SwarmPeer peer, int chunk) {
    peer.notHeldInRow++;
    if (peer.claim == SwarmPeer.Claim.PARTIAL && positionsKnown) {
      if (peer.have.get(chunk)) {
        peer.have.clear(chunk);
        free.change(chunk, -1);
      }
    } else if (!peer.missing.get(chunk)) {
      peer.missing.set(chunk);
      peer.missingCount++;
    }
  }

  private void gained(SwarmPeer peer, int position) {
    if (!positionsKnown) {
      peer.have.set(position);
    } else if (position < chunkAtPosition.length) {
      int chunk = chunkAtPosition[position];
      promises.kept(peer, chunk);
      if (!peer.have.get(chunk)) {
        peer.have.set(chunk);
        free.change(chunk, 1);
      }
    }
  }

  private void forgetHave(SwarmPeer peer) {
    if (positionsKnown) {
      peer.have.stream().forEach(chunk -> free.change(chunk, -1));
    }
    peer.have = new BitSet();
    peer.missing.clear();
    peer.missingCount = 0;
    peer.notHeldInRow = 0;
  }

  private void wake(SwarmPeer peer) {
    if (!peer.queued) {
      peer.queued = true;
      ready.add(peer);
    }
  }

  Collection<SwarmPeer> peers() {
    return peers.values();
  }
}
