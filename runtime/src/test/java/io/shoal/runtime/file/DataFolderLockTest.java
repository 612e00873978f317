package io.shoal.runtime.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.UserFaultException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataFolderLockTest {
  @TempDir Path folder;

  @Test
  void theNoteOfAnEarlierProcessIsReplacedAndNamesThisOne() throws Exception {
    Path file = folder.resolve("node.lock");
    Files.writeString(file, "12345678901234567890\n");
    String pid = Long.toString(ProcessHandle.current().pid());

    try (DataFolderLock held = DataFolderLock.take(folder)) {
      assertEquals(pid + "\n", Files.readString(file));
      UserFaultException refused =
          assertThrows(UserFaultException.class, () -> DataFolderLock.take(folder));
      assertTrue(String.valueOf(refused.getMessage()).contains("process " + pid));
    }
    DataFolderLock.take(folder).close();
  }
}
