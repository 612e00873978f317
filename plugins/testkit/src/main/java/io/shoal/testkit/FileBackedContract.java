package io.shoal.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.shoal.api.ChunkChangedException;
import io.shoal.api.ChunkReader;
import io.shoal.api.ChunkStore;
import io.shoal.api.Cid;
import io.shoal.api.FileBacked;
import io.shoal.api.FileBacked.FileClaims;
import io.shoal.api.FileBacked.FileState;
import io.shoal.api.FileBacked.Segment;
import io.shoal.api.FileRef;
import io.shoal.api.FileRegion;
import io.shoal.api.UserFaultException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributeView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/// The contract of stores with the ability [FileBacked]. A plugin's tests extend this with how to
/// make one.
public abstract class FileBackedContract extends InspectionContract {
  private static final int CHUNK = 1000;

  private boolean begun;
  private Path folder;
  private TestContext context;
  private ChunkStore store;
  private FileBacked files;

  /// For subclasses.
  @SuppressWarnings("NullAway.Init") // JUnit calls startStore before anything else
  protected FileBackedContract() {}

  /// A store that is not started.
  ///
  /// @return a new one at each call
  protected abstract ChunkStore newStore();

  /// Gives the plugin what it needs to start, besides its data folder. Called once a test.
  ///
  /// @param plain has a data folder and no configuration
  /// @return the context to start it with; `plain` unless overridden
  protected TestContext configure(TestContext plain) {
    return plain;
  }

  @Override
  final ChunkStore extension() {
    return newStore();
  }

  @Override
  final TestContext context(Path empty) {
    return configure(TestContext.in(empty));
  }

  /// Starts a store for a test.
  ///
  /// @param temporary for its data and the user's files
  /// @param test for what
  /// @throws Exception as the store throws it
  @BeforeEach
  @SuppressWarnings("NullAway.Init") // not needed by tests that make their own
  public void startStore(@TempDir Path temporary, TestInfo test) throws Exception {
    if (isAboutLife(test)) {
      return;
    }
    begun = true;
    folder = temporary.toRealPath();
    context = configure(TestContext.in(folder.resolve("store")));
    start();
  }

  /// Ends it.
  @AfterEach
  public void endStore() {
    if (!begun) {
      return;
    }
    store.close();
    store.close();
    context.close();
  }

  private void start() throws Exception {
    store = newStore();
    store.start(context);
    files =
        store
            .fileBacked()
            .orElseThrow(() -> new AssertionError("the store does not serve files in place"));
  }

  private void restart() throws Exception {
    store.close();
    start();
  }

  private Path write(String name, byte[] bytes) throws IOException {
    return Files.write(folder.resolve(name), bytes);
  }

  private static byte[] part(byte[] bytes, int chunk) {
    return Arrays.copyOfRange(bytes, chunk * CHUNK, Math.min(bytes.length, (chunk + 1) * CHUNK));
  }

  private static List<Segment> segments(byte[] bytes) {
    List<Segment> segments = new ArrayList<>();
    for (int i = 0; i * CHUNK < bytes.length; i++) {
      segments.add(
          new Segment(TestData.cid(part(bytes, i)), (long) i * CHUNK, part(bytes, i).length));
    }
    return segments;
  }

  private void assertServes(byte[] chunk) throws Exception {
    Cid cid = TestData.cid(chunk);
    assertTrue(store.find(cid).isPresent());
    try (ChunkReader reader = store.open(cid).orElseThrow()) {
      assertEquals(chunk.length, reader.sizeBytes());
      assertFalse(reader.owned());
      assertArrayEquals(chunk, TestData.bytesOf(reader));
      reader.revalidate();
    }
  }

  private void assertServesNot(byte[] chunk) throws Exception {
    assertTrue(store.open(TestData.cid(chunk)).isEmpty());
    assertTrue(store.find(TestData.cid(chunk)).isEmpty());
  }

  private FileClaims claims(Path file) throws IOException {
    return files.claims(file).orElseThrow(() -> new AssertionError("no reference to " + file));
  }

