package io.shoal.discovery.kademlia.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.discovery.kademlia.krpc.Contact;
import io.shoal.discovery.kademlia.krpc.Family;
import io.shoal.discovery.kademlia.krpc.NodeId;
import io.shoal.discovery.kademlia.testing.Mutation;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SavedTableTest {
  @TempDir private Path folder;

  private final SplittableRandom random = new SplittableRandom(4);

  private SavedTable table(String host, int nodes) {
    List<Contact> contacts =
        IntStream.rangeClosed(1, nodes)
            .mapToObj(
                port ->
                    new Contact(
                        NodeId.random(random),
                        new InetSocketAddress(InetAddress.ofLiteral(host), port)))
            .toList();
    InetAddress address = InetAddress.ofLiteral(host);
    return new SavedTable(Map.of(Family.of(address), NodeId.random(random)), contacts);
  }

  @Test
  void whatIsSavedIsLoaded() throws IOException {
    SavedTable v4 = table("192.0.2.7", 20);
    v4.save(folder);
    assertEquals(Optional.of(v4), SavedTable.load(folder));

    SavedTable v6 = table("2001:db8::7", 20);
    v6.save(folder);
    assertEquals(Optional.of(v6), SavedTable.load(folder));
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(1, files.count());
    }
  }

  @Test
  void onlyTheFirstOfVeryManyAreKept() throws IOException {
    SavedTable many = table("192.0.2.7", 1_000);
    many.save(folder);
    assertEquals(
        Optional.of(many.contacts().subList(0, SavedTable.MAX_CONTACTS)),
        SavedTable.load(folder).map(SavedTable::contacts));
  }

  @Test
  void aFileThatIsAbsentOrDamagedCountsAsNone() throws IOException {
    assertEquals(Optional.empty(), SavedTable.load(folder));
    byte[] good = table("192.0.2.7", 20).encode();
    int usable = 0;
    for (int i = 0; i < 5_000; i++) {
      usable += SavedTable.parse(Mutation.of(good, random)).isPresent() ? 1 : 0;
    }
    assertTrue(usable < 5_000);
    Files.write(folder.resolve("table"), new byte[100_000]);
    assertEquals(Optional.empty(), SavedTable.load(folder));
  }
}
