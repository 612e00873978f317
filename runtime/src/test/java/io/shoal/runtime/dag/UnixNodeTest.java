package io.shoal.runtime.dag;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Cid;
import io.shoal.api.MalformedDataException;
import io.shoal.runtime.importer.FolderLayout;
import io.shoal.runtime.importer.ImportProfile;
import io.shoal.runtime.testing.Blocks;
import io.shoal.runtime.testing.ContentReader;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UnixNodeTest {
  private static final HexFormat HEX = HexFormat.of();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", // no type
        "0806", // an unknown type
        "08021802" + "1802", // two sizes
        "0802220181", // packed block sizes that end in the middle of one
        "08024801", // an unknown field
        "0a0102", // the type as bytes
        "0802" + "18ffffffffffffffffff01", // a size beyond 63 bits
        "0802" + "4202180a", // an unknown field in the time
      })
  void aMessageThatIsNotUnixFsIsRefused(String hex) {
    assertThrows(MalformedDataException.class, () -> UnixFsData.decode(HEX.parseHex(hex)));
  }

  @Test
  void modeAndTimeAreRead() throws Exception {
    String mode = "38a403";
    String time = "420b" + "08ffffffff07" + "1500000001";
    UnixFsData data = UnixFsData.decode(HEX.parseHex("0802" + "12026162" + "1802" + mode + time));
    assertEquals(UnixFsData.Type.FILE, data.type());
    assertEquals(
        new UnixFsAttributes(
            OptionalInt.of(0644), Optional.of(Instant.ofEpochSecond(0x7fffffff, 0x01000000))),
        data.attributes());
    assertEquals(data.attributes(), UnixFsData.decode(data.encode()).attributes());
    assertArrayEquals(new byte[] {'a', 'b'}, data.data().orElseThrow());
  }

  @Test
  void packedBlockSizesAreReadAsSingleOnesAre() throws Exception {
    UnixFsData packed = UnixFsData.decode(HEX.parseHex("0802" + "18ac04" + "2203ac0202" + "202c"));
    assertArrayEquals(new long[] {300, 2, 44}, packed.blockSizes());
    assertArrayEquals(new long[0], UnixFsData.decode(HEX.parseHex("08022200")).blockSizes());
  }

  @Test
  void aNodeMayHaveBytesAndLinksAndItsBytesComeFirst() throws Exception {
    Blocks blocks = new Blocks();
    Cid leaf = blocks.put(Cid.RAW, "bbb".getBytes(StandardCharsets.US_ASCII));
    Cid inner = file(blocks, "cc", 5, leaf, 3);
    Cid root = file(blocks, "aaaa", 9, inner, 5);
    assertEquals(
        "aaaaccbbb", new String(ContentReader.read(blocks, root), StandardCharsets.US_ASCII));
    TreePlan.Content content = TreePlanner.plan(blocks.walk(root)).files().getFirst().content();
    assertEquals(9, content.sizeBytes());
    assertEquals(3, content.runCount());
    assertEquals(4, content.offset(1));
    assertEquals(2, content.leafBytes(1));
    Cid wrong = file(blocks, "aaaa", 8, inner, 5);
    assertThrows(MalformedContentException.class, () -> blocks.walk(wrong));
  }

  private static Cid file(Blocks blocks, String own, long size, Cid part, long partSize) {
    UnixFsData data =
        new UnixFsData(
            UnixFsData.Type.FILE,
            Optional.of(own.getBytes(StandardCharsets.US_ASCII)),
            OptionalLong.of(size),
            new long[] {partSize},
            OptionalLong.empty(),
            OptionalLong.empty(),
            UnixFsAttributes.NONE);
    PbLink link = new PbLink(part, "", partSize);
    return blocks.putNode(DagPb.encode(new PbNode(List.of(link), Optional.of(data.encode()))));
  }

  @Test
  void whatIsNoRightAndNoTimeIsDropped() throws Exception {
    String setUserIdAndKind = "38ed9303"; // 0o144755
    UnixFsAttributes read = UnixFsData.decode(HEX.parseHex("0802" + setUserIdAndKind)).attributes();
    assertEquals(new UnixFsAttributes(OptionalInt.of(0755), Optional.empty()), read);
    String before1970 = "4210" + "08fbffffffffffffffff01" + "15ffffffff";
    assertEquals(
        Optional.of(Instant.ofEpochSecond(-5)),
        UnixFsData.decode(HEX.parseHex("0802" + before1970)).attributes().modified());
    String beyondAllClocks = "420a" + "08ffffffffffffffff7f";
    assertEquals(
        UnixFsAttributes.NONE,
        UnixFsData.decode(HEX.parseHex("0802" + beyondAllClocks)).attributes());
  }

  @Test
  void aWrittenNodeIsReadBack() throws Exception {
    UnixFsData node = UnixFsData.fileNode(12, new long[] {5, 7});
    UnixFsData again = UnixFsData.decode(node.encode());
    assertArrayEquals(node.blockSizes(), again.blockSizes());
    assertEquals(node.fileSize(), again.fileSize());
    assertEquals("0802180c20052007", HEX.formatHex(node.encode()));
    assertEquals("08021800", HEX.formatHex(DagPbLeaves.data(new byte[0]).encode()));
  }

  private static List<byte[]> seeds() throws Exception {
    Blocks blocks = new Blocks();
    ImportProfile profile = new ImportProfile(7, 5, 1, 0, 8);
    List<FolderLayout.Named> entries = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      entries.add(
          new FolderLayout.Named("n" + i, blocks.file(Blocks.pattern(i * 9), profile, i > 4)));
    }
    Cid sharded = new FolderLayout(profile, blocks).write(entries).cid();
    ImportProfile flat = ImportProfile.unixfsV1(ImportProfile.MAX_LEAF_SIZE_BYTES);
    Cid folder = new FolderLayout(flat, blocks).write(entries).cid();
    byte[] link = HEX.parseHex("0a070804120361" + "2f62");
    return List.of(
        blocks.load(sharded),
        blocks.load(folder),
        blocks.load(blocks.file(Blocks.pattern(100), profile, true).cid()),
        blocks.load(blocks.file(Blocks.pattern(5), profile, false).cid()),
        link);
  }

  @Test
  void damagedNodesAreRefusedOrStayWithinTheirRules() throws Exception {
    List<byte[]> seeds = seeds();
    for (byte[] seed : seeds) {
      assertFalse(UnixNode.parse(seed).toString().isEmpty());
    }
    Random random = new Random(1977);
    int accepted = 0;
    for (int round = 0; round < 200_000; round++) {
      byte[] seed = seeds.get(random.nextInt(seeds.size()));
      byte[] bytes = Arrays.copyOf(seed, Math.max(0, seed.length - random.nextInt(3)));
      for (int edits = random.nextInt(3); edits > 0 && bytes.length > 0; edits--) {
        bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      }
      try {
        requireRules(UnixNode.parse(bytes));
        accepted++;
      } catch (MalformedDataException refused) {
        assertFalse(refused.getMessage().contains("\n"));
      }
    }
    assertTrue(accepted > 10_000);
  }

  private static void requireRules(UnixNode node) {
    switch (node) {
      case UnixNode.File file -> {
        assertEquals(file.children().size(), file.blockSizes().length);
        assertEquals(file.sizeBytes(), file.ownBytes() + Arrays.stream(file.blockSizes()).sum());
      }
      case UnixNode.Folder folder ->
          assertEquals(
              folder.entries().size(),
              folder.entries().stream().map(UnixNode.Entry::name).distinct().count());
      case UnixNode.Shard shard -> {
        int last = -1;
        for (UnixNode.Slot slot : shard.slots()) {
          assertTrue(slot.bucket() > last && slot.bucket() < shard.fanout());
          last = slot.bucket();
        }
      }
      case UnixNode.Symlink link -> assertEquals(Optional.empty(), link.links().stream().findAny());
    }
  }
}
