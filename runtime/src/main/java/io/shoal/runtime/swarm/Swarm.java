package io.shoal.runtime.swarm;

import io.shoal.api.Availability;
import io.shoal.api.Refusal;
import io.shoal.runtime.peer.Reputation;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// Decides which chunk of one download is asked of which peer. A single-threaded state machine: the
/// owner reports what happened, in order, and carries out what [#decide] returns. Every event costs
/// about the same however many chunks and peers there are.
///
/// Rarest first with random ties; per peer as many requests as its speed and delay need; a stalled
/// peer loses its requests to others but may finish them; when nothing is left to ask for, fast
/// peers are asked for what slow ones still owe. Peers that have everything are asked for what no
/// other downloader has or is fetching, as long as the others can give the rest: so that they send
/// each chunk about once.
public final class Swarm {
  /// Requests in flight over all peers: with the share of a chunk that a connection buffers ahead
  /// of its reader, this bounds memory.
  private static final int MAX_REQUESTS = 1024;

  private final ChunkPositions positions = new ChunkPositions();
  private final PeerFetchNotices peerNotices = new PeerFetchNotices();
  private final OwnFetchNotices ownNotices = new OwnFetchNotices(positions);
  private final SwarmRequests requests = new SwarmRequests();
  private final ChunkPicker picker;
  private final Probation probation = new Probation();
  private final Map<Integer, SwarmPeer> peers = new HashMap<>();
  private final ArrayDeque<SwarmPeer> ready = new ArrayDeque<>();
  private final BitSet done = new BitSet();
  private final List<SwarmAction> actions = new ArrayList<>();

  private int chunks;

  public Swarm(RandomGenerator random) {
    picker = new ChunkPicker(random, positions, requests, peerNotices);
  }

  /// One more chunk is needed.
  ///
  /// @return its number: 0, 1, 2, …
  public int want() {
    int chunk = chunks++;
    picker.free(chunk);
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
    picker.free(chunk);
    wakeAll();
  }

  /// The chunk is here without having been asked for.
  public void alreadyHere(int chunk) {
    finish(chunk);
  }

  /// Which chunk is at which position of the DAG; called once, when all nodes of the DAG are known.
  public void positions(int[] chunkAtPosition) {
    positions.set(chunkAtPosition, chunks);
    for (SwarmPeer peer : peers.values()) {
      peer.holdings.positionsKnown();
      wake(peer);
    }
  }

  public int remaining() {
    return chunks - done.cardinality();
  }

  public int requestsInFlight() {
    return requests.size();
  }

  /// Peers that say to have something.
  public int usefulPeers() {
    return (int)
        peers.values().stream()
            .filter(peer -> !peer.holdings.isUnknown() || peer.receivedBytes() > 0)
            .count();
  }

  /// Whether a peer was asked and has given nothing at all.
  public boolean isSilent(int id) {
    return Optional.ofNullable(peers.get(id)).filter(peer -> peer.gaveNothing()).isPresent();
  }

  /// Whether a peer has given a right chunk.
  public boolean isProven(int id) {
    return Optional.ofNullable(peers.get(id)).filter(peer -> peer.rightChunks() > 0).isPresent();
  }

  /// A chunk that no peer could be asked for, if there is one: what a stuck download is short of.
  public Optional<Integer> rarestFree() {
    return picker.rarestFree();
  }

  /// Lets every peer be looked at by the next [#decide]: after many chunks became wanted.
  public void wakeAll() {
    peers.values().forEach(this::wake);
  }

  /// A peer joins.
  ///
  /// @param origin where it comes from: unproven peers of one origin share few requests
  /// @param trusted whether it has merits from before, so that it need not prove itself
  public void join(int id, String origin, boolean trusted, long nowMillis) {
    if (!peers.containsKey(id)) {
      SwarmPeer peer = new SwarmPeer(id, origin, trusted, picker.newHoldings(), nowMillis);
      peers.put(id, peer);
      wake(peer);
    }
  }

  /// A peer is gone.
  public void leave(int id) {
    SwarmPeer peer = peers.remove(id);
    if (peer == null) {
      return;
    }
    takeBack(peer);
    peer.holdings.claims(PeerHoldings.Claim.UNKNOWN);
    peerNotices.forget(peer);
  }

