package io.shoal.runtime.dag;

import io.shoal.api.Cid;
import io.shoal.api.MalformedDataException;
import io.shoal.api.ShoalException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/// Numbers the distinct CIDs of a DAG depth first, in the order in which they are first seen, while
/// its nodes arrive in any order. The root is position 0; identity CIDs have no position, their
/// content is read from the CID itself.
///
/// A number never changes: the known positions are a prefix of the final numbering, which grows
/// whenever the first node that was missing arrives. Not thread-safe; no IO.
public final class DagWalker {
  /// Nodes that are here before their turn are kept up to this; further ones are asked for again
  /// when their turn comes.
  static final int MAX_WAITING_BYTES = 8 << 20;

  /// What a node takes that is known to be needed, or is here.
  private static final int BYTES_FOR_NODE = 400;

  private static final class Frame {
    final int ref;
    final UnixNode shape;
    final List<Cid> links;
    final int[] refs;
    int next;

    Frame(int ref, UnixNode shape) {
      this.ref = ref;
      this.shape = shape;
      this.links = shape.links();
      this.refs = new int[links.size()];
    }
  }

  /// A node that is here and whose turn has not come yet.
  private sealed interface Waiting {
    /// Its links take many times its bytes.
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Block(byte[] bytes) implements Waiting {}

    /// Of a leaf in dag-pb form its bytes are most.
    record Leaf(UnixNode node) implements Waiting {}

    /// It is to be given once more.
    record Dropped() implements Waiting {}
  }

  private final Cid root;
  private final DagMemory.Share memory;
  private final CidIndex index;
  private final CidIndex identities;
  private final Map<Integer, WalkedNode> walked = new HashMap<>();

  // Nodes that are linked to and not here yet, with their least depth so far.
  private final Map<Cid, Integer> missing = new LinkedHashMap<>();

  private final Map<Cid, Waiting> waiting = new HashMap<>();
  private int waitingBytes;
  private final Deque<Frame> path = new ArrayDeque<>();
  private Optional<Cid> awaited = Optional.empty();
  private int rootRef;

  /// @param memory what all of this, and the plan that is made of it, is taken from
  /// @throws ShoalException the root is an identity CID that is not a file or folder
  public DagWalker(Cid root, DagMemory.Share memory) throws ShoalException {
    this.root = root;
    this.memory = memory;
    this.index = new CidIndex(root);
    this.identities = new CidIndex(root);
    try {
      noteNode(root, 0);
      rootRef = enter(root);
      advance();
    } catch (MalformedDataException e) {
      throw malformed(root, e);
    }
  }

  Cid root() {
    return root;
  }

  DagMemory.Share memory() {
    return memory;
  }

  /// Whether all nodes are here, and so every position is known.
  public boolean complete() {
    return path.isEmpty() && awaited.isEmpty();
  }

  /// How many positions are known.
  public int size() {
    return index.size();
  }

  public Cid cid(int position) {
    return index.get(position);
  }

  /// The size that the root says its file has; empty while it is not here, for a folder, and once
  /// all is complete.
  public OptionalLong declaredBytes() {
    Frame first = path.peekLast();
    return first != null && first.shape instanceof UnixNode.File file
        ? OptionalLong.of(file.sizeBytes())
        : OptionalLong.empty();
  }

  /// Up to `max` nodes that are known to be needed and are not here, in the order of the numbering
  /// as far as it is known. The first may be one that was given before.
  public List<Cid> missingNodes(int max) {
    List<Cid> nodes = new ArrayList<>(Math.min(max, missing.size()));
    awaited.filter(cid -> max > 0).ifPresent(nodes::add);
    for (Cid cid : missing.keySet()) {
      if (nodes.size() >= max) {
        break;
      }
      if (!awaited.equals(Optional.of(cid))) {
        nodes.add(cid);
      }
    }
    return nodes;
  }

  /// Takes a node whose hash was checked.
  ///
  /// @return false if it is not missing, and was ignored
  /// @throws MalformedContentException the DAG cannot be read; the walker is unusable
  /// @throws ShoalException there is no memory for it; the walker is unusable
  public boolean accept(Cid cid, byte[] block) throws ShoalException {
    Integer depth = missing.remove(cid);
    if (depth == null) {
      return false;
    }
    try {
      long reading = (long) DagPb.countLinks(block) * DagPb.BYTES_FOR_READ_LINK;
      memory.take(reading);
      try {
        UnixNode node = UnixNode.parse(block);
        for (Cid child : node.links()) {
          noteNode(child, depth + 1);
        }
        if (awaited.equals(Optional.of(cid))) {
          begin(cid, node);
        } else {
          keep(cid, node, block);
        }
      } finally {
        memory.giveBack(reading);
      }
      advance();
      return true;
    } catch (MalformedDataException e) {
      throw malformed(cid, e);
    }
  }

  private void keep(Cid cid, UnixNode node, byte[] block) {
    if (node.links().isEmpty()) {
      waiting.put(cid, new Waiting.Leaf(node));
    } else if (block.length > MAX_WAITING_BYTES - waitingBytes) {
      waiting.put(cid, new Waiting.Dropped());
    } else {
      waiting.put(cid, new Waiting.Block(block));
      waitingBytes += block.length;
    }
  }

