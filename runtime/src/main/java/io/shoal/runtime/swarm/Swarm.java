package io.shoal.runtime.swarm;

import io.shoal.api.Availability;
import io.shoal.api.Refusal;
import io.shoal.runtime.peer.Reputation;
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
public final class Swarm {
  /// Requests in flight over all peers: with the share of a chunk that a connection buffers ahead
  /// of its reader, this bounds memory.
  static final int MAX_REQUESTS = 1024;

  /// What a peer did not have is asked for again after this long: it may have got it.
  private static final long FORGET_MISSING_MILLIS = 20_000;

  /// Chunks that a peer may lack although it said to have them, before it is parted from. One whose
  /// file was changed under it lacks some before it has told so.
  private static final int MAX_LACKED = 16;

  /// Answers "not held" in a row after which a peer that says nothing about what it has is left
  /// alone until its misses are forgotten.
  private static final int MAX_MISSES_IN_ROW = 16;

  private final RandomGenerator random;
  private final PeerFetchNotices peerNotices = new PeerFetchNotices();
  private final OwnFetchNotices ownNotices = new OwnFetchNotices();
  private final RarityBuckets free = new RarityBuckets();
  private final Map<Integer, SwarmPeer> peers = new HashMap<>();
  private final SwarmRequests requests = new SwarmRequests();
  private final Probation probation = new Probation();
  private final ArrayDeque<SwarmPeer> ready = new ArrayDeque<>();
  private final BitSet done = new BitSet();
  private final List<SwarmAction> actions = new ArrayList<>();

  private int[] chunkAtPosition = new int[0];
  private boolean positionsKnown;
  private int chunks;
  private int partialPeers;
  private long freeEpoch;
  private long forgotMissingMillis = Long.MIN_VALUE;

  public Swarm(RandomGenerator random) {
    this.random = random;
  }

  /// One more chunk is needed.
  ///
  /// @return its number: 0, 1, 2, …
  public int want() {
    int chunk = chunks++;
    free(chunk);
    return chunk;
  }

  /// One more chunk will be needed, but is not asked for before [#wantNow].
  ///
  /// @return its number, as of [#want]
  public int wantLater() {
    return chunks++;
  }

  /// A chunk is to be asked for from now on, also if it was here before and is needed again.
  public void wantNow(int chunk) {
    done.clear(chunk);
    free(chunk);
    wakeAll();
  }

  /// The chunk is here without having been asked for.
  public void alreadyHere(int chunk) {
    finish(chunk, -1);
  }

