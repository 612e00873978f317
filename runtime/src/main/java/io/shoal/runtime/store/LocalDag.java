package io.shoal.runtime.store;

import io.shoal.api.Cid;
import io.shoal.api.MalformedDataException;
import io.shoal.api.RetryableException;
import io.shoal.api.ShoalException;
import io.shoal.runtime.dag.DagLimits;
import io.shoal.runtime.dag.DagWalker;
import io.shoal.runtime.dag.TreePlan;
import io.shoal.runtime.dag.TreePlanner;
import io.shoal.runtime.dag.UnixNode;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/// A DAG as far as it is in the store: its plan, its chunks, its sizes.
public final class LocalDag {
  private static final int NODES_AT_ONCE = 1_024;

  private final LocalStore local;

  public LocalDag(LocalStore local) {
    this.local = local;
  }

  /// The plan of a root whose nodes are all here; empty if one is missing.
  public Optional<TreePlan> plan(Cid root) throws ShoalException, IOException {
    DagWalker walker = new DagWalker(root);
    while (!walker.complete()) {
      AtomicBoolean absent = new AtomicBoolean();
      ManyCalls.make(
          local.store(),
          walker.missingNodes(NODES_AT_ONCE).iterator(),
          node -> {
            Optional<byte[]> bytes = absent.get() ? Optional.empty() : local.load(node);
            if (bytes.isEmpty()) {
              absent.set(true);
              return;
            }
            synchronized (walker) {
              walker.accept(node, bytes.get());
            }
          });
      if (absent.get()) {
        return Optional.empty();
      }
    }
    return Optional.of(TreePlanner.plan(walker));
  }

  /// Takes the chunks of a DAG.
  @FunctionalInterface
  public interface Visitor {
    void visit(Cid chunk) throws IOException, RetryableException;
  }

  /// Visits every chunk of a DAG as far as its nodes are here, each node once, and a leaf as often
  /// as it is linked: remembers the nodes alone.
  public void reachable(Cid root, Visitor each) throws IOException, RetryableException {
    if (root.codec() != Cid.DAG_PB) {
      visitLeaf(root, each);
      return;
    }
    Set<Cid> seen = new HashSet<>();
    ArrayDeque<Cid> due = new ArrayDeque<>();
    due.add(root);
    seen.add(root);
    while (!due.isEmpty()) {
      // The newest first: what waits is at most a level's breadth for each level.
      Cid node = due.removeLast();
      each.visit(node);
      Optional<byte[]> bytes =
          node.isIdentity() ? Optional.of(node.identityContent()) : local.load(node);
      if (bytes.isEmpty()) {
        continue;
      }
      for (Cid link : links(bytes.get())) {
        if (link.codec() != Cid.DAG_PB) {
          visitLeaf(link, each);
        } else if (seen.add(link)) {
          due.add(link);
        }
      }
    }
  }

  private static void visitLeaf(Cid leaf, Visitor each) throws IOException, RetryableException {
    if (!leaf.isIdentity()) {
      each.visit(leaf);
    }
  }

  private static List<Cid> links(byte[] block) {
    try {
      return UnixNode.parse(block).links();
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
  public OptionalLong declaredBytes(Cid root) throws IOException, RetryableException {
    ArrayDeque<Cid> due = new ArrayDeque<>();
    due.add(root);
    long size = 0;
    for (int entries = 0; !due.isEmpty(); entries++) {
      Cid cid = due.poll();
      if (entries > DagLimits.MAX_ENTRIES) {
        return OptionalLong.empty();
      }
      if (cid.codec() == Cid.DAG_PB) {
        Optional<UnixNode> node = node(cid);
        if (node.isEmpty()) {
          return OptionalLong.empty();
        }
        switch (node.get()) {
          case UnixNode.File file -> size += file.sizeBytes();
          case UnixNode.Symlink _ -> {}
          case UnixNode.Folder folder -> folder.entries().forEach(entry -> due.add(entry.cid()));
          case UnixNode.Shard shard -> shard.slots().forEach(slot -> due.add(slot.entry().cid()));
        }
      } else if (cid.codec() == Cid.RAW || cid.equals(root)) {
        OptionalLong chunk = chunkBytes(cid);
        if (chunk.isEmpty()) {
          return OptionalLong.empty();
        }
        size += chunk.getAsLong();
      }
    }
    return OptionalLong.of(size);
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