  /// Chunks of a file that was adopted are served out of it, count as adopted and not as owned in
  /// [ChunkStore#usage], and [FileBacked#claims] lists them. [FileBacked#refer] to the same file
  /// again gives the same reference.
  ///
  /// @throws Exception as the store throws it
  @Test
  public void aFileIsServedInPlaceAndCountsAgainstNoQuota() throws Exception {
    byte[] bytes = TestData.bytes(1, 2_500);
    Path file = write("file", bytes);
    FileRef ref = files.refer(file);
    assertEquals(file, ref.path());
    assertEquals(2_500, ref.sizeBytes());
    assertFalse(ref.growing());
    files.adopt(ref, segments(bytes));
    for (int i = 0; i < 3; i++) {
      assertServes(part(bytes, i));
    }
    assertEquals(0, store.usage().ownedBytes());
    assertEquals(2_500, store.usage().adoptedBytes());
    assertEquals(3, store.usage().chunks());
    assertEquals(new FileClaims(ref, FileState.INTACT, segments(bytes)), claims(file));
    store.chunks(
        chunk -> {
          assertFalse(chunk.owned());
          return true;
        });
    assertEquals(ref, files.refer(file));
  }

  /// [FileBacked#refer] and [FileBacked#referGrowing] refuse a path with no file, a folder and a
  /// symbolic link with a [UserFaultException].
  ///
  /// @throws Exception as the store throws it
  @Test
  public void onlyPlainFilesThatAreThereAreTaken() throws Exception {
    Path file = write("file", new byte[1]);
    Path link = Files.createSymbolicLink(folder.resolve("link"), file);
    for (Path none : List.of(folder.resolve("none"), folder, link)) {
      assertThrows(UserFaultException.class, () -> files.refer(none), none.toString());
      assertThrows(UserFaultException.class, () -> files.referGrowing(none), none.toString());
    }
  }

  /// [FileBacked#refer] refuses a file that this user may not read with a [UserFaultException] of
  /// one line. Not where the file system knows no rights, or for an administrator.
  ///
  /// @throws Exception as the store throws it
  @Test
  public void aFileWithoutTheRightToReadIsRefused() throws Exception {
    Path file = write("secret", new byte[10]);
    PosixFileAttributeView rights = Files.getFileAttributeView(file, PosixFileAttributeView.class);
    assumeTrue(rights != null, "the file system knows no rights");
    rights.setPermissions(Set.of());
    if (Files.isReadable(file)) {
      return; // an administrator may read everything
    }
    UserFaultException refused =
        assertThrows(UserFaultException.class, () -> files.refer(file), "it cannot be read");
    Messages.assertOneLine(refused);
  }

  /// A file of the same size but another modification time serves nothing: [ChunkReader#revalidate]
  /// throws a [ChunkChangedException], and the chunk is absent.
  ///
  /// @throws Exception as the store throws it
  @Test
  public void aFileOfAnotherTimeServesNothing() throws Exception {
    byte[] bytes = TestData.bytes(16, 1_000);
    Path file = write("file", bytes);
    FileRef ref = files.refer(file);
    files.adopt(ref, segments(bytes));
    try (ChunkReader reader = store.open(TestData.cid(bytes)).orElseThrow()) {
      Files.setLastModifiedTime(
          file,
          FileTime.from(Files.getLastModifiedTime(file).toInstant().plus(Duration.ofSeconds(1))));
      assertThrows(
          ChunkChangedException.class, reader::revalidate, "another modification time is not seen");
    }
    assertServesNot(bytes);
    assertEquals(FileState.CHANGED, files.state(file).orElseThrow());
  }

  /// An interrupted [FileBacked#adopt] ends with the thread's flag set. Other claims stay, and the
  /// same call succeeds later.
  ///
  /// @throws Exception as the store throws it
  @Test
  public void interruptedCallsHarmNoClaims() throws Exception {
    byte[] bytes = TestData.bytes(22, 1_000);
    byte[] late = TestData.bytes(23, 1_000);
    files.adopt(files.refer(write("file", bytes)), segments(bytes));
    Path other = write("late", late);
    FileRef ref = files.refer(other);
    Thread.currentThread().interrupt();
    try {
      files.adopt(ref, segments(late));
    } catch (InterruptedIOException e) {
      Messages.assertOneLine(e);
    } finally {
      assertTrue(Thread.interrupted(), "the interruption is lost");
    }
    assertServes(bytes);
    files.adopt(ref, segments(late));
    store.sync();
    restart();
    assertServes(bytes);
    assertServes(late);
  }

