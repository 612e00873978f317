package io.shoal.runtime;

import io.shoal.api.ChunkStore;
import io.shoal.api.Cid;
import io.shoal.api.MalformedDataException;
import io.shoal.api.ShoalException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/// Writes a planned tree out of chunks that are here. Holds one leaf at a time.
final class Exporter {
  private final BlockSource blocks;

  Exporter(BlockSource blocks) {
    this.blocks = blocks;
  }

  /// Writes everything and gives it its name. When this throws, `NAME.part` stays for another try.
  ///
  /// @param sync whether to force all of it to the medium first
  void export(TreePlan plan, Destination destination, boolean sync)
      throws IOException, ShoalException, InterruptedException {
    destination.begin(plan);
    for (TreePlan.PlannedFile file : plan.files()) {
      try (FileChannel out = destination.open(file)) {
        write(plan, file, out);
        if (sync) {
          out.force(true);
        }
      }
    }
    destination.complete(plan, sync);
  }

  private void write(TreePlan plan, TreePlan.PlannedFile file, FileChannel out)
      throws IOException, ShoalException, InterruptedException {
    TreePlan.Content content = file.content();
    long end = 0;
    for (int i = 0; i < content.leafCount(); i++) {
      Cid leaf = plan.leafCid(content.leaf(i));
      byte[] bytes = leafBytes(plan, leaf, content.leafBytes(i));
      ByteBuffer rest = ByteBuffer.wrap(bytes);
      long at = content.offset(i);
      while (rest.hasRemaining()) {
        at += out.write(rest, at);
      }
      end = at;
    }
    out.truncate(end); // what an earlier try may have left behind it
  }

  private byte[] leafBytes(TreePlan plan, Cid leaf, long declaredBytes)
      throws IOException, ShoalException, InterruptedException {
    byte[] block = leaf.isIdentity() ? leaf.identityContent() : blocks.load(leaf);
    return leafBytes(plan.root(), leaf, block, declaredBytes);
  }

  /// The file bytes in a leaf's chunk, checked against the size that its parent declares.
  ///
  /// @param declaredBytes what the parent says, or [TreePlan#UNKNOWN_SIZE]
  static byte[] leafBytes(Cid root, Cid leaf, byte[] block, long declaredBytes)
      throws MalformedContentException {
    byte[] bytes;
    try {
      bytes = leaf.codec() == Cid.DAG_PB ? UnixNode.leafContent(block) : block;
    } catch (MalformedDataException e) {
      throw new MalformedContentException(
          "%s is no proper file or folder: chunk %s: %s; ask its publisher for another id"
              .formatted(root, leaf, e.getMessage()),
          e);
    }
    boolean right =
        declaredBytes == TreePlan.UNKNOWN_SIZE
            ? bytes.length <= ChunkStore.MAX_CHUNK_SIZE_BYTES
            : bytes.length == declaredBytes;
    if (!right) {
      throw new MalformedContentException(
          "%s is no proper file or folder: chunk %s has %,d bytes and not %,d; ask its publisher for another id"
              .formatted(root, leaf, bytes.length, declaredBytes));
    }
    return bytes;
  }
}
