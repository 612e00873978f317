package io.shoal.runtime.importer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.ChunkStore;
import io.shoal.api.Cid;
import io.shoal.api.Multihash;
import io.shoal.api.UserFaultException;
import io.shoal.runtime.command.ContentCommands;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HashedFolderTest {

  @TempDir Path folder;
  private final MemoryStore store = new MemoryStore();
  private final List<Cid> pinned = new ArrayList<>();
  private String hash = "";

  @BeforeEach
  void aChunkOfAnOlderStore() throws Exception {
    hash = chunk(new byte[] {1, 2, 3});
  }

  private String chunk(byte[] bytes) throws Exception {
    String name = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    Files.write(folder.resolve(name), bytes);
    return name;
  }

  private ContentCommands.TakenOver takeOver() throws Exception {
    return new HashedFolder(store, pinned::add)
        .takeOver(folder, ContentCommands.ProgressListener.SILENT);
  }

  @Test
  void aChunkKeepsItsHashAndIsPinned() throws Exception {
    var taken = takeOver();

    assertEquals(new ContentCommands.TakenOver(1, 3, 3, List.of()), taken);
    Cid cid = Cid.of(Cid.RAW, Multihash.of(Multihash.SHA2_256, HexFormat.of().parseHex(hash)));
    assertEquals(List.of(cid), pinned);
    assertTrue(store.find(cid).isPresent());
  }

  @Test
  void takingOverTwiceWritesNothingNew() throws Exception {
    takeOver();

    assertEquals(0, takeOver().newBytes());
  }

  @Test
  void whatIsNotWhatItsNameSaysIsLeftOutAndNamed() throws Exception {
    Files.write(folder.resolve(hash), new byte[] {1, 2, 4});
    Files.writeString(folder.resolve("index.json"), "{}");
    chunk(new byte[ChunkStore.MAX_CHUNK_SIZE_BYTES + 1]);
    Files.createSymbolicLink(folder.resolve("ab".repeat(32)), folder.resolve("index.json"));

    var taken = takeOver();

    assertEquals(0, taken.chunks());
    assertEquals(4, taken.leftOut().size(), taken::toString);
    assertTrue(taken.leftOut().stream().anyMatch(line -> line.startsWith(hash)), taken::toString);
    assertEquals(List.of(), pinned);
  }

  @Test
  void aChunkOfTheLargestSizeIsTaken() throws Exception {
    chunk(new byte[ChunkStore.MAX_CHUNK_SIZE_BYTES]);

    assertEquals(2, takeOver().chunks());
  }

  @Test
  void aFileIsNoFolder() {
    assertThrows(
        UserFaultException.class,
        () ->
            new HashedFolder(store, pinned::add)
                .takeOver(folder.resolve(hash), ContentCommands.ProgressListener.SILENT));
  }
}
