package io.shoal.runtime.dag;

import io.shoal.api.Cid;
import io.shoal.api.MalformedDataException;
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

  /// A node that was walked: its shape without the CIDs of its children, and where these are.
  ///
  /// @param refs for each link a position, or `~n` for the identity CID number n
  @SuppressWarnings(
      "ArrayRecordComponent") // a million boxes would be the largest part of a large DAG
  record Walked(UnixNode shape, int[] refs) {}

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

  private final Cid root;
  private final CidIndex index = new CidIndex();
  private final List<Cid> identities = new ArrayList<>();
  private final Map<Cid, Integer> identityRefs = new HashMap<>();
  private final Map<Integer, Walked> walked = new HashMap<>();

  // Nodes that are linked to and not here yet, with their least depth so far.
  private final Map<Cid, Integer> missing = new LinkedHashMap<>();

  // Nodes that are here and whose turn has not come yet.
  private final Map<Cid, UnixNode> waiting = new HashMap<>();
  private final Deque<Frame> path = new ArrayDeque<>();
  private Optional<Cid> awaited = Optional.empty();
  private int rootRef;

  public DagWalker(Cid root) throws MalformedContentException {
    this.root = root;
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
  /// as far as it is known.
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
  public boolean accept(Cid cid, byte[] block) throws MalformedContentException {
    Integer depth = missing.remove(cid);
    if (depth == null) {
      return false;
    }
    try {
      UnixNode node = UnixNode.parse(block);
      for (Cid child : node.links()) {
        noteNode(child, depth + 1);
      }
      waiting.put(cid, node);
      advance();
      return true;
    } catch (MalformedDataException e) {
      throw malformed(cid, e);
    }
  }

  private void noteNode(Cid cid, int depth) throws MalformedDataException {
    if (depth > DagLimits.MAX_DEPTH) {
      throw new MalformedDataException("it is deeper than " + DagLimits.MAX_DEPTH + " levels");
    }
    boolean node = cid.codec() == Cid.DAG_PB && !cid.isIdentity();
    if (node && index.find(cid).isEmpty() && !waiting.containsKey(cid)) {
      missing.merge(cid, depth, Math::min);
      requireFewer(missing.size() + waiting.size() + index.size());
    }
  }

  private static void requireFewer(int chunks) throws MalformedDataException {
    if (chunks > DagLimits.MAX_CHUNKS) {
      throw new MalformedDataException("it has more than " + DagLimits.MAX_CHUNKS + " chunks");
    }
  }

  /// Numbers a CID that is not numbered yet, and begins to walk it if it is a node.
  private int enter(Cid cid) throws MalformedDataException {
    boolean node = cid.codec() == Cid.DAG_PB;
    if (cid.isIdentity()) {
      int ref = ~identities.size();
      identities.add(cid);
      identityRefs.put(cid, ref);
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

  private void push(Frame frame) throws MalformedDataException {
    if (path.size() > DagLimits.MAX_DEPTH) {
      throw new MalformedDataException("it is deeper than " + DagLimits.MAX_DEPTH + " levels");
    }
    path.push(frame);
  }

  private void advance() throws MalformedDataException {
    while (true) {
      if (awaited.isPresent()) {
        Cid cid = awaited.get();
        UnixNode node = waiting.remove(cid);
        if (node == null) {
          return;
        }
        awaited = Optional.empty();
        push(new Frame(index.find(cid).orElseThrow(), node));
      }
      Frame frame = path.peek();
      if (frame == null) {
        return;
      }
      step(frame);
    }
  }

  private void step(Frame frame) throws MalformedDataException {
    if (frame.next == frame.refs.length) {
      path.pop();
      walked.put(frame.ref, new Walked(frame.shape.childless(), frame.refs));
      return;
    }
    Cid child = frame.links.get(frame.next);
    Optional<Integer> known = ref(child);
    int at = frame.next++;
    frame.refs[at] = known.isPresent() ? known.get() : enter(child);
  }

  private Optional<Integer> ref(Cid cid) {
    if (cid.isIdentity()) {
      return Optional.ofNullable(identityRefs.get(cid));
    }
    OptionalInt position = index.find(cid);
    return position.isPresent() ? Optional.of(position.getAsInt()) : Optional.empty();
  }

  private MalformedContentException malformed(Cid node, MalformedDataException e) {
    String where = node.equals(root) ? "" : " (chunk " + node + ")";
    return new MalformedContentException(
        "%s is not a valid file or folder%s: %s; ask its publisher for another id"
            .formatted(root, where, e.getMessage()),
        e);
  }

  /// The root as [Walked#refs] would name it.
  int rootRef() {
    return rootRef;
  }

  /// The CID that a ref of [Walked#refs] stands for.
  Cid resolve(int ref) {
    return ref >= 0 ? index.get(ref) : identities.get(~ref);
  }

  /// The node that a ref stands for; empty for a leaf and for a node that was not walked yet.
  Optional<Walked> node(int ref) {
    return Optional.ofNullable(walked.get(ref));
  }
}
