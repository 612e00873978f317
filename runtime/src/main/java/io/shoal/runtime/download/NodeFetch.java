package io.shoal.runtime.download;

import io.shoal.api.Cid;
import io.shoal.api.ShoalException;
import io.shoal.runtime.dag.DagWalker;
import io.shoal.runtime.dag.MalformedContentException;
import io.shoal.runtime.store.LocalStore;
import io.shoal.runtime.swarm.Swarm;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// Brings the nodes of a download's DAG into the store: those that are not there yet from peers.
/// Confined to the download's thread, but for takers.
final class NodeFetch {
  /// Nodes that are asked for ahead, so that a wide DAG keeps all peers busy and its list stays
  /// short.
  private static final int MAX_NODES_ASKED = 1_024;

  private final LocalStore local;
  private final WantedChunks chunks;
  private final Swarm swarm;
  private final DownloadCounters counters;
  private final DagWalker walker;
  private final Map<Cid, Integer> chunkOf = new HashMap<>();

  /// Taken from a peer, and not given to the walker yet.
  private final Map<Integer, byte[]> taken = new ConcurrentHashMap<>();

  private int asked;

  /// @throws MalformedContentException the root is an identity CID that is not a file or folder
  NodeFetch(LocalStore local, Cid root, WantedChunks chunks, Swarm swarm, DownloadCounters counters)
      throws MalformedContentException {
    this.local = local;
    this.chunks = chunks;
    this.swarm = swarm;
    this.counters = counters;
    this.walker = new DagWalker(root);
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
    return chunkOf.computeIfAbsent(node, chunks::want);
  }

  /// Takes what the store has, and asks for the rest as far as it is known.
  void advance() throws ShoalException, IOException {
    boolean more = asked < MAX_NODES_ASKED / 2;
    while (more && !walker.complete()) {
      more = false;
      for (Cid node : walker.missingNodes(asked + MAX_NODES_ASKED)) {
        if (chunkOf.containsKey(node) || asked >= MAX_NODES_ASKED) {
          continue;
        }
        local.temporaryPins().lookFor(node);
        Optional<byte[]> here = local.load(node);
        int chunk = chunk(node);
        if (here.isPresent()) {
          swarm.alreadyHere(chunk);
          counters.reusedBytes.addAndGet(here.get().length);
          walker.accept(node, here.get());
          more = true;
        } else {
          asked++;
        }
      }
      swarm.wakeAll();
    }
  }

  ChunkReceiver.Taker taker(int chunk, Cid cid) {
    return bytes -> {
      local.temporaryPins().lookFor(cid);
      byte[] copy = copy(bytes);
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
  boolean arrived(int chunk) throws MalformedContentException {
    byte[] block = taken.remove(chunk);
    if (block == null) {
      return false;
    }
    asked--;
    walker.accept(chunks.cid(chunk), block);
    return true;
  }
}
