package io.shoal.discovery.kademlia;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.shoal.discovery.kademlia.krpc.Contact;
import io.shoal.discovery.kademlia.krpc.Family;
import io.shoal.discovery.kademlia.krpc.NodeId;
import io.shoal.discovery.kademlia.routing.SavedTable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TableFileTest {
  @TempDir private Path folder;

  private final SplittableRandom random = new SplittableRandom(4);

  private SavedTable table(Family family, String host) {
    InetSocketAddress address = new InetSocketAddress(InetAddress.ofLiteral(host), 6881);
    return new SavedTable(
        Map.of(family, NodeId.random(random)),
        List.of(new Contact(NodeId.random(random), address)));
  }

  @Test
  void theTableSavedLastIsLoaded() throws IOException {
    TableFile file = new TableFile(folder);
    SavedTable v4 = table(Family.IPV4, "192.0.2.7");
    file.save(v4);
    assertEquals(Optional.of(v4), file.load());

    SavedTable v6 = table(Family.IPV6, "2001:db8::7");
    file.save(v6);
    assertEquals(Optional.of(v6), file.load());
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(1, files.count());
    }
  }

  @Test
  void whatIsThereAlreadyIsNotWrittenAgain() throws IOException {
    TableFile file = new TableFile(folder);
    SavedTable table = table(Family.IPV4, "192.0.2.7");
    file.save(table);
    FileTime old = FileTime.fromMillis(1_000);
    Files.setLastModifiedTime(folder.resolve("table"), old);

    file.save(table);
    assertEquals(old, Files.getLastModifiedTime(folder.resolve("table")));
    file.save(table(Family.IPV4, "192.0.2.8"));
    assertNotEquals(old, Files.getLastModifiedTime(folder.resolve("table")));
  }

  @Test
  void anAbsentFileCountsAsNone() throws IOException {
    assertEquals(Optional.empty(), new TableFile(folder).load());
  }

  @Test
  void aFileTooLargeCountsAsNone() throws IOException {
    Files.write(folder.resolve("table"), new byte[100_000]);

    assertEquals(Optional.empty(), new TableFile(folder).load());
  }
}
