package io.shoal.runtime.download;

import io.shoal.api.Availability;
import io.shoal.api.Cid;
import io.shoal.api.FileBacked;
import io.shoal.api.ShoalException;
import io.shoal.api.UserFaultException;
import io.shoal.runtime.command.NodeCommands;
import io.shoal.runtime.command.VerificationFailedException;
import io.shoal.runtime.dag.DagWalker;
import io.shoal.runtime.dag.MalformedContentException;
import io.shoal.runtime.dag.TreePlan;
import io.shoal.runtime.dag.TreePlanner;
import io.shoal.runtime.dag.UnixNode;
import io.shoal.runtime.destination.Adoption;
import io.shoal.runtime.destination.Checkpoints;
import io.shoal.runtime.destination.DownloadTarget;
import io.shoal.runtime.destination.ResumeScan;
import io.shoal.runtime.file.AtomicFiles;
import io.shoal.runtime.file.WholeDigests;
import io.shoal.runtime.store.DownloadJournal;
import io.shoal.runtime.store.LocalStore;
import io.shoal.runtime.swarm.Swarm;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;

/// What one download fetches and where it goes: the DAG's nodes into the store, then its leaves to
/// their places. Belongs to the download's thread, but for takers and [#availability].
final class DownloadContent {
  /// Nodes that are asked for ahead, so that a wide DAG keeps all peers busy and its list stays
  /// short.
  private static final int MAX_NODES_ASKED = 1_024;

  private final DownloadParts parts;
  private final DownloadRequest wanted;
  private final DownloadJournal journal;
  private final Swarm swarm;
  private final DownloadCounters counters;
  private final List<Cid> cids = new ArrayList<>();
  private final Map<Cid, Integer> nodeChunks = new HashMap<>();
  private final Map<Integer, byte[]> arrivedBlocks = new ConcurrentHashMap<>();
  private int nodesAsked;
  private boolean resumed;
  private boolean anythingHere;
  private Optional<DagWalker> dag = Optional.empty();
  private Optional<Exception> malformed = Optional.empty();
  private Optional<DownloadTarget> destination = Optional.empty();
  private Optional<StreamedLeaves> stream = Optional.empty();
  private volatile Optional<Placed> placed = Optional.empty();

  /// What is known once all nodes are here.
  ///
  /// @param positions by chunk number: where it stands in the DAG
  @SuppressWarnings("ArrayRecordComponent") // up to a million; compared by nobody
  private record Placed(
      TreePlan plan, int[] positions, Checkpoints checkpoints, Optional<Adoption> adoption) {}

  DownloadContent(
      DownloadParts parts,
      DownloadRequest wanted,
      DownloadJournal journal,
      Swarm swarm,
      DownloadCounters counters) {
    this.parts = parts;
    this.wanted = wanted;
    this.journal = journal;
    this.swarm = swarm;
    this.counters = counters;
  }

  /// Takes up what an earlier attempt left, and what the store has.
  void begin() throws ShoalException, IOException {
    if (!wanted.root().isIdentity()) {
      parts.local().check().verifier(wanted.root());
    }
    if (wanted.target().isPresent()) {
      claimTarget(wanted.target().get());
    }
    dag = Optional.of(new DagWalker(wanted.root()));
    advance();
  }

