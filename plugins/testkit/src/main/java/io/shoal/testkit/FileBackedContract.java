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
import io.shoal.api.FileRef;
import io.shoal.api.UserFaultException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The contract of stores with the ability [FileBacked]. A plugin's tests extend this with how to
/// make one.
public abstract class FileBackedContract extends FileServingContract {
  /// For subclasses.
  protected FileBackedContract() {}

  /// Whether all that is durable lies in the plugin's data folder. A test then copies the folder of
  /// a store that runs, as a crash would leave it, and starts another one on the copy.
  ///
  /// @return true unless overridden; nothing is asked of a store that is remote or volatile
  protected boolean keepsAllInItsFolder() {
    return true;
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
    if (isPersistent()) {
      restart();
    }
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
    assertEquals(FileBacked.FileState.INTACT, files.state(file).orElseThrow());
    Path part = write("part", bytes);
    files.adopt(files.referGrowing(part), segments(bytes));
    assertEquals(FileBacked.FileState.GROWING, files.state(part).orElseThrow());
    Files.delete(file);
    assertEquals(FileBacked.FileState.MISSING, files.state(file).orElseThrow());
    assertEquals(FileBacked.FileState.MISSING, claims(file).state());
  }

  /// After a crash before [FileBacked#relocate], after it, or after the next [ChunkStore#sync], no
  /// wrong byte of the moved file is served. Chunks of a file that was synced before are served.
  /// Not for a store that is VOLATILE, REMOTE or keeps its data elsewhere.
  ///
  /// @param copies takes copies of the data folder
  /// @throws Exception as the store throws it
  @Test
  public void aCrashServesNoWrongByte(@TempDir Path copies) throws Exception {
    assumeTrue(
        isPersistent()
            && keepsAllInItsFolder()
            && !store.traits().contains(ChunkStore.Trait.REMOTE),
        "nothing durable is in the data folder");
    byte[] synced = TestData.bytes(20, 2_000);
    byte[] moved = TestData.bytes(21, 2_000);
    Path file = write("file", synced);
    files.adopt(files.refer(file), segments(synced));
    Path part = write("file.part", moved);
    FileRef growing = files.referGrowing(part);
    files.adopt(growing, segments(moved));
    store.sync();
    Crash.copyOf(context.dataFolder(), copies.resolve("before"));
    files.relocate(growing, folder.resolve("moved"), false);
    Crash.copyOf(context.dataFolder(), copies.resolve("renamed"));
    store.sync();
    Crash.copyOf(context.dataFolder(), copies.resolve("synced"));
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

  /// After a restart the file of claims that were synced is served, and reference and claims are
  /// the same. Not for a store that is VOLATILE.
  ///
  /// @throws Exception as the store throws it
  @Test
  public void claimsAreThereAfterARestartOnceTheyWereSynced() throws Exception {
    assumeTrue(isPersistent(), "the store is volatile");
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

  /// Claims that were made but not synced outlive the close and another start. Not for a store that
  /// is VOLATILE.
  ///
  /// @throws Exception as the store throws it
  @Test
  public void claimsThatWereNotSyncedAreThereAfterAClose() throws Exception {
    assumeTrue(isPersistent(), "the store is volatile");
    byte[] bytes = TestData.bytes(4, 2_000);
    Path file = write("unsynced", bytes);
    FileRef ref = files.refer(file);
    files.adopt(ref, segments(bytes));
    restart();
    assertServes(part(bytes, 0));
    assertEquals(ref, files.refer(file));
    assertEquals(segments(bytes), claims(file).segments());
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
    assertEquals(FileBacked.FileState.GROWING, claims(file).state());
    assertEquals(segments(bytes), claims(file).segments());
  }

  /// [FileBacked#referGrowing] after a restart takes up the claims that were synced, and more can
  /// be added. Not for a store that is VOLATILE.
  ///
  /// @throws Exception as the store throws it
  @Test
  public void aGrowingFileIsTakenUpByTheNextProcess() throws Exception {
    assumeTrue(isPersistent(), "the store is volatile");
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
  /// on. A change of the file afterwards ends its claims, also after a restart. The claims of a
  /// store that is VOLATILE are not looked for after a restart.
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
    assertSettled(part, target, bytes);
  }

  private void assertSettled(Path part, Path target, byte[] bytes) throws Exception {
    assertTrue(files.claims(part).isEmpty());
    assertServes(part(bytes, 1));
    store.sync();
    if (isPersistent()) {
      restart();
    }
    assertEquals(FileBacked.FileState.INTACT, claims(target).state());
    assertEquals(segments(bytes), claims(target).segments());
    Files.write(target, new byte[] {1}, StandardOpenOption.APPEND);
    assertServesNot(part(bytes, 0));
  }

  /// [FileBacked#moved] takes the claims to the path that the file has since its folder was
  /// renamed, and settles it. Readers that are open go on, and what was claimed at the new path is
  /// forgotten. The claims of a store that is VOLATILE are not looked for after a restart.
  ///
  /// @throws Exception as the store throws it
  @Test
  public void aFileThatMovedWithItsFolderKeepsItsClaimsAndIsSettled() throws Exception {
    byte[] old = TestData.bytes(22, 1_000);
    byte[] bytes = TestData.bytes(23, 2_000);
    Path target = Files.createDirectory(folder.resolve("whole")).resolve("file");
    Files.write(target, old);
    files.adopt(files.refer(target), segments(old));
    Path part = Files.createDirectory(folder.resolve("whole.part")).resolve("file");
    Files.write(part, bytes);
    FileRef ref = files.referGrowing(part);
    files.adopt(ref, segments(bytes));
    try (ChunkReader reader = store.open(TestData.cid(part(bytes, 0))).orElseThrow()) {
      Files.move(target.getParent(), folder.resolve("old"));
      Files.move(part.getParent(), target.getParent());
      FileRef settled = files.moved(ref, target);
      assertEquals(target, settled.path());
      assertFalse(settled.growing());
      assertArrayEquals(part(bytes, 0), TestData.bytesOf(reader));
      reader.revalidate();
    }
    assertServesNot(old);
    assertSettled(part, target, bytes);
  }

  /// [FileBacked#moved] never takes claims to another file, or to none.
  ///
  /// @throws Exception as the store throws it
  @Test
  public void claimsDoNotMoveToAnotherFile() throws Exception {
    byte[] bytes = TestData.bytes(24, 2_000);
    FileRef ref = files.referGrowing(write("file.part", bytes));
    files.adopt(ref, segments(bytes));
    assertThrows(
        ChunkChangedException.class, () -> files.moved(ref, folder.resolve("nothing here")));
    assertServes(part(bytes, 0));
    Path other = write("other", new byte[2_000]);
    assertThrows(ChunkChangedException.class, () -> files.moved(ref, other));
    assertTrue(files.claims(other).isEmpty());
    byte[] own = TestData.bytes(25, 2_000);
    Path served = write("served", own);
    files.adopt(files.refer(served), segments(own));
    assertThrows(ChunkChangedException.class, () -> files.moved(ref, served));
    assertServes(part(bytes, 0));
    assertServes(part(bytes, 1));
    assertServes(part(own, 1));
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
    assertUsage(0, 0, 0);
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
