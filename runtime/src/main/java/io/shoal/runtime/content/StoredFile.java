package io.shoal.runtime.content;

import io.shoal.api.ChunkReader;
import io.shoal.api.ChunkStore;
import io.shoal.api.Cid;
import io.shoal.api.MalformedDataException;
import io.shoal.api.ShoalException;
import io.shoal.runtime.dag.DagLimits;
import io.shoal.runtime.dag.UnixNode;
import io.shoal.runtime.store.Quarantine;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/// The bytes of one file, each found by the nodes above it. Immutable, and keeps no node: the
/// reader remembers the last place in a [Position]. Usable from any thread.
final class StoredFile {
  /// Of the leaf that was read last, if it is no chunk of plain bytes: as large as other programs
  /// make them.
  private static final int MAX_KEPT_LEAF_BYTES = 256 * 1024;

  /// Links of the nodes that lead to the last place, some 100 bytes each: three levels of files as
  /// they are made here.
  private static final int MAX_KEPT_LINKS = 4_096;

  private final StoredNodes nodes;
  private final Cid cid;
  private final long sizeBytes;

  private StoredFile(StoredNodes nodes, Cid cid, long sizeBytes) {
    this.nodes = nodes;
    this.cid = cid;
    this.sizeBytes = sizeBytes;
  }

  /// A file by its top node.
  static StoredFile of(StoredNodes nodes, Cid cid, UnixNode.File node) {
    return new StoredFile(nodes, cid, node.sizeBytes());
  }

  /// A file that is a single chunk of bytes.
  static StoredFile ofChunk(StoredNodes nodes, Cid cid) throws ShoalException, IOException {
    if (cid.isIdentity()) {
      return new StoredFile(nodes, cid, cid.multihash().digestSizeBytes());
    }
    ChunkStore.StoredChunk chunk =
        nodes.local().store().find(cid).orElseThrow(() -> nodes.absent(cid));
    return new StoredFile(nodes, cid, chunk.sizeBytes());
  }

  long sizeBytes() {
    return sizeBytes;
  }

  /// A node on the way to a place, and where its bytes begin in the file.
  private record Step(Cid cid, UnixNode.File node, long startBytes) {
    boolean holds(long offset) {
      return offset >= startBytes && offset - startBytes < node.sizeBytes();
    }
  }

  /// A leaf of the file, and the way to it.
  ///
  /// @param inside the bytes of a leaf that is not a chunk of plain bytes
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Position(
      StoredFile file,
      Deque<Step> way,
      Cid leaf,
      long startBytes,
      long sizeBytes,
      Optional<byte[]> inside) {

    boolean holds(StoredFile other, long offset) {
      return file == other && offset >= startBytes && offset - startBytes < sizeBytes;
    }

    /// What of it may stay in memory.
    Optional<Position> kept() {
      if (inside.filter(bytes -> bytes.length > MAX_KEPT_LEAF_BYTES).isPresent()) {
        return Optional.empty();
      }
      int links = way.stream().mapToInt(step -> step.node().children().size()).sum();
      return Optional.of(
          links <= MAX_KEPT_LINKS
              ? this
              : new Position(file, new ArrayDeque<>(), leaf, startBytes, sizeBytes, inside));
    }
  }

  /// The leaf with the byte at an offset.
  ///
  /// @param last an earlier place in any file, whose nodes need not be read again
  Position at(long offset, Optional<Position> last) throws ShoalException, IOException {
    if (last.filter(place -> place.holds(this, offset)).isPresent()) {
      return last.get();
    }
    if (!StoredNodes.isNode(cid)) {
      return leaf(new ArrayDeque<>(), cid, 0, sizeBytes);
    }
    Deque<Step> way = new ArrayDeque<>();
    last.filter(place -> place.file() == this).ifPresent(place -> way.addAll(place.way()));
    while (!way.isEmpty() && !way.getLast().holds(offset)) {
      way.removeLast();
    }
    if (way.isEmpty()) {
      way.add(step(cid, 0, sizeBytes));
    }
    return descend(way, offset);
  }

