package io.shoal.runtime.testing;

import io.shoal.api.Cid;
import io.shoal.api.Multihash;
import io.shoal.api.ShoalException;
import io.shoal.runtime.command.NotFoundException;
import io.shoal.runtime.dag.DagMemory;
import io.shoal.runtime.dag.DagPbLeaves;
import io.shoal.runtime.dag.DagWalker;
import io.shoal.runtime.importer.BlockSink;
import io.shoal.runtime.importer.DagChild;
import io.shoal.runtime.importer.FileLayout;
import io.shoal.runtime.importer.ImportProfile;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/// Blocks in memory, named by the JDK's SHA-256.
public final class Blocks implements BlockSink, BlockSource {
  private final Map<Cid, byte[]> blocks = new HashMap<>();

  public static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  public static String sha256Hex(byte[] bytes) {
    return HexFormat.of().formatHex(sha256(bytes));
  }

  public Cid put(long codec, byte[] block) {
    Cid cid = Cid.of(codec, Multihash.of(Multihash.SHA2_256, sha256(block)));
    blocks.put(cid, block);
    return cid;
  }

  public void put(Cid cid, byte[] block) {
    blocks.put(cid.toV1(), block);
  }

  @Override
  public Cid putNode(byte[] block) {
    return put(Cid.DAG_PB, block);
  }

  @Override
  public byte[] load(Cid cid) throws NotFoundException {
    return find(cid).orElseThrow(() -> new NotFoundException("chunk " + cid + " is not here"));
  }

  Optional<byte[]> find(Cid cid) {
    return Optional.ofNullable(blocks.get(cid.toV1()));
  }

  public void forEach(BiConsumer<Cid, byte[]> each) {
    blocks.forEach(each);
  }

  public int size() {
    return blocks.size();
  }

  /// Memory for DAGs as large as a test likes.
  public static DagMemory.Share memory(Cid root) {
    return new DagMemory(Long.MAX_VALUE, () -> 0).share(root);
  }

  /// Gives a walker all nodes that it asks for.
  public DagWalker walk(Cid root) throws ShoalException {
    return walk(root, memory(root));
  }

  public DagWalker walk(Cid root, DagMemory.Share memory) throws ShoalException {
    DagWalker walker = new DagWalker(root, memory);
    boolean progress = true;
    while (progress) {
      progress = false;
      for (Cid cid : walker.missingNodes(64)) {
        Optional<byte[]> block = find(cid);
        progress |= block.isPresent() && walker.accept(cid, block.get());
      }
    }
    return walker;
  }

  /// Imports content in memory with any layout.
  public DagChild file(byte[] content, ImportProfile profile, boolean rawLeaves) throws Exception {
    FileLayout layout = new FileLayout(profile, this);
    int at = 0;
    do {
      int end = Math.min(content.length, at + profile.leafSizeBytes());
      byte[] bytes = Arrays.copyOfRange(content, at, end);
      if (rawLeaves) {
        layout.addLeaf(DagChild.leaf(put(Cid.RAW, bytes), bytes.length, bytes.length));
      } else {
        byte[] block = DagPbLeaves.block(bytes);
        Cid cid = FileLayout.put(block, profile, this);
        layout.addLeaf(DagChild.leaf(cid, bytes.length, block.length));
      }
      at = end;
    } while (at < content.length);
    return layout.finish();
  }

  public static byte[] pattern(int size) {
    byte[] content = new byte[size];
    for (int i = 0; i < size; i++) {
      content[i] = (byte) (i % 251);
    }
    return content;
  }
}
