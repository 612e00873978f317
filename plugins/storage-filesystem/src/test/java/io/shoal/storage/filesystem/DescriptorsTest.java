package io.shoal.storage.filesystem;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.ChunkReader;
import io.shoal.api.Cid;
import io.shoal.api.FileBacked;
import io.shoal.api.RetryableException;
import io.shoal.storage.filesystem.adopted.AdoptedFiles;
import io.shoal.storage.filesystem.disk.ForceThreads;
import io.shoal.storage.filesystem.disk.NotOpenedException;
import io.shoal.storage.filesystem.disk.SimulatedDisk;
import io.shoal.storage.filesystem.owned.OwnedChunks;
import io.shoal.testkit.TestContext;
import io.shoal.testkit.TestData;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A process that has as many files open as it may loses nothing of what it has.
class DescriptorsTest {
  private static final Path PART = Path.of("/sim/part");

  @TempDir private Path folder;
  private final SimulatedDisk disk = new SimulatedDisk(Path.of("/sim"));
  private final byte[] content = TestData.bytes(1, 3_000);
  private TestContext context;
  private FilesystemStore store;

  @BeforeEach
  void startStore() throws Exception {
    context = TestContext.in(folder).with("path", "/sim/store");
    disk.userWrites(PART, content);
    start();
  }

  private void start() throws Exception {
    store =
        new FilesystemStore(
            disk,
            new ForceThreads(1, OwnedChunks.FORCE_BEHIND_BYTES),
            AdoptedFiles.NOTE_AFTER_BYTES);
    store.start(context);
  }

  @AfterEach
  void endStore() {
    store.close();
    context.close();
  }

  private Cid adopt(int from, int size) throws Exception {
    FileBacked files = store.fileBacked().orElseThrow();
    Cid cid = TestData.cid(Arrays.copyOfRange(content, from, from + size));
    files.adopt(files.referGrowing(PART), List.of(new FileBacked.Segment(cid, from, size)));
    return cid;
  }

  private Cid put(int seed) throws Exception {
    byte[] bytes = TestData.bytes(seed, 500);
    Cid cid = TestData.cid(bytes);
    store.put(cid, ByteBuffer.wrap(bytes));
    return cid;
  }

  @Test
  void aSyncWithoutDescriptorsLosesNothingAndTheNextOneMakesUpForIt() throws Exception {
    Cid forced = adopt(0, 1_000);
    Cid own = put(2);
    store.sync();
    Cid later = adopt(1_000, 1_000);
    Cid ownLater = put(3);
    disk.descriptorsRunOut(true);
    IOException fault = assertThrows(IOException.class, store::sync);
    assertTrue(fault.getMessage().contains("ulimit -n"), fault::getMessage);
    disk.descriptorsRunOut(false);
    for (Cid cid : List.of(forced, own, later, ownLater)) {
      assertTrue(store.find(cid).isPresent(), "nobody changed anything");
    }
    store.sync();
    store.close();
    disk.losePower(new SplittableRandom(1));
    start();
    for (Cid cid : List.of(forced, own, later, ownLater)) {
      assertTrue(store.find(cid).isPresent(), "it is durable now");
    }
  }

  @Test
  void whatWasNotForcedForWantOfDescriptorsIsNotBelievedAfterAPowerLoss() throws Exception {
    Cid forced = adopt(0, 1_000);
    store.sync();
    Cid later = adopt(1_000, 1_000);
    disk.descriptorsRunOut(true);
    assertThrows(IOException.class, store::sync);
    disk.descriptorsRunOut(false);
    disk.losePower(new SplittableRandom(2));
    start();
    assertTrue(store.find(forced).isPresent());
    assertTrue(store.find(later).isEmpty());
  }

  @Test
  void aChunkThatCannotBeOpenedNowIsNeitherAbsentNorCorrupt() throws Exception {
    Cid adopted = adopt(0, 1_000);
    Cid own = put(4);
    store.sync();
    disk.descriptorsRunOut(true);
    for (Cid cid : List.of(adopted, own)) {
      RetryableException busy = assertThrows(RetryableException.class, () -> store.open(cid));
      assertTrue(busy.getMessage().contains("ulimit -n"), busy::getMessage);
    }
    disk.descriptorsRunOut(false);
    try (ChunkReader reader = store.open(adopted).orElseThrow()) {
      assertArrayEquals(Arrays.copyOf(content, 1_000), TestData.bytesOf(reader));
    }
  }

  @Test
  void whatManyThreadsCannotOpenAtOnceIsForcedAlone() {
    Map<Integer, Integer> tries = new LinkedHashMap<>();
    Map<Integer, IOException> failed =
        new ForceThreads(1, OwnedChunks.FORCE_BEHIND_BYTES)
            .forceAll(
                List.of(1, 2, 3),
                each -> {
                  if (tries.merge(each, 1, Integer::sum) == 1 && each != 2) {
                    throw notOpened();
                  }
                });
    assertEquals(Map.of(), failed);
    assertEquals(Map.of(1, 2, 2, 1, 3, 2), tries);
  }

  private NotOpenedException notOpened() {
    disk.descriptorsRunOut(true);
    NotOpenedException fault = assertThrows(NotOpenedException.class, () -> disk.forceFile(PART));
    disk.descriptorsRunOut(false);
    return fault;
  }
}
