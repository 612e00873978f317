package io.shoal.runtime.download;

import io.shoal.api.Cid;
import io.shoal.api.MalformedDataException;
import io.shoal.api.ShoalException;
import io.shoal.api.UserFaultException;
import io.shoal.runtime.dag.MalformedContentException;
import io.shoal.runtime.dag.TreePlan;
import io.shoal.runtime.dag.UnixNode;
import io.shoal.runtime.store.LocalStore;
import io.shoal.runtime.swarm.Swarm;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Brings a file's leaves into a [LeafWindow] as it lets them in: out of the store where they are
/// here and right, else from peers. What peers bring is handed on and not stored. Belongs to the
/// download's thread.
final class StreamedLeaves {
  private final LocalStore local;
  private final Swarm swarm;
  private final TreePlan plan;
  private final TreePlan.Content content;
  private final LeafWindow window;
  private final int[] chunkAt;

  /// By position in the DAG: the leaves of the file that wait for it.
  private final Map<Integer, List<Integer>> waiting = new HashMap<>();

  /// What came last: runs of one chunk (zeros, say) are brought once.
  private int lastPosition = -1;

  private byte[] lastBlock = new byte[0];
  private int next;

  /// @param chunkAt the swarm's number of the chunk at each position of the DAG
  StreamedLeaves(LocalStore local, Swarm swarm, TreePlan plan, LeafWindow window, int[] chunkAt)
      throws UserFaultException {
    if (plan.isFolder() || plan.files().isEmpty()) {
      throw new UserFaultException(
          plan.root() + " is no file but a folder or a symbolic link: use ls or get");
    }
    this.local = local;
    this.swarm = swarm;
    this.plan = plan;
    this.content = plan.files().getFirst().content();
    this.window = window;
    this.chunkAt = chunkAt;
  }

  /// Brings what the window has room for.
  void advance() throws IOException, ShoalException {
    while (!allAdmitted() && window.admit(content.leafBytes(next))) {
      int leaf = next++;
      int ref = content.leaf(leaf);
      if (ref < 0) {
        window.put(leaf, fileBytes(leaf, plan.leafCid(ref).identityContent()));
      } else {
        waiting.computeIfAbsent(ref, any -> new ArrayList<>(1)).add(leaf);
        bring(ref);
      }
    }
  }

  private void bring(int position) throws IOException, ShoalException {
    if (waiting.getOrDefault(position, List.of()).size() > 1) {
      return; // it is on its way
    }
    Cid cid = plan.leafCid(position);
    local.temporaryPins().lookFor(cid);
    Optional<byte[]> here = position == lastPosition ? Optional.of(lastBlock) : local.load(cid);
    if (here.isPresent()) {
      swarm.alreadyHere(chunkAt[position]);
      deliver(position, here.get());
    } else {
      swarm.wantNow(chunkAt[position]);
    }
  }

  /// A leaf's chunk came, and its hash is right.
  void deliver(int position, byte[] block) throws MalformedContentException {
    List<Integer> leaves = waiting.remove(position);
    if (leaves == null) {
      return; // a second copy
    }
    for (int leaf : leaves) {
      window.put(leaf, fileBytes(leaf, block));
    }
    lastPosition = position;
    lastBlock = block;
  }

  private byte[] fileBytes(int leaf, byte[] block) throws MalformedContentException {
    Cid cid = plan.leafCid(content.leaf(leaf));
    long due = content.leafBytes(leaf);
    try {
      byte[] bytes = cid.codec() == Cid.DAG_PB ? UnixNode.leafContent(block) : block;
      if (due != TreePlan.UNKNOWN_SIZE && due != bytes.length) {
        throw new MalformedDataException(
            "it has %,d bytes where its parent says %,d".formatted(bytes.length, due));
      }
      return bytes;
    } catch (MalformedDataException e) {
      throw new MalformedContentException(
          "%s is no proper file: chunk %s: %s; ask its publisher for another id"
              .formatted(plan.root(), cid, e.getMessage()),
          e);
    }
  }

  /// Whether every leaf was let in.
  boolean allAdmitted() {
    return next == content.leafCount();
  }

  /// Whether one that was let in is still to come.
  boolean lacks() {
    return !waiting.isEmpty();
  }
}
