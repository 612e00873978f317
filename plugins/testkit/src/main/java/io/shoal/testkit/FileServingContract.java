package io.shoal.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.shoal.api.ChunkChangedException;
import io.shoal.api.ChunkReader;
import io.shoal.api.FileBacked;
import io.shoal.api.FileBacked.FileState;
import io.shoal.api.FileRef;
import io.shoal.api.FileRegion;
import io.shoal.api.StoreFullException;
import io.shoal.api.UserFaultException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributeView;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// The part of [FileBackedContract] about which files are taken and when they are served.
public abstract class FileServingContract extends FileBackedFixture {
  FileServingContract() {}

  /// Chunks of a file that was adopted are served out of it, count as adopted and not as owned in
  /// [io.shoal.api.ChunkStore#usage], and [FileBacked#claims] lists them. [FileBacked#refer] to the
  /// same file again gives the same reference.
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
    assertUsage(3, 0, 2_500);
    assertEquals(new FileBacked.FileClaims(ref, FileState.INTACT, segments(bytes)), claims(file));
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

  /// A chunk that was put and adopted is served from the store's own copy once the file is gone.
  /// Not for a store that is full, of which [io.shoal.api.ChunkStore#usage] knows no room.
  ///
  /// @throws Exception as the store throws it
  @Test
  public void aChunkThatIsOwnedTooIsServedWhenTheFileIsGone() throws Exception {
    byte[] bytes = TestData.bytes(15, 1_000);
    Path file = write("file", bytes);
    files.adopt(files.refer(file), segments(bytes));
    long room = store.usage().availableBytes();
    try {
      TestData.put(store, bytes);
    } catch (StoreFullException e) {
      assertTrue(room < bytes.length, "the store is full although usage() tells of room");
      abort("the store has no room for copies of its own");
    }
    Files.delete(file);
    assertArrayEquals(bytes, TestData.get(store, TestData.cid(bytes)));
  }
}
