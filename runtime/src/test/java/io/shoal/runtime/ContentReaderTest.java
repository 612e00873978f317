package io.shoal.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.shoal.api.Cid;
import io.shoal.api.Multihash;
import io.shoal.api.UserFaultException;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ContentReaderTest {
  private static final ImportProfile SMALL = new ImportProfile(100, 4, 1, 256 * 1024, 256);

  static byte[] read(BlockSource blocks, Cid root) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    long written = new ContentReader(blocks).copy(root, out);
    assertEquals(written, out.size());
    return out.toByteArray();
  }

  @Test
  void aFileIsReadInOrder() throws Exception {
    Blocks blocks = new Blocks();
    byte[] content = Blocks.pattern(12_345);
    assertArrayEquals(content, read(blocks, blocks.file(content, SMALL, true).cid()));
    assertArrayEquals(content, read(blocks, blocks.file(content, SMALL, false).cid()));
  }

  @Test
  void contentInTheIdNeedsNoChunk() throws Exception {
    byte[] content = {1, 2, 3};
    Cid cid = Cid.of(Cid.RAW, Multihash.of(Multihash.IDENTITY, content));
    assertArrayEquals(content, read(new Blocks(), cid));
  }

  @Test
  void aLeafOfAnotherSizeThanDeclaredIsRefused() {
    Blocks blocks = new Blocks();
    Cid leaf = blocks.put(Cid.RAW, new byte[5]);
    byte[] data = UnixFsData.fileNode(6, new long[] {6}).encode();
    Cid root =
        blocks.putNode(
            DagPb.encode(new PbNode(List.of(new PbLink(leaf, "", 5)), Optional.of(data))));
    assertThrows(MalformedContentException.class, () -> read(blocks, root));
  }

  @Test
  void aFolderIsNoFile() throws Exception {
    Blocks blocks = new Blocks();
    Cid folder = new FolderLayout(SMALL, blocks).write(List.of()).cid();
    assertThrows(UserFaultException.class, () -> read(blocks, folder));
  }
}
