package io.shoal.discovery.fixed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PeerFileTest {
  private Path path = Path.of("");

  @BeforeEach
  void inAnEmptyFolder(@TempDir Path folder) {
    path = folder.resolve("peers");
  }

  private PeerFile.Contents read(String text) throws IOException {
    Files.writeString(path, text, StandardCharsets.ISO_8859_1);
    return new PeerFile(path).look().orElseThrow();
  }

  private static List<String> uris(PeerFile.Contents contents) {
    return contents.peers().stream().map(peer -> peer.address().uri()).toList();
  }

  @Test
  void aBadLineIsNamedAndTheRestHolds() throws Exception {
    PeerFile.Contents read =
        read("tcps://192.0.2.1:4600\n\n# ours\n192.0.2.2:4600\ntcps://192.0.2.3:4600\n");
    assertEquals(List.of("tcps://192.0.2.1:4600", "tcps://192.0.2.3:4600"), uris(read));
    assertEquals(5, read.peers().getLast().line());
    assertEquals(1, read.leftOut());
    assertTrue(
        read.faults().getFirst().startsWith("line 4 of " + path + " is left out: "),
        read::toString);
  }

  @Test
  void commentsAreLeftOutAndPeerIdsKept() throws Exception {
    String id = "12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA";
    PeerFile.Contents read =
        read("  tcps://192.0.2.1:4600#" + id + " # the first\r\n#tcps://192.0.2.2:4600\r\n");
    assertEquals(List.of(), read.faults());
    assertEquals(id, read.peers().getFirst().address().peerId().orElseThrow().toString());
    assertEquals(1, read.peers().size());
  }

  @Test
  void bytesThatAreNoTextAreAFaultOfTheirLine() throws Exception {
    PeerFile.Contents read = read("tcps://\u00ff\u0000\u0080\ntcps://192.0.2.1:4600");
    assertEquals(List.of("tcps://192.0.2.1:4600"), uris(read));
    assertEquals(1, read.leftOut());
    assertTrue(read.faults().getFirst().lines().count() == 1, read::toString);
  }

  @Test
  void peersBeyondTheLimitAreCountedAndFewNamed() throws Exception {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < PeerFile.MAX_PEERS + 50; i++) {
      lines.append("tcps://peer").append(i).append(".example:4600\n");
    }
    PeerFile.Contents read = read(lines.toString());
    assertEquals(PeerFile.MAX_PEERS, read.peers().size());
    assertEquals(50, read.leftOut());
    assertEquals(PeerFile.MAX_NAMED_FAULTS, read.faults().size());
  }

  @Test
  void aFileThatIsTooLargeIsNotRead() throws Exception {
    PeerFile.Contents read = read("#".repeat(Math.toIntExact(PeerFile.MAX_SIZE_BYTES) + 1));
    assertTrue(read.faults().getFirst().contains("more than 1 MiB"), read::toString);
  }

  @Test
  void peersHoldWhileTheFileIsAway() throws Exception {
    Files.writeString(path, "tcps://192.0.2.1:4600\n");
    PeerFile file = new PeerFile(path);
    file.look();
    Files.delete(path);
    PeerFile.Contents gone = file.look().orElseThrow();
    assertEquals(List.of("tcps://192.0.2.1:4600"), uris(gone));
    assertTrue(gone.faults().getFirst().contains("is not there"), gone::toString);
    assertEquals(Optional.empty(), file.look());
  }

  @Test
  void aReplacedFileOfTheSameSizeIsSeen() throws Exception {
    Files.writeString(path, "tcps://192.0.2.1:4600\n");
    PeerFile file = new PeerFile(path);
    file.look();
    assertEquals(Optional.empty(), file.look());
    Path other = path.resolveSibling("other");
    Files.writeString(other, "tcps://192.0.2.2:4600\n");
    Files.setLastModifiedTime(other, Files.getLastModifiedTime(path));
    Files.move(other, path, StandardCopyOption.ATOMIC_MOVE);
    assertEquals(List.of("tcps://192.0.2.2:4600"), uris(file.look().orElseThrow()));
  }

  @Test
  void aFolderIsNotRead() throws Exception {
    Files.createDirectory(path);
    PeerFile.Contents read = new PeerFile(path).look().orElseThrow();
    assertTrue(read.faults().getFirst().contains("no regular file"), read::toString);
  }
}
