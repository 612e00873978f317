package io.shoal.runtime.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.UserFaultException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HeldFolderTest {
  @TempDir Path temp;
  private Path data;

  @BeforeEach
  void make() throws Exception {
    data = temp.resolve("data");
    HeldFolder.take(data).close();
    Path runtime = Files.createDirectory(data.resolve("runtime"));
    Files.writeString(runtime.resolve("roots.journal"), "roots");
    Files.writeString(runtime.resolve("reserve"), "room");
    Files.writeString(Files.createDirectory(runtime.resolve("names")).resolve("a"), "name");
    Files.createDirectory(runtime.resolve("unpacked-plugins"));
    Files.createDirectories(data.resolve("plugins/known"));
  }

  private static Set<String> names(Path folder) throws Exception {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.map(each -> folder.relativize(each).toString()).collect(Collectors.toSet());
    }
  }

  @Test
  void oneThatCanBeWrittenToIsUsedAsItIs() throws Exception {
    try (HeldFolder held = HeldFolder.take(data)) {
      assertEquals(data.resolve("runtime"), held.folder().state());
      assertFalse(held.folder().isReadOnly());
      held.folder().requireWritable();
      assertEquals(data.resolve("plugins/new"), held.folder().ofPlugin("new"));
      assertThrows(DataFolderLock.InUseException.class, () -> HeldFolder.take(data));
    }
  }

  @Test
  void oneThatIsOnlyReadIsWorkedOnInACopyThatGoes() throws Exception {
    Set<String> before = names(data);
    Path state;
    try (HeldFolder held = HeldFolder.toRead(data, "on a read-only medium")) {
      DataFolder folder = held.folder();
      state = folder.state();
      assertEquals(Set.of("", "roots.journal", "names", "names/a"), names(state));
      Files.writeString(state.resolve("roots.journal"), "more");
      assertEquals(data.resolve("plugins/known"), folder.ofPlugin("known"));
      assertEquals(state.resolveSibling("plugins").resolve("new"), folder.ofPlugin("new"));
      var refused = assertThrows(UserFaultException.class, folder::requireWritable);
      assertEquals(
          data
              + " is on a read-only medium, and this would change it: make it writable, or copy it and"
              + " give the copy with --data",
          refused.getMessage());
    }
    assertTrue(Files.notExists(state.getParent()));
    assertEquals(before, names(data));
    assertEquals("roots", Files.readString(data.resolve("runtime/roots.journal")));
  }

  @Test
  void readersKeepThoseAwayThatWrite() throws Exception {
    try (HeldFolder reader = HeldFolder.toRead(data, "on a read-only medium")) {
      assertTrue(reader.folder().isReadOnly());
      assertThrows(DataFolderLock.InUseException.class, () -> HeldFolder.take(data));
    }
    try (HeldFolder _ = HeldFolder.take(data)) {
      assertThrows(
          DataFolderLock.InUseException.class,
          () -> HeldFolder.toRead(data, "on a read-only medium"));
    }
  }

  @Test
  void oneWithoutAFileToLockAndWithoutStateCanBeRead() throws Exception {
    Path empty = Files.createDirectory(temp.resolve("empty"));
    try (HeldFolder held = HeldFolder.toRead(empty, "on a read-only medium")) {
      assertEquals(Set.of(""), names(held.folder().state()));
    }
    assertEquals(Set.of(""), names(empty));
  }

  @Test
  void onlyWhatForbidsWritingMakesAReader() {
    assertEquals(
        Optional.of("read-only for this user, as x shows"),
        HeldFolder.unwritable(new AccessDeniedException("x")));
    assertEquals(
        Optional.of("on a read-only medium"),
        HeldFolder.unwritable(new FileSystemException("x", null, "Read-only file system")));
    for (FileSystemException other :
        new FileSystemException[] {
          new NoSuchFileException("x"),
          new FileSystemException("x", null, "No space left on device"),
          new FileSystemException("x")
        }) {
      assertTrue(HeldFolder.unwritable(other).isEmpty());
    }
  }
}
