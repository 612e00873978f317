package io.shoal.runtime.download;

import io.shoal.api.Availability;
import io.shoal.api.Cid;
import io.shoal.api.ShoalException;
import io.shoal.runtime.dag.DagMemory;
import io.shoal.runtime.dag.TreePlan;
import io.shoal.runtime.dag.TreePlanner;
import io.shoal.runtime.destination.PeerNames;
import io.shoal.runtime.destination.SizeLimit;
import io.shoal.runtime.destination.TargetReservation;
import io.shoal.runtime.swarm.Swarm;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/// The content of one download: first the DAG's nodes, by a [NodeFetch]; then, once the plan of
/// files is known, the leaves, into a [LeafSink]. Confined to the download's thread, but for takers
/// and [#availability].
final class DownloadContent {
  /// What a chunk takes in the swarm and here.
  private static final int BYTES_FOR_CHUNK = 40;

  /// What a claim takes in the store, and a file that has some.
  private static final int BYTES_FOR_CLAIM = 72;

  private static final int BYTES_FOR_CLAIMED_FILE = 120;

  /// In how many places a store remembers a leaf for certain.
  private static final int CLAIMS_FOR_LEAF = 4;

  private final DownloadParts parts;
  private final DownloadRequest request;
  private final Swarm swarm;
  private final DownloadCounters counters;
  private final PeerNames names;
  private final WantedChunks chunks;
  private final DagMemory.Share memory;
  private final NodeFetch nodes;
  private final Optional<TargetReservation> reservation;
  private final SizeLimit limit;
  private final StoreRoom storeRoom;
  private final BooleanSupplier stopped;
  private boolean anythingHere;
  private boolean anyLeafHere;
  private Optional<Exception> unusable = Optional.empty();
  private Optional<LeafSink> sink = Optional.empty();
  private volatile Optional<Placed> placed = Optional.empty();

  /// The content once all nodes are here and each leaf has its place.
  ///
  /// @param positions by chunk number: its position in the DAG, or -1
  @SuppressWarnings("ArrayRecordComponent") // up to a million; never compared
  private record Placed(TreePlan plan, int[] positions, LeafSink sink) {}

  /// @param names what peers call the root
  /// @param stopped whether the download is to end; from any thread
  /// @throws ShoalException the root is an identity CID that is not a file or folder
  DownloadContent(
      DownloadParts parts,
      DownloadRequest request,
      Swarm swarm,
      DownloadCounters counters,
      PeerNames names,
      BooleanSupplier stopped)
      throws ShoalException {
    this.parts = parts;
    this.request = request;
    this.swarm = swarm;
    this.counters = counters;
    this.names = names;
    this.chunks = new WantedChunks(swarm);
    this.memory = parts.local().dagMemory().share(request.root());
    this.nodes = nodes();
    this.limit = new SizeLimit(request.root(), request.maxSizeBytes());
    this.storeRoom = new StoreRoom(parts.local().store(), request, counters.isFirstAttempt());
    this.stopped = stopped;
    this.reservation =
        request
            .target()
            .map(target -> new TargetReservation(parts.journal(), request.root(), target, limit));
  }

  private NodeFetch nodes() throws ShoalException {
    boolean made = false;
    try {
      NodeFetch fetch =
          new NodeFetch(parts.local(), request.root(), chunks, swarm, counters, memory);
      made = true;
      return fetch;
    } finally {
      if (!made) {
        memory.close();
      }
    }
  }

  /// Takes up what an earlier attempt left, and what the store has.
  void begin() throws ShoalException, IOException, InterruptedException {
    if (!request.root().isIdentity()) {
      parts.local().check().verifier(request.root());
    }
    if (reservation.isPresent()) {
      reservation.get().take(request.replace());
    }
    advance();
  }

  String phase() {
    return placed.isEmpty() ? "folder" : "downloading";
  }

  /// Whether the id of a chunk is known now: not of leaves that are about to be placed.
  boolean names(int chunk) {
    return placed.isPresent() || chunk < chunks.nodeCount();
  }

  Cid cid(int chunk) {
    return placed.isEmpty()
        ? chunks.node(chunk)
        : nodes.walker().cid(placed.get().positions()[chunk]);
  }

  /// What of the root is not written, each with the reason; nothing before the plan is known.
  List<String> skipped() {
    return placed.map(now -> now.plan().leftOut()).orElse(List.of());
  }

  /// Whether everything that is needed is known.
  boolean allKnown() {
    return placed.isPresent() && placed.get().sink().allAskedFor();
  }

  /// Whether peers are needed now: not while a reader has yet to take what is here.
  boolean lacks() {
    return placed.isEmpty() || placed.get().sink().lacks();
  }

  Optional<Exception> failure() {
    return unusable.isPresent()
        ? unusable
        : placed.flatMap(now -> now.sink().checkpoints().failure());
  }

  /// Asks for the nodes that are known to be missing, and places the leaves once all are here; from
  /// then on lets the sink ask for more leaves.
  void advance() throws ShoalException, IOException, InterruptedException {
    if (unusable.isPresent()) {
      return;
    }
    if (placed.isPresent()) {
      placed.get().sink().advance();
      return;
    }
    nodes.advance();
    if (nodes.complete()) {
      place();
    } else if (nodes.walker().declaredBytes().isPresent()) {
      limit.require(nodes.walker().declaredBytes().getAsLong());
    }
  }