  /// Which chunk stands at which position of the DAG; told once, when all nodes of the DAG are
  /// known.
  public void positions(int[] chunkAtPosition) {
    this.chunkAtPosition = chunkAtPosition;
    ownNotices.positions(chunkAtPosition, chunks);
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

  public int remaining() {
    return chunks - done.cardinality();
  }

  boolean has(int chunk) {
    return done.get(chunk);
  }

  public int requestsInFlight() {
    return requests.size();
  }

  /// Peers that say to have something.
  public int usefulPeers() {
    int useful = 0;
    for (SwarmPeer peer : peers.values()) {
      if (peer.claim != SwarmPeer.Claim.UNKNOWN || peer.receivedBytes > 0) {
        useful++;
      }
    }
    return useful;
  }

  /// A chunk that nobody could be asked for, if there is one: what a stuck download is short of.
  public Optional<Integer> rarestFree() {
    int chunk = free.pick(random, any -> true);
    return chunk < 0 ? Optional.empty() : Optional.of(chunk);
  }

  /// Lets every peer be looked at by the next [#decide]: after many chunks became wanted.
  public void wakeAll() {
    peers.values().forEach(this::wake);
  }

  /// A peer of which nothing speaks against trusting it at once.
  public void join(int id, long nowMillis) {
    join(id, "", true, nowMillis);
  }

  /// A peer joins.
  ///
  /// @param origin where it comes from: with whom it shares the few requests that unproven peers
  ///   get
  /// @param trusted whether it has merits from before, so that it need not prove itself
  public void join(int id, String origin, boolean trusted, long nowMillis) {
    SwarmPeer peer = new SwarmPeer(id, origin, trusted, nowMillis);
    if (peers.putIfAbsent(id, peer) == null) {
      wake(peer);
    }
  }

  public void leave(int id) {
    SwarmPeer peer = peers.remove(id);
    if (peer == null) {
      return;
    }
    for (SwarmRequest request : new ArrayList<>(peer.requests.values())) {
      release(request);
    }
    claims(peer, SwarmPeer.Claim.UNKNOWN);
    peerNotices.forget(peer);
  }

  /// A peer says that it is fetching what stands at these positions from somebody who has
  /// everything.
  public void promised(int id, List<Integer> positions, long nowMillis) {
    SwarmPeer peer = peers.get(id);
    if (peer == null || !positionsKnown || peer.claim != SwarmPeer.Claim.PARTIAL) {
      return;
    }
    for (int position : positions) {
      if (position >= 0 && position < chunkAtPosition.length) {
        int chunk = chunkAtPosition[position];
        if (!done.get(chunk) && !peer.have.get(chunk)) {
          peerNotices.made(peer, chunk, nowMillis);
        }
      }
    }
  }

  public void availability(int id, Availability news) {
    SwarmPeer peer = peers.get(id);
    if (peer == null) {
      return;
    }
    switch (news) {
      case Availability.Complete complete -> claims(peer, SwarmPeer.Claim.COMPLETE);
      case Availability.Unknown unknown -> claims(peer, SwarmPeer.Claim.UNKNOWN);
      case Availability.Snapshot snapshot -> {
        claims(peer, SwarmPeer.Claim.PARTIAL);
        snapshot.have().stream().forEach(position -> gained(peer, position));
        ownNotices.toNewcomer(peer, peers.values()).ifPresent(actions::add);
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
  public void progress(int id, long bytes, long nowMillis) {
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

  public void firstByte(int request, long nowMillis) {
    requests
        .get(request)
        .ifPresent(
            asked -> {
              asked.begun = true;
              asked.peer.firstByteAfter(nowMillis - asked.sentMillis);
            });
  }

  /// The bytes that came for the request hash to the chunk's id and are stored.
  ///
  /// @return whether they were still needed
  public boolean verified(int request, int sizeBytes) {
    SwarmRequest asked = requests.get(request).orElse(null);
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

  /// The bytes that a peer sent for a request are not the chunk's: it goes, also if the chunk came
  /// from another meanwhile and nobody waited for this answer any more.
  public void wrong(int id, String reason) {
    SwarmPeer peer = peers.get(id);
    if (peer != null) {
      drop(peer, reason, true);
    }
  }

  /// The request failed on this side (a full disk, say): the chunk is free again.
  public void failedHere(int request) {
    requests
        .get(request)
        .ifPresent(
            asked -> {
              wake(asked.peer);
              release(asked);
            });
  }

  public void refused(int request, Refusal refusal, long nowMillis) {
    SwarmRequest asked = requests.get(request).orElse(null);
    if (asked == null) {
      return;
    }
    SwarmPeer peer = asked.peer;
    release(asked);
    switch (refusal) {
      case Refusal.NotHeld notHeld -> {
        blameForLacking(peer, asked.chunk);
        misses(peer, asked.chunk);
      }
      case Refusal.Corrupt corrupt -> {
        peer.rotten.set(asked.chunk);
        misses(peer, asked.chunk);
      }
      case Refusal.Busy busy -> {
        peer.pausedUntilMillis = nowMillis + Math.clamp(busy.retryAfter().toMillis(), 50, 60_000);
        peer.busy();
        return;
      }
      case Refusal.Denied denied -> {
        drop(peer, "it does not serve this to us", false);
        return;
      }
      // The connection's end is told by itself, so that it does not count as broken off; a lone
      // request that broke off may be asked again.
      case Refusal.Gone gone -> peer.brokeOff |= asked.begun;
    }
    if (peer.lacked >= MAX_LACKED) {
      drop(peer, "it does not have what it says to have", false);
    } else {
      wake(peer);
    }
  }

  /// Who says to have a chunk, and did not say that its copy is rotten, has it.
  private void blameForLacking(SwarmPeer peer, int chunk) {
    boolean said =
        peer.claim == SwarmPeer.Claim.COMPLETE
            || peer.claim == SwarmPeer.Claim.PARTIAL && positionsKnown && peer.have.get(chunk);
    if (said && !peer.rotten.get(chunk)) {
      peer.lacked++;
      actions.add(new SwarmAction.Blame(peer.id, Reputation.Penalty.LACKED));
    }
  }

  private void drop(SwarmPeer peer, String reason, boolean ban) {
    actions.add(new SwarmAction.Drop(peer.id, reason, ban));
    leave(peer.id);
  }

  /// Time passes; to be called a few times a second.
  public void tick(long nowMillis) {
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
      if (peer.brokeOff) {
        peer.brokeOff = false;
        actions.add(new SwarmAction.Blame(peer.id, Reputation.Penalty.BROKE_OFF));
      }
      peerNotices.lapse(peer, nowMillis);
      judge(peer, nowMillis);
      wake(peer);
    }
  }

  /// What to do now, after all that was told so far.
  public List<SwarmAction> decide(long nowMillis) {
    for (SwarmPeer peer = ready.poll(); peer != null; peer = ready.poll()) {
      peer.queued = false;
      if (peers.get(peer.id) == peer && nowMillis >= peer.pausedUntilMillis) {
        fill(peer, nowMillis);
      }
    }
    ownNotices.due(peers.values(), nowMillis).ifPresent(actions::add);
    List<SwarmAction> result = List.copyOf(actions);
    actions.clear();
    return result;
  }

  private void judge(SwarmPeer peer, long nowMillis) {
    if (peer.requests.isEmpty()) {
      StallDetection.watchFrom(peer, nowMillis);
      peer.snubbed = false;
      return;
    }
    if (!peer.snubbed && StallDetection.standsStill(peer, nowMillis)) {
      peer.snubbed = true;
      for (SwarmRequest request : peer.requests.values()) {
        request.counts = false;
        freeIfNobodyCounts(request.chunk);
      }
    }
    Optional<String> useless = StallDetection.ofNoUse(peer, nowMillis);
    if (useless.isPresent() && peers.size() > 1) {
      actions.add(new SwarmAction.Blame(peer.id, Reputation.Penalty.STALLED));
      drop(peer, useless.get(), false);
    }
  }

  private void fill(SwarmPeer peer, long nowMillis) {
    // Asking this peer changes nothing for the others.
    boolean othersGive = peer.claim == SwarmPeer.Claim.COMPLETE && othersGive(nowMillis);
    while (probation.room(peer) > 0 && requests.size() < MAX_REQUESTS) {
      int chunk = pick(peer, othersGive);
      if (chunk < 0) {
        chunk = pickCopy(peer, nowMillis);
      }
      if (chunk < 0) {
        return;
      }
      send(peer, chunk, nowMillis);
    }
  }

  private int pick(SwarmPeer peer, boolean othersGive) {
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
    if (peer.claim == SwarmPeer.Claim.COMPLETE && positionsKnown && partialPeers > 0) {
      return pickOfComplete(peer, othersGive);
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

  /// Whether somebody who has a part could give more than it is asked for.
  private boolean othersGive(long nowMillis) {
    return partialPeers > 0
        && free.size() > 0
        && peers.values().stream()
            .anyMatch(
                other ->
                    other.claim == SwarmPeer.Claim.PARTIAL
                        && other.nothingAtEpoch != freeEpoch
                        && other.hasRoom(nowMillis));
  }

  /// What nobody else has or fetches; and, when those who have a part are busy, what they have.
  private int pickOfComplete(SwarmPeer peer, boolean othersGive) {
    return free.pick(
        random,
        any ->
            peer.mayHave(any)
                && !peerNotices.stands(any)
                && (!othersGive || free.copies(any) == 0)
                && notAsked(peer, any));
  }

  private int pickCopy(SwarmPeer peer, long nowMillis) {
    return free.size() > 0 || peer.snubbed
        ? -1
        : EndGame.pick(peer, requests, chunk -> mayCopy(peer, chunk), nowMillis);
  }

  private boolean mayCopy(SwarmPeer peer, int chunk) {
    boolean had =
        peer.claim == SwarmPeer.Claim.COMPLETE
            || (positionsKnown && peer.claim == SwarmPeer.Claim.PARTIAL);
    return had && peer.mayHave(chunk) && notAsked(peer, chunk);
  }

  private boolean notAsked(SwarmPeer peer, int chunk) {
    return !requests.isAskedOf(peer, chunk);
  }

  private void send(SwarmPeer peer, int chunk, long nowMillis) {
    if (peer.requests.isEmpty()) {
      StallDetection.watchFrom(peer, nowMillis);
    }
    SwarmRequest request = requests.open(peer, chunk, nowMillis);
    probation.sent(request);
    free.remove(chunk);
    if (positionsKnown && peer.claim == SwarmPeer.Claim.COMPLETE) {
      ownNotices.made(chunk);
    }
    actions.add(new SwarmAction.Fetch(request.id, peer.id, chunk));
  }

  /// Ends a request without a result.
  private void release(SwarmRequest request) {
    requests.close(request);
    probation.ended(request);
    freeIfNobodyCounts(request.chunk);
  }

  private void freeIfNobodyCounts(int chunk) {
    if (!done.get(chunk) && !requests.isTakenCareOf(chunk)) {
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
    for (SwarmRequest request : requests.of(chunk)) {
      if (request.id != except) {
        actions.add(new SwarmAction.Cancel(request.id));
      }
      wake(request.peer);
      release(request);
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
      peerNotices.kept(peer, chunk);
      if (!peer.have.get(chunk)) {
        peer.have.set(chunk);
        free.change(chunk, 1);
      }
    }
  }

  /// The peer has what it says now, and nothing of what it said before.
  private void claims(SwarmPeer peer, SwarmPeer.Claim claim) {
    partialPeers +=
        (claim == SwarmPeer.Claim.PARTIAL ? 1 : 0)
            - (peer.claim == SwarmPeer.Claim.PARTIAL ? 1 : 0);
    forgetHave(peer);
    peer.claim = claim;
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
