package io.shoal.runtime.store;

import io.shoal.api.Cid;
import io.shoal.api.MalformedDataException;
import io.shoal.api.RetryableException;
import io.shoal.api.ShoalException;
import io.shoal.runtime.dag.CidIndex;
import io.shoal.runtime.dag.DagLimits;
import io.shoal.runtime.dag.DagMemory;
import io.shoal.runtime.dag.DagWalker;
import io.shoal.runtime.dag.TreePlan;
import io.shoal.runtime.dag.TreePlanner;
import io.shoal.runtime.dag.UnixNode;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/// A DAG as far as it is in the store: its plan, its chunks, its sizes.
public final class LocalDag {
  private static final int NODES_AT_ONCE = 1_024;

  /// What a node that waits to be read takes.
  private static final int BYTES_FOR_DUE_NODE = 100;

  private final LocalStore local;

  public LocalDag(LocalStore local) {
    this.local = local;
  }

  /// The plan of a root whose nodes are all here; empty if one is missing. The caller closes it.
  ///
  /// @throws ShoalException the DAG is no valid file or folder, or there is no memory for it
  /// @throws InterruptedIOException interrupted, with the flag set
  public Optional<TreePlan> plan(Cid root) throws ShoalException, IOException {
    DagMemory.Share memory = local.dagMemory().share(root);
    Optional<TreePlan> plan = Optional.empty();
    try {
      DagWalker walker = new DagWalker(root, memory);
      plan = allHere(walker) ? Optional.of(TreePlanner.plan(walker)) : Optional.empty();
      return plan;
    } finally {
      if (plan.isEmpty()) {
        memory.close();
      }
    }
  }

  private boolean allHere(DagWalker walker) throws ShoalException, IOException {
    AtomicBoolean absent = new AtomicBoolean();
    while (!walker.complete() && !absent.get()) {
      ManyCalls.make(
          local.store(),
          walker.missingNodes(NODES_AT_ONCE).iterator(),
          node -> {
            requireUninterrupted();
            Optional<byte[]> bytes = absent.get() ? Optional.empty() : local.load(node);
            if (bytes.isEmpty()) {
              absent.set(true);
              return;
            }
            synchronized (walker) {
              walker.accept(node, bytes.get());
            }
          });
    }
    return !absent.get();
  }

  private static void requireUninterrupted() throws InterruptedIOException {
    if (Thread.currentThread().isInterrupted()) {
      throw new InterruptedIOException("interrupted");
    }
  }

  /// Sees a chunk of a DAG.
  @FunctionalInterface
  public interface Visitor {
    void visit(Cid cid) throws IOException, ShoalException;
  }

  /// Visits every chunk of a DAG as far as its nodes are here, each node once, and a leaf as often
  /// as different nodes link to it: remembers the nodes alone.
  ///
  /// @throws ShoalException there is no memory for it, or the store is out of reach
  /// @throws InterruptedIOException interrupted, with the flag set
  public void reachable(Cid root, Visitor each) throws IOException, ShoalException {
    try (DagMemory.Share memory = local.dagMemory().share(root)) {
      CidIndex seen = new CidIndex(root);
      Deque<Cid> due = new ArrayDeque<>();
      visit(List.of(root), seen, due, each, memory);
      while (!due.isEmpty()) {
        requireUninterrupted();
        // The newest first: what waits is at most a level's breadth for each level.
        Cid node = due.removeLast();
        memory.giveBack(BYTES_FOR_DUE_NODE);
        Optional<byte[]> bytes =
            node.isIdentity() ? Optional.of(node.identityContent()) : local.load(node);
        if (bytes.isPresent()) {
          visit(links(bytes.get(), memory), seen, due, each, memory);
        }
      }
    }
  }

  private static void visit(
      List<Cid> links, CidIndex seen, Deque<Cid> due, Visitor each, DagMemory.Share memory)
      throws IOException, ShoalException {
    for (Cid link : links) {
      if (link.codec() != Cid.DAG_PB) {
        if (!link.isIdentity()) {
          each.visit(link);
        }
      } else if (seen.addIfAbsent(link)) {
        memory.take(CidIndex.bytesFor(link) + BYTES_FOR_DUE_NODE);
        each.visit(link);
        due.add(link);
      }
    }
  }