  /// [FileBacked#state] is empty for a path that nothing refers to, and otherwise tells whether the
  /// file is intact, growing or missing.
  ///
  /// @throws Exception as the store throws it
  @Test
  public void theStateIsThatOfTheClaims() throws Exception {
    byte[] bytes = TestData.bytes(17, 1_000);
    Path file = write("file", bytes);
    assertEquals(Optional.empty(), files.state(file), "nothing refers to it");
    FileRef ref = files.refer(file);
    files.adopt(ref, segments(bytes));
    assertEquals(FileState.INTACT, files.state(file).orElseThrow());
    Path part = write("part", bytes);
    files.adopt(files.referGrowing(part), segments(bytes));
    assertEquals(FileState.GROWING, files.state(part).orElseThrow());
    Files.delete(file);
    assertEquals(FileState.MISSING, files.state(file).orElseThrow());
    assertEquals(FileState.MISSING, claims(file).state());
  }

  /// A reader that is open reads all of its chunk while another thread calls [FileBacked#forget].
  /// Then the chunk is absent, and the file is as it was.
  ///
  /// @throws Exception as the store throws it
  @Test
  public void aReaderIsALeaseAlsoOverForgetting() throws Exception {
    byte[] bytes = TestData.bytes(18, 1_000);
    Path file = write("file", bytes);
    FileRef ref = files.refer(file);
    files.adopt(ref, segments(bytes));
    try (ChunkReader reader = store.open(TestData.cid(bytes)).orElseThrow()) {
      Thread forgetting = Thread.ofVirtual().name("testkit-forget").start(() -> forget(ref));
      // It may wait for the reader or take the claim away at once: the bytes stay readable.
      assertArrayEquals(bytes, TestData.bytesOf(reader), "the lease ended with the reference");
      reader.revalidate();
      reader.close();
      forgetting.join();
    }
    assertServesNot(bytes);
    assertArrayEquals(bytes, Files.readAllBytes(file));
  }

  private void forget(FileRef ref) {
    try {
      files.forget(ref);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// [ChunkReader#region] of an adopted chunk has exactly its bytes, and reading does not move the
  /// position of the channel. A store may have no regions.
  ///
  /// @throws Exception as the store throws it
  @Test
  public void aRegionOfAFileKeepsThePositionOfItsChannel() throws Exception {
    byte[] bytes = TestData.bytes(19, 2_500);
    files.adopt(files.refer(write("file", bytes)), segments(bytes));
    for (int i = 0; i < 3; i++) {
      try (ChunkReader reader = store.open(TestData.cid(part(bytes, i))).orElseThrow()) {
        Optional<FileRegion> region = reader.region();
        if (region.isPresent()) {
          long position = region.get().channel().position();
          ByteBuffer into = ByteBuffer.allocate(region.get().sizeBytes());
          region.get().channel().read(into, region.get().offsetBytes());
          assertArrayEquals(part(bytes, i), into.array(), "the region holds other bytes");
          assertArrayEquals(part(bytes, i), TestData.bytesOf(reader));
          assertEquals(
              position, region.get().channel().position(), "reading moves the channel's position");
        }
      }
    }
  }

  /// After a crash before [FileBacked#relocate], after it, or after the next [ChunkStore#sync], no
  /// wrong byte of the moved file is served. Chunks of a file that was synced before are served.
  ///
  /// @param copies takes copies of the data folder
  /// @throws Exception as the store throws it
  @Test
  public void aCrashServesNoWrongByte(@TempDir Path copies) throws Exception {
    byte[] synced = TestData.bytes(20, 2_000);
    byte[] moved = TestData.bytes(21, 2_000);
    Path file = write("file", synced);
    files.adopt(files.refer(file), segments(synced));
    Path part = write("file.part", moved);
    FileRef growing = files.referGrowing(part);
    files.adopt(growing, segments(moved));
    store.sync();
    copyOf(context.dataFolder(), copies.resolve("before"));
    files.relocate(growing, folder.resolve("moved"), false);
    copyOf(context.dataFolder(), copies.resolve("renamed"));
    store.sync();
    copyOf(context.dataFolder(), copies.resolve("synced"));
    for (String crash : List.of("before", "renamed", "synced")) {
      ChunkStore after = (ChunkStore) anotherExtension();
      TestContext again = configure(TestContext.in(copies.resolve(crash)));
      after.start(again);
      for (int i = 0; i < 2; i++) {
        assertArrayEquals(part(synced, i), TestData.get(after, TestData.cid(part(synced, i))));
        Cid cid = TestData.cid(part(moved, i));
        if (after.find(cid).isPresent() || crash.equals("synced")) {
          assertArrayEquals(part(moved, i), TestData.get(after, cid), "after a crash " + crash);
        }
      }
      after.close();
      again.close();
    }
  }

  private static void copyOf(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path one : all.toList()) {
        Path target = to.resolve(from.relativize(one).toString());
        if (Files.isDirectory(one)) {
          Files.createDirectories(target);
        } else {
          Files.copy(one, target);
        }
      }
    }
  }

