package io.shoal.runtime.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.UserFaultException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataFolderLockTest {
  @TempDir Path temp;
  private Path data;
  private Path mine;

  @BeforeEach
  void make() throws Exception {
    data = Files.createDirectory(temp.resolve("data"));
    mine = Files.writeString(temp.resolve("mine"), "mine");
  }

  @Test
  void noLinkOfEitherKindIsWrittenThrough() throws Exception {
    Path lock = data.resolve("node.lock");
    Files.createSymbolicLink(lock, mine);
    assertThrows(UserFaultException.class, () -> DataFolderLock.take(data));
    Files.delete(lock);
    Files.createLink(lock, mine);
    assertThrows(UserFaultException.class, () -> DataFolderLock.take(data));
    Files.delete(lock);
    Files.createSymbolicLink(lock, temp.resolve("new"));
    assertThrows(UserFaultException.class, () -> DataFolderLock.take(data));

    assertEquals("mine", Files.readString(mine));
    assertTrue(Files.notExists(temp.resolve("new")));
  }

  @Test
  void theFileIsTheOwnersWhateverRightsTheFolderHas() throws Exception {
    Path lock = data.resolve("node.lock");
    Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxrwxrwx"));
    DataFolderLock.take(data).close();
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(lock)));

    Files.setPosixFilePermissions(lock, PosixFilePermissions.fromString("rw-rw-rw-"));
    DataFolderLock.take(data).close();
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(lock)));
  }

  @Test
  void theNoteOfAnEarlierProcessIsReplacedAndNamesThisOne() throws Exception {
    Path file = data.resolve("node.lock");
    Files.writeString(file, "12345678901234567890\n");
    String pid = Long.toString(ProcessHandle.current().pid());

    try (DataFolderLock held = DataFolderLock.take(data)) {
      assertEquals(pid + "\n", Files.readString(file));
      UserFaultException refused =
          assertThrows(UserFaultException.class, () -> DataFolderLock.take(data));
      assertTrue(String.valueOf(refused.getMessage()).contains("process " + pid));
    }
    DataFolderLock.take(data).close();
  }
}
