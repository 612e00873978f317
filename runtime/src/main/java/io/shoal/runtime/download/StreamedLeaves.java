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

/// Brings a file's leaves into a [LeafWindow] as it admits them: from the store if they are there
/// and intact, else from peers. Chunks of peers are handed on and not stored. Confined to the
/// download's thread.
final class StreamedLeaves {
  private final LocalStore local;
  private final Swarm swarm;
  private final TreePlan plan;
  private final TreePlan.Content content;
  private final LeafWindow window;
  private final int[] chunkAt;

  /// An admitted leaf of the file.
  ///
  /// @param number counted from 0 in the order of the file
  /// @param ref what it is
  /// @param dueBytes how many bytes it must have
  private record Admitted(int number, int ref, long dueBytes) {}

  /// By position in the DAG: the admitted leaves of the file that wait for that chunk.
  private final Map<Integer, List<Admitted>> waiting = new HashMap<>();

  /// The chunk that came last: a run of it (zeros, say) is loaded once.
  private int lastPosition = -1;

  private byte[] lastBlock = new byte[0];

  /// The next leaf: its number, its run, and which one of that.
  private int next;

  private int run;
  private int inRun;

  /// @param chunkAt the swarm's number of the chunk at each position of the DAG; may be filled
  ///   after the constructor, but before [#advance]
  /// @throws UserFaultException the root is not a file
  StreamedLeaves(LocalStore local, Swarm swarm, TreePlan plan, LeafWindow window, int[] chunkAt)
      throws UserFaultException {
    if (plan.isFolder() || plan.files().isEmpty()) {
      throw new UserFaultException(
          plan.root() + " is not a file but a folder or a symbolic link: use ls or get");
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
    while (!allAdmitted() && window.admit(content.leafBytes(run))) {
      Admitted leaf = new Admitted(next, content.leaf(run), content.leafBytes(run));
      goOn();
      if (leaf.ref() < 0) {
        window.put(leaf.number(), fileBytes(leaf, plan.leafCid(leaf.ref()).identityContent()));
      } else {
        waiting.computeIfAbsent(leaf.ref(), any -> new ArrayList<>(1)).add(leaf);
        bring(leaf.ref());
      }
    }
  }

  private void goOn() {
    next++;
    if (++inRun == content.times(run)) {
      run++;
      inRun = 0;
    }
  }

  private void bring(int position) throws IOException, ShoalException {
    if (waiting.getOrDefault(position, List.of()).size() > 1) {
      return; // it is coming already
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

  /// A leaf's verified chunk is here.
  void deliver(int position, byte[] block) throws MalformedContentException {
    List<Admitted> leaves = waiting.remove(position);
    if (leaves == null) {
      return; // a second copy
    }
    for (Admitted leaf : leaves) {
      window.put(leaf.number(), fileBytes(leaf, block));
    }
    lastPosition = position;
    lastBlock = block;
  }

  private byte[] fileBytes(Admitted leaf, byte[] block) throws MalformedContentException {
    Cid cid = plan.leafCid(leaf.ref());
    long due = leaf.dueBytes();
    try {
      byte[] bytes = cid.codec() == Cid.DAG_PB ? UnixNode.leafContent(block) : block;
      if (due != TreePlan.UNKNOWN_SIZE && due != bytes.length) {
        throw new MalformedDataException(
            "it has %,d bytes where its parent says %,d".formatted(bytes.length, due));
      }
      return bytes;
    } catch (MalformedDataException e) {
      throw new MalformedContentException(
          "%s is not a valid file: chunk %s: %s; ask its publisher for another id"
              .formatted(plan.root(), cid, e.getMessage()),
          e);
    }
  }

  /// Whether every leaf was admitted.
  boolean allAdmitted() {
    return run == content.runCount();
  }

  /// Whether an admitted leaf is still to come.
  boolean lacks() {
    return !waiting.isEmpty();
  }
}
