package io.shoal.runtime.download;

import io.shoal.api.Cid;
import io.shoal.api.RetryableException;
import io.shoal.api.ShoalException;
import io.shoal.api.UserFaultException;
import io.shoal.runtime.dag.MalformedContentException;
import io.shoal.runtime.dag.TreePlan;
import io.shoal.runtime.destination.Checkpoints;
import io.shoal.runtime.swarm.Swarm;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// Leaves that are handed to a reader in order, and not stored.
final class IntoReader implements LeafSink {
  private final DownloadParts parts;
  private final DownloadCounters counters;
  private final StreamedLeaves leaves;
  private final Checkpoints checkpoints;

  /// By position: taken from a peer, and not handed on yet.
  private final Map<Integer, byte[]> taken = new ConcurrentHashMap<>();

  /// @param chunkAt the swarm's number of the chunk at each position; filled before [#advance]
  /// @throws UserFaultException the root is not a file
  IntoReader(
      DownloadParts parts,
      Cid root,
      Swarm swarm,
      DownloadCounters counters,
      TreePlan plan,
      LeafWindow window,
      int[] chunkAt)
      throws UserFaultException {
    this.parts = parts;
    this.counters = counters;
    this.leaves = new StreamedLeaves(parts.local(), swarm, plan, window, chunkAt);
    this.checkpoints = parts.checkpoints(root, Optional.empty());
  }

  @Override
  public Checkpoints checkpoints() {
    return checkpoints;
  }

  @Override
  public boolean asksForLeaves() {
    return true;
  }

  /// Nothing is placed before the reader's turn comes to it: it is only what peers may ask for.
  @Override
  public Optional<Found> find(int position, Cid cid) throws IOException, RetryableException {
    if (parts.local().has(cid)) {
      checkpoints.here(position);
    }
    return Optional.empty();
  }

  @Override
  public ChunkReceiver.Taker taker(int position, Cid cid) {
    return bytes -> taken.put(position, NodeFetch.copy(bytes));
  }

  @Override
  public void arrived(int position) throws MalformedContentException {
    byte[] block = taken.remove(position);
    if (block != null) {
      counters.inPlace(position, block.length);
      leaves.deliver(position, block);
    }
  }

  @Override
  public void advance() throws ShoalException, IOException {
    leaves.advance();
  }

  @Override
  public boolean allAskedFor() {
    return leaves.allAdmitted();
  }

  @Override
  public boolean lacks() {
    return leaves.lacks();
  }
}
