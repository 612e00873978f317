package io.shoal.discovery.kademlia.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.discovery.kademlia.krpc.Contact;
import io.shoal.discovery.kademlia.krpc.Family;
import io.shoal.discovery.kademlia.krpc.NodeId;
import io.shoal.discovery.kademlia.testing.Mutation;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SavedTableTest {
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
  void aTableIsReadAsItWasWritten() {
    SavedTable v4 = table("192.0.2.7", 20);
    SavedTable v6 = table("2001:db8::7", 20);

    assertEquals(Optional.of(v4), SavedTable.parse(v4.encode()));
    assertEquals(Optional.of(v6), SavedTable.parse(v6.encode()));
  }

  @Test
  void onlyTheFirstOfVeryManyAreKept() {
    SavedTable many = table("192.0.2.7", 1_000);

    assertEquals(
        Optional.of(many.contacts().subList(0, SavedTable.MAX_CONTACTS)),
        SavedTable.parse(many.encode()).map(SavedTable::contacts));
  }

  @Test
  void aDamagedTableCountsAsNone() {
    byte[] good = table("192.0.2.7", 20).encode();

    int usable = 0;
    for (int i = 0; i < 5_000; i++) {
      usable += SavedTable.parse(Mutation.of(good, random)).isPresent() ? 1 : 0;
    }

    assertTrue(usable < 5_000);
  }
}