  /// After a restart the file of claims that were synced is served, and reference and claims are
  /// the same.
  ///
  /// @throws Exception as the store throws it
  @Test
  public void claimsAreThereAfterARestartOnceTheyWereSynced() throws Exception {
    byte[] bytes = TestData.bytes(2, 2_000);
    Path file = write("file", bytes);
    FileRef ref = files.refer(file);
    files.adopt(ref, segments(bytes));
    store.sync();
    restart();
    assertServes(part(bytes, 0));
    assertServes(part(bytes, 1));
    assertEquals(ref, files.refer(file));
    assertEquals(segments(bytes), claims(file).segments());
  }

  /// Claims that were made but not synced outlive the close and another start.
  ///
  /// @throws Exception as the store throws it
  @Test
  public void claimsThatWereNotSyncedAreThereAfterAClose() throws Exception {
    byte[] bytes = TestData.bytes(4, 2_000);
    Path file = write("unsynced", bytes);
    FileRef ref = files.refer(file);
    files.adopt(ref, segments(bytes));
    restart();
    assertServes(part(bytes, 0));
    assertEquals(ref, files.refer(file));
    assertEquals(segments(bytes), claims(file).segments());
  }

  /// A file that became longer serves nothing: a reader that is open fails with a
  /// [ChunkChangedException], and so does [FileBacked#adopt]. Its state is CHANGED without claims,
  /// and [FileBacked#refer] begins anew.
  ///
  /// @throws Exception as the store throws it
  @Test
  public void aFileThatChangedServesNothingAndIsReported() throws Exception {
    byte[] bytes = TestData.bytes(3, 2_000);
    Path file = write("file", bytes);
    FileRef ref = files.refer(file);
    files.adopt(ref, segments(bytes));
    try (ChunkReader reader = store.open(TestData.cid(part(bytes, 0))).orElseThrow()) {
      Files.write(file, new byte[] {1}, StandardOpenOption.APPEND);
      assertThrows(ChunkChangedException.class, reader::revalidate);
    }
    assertServesNot(part(bytes, 0));
    assertServesNot(part(bytes, 1));
    assertThrows(ChunkChangedException.class, () -> files.adopt(ref, segments(bytes)));
    assertEquals(FileState.CHANGED, claims(file).state());
    assertEquals(List.of(), claims(file).segments());
    assertEquals(0, store.usage().adoptedBytes());
    assertFalse(ref.equals(files.refer(file)));
  }

  /// Another file at the same path serves nothing, although size and modification time are the
  /// same.
  ///
  /// @throws Exception as the store throws it
  @Test
  public void aFileThatWasReplacedServesNothing() throws Exception {
    byte[] bytes = TestData.bytes(4, 1_000);
    Path file = write("file", bytes);
    files.adopt(files.refer(file), segments(bytes));
    Path other = write("other", TestData.bytes(5, 1_000));
    Files.setLastModifiedTime(other, Files.getLastModifiedTime(file));
    Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
    assertServesNot(bytes);
  }

