package io.shoal.runtime.store;

import io.shoal.api.Cid;
import io.shoal.api.MalformedDataException;
import io.shoal.api.ShoalException;
import io.shoal.runtime.dag.DagWalker;
import io.shoal.runtime.dag.TreePlan;
import io.shoal.runtime.dag.TreePlanner;
import io.shoal.runtime.dag.UnixNode;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

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
      List<Cid> missing = walker.missingNodes(NODES_AT_ONCE);
      for (Cid node : missing) {
        Optional<byte[]> bytes = local.load(node);
        if (bytes.isEmpty()) {
          return Optional.empty();
        }
        walker.accept(node, bytes.get());
      }
    }
    return Optional.of(TreePlanner.plan(walker));
  }

  /// Visits every chunk of a DAG as far as its nodes are here, each at least once.
  public void reachable(Cid root, Consumer<Cid> each) throws IOException {
    Set<Cid> seen = new HashSet<>();
    ArrayDeque<Cid> due = new ArrayDeque<>();
    due.add(root);
    while (!due.isEmpty()) {
      Cid cid = due.poll();
      if (cid.isIdentity() && cid.codec() != Cid.DAG_PB || !seen.add(cid)) {
        continue;
      }
      each.accept(cid);
      if (cid.codec() != Cid.DAG_PB) {
        continue;
      }
      Optional<byte[]> bytes =
          cid.isIdentity() ? Optional.of(cid.identityContent()) : local.load(cid);
      if (bytes.isPresent()) {
        links(bytes.get()).forEach(due::add);
      }
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
  public long chunksHere(TreePlan plan) throws IOException {
    long here = 0;
    for (int position = 0; position < plan.chunkCount(); position++) {
      if (local.store().contains(plan.leafCid(position))) {
        here++;
      }
    }
    return here;
  }

  /// The size of a file, also of one that is a single raw chunk.
  public long sizeBytes(TreePlan.PlannedFile file) throws IOException {
    long size = file.content().sizeBytes();
    if (size != TreePlan.UNKNOWN_SIZE) {
      return size;
    }
    try (var reader = local.store().open(file.cid()).orElse(null)) {
      return reader == null ? TreePlan.UNKNOWN_SIZE : reader.sizeBytes();
    }
  }

  public long sizeBytes(TreePlan plan) throws IOException {
    long size = 0;
    for (TreePlan.PlannedFile file : plan.files()) {
      size += Math.max(0, sizeBytes(file));
    }
    return size;
  }
}
