package io.shoal.storage.filesystem.adopted;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.ChunkChangedException;
import io.shoal.api.FileBacked;
import io.shoal.api.FileRef;
import io.shoal.api.UserFaultException;
import io.shoal.storage.filesystem.FilesystemStore;
import io.shoal.testkit.TestContext;
import io.shoal.testkit.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A store that was made before [FileBacked#moved] gets along with what the API does for it.
class MovedByDefaultTest {
  @TempDir private Path folder;

  /// Has all but [FileBacked#moved].
  private record Older(FileBacked files) implements FileBacked {
    @Override
    public FileRef refer(Path path) throws IOException, UserFaultException {
      return files.refer(path);
    }

    @Override
    public FileRef referGrowing(Path path) throws IOException, UserFaultException {
      return files.referGrowing(path);
    }

    @Override
    public void adopt(FileRef ref, List<Segment> segments)
        throws IOException, ChunkChangedException {
      files.adopt(ref, segments);
    }

    @Override
    public FileRef relocate(FileRef ref, Path target, boolean replace)
        throws IOException, UserFaultException {
      return files.relocate(ref, target, replace);
    }

    @Override
    public void forget(FileRef ref) throws IOException {
      files.forget(ref);
    }

    @Override
    public Optional<FileClaims> claims(Path path) throws IOException {
      return files.claims(path);
    }

    @Override
    public void references(Consumer<FileClaims> each) throws IOException {
      files.references(each);
    }
  }

  @Test
  void theClaimsAreMadeAgainAtTheNewPathAndAtNoOtherFile() throws Exception {
    byte[] bytes = TestData.bytes(1, 2_000);
    Path part = Files.createDirectory(folder.resolve("whole.part")).resolve("file");
    Files.write(part, bytes);
    Path other = Files.write(folder.resolve("other"), new byte[2_000]);
    try (TestContext context = TestContext.in(folder.resolve("store"))) {
      FilesystemStore store = new FilesystemStore();
      store.start(context);
      FileBacked files = new Older(store.fileBacked().orElseThrow());
      FileRef ref = files.referGrowing(part);
      files.adopt(ref, List.of(new FileBacked.Segment(TestData.cid(bytes), 0, bytes.length)));
      assertThrows(ChunkChangedException.class, () -> files.moved(ref, other));
      assertTrue(files.claims(other).isEmpty());
      FileRef own = files.refer(other);
      assertThrows(ChunkChangedException.class, () -> files.moved(ref, other));
      assertEquals(own, files.claims(other).orElseThrow().ref());
      Path target = folder.resolve("whole").resolve("file");
      Files.move(part.getParent(), target.getParent());
      FileRef settled = files.moved(ref, target);
      assertEquals(target, settled.path());
      assertFalse(settled.growing());
      assertTrue(files.claims(part).isEmpty());
      assertArrayEquals(bytes, TestData.get(store, TestData.cid(bytes)));
      store.close();
    }
  }
}