  /// A peer announces that it is fetching what is at these positions from a peer that has
  /// everything.
  public void announced(int id, List<Integer> chunkPositions, long nowMillis) {
    SwarmPeer peer = peers.get(id);
    if (peer == null || !peer.holdings.isPartial()) {
      return;
    }
    for (int position : chunkPositions) {
      int chunk = positions.chunkAt(position);
      if (chunk >= 0 && !done.get(chunk) && !peer.holdings.isKnownToHave(chunk)) {
        peerNotices.add(peer, chunk, nowMillis);
      }
    }
  }

  /// A peer says what it has.
  public void availability(int id, Availability update) {
    SwarmPeer peer = peers.get(id);
    if (peer == null) {
      return;
    }
    switch (update) {
      case Availability.Complete _ -> peer.holdings.claims(PeerHoldings.Claim.COMPLETE);
      case Availability.Unknown _ -> peer.holdings.claims(PeerHoldings.Claim.UNKNOWN);
      case Availability.Snapshot snapshot -> {
        peer.holdings.claims(PeerHoldings.Claim.PARTIAL);
        snapshot.have().stream().forEach(position -> gained(peer, position));
        ownNotices.toNewcomer(peer, peers.values()).ifPresent(actions::add);
      }
      case Availability.Gained gained -> {
        if (peer.holdings.isPartial()) {
          Arrays.stream(gained.positions()).forEach(position -> gained(peer, position));
        }
      }
      default -> peer.holdings.claims(PeerHoldings.Claim.UNKNOWN);
    }
    peer.mayHaveSomething();
    wake(peer);
  }

  private void gained(SwarmPeer peer, int position) {
    peer.holdings.gained(position);
    peerNotices.arrived(peer, positions.chunkAt(position));
  }

  /// Bytes of the peer arrived since this was last called.
  public void progress(int id, long bytes, long nowMillis) {
    SwarmPeer peer = peers.get(id);
    if (peer == null || bytes == 0) {
      return;
    }
    peer.received(bytes, nowMillis);
    if (peer.recovers()) {
      for (SwarmRequest request : peer.requests()) {
        request.counts = true;
        picker.taken(request.chunk);
      }
      wake(peer);
    }
  }

  public void firstByte(int request, long nowMillis) {
    requests.get(request).ifPresent(asked -> asked.firstByte(nowMillis));
  }

  /// The bytes that came for the request hash to the chunk's id and are stored.
  ///
  /// @return whether they were still needed
  public boolean verified(int request, int sizeBytes) {
    SwarmRequest asked = requests.get(request).orElse(null);
    if (asked == null) {
      return false;
    }
    asked.peer.gave(sizeBytes);
    wake(asked.peer);
    release(asked);
    boolean needed = !done.get(asked.chunk);
    finish(asked.chunk);
    return needed;
  }

