package io.shoal.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.runtime.destination.PartFiles;
import io.shoal.runtime.download.Downloads;
import io.shoal.runtime.serving.NodeChunkServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileCeilingTest {
  @TempDir Path folder;

  @Test
  void whereFilesAboundWhatIsConfiguredHolds() {
    assertEquals(new FileCeiling(200, Downloads.MAX_DOWNLOADS), FileCeiling.of(1_048_576, 200));
  }

  @Test
  void whereFilesAreFewAllThatMayBeOpenAtOnceFitsIn() {
    for (int files = 400; files < 20_000; files += 7) {
      FileCeiling ceiling = FileCeiling.of(files, 5_000);
      long open =
          FileCeiling.BASE_FILES
              + NodeChunkServer.MAX_UPLOADS
              + ceiling.connections()
              + (long) ceiling.downloads() * PartFiles.MAX_OPEN;
      assertTrue(open <= files, ceiling + " of " + files);
      assertTrue(ceiling.connections() <= 5_000);
    }
  }

  @Test
  void howeverFewFilesThereAreANodeCanDoSomething() {
    assertEquals(new FileCeiling(FileCeiling.MIN_CONNECTIONS, 1), FileCeiling.of(64, 200));
    assertEquals(new FileCeiling(2, 1), FileCeiling.of(64, 2));
  }

  @Test
  void theProcessesLimitIsTheSoftOne() throws Exception {
    Path limits =
        Files.writeString(
            folder.resolve("limits"),
            """
            Limit                     Soft Limit           Hard Limit           Units
            Max processes             127456               127456               processes
            Max open files            4096                 524288               files
            """);
    assertEquals(OptionalLong.of(4096), FileCeiling.processLimit(limits));
    Files.writeString(limits, "Max open files            unlimited            unlimited  files\n");
    assertEquals(OptionalLong.empty(), FileCeiling.processLimit(limits));
    Files.writeString(limits, "nonsense\nMax open files  many");
    assertEquals(OptionalLong.empty(), FileCeiling.processLimit(limits));
    assertEquals(OptionalLong.empty(), FileCeiling.processLimit(folder.resolve("absent")));
  }
}
