package io.shoal.runtime.destination;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Cid;
import io.shoal.api.StoreFullException;
import io.shoal.api.UserFaultException;
import io.shoal.runtime.dag.TreePlan;
import io.shoal.runtime.dag.TreePlanner;
import io.shoal.runtime.importer.ImportProfile;
import io.shoal.runtime.store.ChunkCheck;
import io.shoal.runtime.store.DownloadJournal;
import io.shoal.runtime.testing.Blocks;
import io.shoal.runtime.testing.JdkSha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DownloadTargetTest {
  private static final int LEAF = ImportProfile.MIN_LEAF_SIZE_BYTES;
  private static final Cid ANY = new Blocks().put(Cid.RAW, new byte[] {1});
  private static final SizeLimit NO_LIMIT = new SizeLimit(ANY, Long.MAX_VALUE);

  @TempDir Path folder;
  private final Blocks blocks = new Blocks();
  private final ChunkCheck check = new ChunkCheck(List.of(new JdkSha256()));
  private Path part;

  /// A disk of 100 MiB, which writing does not fill.
  private record Disk(long usableBytes, String type) implements DestinationRoom.Disk {
    @Override
    public long totalBytes() {
      return 100L << 20;
    }
  }

  private static DestinationRoom room(long beyondFloorBytes, String type) {
    return new DestinationRoom(
        Path.of("disk"), Optional.of(new Disk((10L << 20) + beyondFloorBytes, type)));
  }

  @BeforeEach
  void name() {
    part = DownloadJournal.partOf(folder.resolve("out"));
  }

  private TreePlan plan(byte[] content) throws Exception {
    Cid root = blocks.file(content, ImportProfile.unixfsV1(LEAF), true).cid();
    return TreePlanner.plan(blocks.walk(root));
  }

  private DownloadTarget target(TreePlan plan, DestinationRoom room, boolean resumed)
      throws IOException {
    return target(plan, room, resumed, NO_LIMIT, () -> false);
  }

  private DownloadTarget target(
      TreePlan plan,
      DestinationRoom room,
      boolean resumed,
      SizeLimit limit,
      BooleanSupplier stopped)
      throws IOException {
    return new DownloadTarget(
        plan,
        new NameTrial.Outcome(plan, List.of()),
        folder.resolve("out"),
        PartPlace.open(folder),
        room,
        resumed,
        limit,
        stopped);
  }

  private void writeAll(TreePlan plan, DownloadTarget target) throws Exception {
    for (int position = 0; position < plan.chunkCount(); position++) {
      if (plan.isLeaf(position)) {
        target.write(position, ByteBuffer.wrap(blocks.load(plan.leafCid(position))));
      }
    }
    target.finish(false, false);
  }

  /// Leaves of zeros, of data, and of both, with zeros at the end.
  private static byte[] mixed() {
    byte[] content = new byte[9 * LEAF + 5];
    Arrays.fill(content, 3 * LEAF, 4 * LEAF, (byte) 7);
    Arrays.fill(content, 5 * LEAF + 70_000, 5 * LEAF + 80_000, (byte) 8);
    return content;
  }

  @Test
  void aPlanLargerThanTheRoomIsRefusedInWords() throws Exception {
    TreePlan plan = plan(Blocks.pattern(5 * LEAF));

    UserFaultException refused;
    try (DownloadTarget target = target(plan, room(5L * LEAF - 1, "ext4"), false)) {
      refused = assertThrows(UserFaultException.class, () -> target.requireRoom(check, 0));
    }
    try (DownloadTarget target = target(plan, room(5L * LEAF, "ext4"), false)) {
      target.requireRoom(check, 0);
    }

    String message = String.valueOf(refused.getMessage());
    assertTrue(message.contains("needs 1.3 MB"), message);
    assertTrue(message.contains("-o"), message);
    assertFalse(Files.exists(part));
  }

  @Test
  void whatIsThereAlreadyNeedsNoRoom() throws Exception {
    TreePlan plan = plan(Blocks.pattern(5 * LEAF));

    try (DownloadTarget target = target(plan, room(LEAF, "ext4"), true)) {
      target.requireRoom(check, 4L * LEAF);
      assertThrows(UserFaultException.class, () -> target.requireRoom(check, 3L * LEAF));
    }
  }

  @Test
  void zerosNeedRoomWhereThereAreNoHoles() throws Exception {
    TreePlan plan = plan(new byte[9 * LEAF]);

    try (DownloadTarget target = target(plan, room(LEAF, "ext4"), false)) {
      target.requireRoom(check, 0);
    }
    try (DownloadTarget target = target(plan, room(LEAF, "vfat"), false)) {
      assertThrows(UserFaultException.class, () -> target.requireRoom(check, 0));
    }
  }

  @Test
  void aDiskThatDoesNotSayHowLargeItIsSetsNoLimit() throws Exception {
    TreePlan plan = plan(Blocks.pattern(5 * LEAF));

    try (DownloadTarget target =
        target(plan, new DestinationRoom(folder, Optional.empty()), false)) {
      target.requireRoom(check, 0);
      writeAll(plan, target);
    }

    assertArrayEquals(Blocks.pattern(5 * LEAF), Files.readAllBytes(part));
  }

  @Test
  void theFloorOfTheDiskStaysFreeWhileItIsWritten() throws Exception {
    TreePlan plan = plan(Blocks.pattern(5 * LEAF));

    try (DownloadTarget target = target(plan, room(LEAF - 1, "ext4"), false)) {
      assertThrows(StoreFullException.class, () -> writeAll(plan, target));
    }

    assertEquals(0, sizeOfPart());
  }

  private long sizeOfPart() throws IOException {
    return Files.exists(part) ? Files.size(part) : 0;
  }

  @Test
  void runsOfZerosTakeNoRoomAndReadAsBefore() throws Exception {
    TreePlan plan = plan(mixed());

    try (DownloadTarget target = target(plan, room(LEAF + 20_000, "ext4"), false)) {
      writeAll(plan, target);
    }

    assertArrayEquals(mixed(), Files.readAllBytes(part));
  }

  @Test
  void zerosReplaceWhatAnEarlierAttemptLeft() throws Exception {
    TreePlan plan = plan(mixed());
    byte[] old = new byte[10 * LEAF];
    Arrays.fill(old, LEAF, 10 * LEAF, (byte) 9);
    Files.write(part, old);

    try (DownloadTarget target = target(plan, room(20L * LEAF, "ext4"), true)) {
      writeAll(plan, target);
    }

    assertArrayEquals(mixed(), Files.readAllBytes(part));
  }

  @Test
  void aStopEndsALeafBetweenItsPlaces() throws Exception {
    byte[] content = new byte[100 * LEAF];
    Arrays.fill(content, (byte) 7);
    TreePlan plan = plan(content);
    int[] asked = new int[1];
    int leaf = plan.isLeaf(0) ? 0 : 1;
    try (DownloadTarget target =
        target(plan, room(200L * LEAF, "ext4"), false, NO_LIMIT, () -> ++asked[0] > 3)) {

      assertThrows(
          InterruptedException.class,
          () -> target.write(leaf, ByteBuffer.wrap(Arrays.copyOf(content, LEAF))));
    }

    assertEquals(3L * LEAF, Files.size(part));
  }

  @Test
  void aTargetThatIsClosedIsNotWrittenAnyMore() throws Exception {
    TreePlan plan = plan(Blocks.pattern(LEAF + 1));
    DownloadTarget target = target(plan, room(200L * LEAF, "ext4"), false);
    target.close();

    assertThrows(IOException.class, () -> writeAll(plan, target));

    assertFalse(Files.exists(part));
  }

  @Test
  void sizesThatBecomeKnownLateCountAgainstTheLimit() throws Exception {
    SizeLimit limit = new SizeLimit(ANY, 2L * LEAF);
    Cid root = blocks.put(Cid.RAW, Blocks.pattern(LEAF));
    TreePlan plan = TreePlanner.plan(blocks.walk(root));

    limit.add(LEAF);
    try (DownloadTarget target = target(plan, room(9L * LEAF, "ext4"), false, limit, () -> false)) {
      writeAll(plan, target);
    }
    try (DownloadTarget target = target(plan, room(9L * LEAF, "ext4"), false, limit, () -> false)) {
      UserFaultException refused =
          assertThrows(UserFaultException.class, () -> writeAll(plan, target));
      assertTrue(String.valueOf(refused.getMessage()).contains("--max-size"));
    }
  }
}
