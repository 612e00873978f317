package io.shoal.runtime.importer;

import io.shoal.api.Cid;
import io.shoal.api.PermanentException;
import io.shoal.api.ShoalException;
import io.shoal.runtime.dag.DagPb;
import io.shoal.runtime.dag.HamtShard;
import io.shoal.runtime.dag.MurmurHash3;
import io.shoal.runtime.dag.PbLink;
import io.shoal.runtime.dag.PbNode;
import io.shoal.runtime.dag.ProtoWriter;
import io.shoal.runtime.dag.UnixFsAttributes;
import io.shoal.runtime.dag.UnixFsData;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// Builds one folder: a single node, or a tree of shards when that node would be too large.
/// Confined to one thread.
public final class FolderLayout {

  /// @param name a name that passed the name check, once a folder
  public record Named(String name, DagChild child) {}

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Placed(byte[] nameBytes, long hash, PbLink link, DagChild child) {}

  private final ImportProfile profile;
  private final BlockSink sink;

  public FolderLayout(ImportProfile profile, BlockSink sink) {
    this.profile = profile;
    this.sink = sink;
  }

  public DagChild write(List<Named> entries) throws IOException, ShoalException {
    return write(entries, UnixFsAttributes.NONE);
  }

  /// @param attributes the folder's own rights and time
  public DagChild write(List<Named> entries, UnixFsAttributes attributes)
      throws IOException, ShoalException {
    Placed[] placed = new Placed[entries.size()];
    byte[] data = UnixFsData.folder().with(attributes).encode();
    long flatBytes = ProtoWriter.bytesSize(data.length);
    for (int i = 0; i < placed.length; i++) {
      Named entry = entries.get(i);
      byte[] nameBytes = entry.name().getBytes(StandardCharsets.UTF_8);
      PbLink link = entry.child().link(entry.name());
      placed[i] = new Placed(nameBytes, MurmurHash3.hash64(nameBytes), link, entry.child());
      flatBytes += DagPb.encodedSize(link);
    }
    if (flatBytes > profile.maxFlatFolderBytes()) {
      Arrays.sort(placed, (a, b) -> Long.compareUnsigned(a.hash(), b.hash()));
      return shard(placed, 0, placed.length, 0, attributes);
    }
    Arrays.sort(placed, (a, b) -> Arrays.compareUnsigned(a.nameBytes(), b.nameBytes()));
    Sum sum = new Sum();
    for (Placed entry : placed) {
      sum.add(entry.link(), entry.child());
    }
    return sum.node(data);
  }

  /// The shard of the entries `from` to `to`, which share the first `level` pieces of their hashes.
  private DagChild shard(Placed[] entries, int from, int to, int level, UnixFsAttributes attributes)
      throws IOException, ShoalException {
    int fanout = profile.fanout();
    if (level == HamtShard.maxLevels(fanout)) {
      throw new PermanentException(
          "'%s' and '%s' have the same name hash and cannot be in one large folder: rename one of them"
              .formatted(
                  entries[from].link().name().orElse(""),
                  entries[to - 1].link().name().orElse("")));
    }
    Sum sum = new Sum();
    List<Integer> buckets = new ArrayList<>();
    int start = from;
    while (start < to) {
      int bucket = HamtShard.bucket(entries[start].hash(), level, fanout);
      int end = start + 1;
      while (end < to && HamtShard.bucket(entries[end].hash(), level, fanout) == bucket) {
        end++;
      }
      buckets.add(bucket);
      String prefix = HamtShard.linkPrefix(bucket, fanout);
      DagChild child =
          end - start == 1
              ? entries[start].child()
              : shard(entries, start, end, level + 1, UnixFsAttributes.NONE);
      String name = end - start == 1 ? entries[start].link().name().orElse("") : "";
      sum.add(child.link(prefix + name), child);
      start = end;
    }
    UnixFsData data = UnixFsData.shard(HamtShard.bitmap(buckets, fanout), fanout);
    return sum.node(data.with(attributes).encode());
  }

  private final class Sum {
    private final List<PbLink> links = new ArrayList<>();
    private long fileBytes;
    private long dagBytes;
    private int height;

    void add(PbLink link, DagChild child) {
      links.add(link);
      fileBytes += child.fileBytes();
      dagBytes += child.dagBytes();
      height = Math.max(height, child.height() + 1);
    }

    DagChild node(byte[] data) throws IOException, ShoalException {
      byte[] block = DagPb.encode(new PbNode(links, Optional.of(data)));
      Cid cid = FileLayout.put(block, profile, sink);
      return new DagChild(cid, fileBytes, dagBytes + block.length, height);
    }
  }
}
