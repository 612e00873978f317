package io.shoal.transport.http.content;

import io.shoal.api.Cid;
import io.shoal.api.MalformedDataException;
import io.shoal.api.RefusedException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/// Hands on the chunks of a DAG in depth-first order, a node before what is below it. A chunk that
/// occurs again is left out unless duplicates are wanted. Identity CIDs are never handed on. Used
/// by one thread, for one answer.
public final class DagWalk {
  /// Links from a root to its deepest chunk: a file of 1 TiB needs three.
  private static final int MAX_DEPTH = 64;

  /// Links of all nodes that are open at once, some 200 bytes each.
  private static final int MAX_PENDING = 1 << 17;

  /// Nodes that are read again and not sent: parts of a file that occur in it more than once.
  private static final int MAX_READ_AGAIN = 1 << 16;

  /// A chunk that is to come.
  ///
  /// @param beginBytes where its bytes begin in the file that is walked, if one is
  /// @param sizeBytes of its part of that file
  private record Step(Cid cid, long beginBytes, long sizeBytes) {}

  private final Blocks blocks;
  private final boolean duplicates;
  private final SeenBlocks seen = new SeenBlocks();
  private int readAgain;

  public DagWalk(Blocks blocks, boolean duplicates) {
    this.blocks = blocks;
    this.duplicates = duplicates;
  }

  /// Hands on the nodes that lead to a path, and what is at its end.
  ///
  /// @param span of a file, with [Scope#ENTITY] alone
  /// @throws MalformedDataException a node is not valid
  /// @throws RefusedException a chunk is not here, or not now
  public void walk(PathWalk path, Scope scope, Optional<ByteSpan> span)
      throws MalformedDataException, RefusedException, IOException, InterruptedException {
    for (Cid cid : path.way()) {
      if (isNew(cid)) {
        blocks.pass(cid);
      }
    }
    switch (scope) {
      case BLOCK -> {
        if (isNew(path.end())) {
          blocks.pass(path.end());
        }
      }
      case ENTITY -> entity(path.end(), span);
      case ALL -> below(new Step(path.end(), 0, 0), true, (_, node) -> links(node));
    }
  }

  private boolean isNew(Cid cid) {
    return !cid.isIdentity() && (seen.add(cid) || duplicates);
  }

  /// The bytes of a node, handed on if it is new.
  ///
  /// @param once whether all below a node that is not new was handed on as well
  /// @return empty if there is nothing to look for below it
  private Optional<byte[]> node(Cid cid, boolean once)
      throws MalformedDataException, RefusedException, IOException, InterruptedException {
    if (cid.isIdentity()) {
      return Optional.of(cid.identityContent());
    }
    if (isNew(cid)) {
      return Optional.of(blocks.passNode(cid));
    }
    if (once) {
      return Optional.empty();
    }
    if (++readAgain > MAX_READ_AGAIN) {
      throw new MalformedDataException("the parts of a file occur in it too often");
    }
    return Optional.of(blocks.read(cid));
  }

  private void entity(Cid cid, Optional<ByteSpan> span)
      throws MalformedDataException, RefusedException, IOException, InterruptedException {
    if (cid.codec() != Cid.DAG_PB) {
      if (isNew(cid)) {
        blocks.pass(cid);
      }
      return;
    }
    DagPb top = DagPb.decode(node(cid, false).orElseThrow());
    Optional<UnixFs> data = top.unixFs();
    if (data.isEmpty()) {
      return;
    }
    if (data.get().type() == UnixFs.Type.HAMT_SHARD) {
      for (Step shard : shards(top)) {
        below(shard, true, (_, node) -> shards(node));
      }
    } else if (data.get().type().isFile()) {
      long size = data.get().sizeBytes();
      ByteSpan whole = span.orElse(ByteSpan.parse("0:*").orElseThrow());
      long first = whole.firstByte(size);
      long last = whole.lastByte(size);
      for (Step part : parts(new Step(cid, 0, size), top, first, last)) {
        below(part, span.isEmpty(), (step, node) -> parts(step, node, first, last));
      }
    }
  }

  /// Chooses where to go from a node.
  @FunctionalInterface
  private interface Next {
    List<Step> below(Step step, DagPb node) throws MalformedDataException;
  }

  private void below(Step top, boolean once, Next next)
      throws MalformedDataException, RefusedException, IOException, InterruptedException {
    Deque<Deque<Step>> open = new ArrayDeque<>();
    open.push(new ArrayDeque<>(List.of(top)));
    int pending = 1;
    while (!open.isEmpty()) {
      if (open.getFirst().isEmpty()) {
        open.pop();
        continue;
      }
      Step step = open.getFirst().pop();
      pending--;
      boolean leaf = step.cid().codec() != Cid.DAG_PB;
      if (leaf && isNew(step.cid())) {
        blocks.pass(step.cid());
      } else if (!leaf) {
        Optional<byte[]> node = node(step.cid(), once);
        List<Step> more = node.isPresent() ? next.below(step, DagPb.decode(node.get())) : List.of();
        pending += more.size();
        if (open.size() == MAX_DEPTH || pending > MAX_PENDING) {
          throw new MalformedDataException("the DAG is too deep or too wide to be walked");
        }
        open.push(new ArrayDeque<>(more));
      }
    }
  }

  private static List<Step> links(DagPb node) {
    return node.links().stream().map(link -> new Step(link.cid(), 0, 0)).toList();
  }

  private static List<Step> shards(DagPb node) throws MalformedDataException {
    Optional<UnixFs> data = node.unixFs();
    if (data.isEmpty() || data.get().type() != UnixFs.Type.HAMT_SHARD) {
      throw new MalformedDataException("a part of a sharded folder is no shard");
    }
    HamtShard shard = HamtShard.of(node, data.get());
    return node.links().stream()
        .filter(shard::isShard)
        .map(link -> new Step(link.cid(), 0, 0))
        .toList();
  }

  private static List<Step> parts(Step file, DagPb node, long first, long last)
      throws MalformedDataException {
    List<Long> sizes = node.unixFs().map(UnixFs::blockSizes).orElse(List.of());
    if (sizes.size() != node.links().size()) {
      throw new MalformedDataException("a file's node does not say how large its parts are");
    }
    List<Step> parts = new ArrayList<>();
    long begin = file.beginBytes();
    for (int i = 0; i < sizes.size(); i++) {
      long end = begin + sizes.get(i);
      if (end < begin) {
        throw new MalformedDataException("a file's parts are larger than any file");
      }
      if (first <= last && begin <= last && end > first) {
        parts.add(new Step(node.links().get(i).cid(), begin, sizes.get(i)));
      }
      begin = end;
    }
    return parts;
  }
}
