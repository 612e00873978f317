package io.shoal.runtime.testing;

import io.shoal.api.ChunkStore;
import io.shoal.api.Cid;
import io.shoal.api.MalformedDataException;
import io.shoal.api.ShoalException;
import io.shoal.api.UserFaultException;
import io.shoal.runtime.dag.DagLimits;
import io.shoal.runtime.dag.MalformedContentException;
import io.shoal.runtime.dag.TreePlan;
import io.shoal.runtime.dag.UnixNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/// Reads a file's bytes along its DAG, without any plan: what plans and downloads are compared
/// with.
public final class ContentReader {
  private final BlockSource blocks;

  ContentReader(BlockSource blocks) {
    this.blocks = blocks;
  }

  public static byte[] read(BlockSource blocks, Cid root) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    new ContentReader(blocks).copy(root, out);
    return out.toByteArray();
  }

  /// Writes the file at `root` to `out`, which stays open.
  ///
  /// @return how many bytes were written
  /// @throws UserFaultException the root is a folder or a symbolic link
  /// @throws MalformedContentException the file's DAG does not add up; what was written until then
  ///   is right
  long copy(Cid root, OutputStream out) throws IOException, ShoalException, InterruptedException {
    try {
      return copy(root, TreePlan.UNKNOWN_SIZE, 0, out);
    } catch (MalformedDataException e) {
      throw new MalformedContentException(
          "%s is no proper file: %s; ask its publisher for another id"
              .formatted(root, e.getMessage()),
          e);
    }
  }

  private long copy(Cid cid, long declaredBytes, int depth, OutputStream out)
      throws IOException, ShoalException, InterruptedException {
    if (depth > DagLimits.MAX_DEPTH) {
      throw new MalformedDataException("it is deeper than " + DagLimits.MAX_DEPTH + " levels");
    }
    if (declaredBytes == 0 && depth > 0) {
      return 0; // parts without bytes could be linked to without end
    }
    byte[] block = cid.isIdentity() ? cid.identityContent() : load(cid);
    if (cid.codec() != Cid.DAG_PB) {
      return emit(block, declaredBytes, out);
    }
    UnixNode node = UnixNode.parse(block);
    if (!(node instanceof UnixNode.File file)) {
      if (depth > 0) {
        throw new MalformedDataException("a part of it is no file");
      }
      throw new UserFaultException(
          cid + " is no file but a folder or a symbolic link: use ls or get");
    }
    requireSame(declaredBytes, file.sizeBytes());
    if (file.isLeaf()) {
      return emit(UnixNode.leafContent(block), file.sizeBytes(), out);
    }
    long written = 0;
    if (file.ownBytes() > 0) {
      written = emit(UnixNode.leafContent(block), file.ownBytes(), out);
    }
    for (int i = 0; i < file.blockSizes().length; i++) {
      written += copy(file.children().get(i), file.blockSizes()[i], depth + 1, out);
    }
    return written;
  }

  private byte[] load(Cid cid) throws IOException, ShoalException, InterruptedException {
    byte[] block = blocks.load(cid);
    if (block.length > ChunkStore.MAX_CHUNK_SIZE_BYTES) {
      throw new MalformedDataException("a chunk is larger than 2 MiB");
    }
    return block;
  }

  private static long emit(byte[] bytes, long declaredBytes, OutputStream out)
      throws IOException, MalformedDataException {
    requireSame(declaredBytes, bytes.length);
    out.write(bytes);
    return bytes.length;
  }

  private static void requireSame(long declared, long actual) throws MalformedDataException {
    if (declared != TreePlan.UNKNOWN_SIZE && declared != actual) {
      throw new MalformedDataException(
          "a part of it has %,d bytes where its parent says %,d".formatted(actual, declared));
    }
  }
}