  private Position descend(Deque<Step> way, long offset) throws ShoalException, IOException {
    while (way.size() <= DagLimits.MAX_DEPTH) {
      Step step = way.getLast();
      if (step.node().isLeaf()) {
        way.removeLast();
        return inNode(way, step);
      }
      long start = step.startBytes() + step.node().ownBytes();
      if (offset < start) {
        return inNode(way, step);
      }
      int child = 0;
      while (offset - start >= step.node().blockSizes()[child]) {
        start += step.node().blockSizes()[child++];
      }
      Cid below = step.node().children().get(child);
      long size = step.node().blockSizes()[child];
      if (!StoredNodes.isNode(below)) {
        if (below.codec() != Cid.RAW) {
          throw nodes.malformed(below, "a part of a file is in another codec than raw and dag-pb");
        }
        return leaf(way, below, start, size);
      }
      way.add(step(below, start, size));
    }
    throw nodes.malformed(cid, "it is deeper than " + DagLimits.MAX_DEPTH + " levels");
  }

  private Step step(Cid node, long start, long size) throws ShoalException, IOException {
    if (!(nodes.node(node) instanceof UnixNode.File file)) {
      throw nodes.malformed(node, "a part of a file is not a file");
    }
    requireSize(node, size, file.sizeBytes());
    return new Step(node, file, start);
  }

  private void requireSize(Cid part, long declared, long actual) throws ShoalException {
    if (declared != actual) {
      throw nodes.malformed(
          part,
          "a part of a file has %,d bytes where its parent says %,d".formatted(actual, declared));
    }
  }

  private Position inNode(Deque<Step> way, Step step) throws ShoalException, IOException {
    try {
      byte[] bytes = UnixNode.leafContent(nodes.block(step.cid()));
      return new Position(
          this, way, step.cid(), step.startBytes(), bytes.length, Optional.of(bytes));
    } catch (MalformedDataException e) {
      throw nodes.malformed(step.cid(), e);
    }
  }

  private Position leaf(Deque<Step> way, Cid leaf, long start, long size) throws ShoalException {
    Optional<byte[]> inside =
        leaf.isIdentity() ? Optional.of(leaf.identityContent()) : Optional.empty();
    if (inside.isPresent()) {
      requireSize(leaf, size, inside.get().length);
    }
    return new Position(this, way, leaf, start, size, inside);
  }

  /// Reads bytes of a leaf from an offset of the file, as many as there is room for.
  ///
  /// @return at least 1
  int read(Position place, long offset, ByteBuffer into) throws ShoalException, IOException {
    int at = (int) (offset - place.startBytes());
    if (place.inside().isPresent()) {
      byte[] bytes = place.inside().get();
      int count = Math.min(into.remaining(), bytes.length - at);
      into.put(bytes, at, count);
      return count;
    }
    try (ChunkReader reader = open(place)) {
      int read = reader.read(into, at);
      if (read <= 0) {
        throw nodes.absent(place.leaf());
      }
      reader.revalidate();
      return read;
    }
  }

  /// Opens the chunk of a leaf, whose bytes are right; the caller closes it.
  ChunkReader open(Position place) throws ShoalException, IOException {
    ChunkReader reader =
        switch (nodes.local().quarantine().open(place.leaf())) {
          case Quarantine.Found.Right(ChunkReader right) -> right;
          case Quarantine.Found.Corrupt() -> throw nodes.absent(place.leaf());
          case Quarantine.Found.Absent() -> throw nodes.absent(place.leaf());
        };
    boolean fits = false;
    try {
      requireSize(place.leaf(), place.sizeBytes(), reader.sizeBytes());
      fits = true;
    } finally {
      if (!fits) {
        reader.close();
      }
    }
    return reader;
  }
}
