package io.shoal.runtime.destination;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.UserFaultException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Another user who may write to a folder above the destination leads no byte elsewhere.
class PartPlaceTest {
  @TempDir Path temp;
  private Path folder;
  private Path part;
  private Path outside;
  private PartPlace place;

  @BeforeEach
  void open() throws IOException {
    folder = Files.createDirectory(temp.resolve("folder"));
    part = folder.resolve("out.part");
    outside = Files.createDirectory(temp.resolve("outside"));
    place = PartPlace.open(folder);
  }

  @AfterEach
  void close() throws IOException {
    place.close();
  }

  private void write(Path file, String text) throws IOException, UserFaultException {
    try (FileChannel channel = place.openFile(file)) {
      channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }
  }

  private List<String> namesIn(Path folder) throws IOException {
    try (Stream<Path> names = Files.list(folder)) {
      return names.map(name -> name.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void aPartFolderThatBecameALinkIsNotFollowed() throws Exception {
    Files.createDirectories(part.resolve("a"));
    write(part.resolve("a/one"), "1");
    Files.move(part, folder.resolve("away"));
    Files.createDirectory(outside.resolve("a"));
    Files.writeString(outside.resolve("a/two"), "mine");
    Files.createSymbolicLink(part, outside);

    assertThrows(UserFaultException.class, () -> write(part.resolve("a/two"), "2"));
    assertThrows(UserFaultException.class, () -> place.requireUnmoved(part.resolve("a/one")));
    assertEquals("mine", Files.readString(outside.resolve("a/two")));
  }

  @Test
  void anotherFolderInThePlaceOfThePartIsNotWritten() throws Exception {
    Files.createDirectory(part);
    write(part.resolve("one"), "1");
    Files.move(part, folder.resolve("away"));
    Files.createDirectory(part);

    assertThrows(IOException.class, () -> write(part.resolve("two"), "2"));
    assertEquals(List.of(), namesIn(part));
  }

  @Test
  void aFolderAboveThatWasSwappedIsNoWayOut() throws Exception {
    write(part, "written");
    Files.move(folder, temp.resolve("moved"));
    Files.writeString(outside.resolve("out.part"), "another's");
    Files.createSymbolicLink(folder, outside);

    write(part, "WRITTEN");
    assertThrows(UserFaultException.class, () -> place.requireUnmoved(part));
    place.rename(part, folder.resolve("out"));

    assertEquals("WRITTEN", Files.readString(temp.resolve("moved/out")));
    assertEquals(List.of("out.part"), namesIn(outside));
    assertThrows(UserFaultException.class, () -> place.requireArrived(part, folder.resolve("out")));
  }

  @Test
  void anotherFileInThePlaceOfThePartIsNoticed() throws Exception {
    write(part, "written");
    place.requireUnmoved(part);
    Files.move(part, folder.resolve("away"));
    Files.writeString(part, "another's");

    assertThrows(UserFaultException.class, () -> place.requireUnmoved(part));
    place.rename(part, folder.resolve("out"));
    assertThrows(UserFaultException.class, () -> place.requireArrived(part, folder.resolve("out")));
  }

  @Test
  void aFileWithASecondNameIsNotWritten() throws Exception {
    Path mine = Files.writeString(outside.resolve("mine"), "mine");
    Files.createLink(part, mine);

    UserFaultException refused =
        assertThrows(UserFaultException.class, () -> write(part, "written"));

    assertTrue(refused.getMessage().contains("other names"), refused.getMessage());
    assertEquals("mine", Files.readString(mine));
  }

  @Test
  void deletingATreeFollowsNoLink() throws Exception {
    Files.createDirectories(part.resolve("a/b"));
    Files.writeString(part.resolve("a/b/file"), "x");
    Files.writeString(outside.resolve("mine"), "mine");
    Files.createSymbolicLink(part.resolve("a/link"), outside);

    place.deleteTree(part);

    assertFalse(Files.exists(part));
    assertEquals(List.of("mine"), namesIn(outside));
  }

  @Test
  void whatWasWrittenArrives() throws Exception {
    Files.createDirectories(part.resolve("a"));
    write(part.resolve("a/one"), "1");
    place.requireUnmoved(part.resolve("a/one"));

    place.rename(part, folder.resolve("out"));

    place.requireArrived(part, folder.resolve("out"));
    assertEquals("1", Files.readString(folder.resolve("out/a/one")));
  }
}