  private static List<Cid> links(byte[] block, DagMemory.Share memory) throws ShoalException {
    try {
      return UnixNode.links(block, memory);
    } catch (MalformedDataException e) {
      // Not readable by this node, which keeps the chunk alone.
      return List.of();
    }
  }

  /// How many of a plan's chunks are here.
  public long chunksHere(TreePlan plan) throws IOException, RetryableException {
    AtomicLong here = new AtomicLong();
    ManyCalls.make(
        local.store(),
        IntStream.range(0, plan.chunkCount()).iterator(),
        position -> {
          requireUninterrupted();
          if (local.has(plan.leafCid(position))) {
            here.incrementAndGet();
          }
        });
    return here.get();
  }

  /// The size of a file, also of one that is a single raw chunk.
  public long sizeBytes(TreePlan.PlannedFile file) throws IOException, RetryableException {
    long size = file.content().sizeBytes();
    if (size != TreePlan.UNKNOWN_SIZE) {
      return size;
    }
    return local
        .store()
        .find(file.cid())
        .map(chunk -> (long) chunk.sizeBytes())
        .orElse(TreePlan.UNKNOWN_SIZE);
  }

  /// File bytes below a root as its nodes name them, without a plan, which costs memory for every
  /// leaf; empty if something that says it is not here, or there are too many entries for a plan.
  ///
  /// @throws ShoalException there is no memory for it, or the store is out of reach
  public OptionalLong declaredBytes(Cid root) throws IOException, ShoalException {
    try (DagMemory.Share memory = local.dagMemory().share(root)) {
      Deque<Cid> due = new ArrayDeque<>();
      due.add(root);
      long size = 0;
      for (int entries = 0; !due.isEmpty(); entries++) {
        // The newest first: what waits is at most a level's breadth for each level.
        Cid cid = due.removeLast();
        OptionalLong here =
            entries > DagLimits.MAX_ENTRIES
                ? OptionalLong.empty()
                : declared(cid, root, due, memory);
        if (here.isEmpty()) {
          return here;
        }
        size += here.getAsLong();
      }
      return OptionalLong.of(size);
    }
  }

  /// The file bytes of one entry; what is in a folder is due then.
  private OptionalLong declared(Cid cid, Cid root, Deque<Cid> due, DagMemory.Share memory)
      throws IOException, ShoalException {
    if (cid.codec() != Cid.DAG_PB) {
      return cid.codec() == Cid.RAW || cid.equals(root) ? chunkBytes(cid) : OptionalLong.of(0);
    }
    Optional<UnixNode> node = node(cid);
    if (node.isEmpty()) {
      return OptionalLong.empty();
    }
    if (node.get() instanceof UnixNode.File file) {
      return OptionalLong.of(file.sizeBytes());
    }
    List<Cid> links =
        switch (node.get()) {
          case UnixNode.Folder folder ->
              folder.entries().stream().map(UnixNode.Entry::cid).toList();
          case UnixNode.Shard shard ->
              shard.slots().stream().map(slot -> slot.entry().cid()).toList();
          case UnixNode.File _, UnixNode.Symlink _ -> List.of();
        };
    memory.take((long) BYTES_FOR_DUE_NODE * links.size());
    due.addAll(links);
    return OptionalLong.of(0);
  }

  private Optional<UnixNode> node(Cid cid) throws IOException, RetryableException {
    Optional<byte[]> bytes =
        cid.isIdentity() ? Optional.of(cid.identityContent()) : local.load(cid);
    try {
      return bytes.isEmpty() ? Optional.empty() : Optional.of(UnixNode.parse(bytes.get()));
    } catch (MalformedDataException e) {
      return Optional.empty();
    }
  }

  private OptionalLong chunkBytes(Cid cid) throws IOException, RetryableException {
    if (cid.isIdentity()) {
      return OptionalLong.of(cid.multihash().digestSizeBytes());
    }
    return local.store().find(cid).stream().mapToLong(chunk -> chunk.sizeBytes()).findFirst();
  }

  public long sizeBytes(TreePlan plan) throws IOException, RetryableException {
    long size = 0;
    for (TreePlan.PlannedFile file : plan.files()) {
      size += Math.max(0, sizeBytes(file));
    }
    return size;
  }
}
