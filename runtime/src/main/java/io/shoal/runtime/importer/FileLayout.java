package io.shoal.runtime.importer;

import io.shoal.api.Cid;
import io.shoal.api.ShoalException;
import io.shoal.runtime.dag.DagPb;
import io.shoal.runtime.dag.PbLink;
import io.shoal.runtime.dag.PbNode;
import io.shoal.runtime.dag.UnixFsAttributes;
import io.shoal.runtime.dag.UnixFsData;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Builds one file's balanced tree over its leaves, which arrive in order. All leaves end at one
/// depth, so that what is left over at the end of a level gets parents of its own. Holds at most
/// `width` children a level. Confined to one thread.
public final class FileLayout {
  private final ImportProfile profile;
  private final BlockSink sink;

  // Children that have no parent yet; level 0 holds leaves.
  private final List<List<DagChild>> levels = new ArrayList<>();

  public FileLayout(ImportProfile profile, BlockSink sink) {
    this.profile = profile;
    this.sink = sink;
  }

  public void addLeaf(DagChild leaf) throws IOException, ShoalException {
    add(0, leaf);
  }

  private void add(int level, DagChild child) throws IOException, ShoalException {
    if (level == levels.size()) {
      levels.add(new ArrayList<>());
    }
    // A full level is packed only when one more comes: a single full level has one parent, the
    // root.
    if (levels.get(level).size() == profile.width()) {
      pack(level);
    }
    levels.get(level).add(child);
  }

  private void pack(int level) throws IOException, ShoalException {
    DagChild parent = parent(levels.get(level), UnixFsAttributes.NONE);
    levels.get(level).clear();
    add(level + 1, parent);
  }

  /// The root of the file. The layout is used up.
  ///
  /// @throws IllegalStateException there was no leaf; an empty file has one empty leaf
  public DagChild finish() throws IOException, ShoalException {
    return finish(UnixFsAttributes.NONE);
  }

  /// The same with rights and time, for which even a single leaf gets a node above it.
  public DagChild finish(UnixFsAttributes attributes) throws IOException, ShoalException {
    if (levels.isEmpty()) {
      throw new IllegalStateException("a file has at least one leaf");
    }
    for (int level = 0; level < levels.size() - 1; level++) {
      pack(level);
    }
    List<DagChild> top = levels.getLast();
    return top.size() == 1 && attributes.isEmpty() ? top.getFirst() : parent(top, attributes);
  }

  private DagChild parent(List<DagChild> children, UnixFsAttributes attributes)
      throws IOException, ShoalException {
    List<PbLink> links = new ArrayList<>(children.size());
    long[] blockSizes = new long[children.size()];
    long fileBytes = 0;
    long dagBytes = 0;
    int height = 0;
    for (int i = 0; i < blockSizes.length; i++) {
      DagChild child = children.get(i);
      // The empty name is what other importers write; without it the root would differ.
      links.add(child.link(""));
      blockSizes[i] = child.fileBytes();
      fileBytes += child.fileBytes();
      dagBytes += child.dagBytes();
      height = Math.max(height, child.height());
    }
    byte[] data = UnixFsData.fileNode(fileBytes, blockSizes).with(attributes).encode();
    byte[] block = DagPb.encode(new PbNode(links, Optional.of(data)));
    Cid cid = put(block, profile, sink);
    return new DagChild(cid, fileBytes, dagBytes + block.length, height + 1);
  }

  public static Cid put(byte[] block, ImportProfile profile, BlockSink sink)
      throws IOException, ShoalException {
    Cid cid = sink.putNode(block);
    return profile.cidVersion() == 0 ? Cid.ofV0(cid.multihash()) : cid;
  }
}
