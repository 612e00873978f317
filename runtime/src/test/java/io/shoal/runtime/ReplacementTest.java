package io.shoal.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Cid;
import io.shoal.api.UserFaultException;
import io.shoal.runtime.command.ContentCommands.GetRequest;
import io.shoal.runtime.command.Reference;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A download that may replace what is in its place takes nothing else from the user.
class ReplacementTest {
  private static final Duration SHORT = Duration.ofSeconds(20);

  @TempDir private Path temp;
  private TestSwarm swarm;
  private TestNode node;
  private Cid file;
  private Cid photos;

  @BeforeEach
  void open() throws Exception {
    swarm = new TestSwarm(temp);
    node = swarm.node("node");
    file = node.add(swarm.file("file", 1_000, 1));
    swarm.file("photos/summer/1.jpg", 2_000, 2);
    swarm.file("photos/2.jpg", 1_000, 3);
    photos = node.add(temp.resolve("photos"));
  }

  @AfterEach
  void close() {
    swarm.close();
  }

  private Path replace(Cid root, String name, Optional<Path> target) throws Exception {
    GetRequest.Builder request =
        GetRequest.builder(new Reference.Content(root, Optional.of(name)), temp)
            .timeout(SHORT)
            .replace(true);
    target.ifPresent(request::target);
    return Path.of(node.get(request.build()).path());
  }

  private String refusal(Cid root, Path target) {
    return assertThrows(
            UserFaultException.class,
            () -> replace(root, target.getFileName().toString(), Optional.of(target.getParent())))
        .getMessage();
  }

  private Path place(String name) throws IOException {
    return Files.createDirectories(temp.resolve("w")).resolve(name);
  }

  @Test
  void aFileReplacesAFile() throws Exception {
    Path there = Files.writeString(place("file"), "old");

    replace(file, "file", Optional.of(there));

    assertEquals(-1, Files.mismatch(temp.resolve("file"), there));
  }

  @Test
  void aFolderReplacesOneThatHasNothingElse() throws Exception {
    Path there = place("photos");
    Files.createDirectories(there.resolve("summer"));
    Files.writeString(there.resolve("2.jpg"), "old");

    replace(photos, "photos", Optional.of(there.getParent()));

    assertEquals(-1, Files.mismatch(temp.resolve("photos/2.jpg"), there.resolve("2.jpg")));
    assertTrue(Files.exists(there.resolve("summer/1.jpg")));
    assertFalse(Files.exists(place("photos.replaced")));
  }

  @Test
  void aFolderWithOtherFilesStays() throws Exception {
    Path there = place("photos");
    Files.createDirectories(there.resolve("summer"));
    Path diary = Files.writeString(there.resolve("summer/diary"), "precious");

    String message = refusal(photos, there);

    assertTrue(message.startsWith(diary + " is not in what comes"), message);
    assertEquals("precious", Files.readString(diary));
    assertFalse(Files.exists(place("photos.part")));
  }

  @Test
  void aFolderInsideThatIsALinkStays() throws Exception {
    Path there = Files.createDirectory(place("photos"));
    Path elsewhere = Files.createDirectory(temp.resolve("elsewhere"));
    Path mine = Files.writeString(elsewhere.resolve("1.jpg"), "mine");
    Files.createSymbolicLink(there.resolve("summer"), elsewhere);

    String message = refusal(photos, there);

    assertTrue(message.contains("is not in what comes"), message);
    assertEquals("mine", Files.readString(mine));
  }

  @Test
  void aFileAndAFolderDoNotReplaceEachOther() throws Exception {
    Path folder = Files.createDirectories(place("file").resolve("empty"));
    Path plain = Files.writeString(place("photos"), "mine");

    assertTrue(refusal(file, folder.getParent()).contains("is a folder"));
    assertTrue(refusal(photos, plain).contains("is not a folder"));

    assertTrue(Files.isDirectory(folder));
    assertEquals("mine", Files.readString(plain));
  }

  @Test
  void aFileWithTheNameOfTheOldFolderStays() throws Exception {
    Files.createDirectory(place("photos"));
    Path mine = Files.writeString(place("photos.replaced"), "mine");

    assertTrue(refusal(photos, place("photos")).contains("photos.replaced is in the way"));
    assertEquals("mine", Files.readString(mine));
  }

  @Test
  void whatIsNoFileIsNeverReplaced() throws Exception {
    Path socket = place("socket");
    try (ServerSocketChannel bound = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      bound.bind(UnixDomainSocketAddress.of(socket));
      for (Cid root : List.of(file, photos)) {
        assertTrue(refusal(root, socket).contains("none is ever replaced"));
      }
      assertTrue(Files.exists(socket));
    }
  }

  @Test
  void aNameOfAStrangerMakesNoHiddenFile() throws Exception {
    Path there = Files.createDirectories(temp.resolve("w"));

    assertEquals(
        there.resolve("_bash_profile"), replace(file, ".bash_profile", Optional.of(there)));

    assertFalse(Files.exists(there.resolve(".bash_profile")));
    // A user who asks for such a name gets it.
    assertEquals(there.resolve(".mine"), replace(file, "x", Optional.of(there.resolve(".mine"))));
  }
}
