package io.shoal.runtime.download;

import io.shoal.api.Cid;
import io.shoal.api.ShoalException;
import io.shoal.runtime.dag.DagMemory;
import io.shoal.runtime.dag.DagWalker;
import io.shoal.runtime.store.LocalStore;
import io.shoal.runtime.swarm.Swarm;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/// Brings the nodes of a download's DAG into the store: those that are not there yet from peers.
/// Confined to the download's thread, but for takers.
final class NodeFetch {
  /// Nodes that are asked for ahead, so that a wide DAG keeps all peers busy and its list stays
  /// short.
  private static final int MAX_NODES_ASKED = 1_024;

  /// Nodes that were taken and are kept until the download's thread comes to them; it reads further
  /// ones from the store.
  private static final int MAX_TAKEN_BYTES = 8 << 20;

  private final LocalStore local;
  private final WantedChunks chunks;
  private final Swarm swarm;
  private final DownloadCounters counters;
  private final DagWalker walker;
  private final Map<Cid, Integer> chunkOf = new HashMap<>();

  /// Nodes that are here, by chunk.
  private final BitSet here = new BitSet();

  /// Taken from a peer, and not given to the walker yet; empty if it is in the store alone.
  private final Map<Integer, Optional<byte[]>> taken = new ConcurrentHashMap<>();

  private final AtomicInteger takenBytes = new AtomicInteger();
  private int asked;

  /// @param memory for the nodes, and for the plan that is made of them
  /// @throws ShoalException the root is an identity CID that is not a file or folder
  NodeFetch(
      LocalStore local,
      Cid root,
      WantedChunks chunks,
      Swarm swarm,
      DownloadCounters counters,
      DagMemory.Share memory)
      throws ShoalException {
    this.local = local;
    this.chunks = chunks;
    this.swarm = swarm;
    this.counters = counters;
    this.walker = new DagWalker(root, memory);
  }

  /// Whether every node is here.
  boolean complete() {
    return walker.complete();
  }

  DagWalker walker() {
    return walker;
  }

  /// The number of a node's chunk.
  int chunk(Cid node) {
    return chunkOf.computeIfAbsent(node, chunks::wantNode);
  }

  /// Takes what the store has, and asks for the rest as far as it is known.
  void advance() throws ShoalException, IOException {
    boolean more = asked < MAX_NODES_ASKED / 2;
    while (more && !walker.complete()) {
      more = false;
      for (Cid node : walker.missingNodes(asked + MAX_NODES_ASKED)) {
        Optional<Integer> known = Optional.ofNullable(chunkOf.get(node));
        if (known.isPresent()) {
          more |= here.get(known.get()) && again(node);
        } else if (asked < MAX_NODES_ASKED) {
          more |= look(node);
        }
      }
      swarm.wakeAll();
    }
  }

  /// Takes a node that is here; asks for one that is not.
  private boolean look(Cid node) throws ShoalException, IOException {
    local.temporaryPins().lookFor(node);
    Optional<byte[]> block = local.load(node);
    int chunk = chunk(node);
    if (block.isEmpty()) {
      asked++;
      return false;
    }
    here.set(chunk);
    swarm.alreadyHere(chunk);
    counters.reusedBytes.addAndGet(block.get().length);
    return walker.accept(node, block.get());
  }

  /// The walker had no room for a node before its turn.
  private boolean again(Cid node) throws ShoalException, IOException {
    return walker.accept(node, stored(node));
  }

  private byte[] stored(Cid node) throws ShoalException, IOException {
    return local
        .load(node)
        .orElseThrow(() -> new IOException("chunk " + node + " went missing: get it again"));
  }

  ChunkReceiver.Taker taker(int chunk, Cid cid) {
    return bytes -> {
      local.temporaryPins().lookFor(cid);
      int size = bytes.remaining();
      boolean kept = takenBytes.addAndGet(size) <= MAX_TAKEN_BYTES;
      Optional<byte[]> copy = kept ? Optional.of(copy(bytes)) : Optional.empty();
      if (!kept) {
        takenBytes.addAndGet(-size);
      }
      local.store().put(cid, bytes);
      taken.put(chunk, copy);
    };
  }

  static byte[] copy(ByteBuffer bytes) {
    byte[] copy = new byte[bytes.remaining()];
    bytes.duplicate().get(copy);
    return copy;
  }

  /// @return whether the chunk is a node that was taken from a peer
  boolean arrived(int chunk) throws ShoalException, IOException {
    Optional<byte[]> block = taken.remove(chunk);
    if (block == null) {
      return false;
    }
    block.ifPresent(bytes -> takenBytes.addAndGet(-bytes.length));
    asked--;
    here.set(chunk);
    Cid node = chunks.node(chunk);
    walker.accept(node, block.isPresent() ? block.get() : stored(node));
    return true;
  }
}
