package io.shoal.storage.filesystem;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.ChunkReader;
import io.shoal.api.Cid;
import io.shoal.api.FileBacked;
import io.shoal.api.InvalidConfigException;
import io.shoal.api.StoreFullException;
import io.shoal.api.UserFaultException;
import io.shoal.storage.filesystem.disk.ForceThreads;
import io.shoal.storage.filesystem.disk.SimulatedDisk;
import io.shoal.storage.filesystem.owned.OwnedChunks;
import io.shoal.testkit.TestContext;
import io.shoal.testkit.TestData;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FilesystemStoreTest {
  private static final long NOTE_AFTER_BYTES = 14;

  @TempDir private Path folder;
  private TestContext context;
  private FilesystemStore store;

  @BeforeEach
  void startStore() throws Exception {
    context = TestContext.in(folder);
    store = new FilesystemStore();
    store.start(context);
  }

  @AfterEach
  void endStore() {
    store.close();
    context.close();
  }

  private void restart() throws Exception {
    store.close();
    store = new FilesystemStore();
    store.start(context);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private Cid put(byte[] bytes) throws Exception {
    return TestData.put(store, bytes);
  }

  private byte[] get(Cid cid) throws Exception {
    return TestData.get(store, cid);
  }

  private Path chunkFile(byte[] bytes) {
    String hex = HexFormat.of().formatHex(TestData.cid(bytes).multihash().digest());
    return folder.resolve("chunks").resolve(hex.substring(0, 2)).resolve(hex);
  }

  @Test
  void aSyncedChunkLiesUnderItsHexDigest() throws Exception {
    Cid cid = put(bytes("hello"));
    assertFalse(Files.exists(chunkFile(bytes("hello"))));
    store.sync();
    assertArrayEquals(bytes("hello"), Files.readAllBytes(chunkFile(bytes("hello"))));
    assertArrayEquals(bytes("hello"), get(cid));
  }

  @Test
  void aFileOfAHashNamedStoreIsAChunk() throws Exception {
    Path file = chunkFile(bytes("old"));
    Files.createDirectories(file.getParent());
    Files.write(file, bytes("old"));
    restart();
    assertArrayEquals(bytes("old"), get(TestData.cid(bytes("old"))));
  }

  @Test
  void aCommittedChunkOutlivesTheProcessWithoutASync() throws Exception {
    Cid cid = put(bytes("kill me"));
    restart();
    assertArrayEquals(bytes("kill me"), get(cid));
  }

  @Test
  void afterAPowerLossWhatWasStagedIsSwept() throws Exception {
    Cid cid = put(bytes("maybe with holes"));
    store.close();
    Files.writeString(folder.resolve("boot"), "another boot");
    restart();
    assertTrue(store.find(cid).isEmpty());
    try (Stream<Path> left = Files.list(folder.resolve("staged"))) {
      assertEquals(0, left.count());
    }
  }

  @Test
  void unfinishedFilesAreSweptAtTheNextStart() throws Exception {
    Files.write(folder.resolve("staged/17.tmp"), bytes("half"));
    restart();
    assertFalse(Files.exists(folder.resolve("staged/17.tmp")));
  }

  @Test
  void aCorruptChunkIsQuarantined() throws Exception {
    Cid cid = put(bytes("corrupt"));
    store.sync();
    assertTrue(TestData.discard(store, cid));
    assertTrue(store.find(cid).isEmpty());
    assertEquals(0, store.usage().ownedBytes());
    try (Stream<Path> quarantined = Files.list(folder.resolve("quarantine"))) {
      assertArrayEquals(
          bytes("corrupt"), Files.readAllBytes(quarantined.findFirst().orElseThrow()));
    }
  }

  @Test
  void aCorruptOwnedCopyGoesAndTheAdoptedOneIsServed(@TempDir Path elsewhere) throws Exception {
    byte[] good = bytes("in two places");
    Cid cid = put(good);
    Path file = Files.write(elsewhere.toRealPath().resolve("file"), good);
    FileBacked files = store.fileBacked().orElseThrow();
    files.adopt(files.refer(file), List.of(new FileBacked.Segment(cid, 0, good.length)));
    store.sync();
    Files.write(chunkFile(good), bytes("in tvo places"));
    assertArrayEquals(bytes("in tvo places"), get(cid));
    assertTrue(TestData.discard(store, cid));
    assertArrayEquals(good, get(cid));
    assertEquals(0, store.usage().ownedBytes());
    store.sync();
    restart();
    assertArrayEquals(good, get(cid));
  }

  @Test
  void aDeletedChunkFileIsAbsent() throws Exception {
    Cid cid = put(bytes("gone"));
    store.sync();
    Files.delete(chunkFile(bytes("gone")));
    assertTrue(store.open(cid).isEmpty());
    assertTrue(store.find(cid).isEmpty());
  }

  @Test
  void aChunkFileThatWasCutEndsEarly() throws Exception {
    Cid cid = put(bytes("a long chunk"));
    store.sync();
    Files.write(chunkFile(bytes("a long chunk")), bytes("a long"));
    assertArrayEquals(bytes("a long"), get(cid));
  }

  @Test
  void theQuotaHoldsBeforeAnythingIsWritten() throws Exception {
    store.close();
    context = context.with("quota", "10B");
    store = new FilesystemStore();
    store.start(context);
    put(bytes("12345"));
    StoreFullException full = assertThrows(StoreFullException.class, () -> put(bytes("123456")));
    assertTrue(full.getMessage().contains("plugins.storage-filesystem.quota"), full.getMessage());
    assertEquals(5, store.usage().availableBytes());
  }

  @Test
  void theFreeSpaceFloorHoldsBeforeAnythingIsWritten() throws Exception {
    store.close();
    context = context.with("freeSpaceFloor", "1000000TB");
    store = new FilesystemStore();
    store.start(context);
    StoreFullException full = assertThrows(StoreFullException.class, () -> put(bytes("1")));
    assertTrue(full.getMessage().contains("floor 1 EB"), full.getMessage());
  }

  @Test
  void aSecondNodeIsKeptAwayFromTheFolder() throws Exception {
    try (TestContext other = TestContext.in(folder);
        FilesystemStore second = new FilesystemStore()) {
      UserFaultException fault = assertThrows(UserFaultException.class, () -> second.start(other));
      assertTrue(fault.getMessage().contains("another node uses this folder"), fault.getMessage());
    }
    put(bytes("still works"));
  }

  @Test
  void aReaderGoesOnWhenItsChunkIsDeleted() throws Exception {
    Cid cid = put(bytes("leased"));
    try (ChunkReader reader = store.open(cid).orElseThrow()) {
      store.delete(cid);
      store.sync();
      ByteBuffer into = ByteBuffer.allocate(6);
      assertEquals(6, reader.read(into, 0));
      assertArrayEquals(bytes("leased"), into.array());
    }
  }

  @Test
  void aFullDiskSaysWhatToDoAndStoresNothing() throws Exception {
    SimulatedDisk disk = new SimulatedDisk(Path.of("/sim"));
    try (TestContext simulated = TestContext.in(folder).with("path", "/sim/store");
        FilesystemStore full = simulated(disk)) {
      full.start(simulated);
      // The first step makes the temporary file, the second writes to it.
      disk.faultIn(2, SimulatedDisk.Fault.FULL);
      StoreFullException fault =
          assertThrows(StoreFullException.class, () -> TestData.put(full, bytes("no room")));
      assertTrue(fault.getMessage().startsWith("/sim/store: no space left"), fault.getMessage());
      assertEquals(0, full.usage().ownedBytes());
      assertEquals(0, disk.list(Path.of("/sim/store/staged")).size());
    }
  }

  @Test
  void aStartAfterAPowerLossNeedsNoRoomForItsMark() throws Exception {
    int struck = 0;
    for (int step = 1; step < 40; step++) {
      SimulatedDisk disk = new SimulatedDisk(Path.of("/sim"));
      try (TestContext simulated = TestContext.in(folder).with("path", "/sim/store")) {
        try (FilesystemStore first = simulated(disk)) {
          first.start(simulated);
          TestData.put(first, bytes("kept"));
          first.sync();
        }
        disk.losePower(new SplittableRandom(step));
        disk.faultIn(step, SimulatedDisk.Fault.FULL);
        try (FilesystemStore second = simulated(disk)) {
          boolean started = starts(second, simulated);
          boolean atMark =
              disk.takeStrike().filter(strike -> strike.path().endsWith("boot")).isPresent();
          assertTrue(started || !atMark, "step " + step);
          struck += atMark ? 1 : 0;
        }
      }
    }
    assertTrue(struck >= 2, "the mark was made and written: " + struck);
  }

  private static boolean starts(FilesystemStore store, TestContext context) throws Exception {
    try {
      store.start(context);
      return true;
    } catch (UserFaultException e) {
      return false;
    }
  }

  private static FilesystemStore simulated(SimulatedDisk disk) {
    return new FilesystemStore(
        disk, new ForceThreads(1, OwnedChunks.FORCE_BEHIND_BYTES), NOTE_AFTER_BYTES);
  }

  @Test
  void aKillCostsNoneOfTheClaimsThatWereNotedAndAPowerLossAllThatWereNotForced() throws Exception {
    SimulatedDisk disk = new SimulatedDisk(Path.of("/sim"));
    Path part = Path.of("/sim/part");
    byte[] content = bytes("forced and noted and neither");
    disk.userWrites(part, content);
    try (TestContext simulated = TestContext.in(folder).with("path", "/sim/store")) {
      FilesystemStore first = simulated(disk);
      first.start(simulated);
      Cid forced = adopt(first, part, content, 0, 6);
      first.sync();
      Cid noted = adopt(first, part, content, 6, (int) NOTE_AFTER_BYTES);
      Cid neither = adopt(first, part, content, content.length - 3, 3);
      disk.kill();
      try (FilesystemStore second = simulated(disk)) {
        second.start(simulated);
        assertEquals(
            List.of(true, true, false),
            List.of(
                second.find(forced).isPresent(),
                second.find(noted).isPresent(),
                second.find(neither).isPresent()));
      }
      disk.losePower(new SplittableRandom(1));
      try (FilesystemStore third = simulated(disk)) {
        third.start(simulated);
        assertEquals(
            List.of(true, false),
            List.of(third.find(forced).isPresent(), third.find(noted).isPresent()));
      }
    }
  }

  private static Cid adopt(FilesystemStore store, Path file, byte[] content, int from, int size)
      throws Exception {
    FileBacked files = store.fileBacked().orElseThrow();
    Cid cid = TestData.cid(Arrays.copyOfRange(content, from, from + size));
    files.adopt(files.referGrowing(file), List.of(new FileBacked.Segment(cid, from, size)));
    return cid;
  }

  @Test
  void aFolderThatCannotBeOneIsTheUsersFault() throws Exception {
    Path file = Files.write(folder.resolve("a-file"), bytes("not a folder"));
    for (Path path : List.of(file, file.resolve("below"))) {
      try (TestContext wrong = TestContext.in(folder).with("path", path.toString());
          FilesystemStore unusable = new FilesystemStore()) {
        UserFaultException fault =
            assertThrows(UserFaultException.class, () -> unusable.start(wrong));
        assertTrue(
            fault.getMessage().contains("plugins.storage-filesystem.path"), fault.getMessage());
      }
    }
  }

  @Test
  void aPathThatDependsOnTheWorkingFolderIsRefused() {
    try (TestContext wrong = TestContext.in(folder).with("path", "chunks");
        FilesystemStore unusable = new FilesystemStore()) {
      assertThrows(InvalidConfigException.class, () -> unusable.start(wrong));
    }
  }
}