  private void claimTarget(Path target) throws ShoalException, IOException {
    DownloadTarget.requireFree(target, wanted.replace());
    Path folder = target.getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw new UserFaultException(
          (folder == null ? target : folder)
              + " is no folder: create it or choose another place with -o");
    }
    if (!Files.isWritable(folder)) {
      throw new UserFaultException(
          "no right to write to " + folder + ": choose another place with -o");
    }
    Path part = DownloadJournal.partOf(target);
    Optional<DownloadJournal.Begun> before = journal.at(target);
    resumed = before.filter(begun -> begun.root().equals(wanted.root())).isPresent();
    boolean there = Files.exists(part, LinkOption.NOFOLLOW_LINKS);
    if (there && before.isEmpty()) {
      throw new UserFaultException(
          part
              + " is in the way and was not made here: move it away or choose another place with"
              + " -o");
    }
    if (there && !resumed) {
      DownloadTarget.deleteTree(part);
    }
    journal.begin(new DownloadJournal.Begun(wanted.root(), target));
  }

  String phase() {
    return placed.isEmpty() ? "folder" : "downloading";
  }

  Cid cid(int chunk) {
    return cids.get(chunk);
  }

  /// Whether everything that is needed is known.
  boolean allKnown() {
    return placed.isPresent() && stream.map(StreamedLeaves::allAdmitted).orElse(true);
  }

  /// Whether peers are needed now: not while a reader has yet to take what is here.
  boolean lacks() {
    return placed.isEmpty() || stream.map(StreamedLeaves::lacks).orElse(true);
  }

  Optional<Exception> failure() {
    return malformed.isPresent() ? malformed : placed.flatMap(p -> p.checkpoints().failure());
  }

  /// Goes on with the nodes: takes what the store has, asks for the rest, and places the leaves
  /// once all are here.
  void advance() throws ShoalException, IOException {
    if (stream.isPresent() && malformed.isEmpty()) {
      stream.get().advance();
    }
    if (placed.isPresent() || malformed.isPresent() || dag.isEmpty()) {
      return;
    }
    DagWalker walker = dag.get();
    boolean more = nodesAsked < MAX_NODES_ASKED / 2;
    while (more && !walker.complete()) {
      more = false;
      for (Cid node : walker.missingNodes(nodesAsked + MAX_NODES_ASKED)) {
        if (nodeChunks.containsKey(node) || nodesAsked >= MAX_NODES_ASKED) {
          continue;
        }
        parts.local().temporaryPins().lookFor(node);
        Optional<byte[]> here =
            parts.local().store().contains(node) ? parts.local().load(node) : Optional.empty();
        int chunk = want(node);
        nodeChunks.put(node, chunk);
        if (here.isPresent()) {
          swarm.alreadyHere(chunk);
          counters.reusedBytes.addAndGet(here.get().length);
          walker.accept(node, here.get());
          more = true;
        } else {
          nodesAsked++;
        }
      }
      swarm.wakeAll();
    }
    if (walker.complete()) {
      place(walker);
    }
  }

  /// Files of a single raw chunk have the size that the chunk turns out to have.
  private static boolean sizeIsKnown(TreePlan plan) {
    return plan.files().stream()
        .allMatch(file -> file.content().sizeBytes() != TreePlan.UNKNOWN_SIZE);
  }

  private int want(Cid cid) {
    cids.add(cid);
    return swarm.want();
  }

  private void place(DagWalker walker) throws ShoalException, IOException {
    TreePlan plan = TreePlanner.plan(walker);
    if (wanted.target().isPresent()) {
      destination = Optional.of(new DownloadTarget(plan, wanted.target().get()));
      destination.get().prepare();
    }
    boolean adopts = destination.isPresent() && !wanted.keep();
    Optional<FileBacked> files = adopts ? parts.local().store().fileBacked() : Optional.empty();
    Optional<Adoption> adoption =
        files.map(backed -> new Adoption(backed, plan, destination.orElseThrow()));
    Checkpoints checkpoints =
        new Checkpoints(
            parts.local().store(),
            gained -> parts.watches().gained(wanted.root(), gained),
            adoption);
    ResumeScan local = new ResumeScan(parts.local(), plan, destination, adoption, resumed);
    counters.totalBytes.set(sizeIsKnown(plan) ? plan.sizeBytes() : -1);
    int[] chunkAt = new int[plan.chunkCount()];
    for (int position = 0; position < chunkAt.length; position++) {
      chunkAt[position] = chunkFor(walker, plan, position, local, checkpoints);
    }
    int[] positions = new int[cids.size()];
    Arrays.fill(positions, -1);
    for (int position = 0; position < chunkAt.length; position++) {
      positions[chunkAt[position]] = position;
    }
    if (wanted.reader().isPresent()) {
      stream = Optional.of(new StreamedLeaves(parts, swarm, plan, wanted.reader().get(), chunkAt));
    }
    placed = Optional.of(new Placed(plan, positions, checkpoints, adoption));
    checkpoints.start();
    swarm.positions(chunkAt);
    if (stream.isPresent()) {
      stream.get().advance();
    }
    parts.watches().changed(wanted.root());
  }

  private int chunkFor(
      DagWalker walker, TreePlan plan, int position, ResumeScan local, Checkpoints checkpoints)
      throws ShoalException, IOException {
    Cid cid = walker.cid(position);
    parts.local().temporaryPins().lookFor(cid);
    if (cid.codec() == Cid.DAG_PB) {
      Integer known = nodeChunks.get(cid);
      int chunk = known != null ? known : want(cid);
      swarm.alreadyHere(chunk);
      checkpoints.here(position);
      if (plan.isLeaf(position)) {
        placeNodeLeaf(position, cid);
      }
      return chunk;
    }
    if (wanted.reader().isPresent() && plan.isLeaf(position)) {
      if (parts.local().store().contains(cid)) {
        checkpoints.here(position);
      }
      cids.add(cid);
      return swarm.wantLater();
    }
    int chunk = want(cid);
    if (!plan.isLeaf(position)) {
      // Content in a codec that is no file: it is told as left out, not fetched.
      swarm.alreadyHere(chunk);
      return chunk;
    }
    switch (local.find(position)) {
      case ResumeScan.Found.Claimed found -> {
        reuse(chunk, found.sizeBytes(), found.fileBytes());
        checkpoints.here(position);
      }
      case ResumeScan.Found.Written found -> {
        reuse(chunk, found.sizeBytes(), found.fileBytes());
        keepToo(cid, position);
        checkpoints.written(position, found.sizeBytes());
      }
      case ResumeScan.Found.Missing missing -> {}
    }
    return chunk;
  }

  private void keepToo(Cid cid, int position) throws IOException, ShoalException {
    boolean intoStore = wanted.keep() || parts.local().store().fileBacked().isEmpty();
    if (intoStore && destination.isPresent() && !LocalStore.isOwned(parts.local().store(), cid)) {
      DownloadTarget.Place place = destination.get().places(position).getFirst();
      long size =
          place.sizeBytes() == TreePlan.UNKNOWN_SIZE ? Files.size(place.file()) : place.sizeBytes();
      ByteBuffer bytes = ByteBuffer.allocate((int) size);
      destination.get().read(place, bytes);
      LocalStore.put(parts.local().store(), cid, bytes.flip());
    }
  }

  private void reuse(int chunk, int sizeBytes, long fileBytes) {
    anythingHere = true;
    swarm.alreadyHere(chunk);
    counters.reusedBytes.addAndGet(sizeBytes);
    counters.doneBytes.addAndGet(fileBytes);
  }

  /// A leaf in dag-pb form came as a node; its file bytes are inside.
  private void placeNodeLeaf(int position, Cid cid) throws ShoalException, IOException {
    if (destination.isPresent()) {
      byte[] block =
          parts
              .local()
              .load(cid)
              .orElseThrow(() -> new IOException("chunk " + cid + " went missing: get it again"));
      counters.doneBytes.addAndGet(
          destination.get().write(position, ByteBuffer.wrap(UnixNode.leafContent(block))));
    }
  }

  /// What to do with a chunk's verified bytes; runs on the receiver's thread.
  ChunkReceiver.Taker taker(int chunk) {
    Cid cid = cids.get(chunk);
    if (placed.isEmpty()) {
      return bytes -> {
        parts.local().temporaryPins().lookFor(cid);
        byte[] copy = copy(bytes);
        LocalStore.put(parts.local().store(), cid, bytes);
        arrivedBlocks.put(chunk, copy);
      };
    }
    Placed now = placed.get();
    int position = now.positions()[chunk];
    return wanted.reader().isPresent()
        ? bytes -> arrivedBlocks.put(chunk, copy(bytes))
        : bytes -> takeLeaf(now, cid, position, bytes);
  }

  private static byte[] copy(ByteBuffer bytes) {
    byte[] copy = new byte[bytes.remaining()];
    bytes.duplicate().get(copy);
    return copy;
  }

  private void takeLeaf(Placed now, Cid cid, int position, ByteBuffer bytes)
      throws IOException, ShoalException {
    int size = bytes.remaining();
    long fileBytes = size;
    if (destination.isPresent()) {
      fileBytes = destination.get().write(position, bytes);
    }
    if (now.adoption().isEmpty()) {
      parts.local().temporaryPins().lookFor(cid);
      LocalStore.put(parts.local().store(), cid, bytes);
    }
    counters.doneBytes.addAndGet(fileBytes);
    now.checkpoints().written(position, size);
  }

  /// A chunk was taken: back on the download's thread.
  void arrived(int chunk) {
    anythingHere = true;
    byte[] block = arrivedBlocks.remove(chunk);
    if (block == null || dag.isEmpty()) {
      return;
    }
    try {
      if (stream.isPresent()) {
        counters.doneBytes.addAndGet(block.length);
        stream.get().deliver(placed.orElseThrow().positions()[chunk], block);
      } else {
        nodesAsked--;
        dag.get().accept(cids.get(chunk), block);
      }
    } catch (MalformedContentException e) {
      malformed = Optional.of(e);
    }
  }

  /// What peers may have of this now. From any thread.
  Availability availability() {
    return placed
        .<Availability>map(
            p -> new Availability.Snapshot(p.checkpoints().have(), p.plan().chunkCount()))
        .orElse(new Availability.Unknown());
  }

  OptionalInt chunkCount() {
    return placed.map(p -> OptionalInt.of(p.plan().chunkCount())).orElse(OptionalInt.empty());
  }

  Optional<TreePlan> plan() {
    return placed.map(Placed::plan);
  }

  /// Puts everything into its final place.
  NodeCommands.Fetched complete(NodeCommands.Fetched report)
      throws ShoalException, IOException, InterruptedException {
    Placed all = placed.orElseThrow();
    all.checkpoints().close(false);
    if (destination.isPresent()) {
      DownloadTarget to = destination.get();
      to.finish(wanted.sync());
      checkWholeDigest(to, all.plan());
      if (all.adoption().isPresent()) {
        all.adoption().get().settle(wanted.replace());
      } else {
        to.rename(wanted.replace());
      }
      Path folder = to.target().getParent();
      if (wanted.sync() && folder != null) {
        AtomicFiles.forceFolder(folder);
      }
    }
    if (wanted.sync() || wanted.keep()) {
      parts.local().store().sync();
    }
    if (wanted.target().isPresent()) {
      journal.end(wanted.target().get());
    }
    return report;
  }

  private void checkWholeDigest(DownloadTarget to, TreePlan plan)
      throws ShoalException, IOException {
    if (wanted.wholeDigest().isEmpty()) {
      return;
    }
    Path part = DownloadJournal.partOf(to.target());
    String expected = wanted.wholeDigest().get();
    boolean right = !plan.isFolder() && WholeDigests.of(part).equals(expected);
    if (!right) {
      DownloadTarget.deleteTree(part);
      journal.end(to.target());
      throw new VerificationFailedException(
          "sha256:%s: the peers' hint led to %s, which is something else; nothing was kept: ask who gave you the digest for the root"
              .formatted(expected, wanted.root()));
    }
  }

  /// Keeps what was verified for the next attempt.
  void giveUp() throws IOException, InterruptedException {
    try {
      if (placed.isPresent()) {
        placed.get().checkpoints().close(true);
      }
    } catch (ShoalException e) {
      throw new IOException(e.getMessage(), e);
    } finally {
      if (destination.isPresent()) {
        destination.get().close();
      }
      forgetIfNothingCame();
    }
  }

  /// An attempt that got nothing leaves nothing behind.
  private void forgetIfNothingCame() throws IOException {
    if (wanted.target().isPresent() && dag.isPresent() && !anythingHere && !resumed) {
      Path target = wanted.target().get();
      if (destination.isPresent()) {
        DownloadTarget.deleteTree(DownloadJournal.partOf(target));
      }
      journal.end(target);
    }
  }
}