  private void place() throws ShoalException, IOException, InterruptedException {
    boolean anyNode = anythingHere;
    // What is refused before its first byte leaves nothing.
    anythingHere = false;
    TreePlan plan = TreePlanner.plan(nodes.walker());
    memory.take((long) BYTES_FOR_CHUNK * plan.chunkCount() + claimedBytes(plan));
    int[] chunkAt = new int[plan.chunkCount()];
    LeafSink into = sinkFor(plan, chunkAt);
    sink = Optional.of(into);
    into.prepare();
    counters.total(plan.sizeIsKnown() ? plan.sizeBytes() : -1);
    for (int position = 0; position < chunkAt.length; position++) {
      if (stopped.getAsBoolean()) {
        throw new InterruptedException("the download was stopped");
      }
      chunkAt[position] = chunkFor(plan, position, into);
    }
    into.requireRoom();
    storeRoom.require();
    anythingHere |= anyNode;
    int[] positions = new int[chunks.count()];
    Arrays.fill(positions, -1);
    for (int position = 0; position < chunkAt.length; position++) {
      positions[chunkAt[position]] = position;
    }
    placed = Optional.of(new Placed(plan, positions, into));
    into.checkpoints().start();
    swarm.positions(chunkAt);
    into.advance();
    parts.watches().changed(request.root());
  }

  /// @param chunkAt the swarm's number of the chunk at each position; filled before the sink runs
  private LeafSink sinkFor(TreePlan plan, int[] chunkAt)
      throws ShoalException, IOException, InterruptedException {
    if (request.reader().isPresent()) {
      return new IntoReader(
          parts, request.root(), swarm, counters, plan, request.reader().get(), chunkAt);
    }
    if (reservation.isPresent()) {
      plan.requireContent();
      return new IntoFile(parts, request, counters, plan, reservation.get(), names, stopped);
    }
    return new IntoStore(parts, plan, counters);
  }

  /// What the store will remember of leaves that are claimed in files: each at a few places at
  /// most, however many it has.
  private long claimedBytes(TreePlan plan) {
    if (request.target().isEmpty() || request.keep()) {
      return 0;
    }
    long bytes = (long) BYTES_FOR_CLAIMED_FILE * plan.files().size();
    for (int position = 0; position < plan.chunkCount(); position++) {
      bytes += BYTES_FOR_CLAIM * Math.min(plan.placeCount(position), CLAIMS_FOR_LEAF);
    }
    return bytes;
  }

  private int chunkFor(TreePlan plan, int position, LeafSink into)
      throws ShoalException, IOException, InterruptedException {
    Cid cid = nodes.walker().cid(position);
    parts.local().temporaryPins().lookFor(cid);
    if (cid.codec() == Cid.DAG_PB) {
      int chunk = nodes.chunk(cid);
      swarm.alreadyHere(chunk);
      into.checkpoints().here(position);
      if (plan.isLeaf(position)) {
        into.placeNode(position, cid);
      }
      return chunk;
    }
    if (!plan.isLeaf(position)) {
      // Content in a codec that is not a file: it is reported as skipped, not fetched.
      int chunk = chunks.wantLeaf();
      swarm.alreadyHere(chunk);
      return chunk;
    }
    int chunk = into.asksForLeaves() ? chunks.wantLeafLater() : chunks.wantLeaf();
    Optional<LeafSink.Found> found = into.find(position, cid);
    found.ifPresentOrElse(
        here -> reuse(chunk, position, here), () -> storeRoom.missing(plan, position));
    return chunk;
  }

  private void reuse(int chunk, int position, LeafSink.Found found) {
    anythingHere = true;
    anyLeafHere = true;
    swarm.alreadyHere(chunk);
    counters.reusedBytes.addAndGet(found.sizeBytes());
    counters.inPlace(position, found.fileBytes());
  }

  /// Takes a chunk's verified bytes, on the receiver's thread.
  ChunkReceiver.Taker taker(int chunk) {
    Cid cid = cid(chunk);
    if (placed.isEmpty()) {
      return nodes.taker(chunk, cid);
    }
    Placed now = placed.get();
    return now.sink().taker(now.positions()[chunk], cid);
  }

  /// A chunk was taken: back on the download's thread.
  void arrived(int chunk) {
    anythingHere = true;
    try {
      if (!nodes.arrived(chunk) && placed.isPresent()) {
        anyLeafHere = true;
        placed.get().sink().arrived(placed.get().positions()[chunk]);
      }
    } catch (IOException | ShoalException e) {
      unusable = Optional.of(e);
    }
  }

  /// The part of this that peers may ask for now. From any thread.
  Availability availability() {
    return placed
        .<Availability>map(
            now ->
                new Availability.Snapshot(now.sink().checkpoints().have(), now.plan().chunkCount()))
        .orElse(new Availability.Unknown());
  }

  /// What was not written since the destination cannot hold its name, each with the reason.
  List<String> leftOut() {
    return placed.map(now -> now.sink().leftOut()).orElse(List.of());
  }

  /// Puts everything into its final place.
  void complete() throws ShoalException, IOException, InterruptedException {
    LeafSink all = placed.orElseThrow().sink();
    all.checkpoints().close(false);
    all.complete();
    all.close();
  }

  /// Gives back the memory for what is known of the DAG; nothing here is used any more.
  void close() {
    memory.close();
  }

  /// Keeps what was verified for the next attempt. An attempt that got nothing leaves nothing.
  ///
  /// @param refused whether another attempt would end in the same way: for that no nodes are kept
  void giveUp(boolean refused) throws IOException, InterruptedException {
    try {
      if (placed.isPresent()) {
        placed.get().sink().checkpoints().close(true);
      }
    } catch (ShoalException e) {
      throw new IOException(e.getMessage(), e);
    } finally {
      if (sink.isPresent()) {
        sink.get().close();
      }
      // A part whose entry goes with this process would be in the way.
      boolean useful = parts.journal().isLasting() && (refused ? anyLeafHere : anythingHere);
      if (reservation.isPresent() && !useful) {
        reservation.get().abandonIfNew();
      }
    }
  }
}