  /// A file that was deleted serves nothing, and [FileBacked#claims] says that it is missing.
  ///
  /// @throws Exception as the store throws it
  @Test
  public void aFileThatIsGoneServesNothingAndIsReported() throws Exception {
    byte[] bytes = TestData.bytes(6, 1_000);
    Path file = write("file", bytes);
    files.adopt(files.refer(file), segments(bytes));
    Files.delete(file);
    assertServesNot(bytes);
    assertEquals(FileState.MISSING, claims(file).state());
  }

  /// A file that is being written serves each chunk from when it was claimed, although size and
  /// time of the file change.
  ///
  /// @throws Exception as the store throws it
  @Test
  public void aGrowingFileServesWhatWasClaimedSoFar() throws Exception {
    byte[] bytes = TestData.bytes(7, 3_000);
    Path file = write("file.part", part(bytes, 0));
    FileRef ref = files.referGrowing(file);
    assertTrue(ref.growing());
    files.adopt(ref, segments(part(bytes, 0)));
    assertServes(part(bytes, 0));
    Files.write(file, bytes);
    files.adopt(ref, segments(bytes).subList(1, 3));
    assertServes(part(bytes, 2));
    assertEquals(FileState.GROWING, claims(file).state());
    assertEquals(segments(bytes), claims(file).segments());
  }

  /// [FileBacked#referGrowing] after a restart takes up the claims that were synced, and more can
  /// be added.
  ///
  /// @throws Exception as the store throws it
  @Test
  public void aGrowingFileIsTakenUpByTheNextProcess() throws Exception {
    byte[] bytes = TestData.bytes(8, 2_000);
    Path file = write("file.part", bytes);
    FileRef ref = files.referGrowing(file);
    files.adopt(ref, segments(bytes).subList(0, 1));
    store.sync();
    restart();
    FileRef again = files.referGrowing(file);
    assertEquals(segments(bytes).subList(0, 1), claims(file).segments());
    files.adopt(again, segments(bytes).subList(1, 2));
    assertServes(part(bytes, 1));
  }

  /// [FileBacked#referGrowing] to another file at the same path has no claims of the one before.
  ///
  /// @throws Exception as the store throws it
  @Test
  public void aGrowingFileThatWasReplacedStartsAnew() throws Exception {
    byte[] bytes = TestData.bytes(9, 1_000);
    Path file = write("file.part", bytes);
    files.adopt(files.referGrowing(file), segments(bytes));
    store.sync();
    Path other = write("other", new byte[1_000]);
    Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
    files.referGrowing(file);
    assertEquals(List.of(), claims(file).segments());
    assertServesNot(bytes);
  }

  /// [FileBacked#relocate] moves the file with all claims and settles it. Readers that are open go
  /// on. A change of the file afterwards ends its claims, also after a restart.
  ///
  /// @throws Exception as the store throws it
  @Test
  public void relocatingKeepsTheClaimsAndSettlesTheFile() throws Exception {
    byte[] bytes = TestData.bytes(10, 2_000);
    Path part = write("file.part", bytes);
    FileRef ref = files.referGrowing(part);
    files.adopt(ref, segments(bytes));
    Path target = folder.resolve("file");
    try (ChunkReader reader = store.open(TestData.cid(part(bytes, 0))).orElseThrow()) {
      FileRef settled = files.relocate(ref, target, false);
      assertEquals(target, settled.path());
      assertFalse(settled.growing());
      assertArrayEquals(part(bytes, 0), TestData.bytesOf(reader));
      reader.revalidate();
    }
    assertFalse(Files.exists(part));
    assertTrue(files.claims(part).isEmpty());
    assertServes(part(bytes, 1));
    store.sync();
    restart();
    assertEquals(FileState.INTACT, claims(target).state());
    assertEquals(segments(bytes), claims(target).segments());
    Files.write(target, new byte[] {1}, StandardOpenOption.APPEND);
    assertServesNot(part(bytes, 0));
  }

