package io.shoal.storage.filesystem.adopted;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.ChunkChangedException;
import io.shoal.api.ChunkReader;
import io.shoal.api.Cid;
import io.shoal.api.FileBacked;
import io.shoal.api.FileBacked.FileState;
import io.shoal.api.FileBacked.Segment;
import io.shoal.api.FileRef;
import io.shoal.api.UserFaultException;
import io.shoal.storage.filesystem.FilesystemStore;
import io.shoal.testkit.TestContext;
import io.shoal.testkit.TestData;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdoptedFilesTest {
  private static final int CHUNK = 4;

  @TempDir private Path folder;
  private TestContext context;
  private FilesystemStore store;
  private FileBacked files;

  @BeforeEach
  void startStore() throws Exception {
    context = TestContext.in(folder.resolve("store"));
    store = new FilesystemStore();
    store.start(context);
    files = store.fileBacked().orElseThrow();
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
    files = store.fileBacked().orElseThrow();
  }

  private Path write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  private static Cid cid(String text) {
    return TestData.cid(text.getBytes(StandardCharsets.US_ASCII));
  }

  private static List<Segment> segments(String text) {
    List<Segment> segments = new ArrayList<>();
    for (int at = 0; at < text.length(); at += CHUNK) {
      String chunk = text.substring(at, Math.min(text.length(), at + CHUNK));
      segments.add(new Segment(cid(chunk), at, chunk.length()));
    }
    return segments;
  }

  private String get(String chunk) throws Exception {
    try (ChunkReader reader = store.open(cid(chunk)).orElseThrow()) {
      byte[] bytes = TestData.bytesOf(reader);
      reader.revalidate();
      return new String(bytes, StandardCharsets.US_ASCII);
    }
  }

  @Test
  void aUsersFileIsServedInPlace() throws Exception {
    Path file = write("file", "aaaabbbbcc");
    FileRef ref = files.refer(file);
    files.adopt(ref, segments("aaaabbbbcc"));
    assertEquals("bbbb", get("bbbb"));
    assertEquals("cc", get("cc"));
    assertEquals(10, store.usage().adoptedBytes());
    assertEquals(0, store.usage().ownedBytes());
    assertEquals(ref, files.refer(file));
  }

  @Test
  void whatWasNotSyncedIsForTheNextProcessToForce() throws Exception {
    Path file = write("file", "aaaabbbb");
    FileRef ref = files.refer(file);
    files.adopt(ref, segments("aaaabbbb").subList(0, 1));
    store.sync();
    files.adopt(ref, segments("aaaabbbb").subList(1, 2));
    Path later = write("later", "cccc");
    files.adopt(files.refer(later), segments("cccc"));
    restart();
    restart(); // it is handed on until the next sync
    assertEquals("aaaa", get("aaaa"));
    assertEquals("bbbb", get("bbbb"));
    assertEquals("cccc", get("cccc"));
    store.sync();
    assertFalse(Files.exists(unforced()));
    restart();
    assertEquals(segments("aaaabbbb"), files.claims(file).orElseThrow().segments());
    assertEquals(segments("cccc"), files.claims(later).orElseThrow().segments());
  }

  @Test
  void whatWasNotSyncedIsNotBelievedAfterThePowerWasLost() throws Exception {
    Path file = write("file", "aaaabbbb");
    FileRef ref = files.refer(file);
    files.adopt(ref, segments("aaaabbbb").subList(0, 1));
    store.sync();
    files.adopt(ref, segments("aaaabbbb").subList(1, 2));
    TestData.discard(store, cid("aaaa"));
    store.close();
    String text = Files.readString(unforced(), StandardCharsets.ISO_8859_1);
    String otherBoot = "0".repeat(text.indexOf('\n') - "SHOALRU1".length());
    Files.writeString(
        unforced(),
        "SHOALRU1" + otherBoot + text.substring(text.indexOf('\n')),
        StandardCharsets.ISO_8859_1);
    restart();
    assertEquals("aaaa", get("aaaa"));
    assertTrue(store.find(cid("bbbb")).isEmpty());
  }

  @Test
  void changesOfReferencesThatWereNotSyncedAreHandedOnToo() throws Exception {
    Path forgotten = write("forgotten", "aaaa");
    FileRef ref = files.refer(forgotten);
    files.adopt(ref, segments("aaaa"));
    Path taken = write("taken", "bbbbcccc");
    files.adopt(files.refer(taken), segments("bbbbcccc"));
    Path changed = write("changed", "dddd");
    files.adopt(files.refer(changed), segments("dddd"));
    store.sync();
    files.forget(ref);
    TestData.discard(store, cid("bbbb"));
    Files.writeString(changed, "another");
    assertTrue(store.open(cid("dddd")).isEmpty());
    restart();
    assertTrue(files.claims(forgotten).isEmpty());
    assertEquals(segments("bbbbcccc").subList(1, 2), files.claims(taken).orElseThrow().segments());
    assertEquals(FileState.CHANGED, files.claims(changed).orElseThrow().state());
  }

  private Path unforced() throws IOException {
    try (var all = Files.walk(folder)) {
      return all.filter(path -> path.endsWith("references.unforced"))
          .findFirst()
          .orElse(folder.resolve("references.unforced"));
    }
  }

  @Test
  void aFileThatChangedIsDropped() throws Exception {
    Path file = write("file", "aaaabbbb");
    FileRef ref = files.refer(file);
    files.adopt(ref, segments("aaaabbbb"));
    try (ChunkReader reader = store.open(cid("aaaa")).orElseThrow()) {
      Files.writeString(file, "aaaaBBBB!");
      assertThrows(ChunkChangedException.class, reader::revalidate);
    }
    assertTrue(store.open(cid("aaaa")).isEmpty());
    assertEquals(0, store.usage().adoptedBytes());
    FileBacked.FileClaims claims = files.claims(file).orElseThrow();
    assertEquals(FileState.CHANGED, claims.state());
    assertEquals(List.of(), claims.segments());
    assertThrows(ChunkChangedException.class, () -> files.adopt(ref, List.of()));
    store.sync();
    restart();
    assertEquals(FileState.CHANGED, files.claims(file).orElseThrow().state());
  }

  @Test
  void aFileThatIsAwayAndComesBackIsServedAgain() throws Exception {
    Path file = write("file", "aaaa");
    files.adopt(files.referGrowing(file), segments("aaaa"));
    Files.move(file, folder.resolve("elsewhere"));
    assertTrue(store.open(cid("aaaa")).isEmpty());
    assertEquals(FileState.MISSING, files.claims(file).orElseThrow().state());
    Files.move(folder.resolve("elsewhere"), file);
    assertEquals("aaaa", get("aaaa"));
  }

  @Test
  void aGrowingFileIsTakenUpAfterARestartAndSettledByRelocate() throws Exception {
    Path part = write("file.part", "aaaa");
    FileRef ref = files.referGrowing(part);
    files.adopt(ref, segments("aaaa"));
    store.sync();
    restart();
    assertEquals(ref, files.referGrowing(part));
    assertEquals(segments("aaaa"), files.claims(part).orElseThrow().segments());
    try (FileChannel more = FileChannel.open(part, StandardOpenOption.APPEND)) {
      more.write(ByteBuffer.wrap("bbbb".getBytes(StandardCharsets.US_ASCII)));
    }
    files.adopt(ref, segments("aaaabbbb"));
    Path target = folder.resolve("file");
    FileRef settled = files.relocate(ref, target, false);
    assertFalse(settled.growing());
    assertFalse(Files.exists(part));
    assertEquals("bbbb", get("bbbb"));
    store.sync();
    restart();
    assertEquals(segments("aaaabbbb"), files.claims(target).orElseThrow().segments());
    assertEquals(FileState.INTACT, files.claims(target).orElseThrow().state());
    assertTrue(files.claims(part).isEmpty());
  }

  @Test
  void relocateReplacesNothingUnasked() throws Exception {
    FileRef ref = files.referGrowing(write("file.part", "aaaa"));
    files.adopt(ref, segments("aaaa"));
    Path target = write("file", "precious");
    assertThrows(UserFaultException.class, () -> files.relocate(ref, target, false));
    assertEquals("precious", Files.readString(target));
    files.relocate(ref, target, true);
    assertEquals("aaaa", Files.readString(target));
  }

  @Test
  void linksAreNotFollowed() throws Exception {
    Path link = Files.createSymbolicLink(folder.resolve("link"), write("file", "aaaa"));
    assertThrows(UserFaultException.class, () -> files.refer(link));
    assertThrows(UserFaultException.class, () -> files.refer(folder));
    assertThrows(UserFaultException.class, () -> files.refer(folder.resolve("none")));
  }

  @Test
  void aChunkInTwoFilesComesFromTheOtherWhenOneChanges() throws Exception {
    Path one = write("one", "aaaa");
    files.adopt(files.refer(one), segments("aaaa"));
    files.adopt(files.refer(write("two", "aaaa")), segments("aaaa"));
    Files.delete(one);
    assertEquals("aaaa", get("aaaa"));
    assertTrue(store.delete(cid("aaaa")));
    assertTrue(store.find(cid("aaaa")).isEmpty());
  }

  @Test
  void aFileOfZerosClaimsOneChunkManyTimes() throws Exception {
    String zeros = "0000".repeat(5000);
    FileRef ref = files.refer(write("zeros", zeros));
    files.adopt(ref, segments(zeros));
    store.sync();
    restart();
    assertEquals(5000, files.claims(ref.path()).orElseThrow().segments().size());
    assertEquals(1, store.usage().chunks());
    files.forget(ref);
    assertEquals(0, store.usage().chunks());
    assertEquals(0, store.usage().adoptedBytes());
  }

  @Test
  void forgettingSurvivesARestartAndKeepsTheFile() throws Exception {
    FileRef ref = files.refer(write("file", "aaaa"));
    files.adopt(ref, segments("aaaa"));
    store.sync();
    files.forget(ref);
    files.forget(ref);
    store.sync();
    restart();
    assertTrue(files.claims(ref.path()).isEmpty());
    assertEquals("aaaa", Files.readString(ref.path()));
  }

  @Test
  void aJournalWithATornEndKeepsWhatIsBeforeIt() throws Exception {
    FileRef ref = files.refer(write("file", "aaaabbbb"));
    files.adopt(ref, segments("aaaabbbb").subList(0, 1));
    store.sync();
    files.adopt(ref, segments("aaaabbbb").subList(1, 2));
    store.sync();
    store.close();
    Path journal = folder.resolve("store/references");
    byte[] whole = Files.readAllBytes(journal);
    Files.write(journal, Arrays.copyOf(whole, whole.length - 3));
    restart();
    assertEquals("aaaa", get("aaaa"));
    assertTrue(store.find(cid("bbbb")).isEmpty());
    files.adopt(ref, segments("aaaabbbb"));
    store.sync();
    restart();
    assertEquals("bbbb", get("bbbb"));
    assertArrayEquals(Arrays.copyOf(whole, 8), Arrays.copyOf(Files.readAllBytes(journal), 8));
  }

  /// Segments of a file in which one chunk follows itself.
  private static List<Segment> repeated(String chunk, int times) {
    Cid cid = cid(chunk);
    return new AbstractList<>() {
      @Override
      public Segment get(int i) {
        return new Segment(cid, (long) i * chunk.length(), chunk.length());
      }

      @Override
      public int size() {
        return times;
      }
    };
  }

  @Test
  void aChunkThatFollowsItselfIsOneClaim() throws Exception {
    int times = 1_000_000;
    Path file = write("zeros", "0".repeat(times));
    files.adopt(files.refer(file), repeated("0", times));
    assertEquals(times, store.usage().adoptedBytes());
    List<Segment> claims = files.claims(file).orElseThrow().segments();
    assertEquals(times, claims.size());
    assertEquals(repeated("0", times).get(999_999), claims.get(999_999));
    store.sync();
    assertTrue(Files.size(context.dataFolder().resolve("references")) < 1_000);
    restart();
    assertEquals(times, files.claims(file).orElseThrow().segments().size());
    assertEquals("0", get("0"));
  }

  @Test
  void oneOfManyIsTakenBackAndTheOthersStay() throws Exception {
    Path file = write("zeros", "0000".repeat(100));
    files.adopt(files.refer(file), repeated("0000", 100));
    store.sync();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      assertEquals(400, channel.size());
    }
    TestData.discard(store, cid("0000"));
    assertEquals(99, files.claims(file).orElseThrow().segments().size());
    assertEquals(396, store.usage().adoptedBytes());
    store.sync();
    restart();
    assertEquals(
        repeated("0000", 100).subList(1, 100), files.claims(file).orElseThrow().segments());
    files.adopt(files.refer(file), repeated("0000", 100));
    assertEquals(repeated("0000", 100), files.claims(file).orElseThrow().segments());
    assertTrue(store.delete(cid("0000")));
    assertEquals(0, store.usage().adoptedBytes());
    assertTrue(store.find(cid("0000")).isEmpty());
    store.sync();
    restart();
    assertTrue(store.find(cid("0000")).isEmpty());
  }

  @Test
  void chunksThatAlternateTakeABoundedNumberOfClaims() throws Exception {
    int times = 100_000;
    Path file = write("pattern", "01".repeat(times));
    List<Segment> segments = new ArrayList<>();
    for (int i = 0; i < 2 * times; i++) {
      segments.add(new Segment(cid(Integer.toString(i % 2)), i, 1));
    }
    files.adopt(files.refer(file), segments);
    List<Segment> claims = files.claims(file).orElseThrow().segments();
    assertTrue(claims.size() <= 2 * FileEntries.MAX_CHAIN);
    assertEquals(segments.subList(0, claims.size()), claims);
    assertEquals("1", get("1"));
    files.forget(files.refer(file));
    assertEquals(0, store.usage().adoptedBytes());
  }

  @Test
  void eachChunkIsClaimedForCertainAndFurtherPlacesWithinABound() throws Exception {
    int chunks = 1_000;
    int copies = 100;
    StringBuilder one = new StringBuilder();
    for (int i = 0; i < chunks; i++) {
      one.append("%04d".formatted(i));
    }
    for (int copy = 0; copy < copies; copy++) {
      Path file = write("copy" + copy, one.toString());
      files.adopt(files.refer(file), segments(one.toString()));
    }
    long most = 4L * (FileEntries.MAX_FURTHER + FileEntries.CERTAIN * chunks);
    assertTrue(store.usage().adoptedBytes() <= most);
    assertTrue(store.usage().adoptedBytes() >= most - 4L * chunks);
    assertEquals("0999", get("0999"));
  }
}