  private void noteNode(Cid cid, int depth) throws MalformedDataException, ShoalException {
    if (depth > DagLimits.MAX_DEPTH) {
      throw new MalformedDataException("it is deeper than " + DagLimits.MAX_DEPTH + " levels");
    }
    boolean node = cid.codec() == Cid.DAG_PB && !cid.isIdentity();
    if (node && !walkedOrBegun(cid) && !waiting.containsKey(cid)) {
      if (!missing.containsKey(cid)) {
        memory.take(BYTES_FOR_NODE);
      }
      missing.merge(cid, depth, Math::min);
      requireFewer(missing.size() + waiting.size() + index.size());
    }
  }

  private boolean walkedOrBegun(Cid node) {
    return index.find(node).isPresent();
  }

  private static void requireFewer(int chunks) throws MalformedDataException {
    if (chunks > DagLimits.MAX_CHUNKS) {
      throw new MalformedDataException("it has more than " + DagLimits.MAX_CHUNKS + " chunks");
    }
  }

  /// Numbers a CID that is not numbered yet, and begins to walk it if it is a node.
  private int enter(Cid cid) throws MalformedDataException, ShoalException {
    boolean node = cid.codec() == Cid.DAG_PB;
    memory.take(CidIndex.bytesFor(cid));
    if (cid.isIdentity()) {
      int ref = ~identities.add(cid);
      requireFewer(identities.size());
      if (node) {
        UnixNode shape = UnixNode.parse(cid.identityContent());
        for (Cid child : shape.links()) {
          noteNode(child, path.size() + 1);
        }
        push(new Frame(ref, shape));
      }
      return ref;
    }
    int position = index.add(cid);
    requireFewer(index.size());
    if (node) {
      awaited = Optional.of(cid);
    }
    return position;
  }

  private void push(Frame frame) throws MalformedDataException, ShoalException {
    if (path.size() > DagLimits.MAX_DEPTH) {
      throw new MalformedDataException("it is deeper than " + DagLimits.MAX_DEPTH + " levels");
    }
    memory.take((long) frame.refs.length * DagPb.BYTES_FOR_READ_LINK);
    path.push(frame);
  }

  private void begin(Cid cid, UnixNode node) throws MalformedDataException, ShoalException {
    awaited = Optional.empty();
    push(new Frame(index.find(cid).orElseThrow(), node));
  }

  private void advance() throws MalformedDataException, ShoalException {
    while (awaited.isEmpty() || beginAwaited()) {
      Frame frame = path.peek();
      if (frame == null) {
        return;
      }
      step(frame);
    }
  }

  /// @return whether the node that is next is here
  private boolean beginAwaited() throws MalformedDataException, ShoalException {
    Cid cid = awaited.orElseThrow();
    return switch (waiting.remove(cid)) {
      case null -> false;
      case Waiting.Leaf(UnixNode node) -> {
        begin(cid, node);
        yield true;
      }
      case Waiting.Block(byte[] bytes) -> {
        waitingBytes -= bytes.length;
        begin(cid, UnixNode.parse(bytes));
        yield true;
      }
      case Waiting.Dropped() -> {
        // Its children were noted by their depth when it came.
        missing.put(cid, path.size());
        yield false;
      }
    };
  }

  private void step(Frame frame) throws ShoalException, MalformedDataException {
    if (frame.next == frame.refs.length) {
      path.pop();
      WalkedNode node = WalkedNode.of(frame.shape, frame.refs);
      memory.giveBack((long) frame.refs.length * DagPb.BYTES_FOR_READ_LINK);
      memory.take(node.sizeBytes());
      walked.put(frame.ref, node);
      return;
    }
    Cid child = frame.links.get(frame.next);
    OptionalInt known = ref(child);
    int at = frame.next++;
    frame.refs[at] = known.isPresent() ? known.getAsInt() : enter(child);
  }

  private OptionalInt ref(Cid cid) {
    if (cid.isIdentity()) {
      OptionalInt number = identities.find(cid);
      return number.isPresent() ? OptionalInt.of(~number.getAsInt()) : number;
    }
    return index.find(cid);
  }

  private MalformedContentException malformed(Cid node, MalformedDataException e) {
    String where = node.equals(root) ? "" : " (chunk " + node + ")";
    return new MalformedContentException(
        "%s is not a valid file or folder%s: %s; ask its publisher for another id"
            .formatted(root, where, e.getMessage()),
        e);
  }

  /// The root as [WalkedNode#refs] would name it.
  int rootRef() {
    return rootRef;
  }

  /// The CID that a ref of [WalkedNode#refs] stands for.
  Cid resolve(int ref) {
    return ref >= 0 ? index.get(ref) : identities.get(~ref);
  }

  /// The node that a ref stands for; empty for a leaf and for a node that was not walked yet.
  Optional<WalkedNode> node(int ref) {
    return Optional.ofNullable(walked.get(ref));
  }
}
