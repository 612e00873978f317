package io.shoal.runtime.content;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Cid;
import io.shoal.api.Content;
import io.shoal.api.FileEntry;
import io.shoal.api.FileRegion;
import io.shoal.api.NoSuchPathException;
import io.shoal.runtime.importer.DagChild;
import io.shoal.runtime.importer.FileLayout;
import io.shoal.runtime.importer.FolderLayout;
import io.shoal.runtime.importer.ImportProfile;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Random folders, read at random places, against the bytes that they were made of.
@Timeout(60)
class ContentModelTest {
  /// Small, so that files have several levels of nodes and folders several of shards.
  private static final int LEAF = 50;

  private static final ImportProfile TINY = new ImportProfile(LEAF, 3, 1, 400, 8);

  @TempDir Path folder;
  private LeasedStore store;

  /// The files that were made, by their paths.
  private final Map<String, byte[]> model = new TreeMap<>();

  @BeforeEach
  void open() throws Exception {
    store = new LeasedStore(folder.resolve("chunks"));
  }

  @AfterEach
  void close() {
    store.close();
  }

  private DagChild file(byte[] bytes) throws Exception {
    FileLayout layout = new FileLayout(TINY, store);
    for (int at = 0; at == 0 || at < bytes.length; at += LEAF) {
      layout.addLeaf(store.leaf(Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + LEAF))));
    }
    return layout.finish();
  }

  /// A folder with files and folders; with many entries it is sharded.
  private DagChild folder(String path, Random random, int depth) throws Exception {
    List<FolderLayout.Named> entries = new ArrayList<>();
    int files = random.nextInt(40);
    for (int i = 0; i < files; i++) {
      String name = "f%d-%s".formatted(i, "ä".repeat(random.nextInt(5)));
      byte[] bytes = new byte[random.nextInt(4) == 0 ? 0 : random.nextInt(1_500)];
      random.nextBytes(bytes);
      model.put(path + name, bytes);
      entries.add(new FolderLayout.Named(name, file(bytes)));
    }
    for (int i = 0; depth > 0 && i < 3; i++) {
      String name = "d" + i;
      entries.add(new FolderLayout.Named(name, folder(path + name + "/", random, depth - 1)));
    }
    return new FolderLayout(TINY, store).write(entries);
  }

  private OpenContents contents(Cid root) {
    return new OpenContents(store.local(), root::equals, any -> Optional.empty());
  }

  private static byte[] read(Content content, int file, long offset, int most) throws Exception {
    ByteBuffer into = offset % 2 == 0 ? ByteBuffer.allocate(most) : ByteBuffer.allocateDirect(most);
    while (into.hasRemaining()) {
      if (content.read(file, offset + into.position(), into) < 0) {
        break;
      }
    }
    byte[] bytes = new byte[into.flip().remaining()];
    into.get(bytes);
    return bytes;
  }

  private static byte[] expected(byte[] bytes, long offset, int most) {
    int from = (int) Math.min(offset, bytes.length);
    return Arrays.copyOfRange(bytes, from, Math.min(bytes.length, from + most));
  }

  private void compareAtRandom(Content content, Random random, int reads) throws Exception {
    List<FileEntry> files = content.files();
    for (int i = 0; i < reads; i++) {
      int file = random.nextInt(files.size());
      byte[] bytes = model.get(files.get(file).path());
      int offset = random.nextInt(bytes.length + 10);
      int most = random.nextInt(200);
      assertArrayEquals(
          expected(bytes, offset, most),
          read(content, file, offset, most),
          files.get(file).path() + " at " + offset);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void everyFileIsListedOnceInOrderAndEveryRangeIsRight(long seed) throws Exception {
    Random random = new Random(seed);
    model.put("first", new byte[3]);
    DagChild inner = folder("in/", random, 2);
    DagChild root =
        new FolderLayout(TINY, store)
            .write(
                List.of(
                    new FolderLayout.Named("first", file(new byte[3])),
                    new FolderLayout.Named("in", inner)));
    try (OpenContents contents = contents(root.cid());
        Content content = contents.open(root.cid(), "").orElseThrow()) {
      List<FileEntry> due =
          model.entrySet().stream()
              .map(file -> new FileEntry(file.getKey(), file.getValue().length))
              .toList();
      assertEquals(due, content.files());
      store.forgetCounts();
      compareAtRandom(content, random, 500);
      assertEquals(1, store.mostOpen(), "chunks open at once, for one thread");
      assertEquals(0, store.openNow(), "chunks open between two calls");
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {6, 7})
  void everyPathLeadsToItsFileAndNoOtherPathToAny(long seed) throws Exception {
    Random random = new Random(seed);
    DagChild root = folder("", random, 2);
    try (OpenContents contents = contents(root.cid())) {
      for (Map.Entry<String, byte[]> file : model.entrySet()) {
        String path = file.getKey();
        try (Content content = contents.open(root.cid(), path).orElseThrow()) {
          assertEquals(List.of(new FileEntry("", file.getValue().length)), content.files());
          assertEquals(path.substring(path.lastIndexOf('/') + 1), content.name().orElseThrow());
          assertArrayEquals(file.getValue(), read(content, 0, 0, 2_000));
        }
        for (String wrong : List.of(path + "/x", path + "x", "/" + path, path + "/", "x" + path)) {
          assertThrows(
              NoSuchPathException.class, () -> contents.open(root.cid(), wrong), "'" + wrong + "'");
        }
      }
    }
    assertEquals(0, store.openNow());
  }

  @Test
  void threadsThatReadAtOnceGetTheirOwnBytes() throws Exception {
    DagChild root = folder("", new Random(8), 2);
    try (OpenContents contents = contents(root.cid());
        Content content = contents.open(root.cid(), "").orElseThrow();
        ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> all = new ArrayList<>();
      for (int reader = 0; reader < 8; reader++) {
        Random random = new Random(100 + reader);
        Callable<Boolean> task =
            () -> {
              compareAtRandom(content, random, 300);
              return true;
            };
        all.add(readers.submit(task));
      }
      for (Future<?> reader : all) {
        reader.get();
      }
      assertTrue(store.mostOpen() <= 8, store.mostOpen() + " chunks were open at once");
    }
    assertEquals(0, store.openNow());
  }

  @Test
  void aRangeReadsItsChunksAndTheNodesAboveThemOnly() throws Exception {
    byte[] bytes = new byte[LEAF * 81];
    new Random(9).nextBytes(bytes);
    DagChild root = file(bytes);
    assertEquals(4, root.height(), "levels above the leaves");
    try (OpenContents contents = contents(root.cid());
        Content content = contents.open(root.cid(), "").orElseThrow()) {
      store.forgetCounts();
      assertArrayEquals(expected(bytes, LEAF * 60 + 7, 10), read(content, 0, LEAF * 60 + 7, 10));
      assertTrue(store.opened() <= 1 + 1 + 4, store.opened() + " chunks were opened");
      store.forgetCounts();
      assertArrayEquals(expected(bytes, LEAF * 61, LEAF), read(content, 0, LEAF * 61, LEAF));
      assertTrue(store.opened() <= 2, store.opened() + " were opened for the chunk beside it");
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {10, 11})
  void regionsHoldTheSameBytesAndAreLeasesOfTheirOwn(long seed) throws Exception {
    Random random = new Random(seed);
    DagChild root = folder("", random, 1);
    try (OpenContents contents = contents(root.cid());
        Content content = contents.open(root.cid(), "").orElseThrow()) {
      List<FileEntry> files = content.files();
      for (int i = 0; i < 200; i++) {
        int file = random.nextInt(files.size());
        byte[] bytes = model.get(files.get(file).path());
        int offset = random.nextInt(bytes.length + 10);
        Optional<Content.Region> region = content.region(file, offset);
        assertEquals(offset < bytes.length, region.isPresent());
        if (region.isPresent()) {
          try (Content.Region open = region.get()) {
            FileRegion run = open.bytes();
            ByteBuffer into = ByteBuffer.allocate(run.sizeBytes());
            assertEquals(run.sizeBytes(), run.channel().read(into, run.offsetBytes()));
            assertEquals(Math.min(LEAF - offset % LEAF, bytes.length - offset), run.sizeBytes());
            assertArrayEquals(expected(bytes, offset, run.sizeBytes()), into.array());
            open.revalidate();
            assertEquals(1, store.openNow());
          }
        }
        assertEquals(0, store.openNow());
      }
    }
  }

  @Test
  void regionsHaveALimitAndEndWithTheirContent() throws Exception {
    DagChild root = file(new byte[LEAF * 40]);
    try (OpenContents contents = contents(root.cid())) {
      Content content = contents.open(root.cid(), "").orElseThrow();
      List<Content.Region> regions = new ArrayList<>();
      for (int i = 0; i < OpenContent.MAX_REGIONS; i++) {
        regions.add(content.region(0, (long) i * LEAF).orElseThrow());
      }
      assertEquals(Optional.empty(), content.region(0, 0));
      regions.removeFirst().close();
      regions.add(content.region(0, 0).orElseThrow());
      assertEquals(OpenContent.MAX_REGIONS, store.openNow());
      content.close();
      assertEquals(0, store.openNow());
      regions.forEach(Content.Region::close);
      assertThrows(IllegalStateException.class, () -> content.region(0, 0));
      assertThrows(IllegalStateException.class, () -> content.read(0, 0, ByteBuffer.allocate(1)));
      assertThrows(IllegalStateException.class, content::files);
      content.close();
    }
  }
}