  /// The bytes that a peer sent for a request are not the chunk's: the peer is dropped, also if the
  /// chunk came from another meanwhile and this answer was not needed any more.
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
      case Refusal.NotHeld _ -> {
        if (peer.holdings.lacks(asked.chunk)) {
          penalize(peer, Reputation.Penalty.LACKED);
        }
      }
      case Refusal.Corrupt _ -> peer.holdings.foundCorrupt(asked.chunk);
      case Refusal.Busy busy -> {
        peer.pause(nowMillis + Math.clamp(busy.retryAfter().toMillis(), 50, 60_000));
        return;
      }
      case Refusal.Denied _ -> {
        drop(peer, "it does not serve this to us", false);
        return;
      }
      // The end of a connection is reported by itself, so that it does not count as broken off; a
      // lone request that broke off may be asked again.
      case Refusal.Gone _ -> {
        if (asked.hasBegun()) {
          peer.brokeOff();
        }
      }
      default -> peer.holdings.foundCorrupt(asked.chunk);
    }
    if (peer.holdings.lackedTooMany()) {
      drop(peer, "it does not have what it says to have", false);
    } else {
      wake(peer);
    }
  }

  private void penalize(SwarmPeer peer, Reputation.Penalty penalty) {
    actions.add(new SwarmAction.Blame(peer.id, penalty));
  }

  private void drop(SwarmPeer peer, String reason, boolean ban) {
    actions.add(new SwarmAction.Drop(peer.id, reason, ban));
    leave(peer.id);
  }

  /// Time passes; to be called a few times a second.
  public void tick(long nowMillis) {
    for (SwarmPeer peer : new ArrayList<>(peers.values())) {
      peer.measure(nowMillis);
      peer.forgetMisses(nowMillis);
      if (peer.takeBrokeOff()) {
        penalize(peer, Reputation.Penalty.BROKE_OFF);
      }
      peerNotices.lapse(peer, nowMillis);
      judge(peer, nowMillis);
      wake(peer);
    }
  }

  private void judge(SwarmPeer peer, long nowMillis) {
    if (peer.stalls(nowMillis)) {
      for (SwarmRequest request : peer.requests()) {
        request.counts = false;
        freeIfOfNoRequest(request.chunk);
      }
    }
    Optional<String> useless = peer.useless(peers.values(), nowMillis);
    if (useless.isPresent()) {
      penalize(peer, Reputation.Penalty.STALLED);
      drop(peer, useless.get(), false);
    } else if (probation.holdsUp(peer, nowMillis)) {
      // What peers of one origin may be asked for is left to the others of them.
      takeBack(peer);
      peer.pause(nowMillis + Probation.HELD_UP_PAUSE_MILLIS);
    }
  }

  /// Also of a peer that is gone: what receives from it would wait for as long as its connection
  /// lasts.
  private void takeBack(SwarmPeer peer) {
    for (SwarmRequest request : new ArrayList<>(peer.requests())) {
      actions.add(new SwarmAction.Cancel(request.id));
      release(request);
    }
  }

  /// The actions that follow from all that was reported so far.
  public List<SwarmAction> decide(long nowMillis) {
    for (SwarmPeer peer = ready.poll(); peer != null; peer = ready.poll()) {
      peer.dequeued();
      if (peers.get(peer.id) == peer && !peer.isPaused(nowMillis)) {
        fill(peer, nowMillis);
      }
    }
    ownNotices.due(peers.values(), nowMillis).ifPresent(actions::add);
    List<SwarmAction> result = List.copyOf(actions);
    actions.clear();
    return result;
  }

  private void fill(SwarmPeer peer, long nowMillis) {
    // Asking this peer changes nothing for the others.
    boolean othersGive =
        peer.holdings.isComplete() && picker.partialPeersCanGive(peers.values(), nowMillis);
    while (probation.room(peer) > 0 && requests.size() < MAX_REQUESTS) {
      int chunk = picker.pick(peer, othersGive, nowMillis);
      if (chunk < 0) {
        return;
      }
      send(peer, chunk, nowMillis);
    }
  }

  private void send(SwarmPeer peer, int chunk, long nowMillis) {
    SwarmRequest request = requests.open(peer, chunk, nowMillis);
    probation.sent(request);
    picker.taken(chunk);
    if (peer.holdings.isComplete()) {
      ownNotices.add(chunk);
    }
    actions.add(new SwarmAction.Fetch(request.id, peer.id, chunk));
  }

  /// Ends a request without a result.
  private void release(SwarmRequest request) {
    requests.close(request);
    probation.ended(request);
    freeIfOfNoRequest(request.chunk);
  }

  private void freeIfOfNoRequest(int chunk) {
    if (!done.get(chunk) && !requests.isTakenCareOf(chunk)) {
      // A peer that is idle takes it at the next tick at the latest; waking all for every chunk
      // would cost peers × chunks.
      picker.free(chunk);
    }
  }

  private void finish(int chunk) {
    done.set(chunk);
    picker.taken(chunk);
    for (SwarmRequest request : requests.of(chunk)) {
      actions.add(new SwarmAction.Cancel(request.id));
      wake(request.peer);
      release(request);
      request.peer.overtaken();
    }
  }

  private void wake(SwarmPeer peer) {
    if (peer.enqueue()) {
      ready.add(peer);
    }
  }
}