  /// [FileBacked#relocate] throws a [UserFaultException] if the target exists and `replace` is
  /// false, and changes nothing. If it is true, the file at the target goes with its claims.
  ///
  /// @throws Exception as the store throws it
  @Test
  public void relocatingReplacesOnlyOnRequest() throws Exception {
    byte[] bytes = TestData.bytes(11, 1_000);
    byte[] precious = TestData.bytes(12, 1_000);
    Path target = write("file", precious);
    files.adopt(files.refer(target), segments(precious));
    FileRef ref = files.referGrowing(write("file.part", bytes));
    files.adopt(ref, segments(bytes));
    assertThrows(UserFaultException.class, () -> files.relocate(ref, target, false));
    assertArrayEquals(precious, Files.readAllBytes(target));
    assertServes(bytes);
    assertServes(precious);
    files.relocate(ref, target, true);
    assertArrayEquals(bytes, Files.readAllBytes(target));
    assertServes(bytes);
    assertServesNot(precious);
  }

  /// [FileBacked#forget] drops reference and claims, also over a restart, and leaves the file as it
  /// is. A second call does nothing.
  ///
  /// @throws Exception as the store throws it
  @Test
  public void forgettingLeavesTheFileAlone() throws Exception {
    byte[] bytes = TestData.bytes(13, 1_000);
    Path file = write("file", bytes);
    FileRef ref = files.refer(file);
    files.adopt(ref, segments(bytes));
    store.sync();
    files.forget(ref);
    files.forget(ref);
    assertServesNot(bytes);
    assertTrue(files.claims(file).isEmpty());
    assertArrayEquals(bytes, Files.readAllBytes(file));
    store.sync();
    restart();
    assertServesNot(bytes);
    assertEquals(0, store.usage().chunks());
  }

  /// [ChunkStore#delete] and [ChunkReader#discard] drop the claim on a user's file, and leave the
  /// file as it is.
  ///
  /// @throws Exception as the store throws it
  @Test
  public void deletingAChunkTakesTheClaimAndLeavesTheFile() throws Exception {
    byte[] bytes = TestData.bytes(14, 2_000);
    Path file = write("file", bytes);
    files.adopt(files.refer(file), segments(bytes));
    store.sync();
    assertTrue(store.delete(TestData.cid(part(bytes, 0))));
    assertTrue(TestData.discard(store, TestData.cid(part(bytes, 1))));
    assertServesNot(part(bytes, 0));
    assertServesNot(part(bytes, 1));
    assertArrayEquals(bytes, Files.readAllBytes(file));
    store.sync();
    restart();
    assertServesNot(part(bytes, 0));
  }

  /// A chunk that was put and adopted is served from the store's own copy once the file is gone.
  /// Not for a store that knows of no room.
  ///
  /// @throws Exception as the store throws it
  @Test
  public void aChunkThatIsOwnedTooIsServedWhenTheFileIsGone() throws Exception {
    byte[] bytes = TestData.bytes(15, 1_000);
    Path file = write("file", bytes);
    files.adopt(files.refer(file), segments(bytes));
    assumeTrue(store.usage().availableBytes() > 0);
    TestData.put(store, bytes);
    Files.delete(file);
    assertArrayEquals(bytes, TestData.get(store, TestData.cid(bytes)));
  }

  /// [FileBacked#references] reports each of 20 files with both of its claims.
  ///
  /// @throws Exception as the store throws it
  @Test
  public void everyReferenceIsReported() throws Exception {
    Set<Path> due = new TreeSet<>();
    for (int i = 0; i < 20; i++) {
      byte[] bytes = TestData.bytes(100 + i, 1_500);
      Path file = write("file" + i, bytes);
      files.adopt(files.refer(file), segments(bytes));
      due.add(file);
    }
    Set<Path> reported = new TreeSet<>();
    files.references(
        claims -> {
          assertEquals(2, claims.segments().size());
          reported.add(claims.ref().path());
        });
    assertEquals(due, reported);
  }
}
