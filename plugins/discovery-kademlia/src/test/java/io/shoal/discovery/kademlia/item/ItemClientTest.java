package io.shoal.discovery.kademlia.item;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.discovery.kademlia.bencode.Bytes;
import io.shoal.discovery.kademlia.krpc.Item;
import io.shoal.discovery.kademlia.krpc.Method;
import io.shoal.discovery.kademlia.krpc.Packet;
import io.shoal.discovery.kademlia.krpc.PacketReader;
import io.shoal.discovery.kademlia.krpc.PacketWriter;
import io.shoal.discovery.kademlia.testing.SigningKey;
import io.shoal.discovery.kademlia.testing.Simulation;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Items in a simulated network of real nodes.
class ItemClientTest {
  private static final int NODES = 60;
  private static final SigningKey KEY = SigningKey.of(1);

  private final Simulation network = new Simulation(1, 0.02);
  private final List<Simulation.Peer> peers = new ArrayList<>();

  ItemClientTest() {
    for (int i = 0; i < NODES; i++) {
      peers.add(network.join());
      network.run(Duration.ofMillis(50));
    }
    network.run(Duration.ofMinutes(1));
  }

  private ItemClient.PutEnd put(Simulation.Peer by, Item item, OptionalLong replaces) {
    List<ItemClient.PutEnd> ends = new ArrayList<>();
    by.act(
        () ->
            by.node()
                .items()
                .put(item, replaces, (end, now) -> ends.add(end), network.nowMillis()));
    network.run(Duration.ofSeconds(20));
    assertEquals(1, ends.size());
    return ends.getFirst();
  }

  private int put(Simulation.Peer by, Item item) {
    return assertInstanceOf(ItemClient.PutEnd.Stored.class, put(by, item, OptionalLong.empty()))
        .nodes();
  }

  private ItemGet.Outcome get(Simulation.Peer by, ItemName name) {
    List<ItemGet.Outcome> outcomes = new ArrayList<>();
    by.act(
        () ->
            by.node().items().get(name, (found, now) -> outcomes.add(found), network.nowMillis()));
    network.run(Duration.ofSeconds(20));
    assertEquals(1, outcomes.size());
    return outcomes.getFirst();
  }

  /// Asks a node directly, until it answers.
  private Packet.Answer ask(Simulation.Peer asked, Method method) {
    Bytes transaction = Bytes.ofText("item");
    List<Packet.Answer> answers = new ArrayList<>();
    Simulation.Peer asker = network.join();
    asker.add(
        new Simulation.Tap() {
          @Override
          public void sent(InetSocketAddress to, byte[] datagram) {}

          @Override
          public void received(InetSocketAddress from, byte[] datagram) {
            if (PacketReader.read(datagram) instanceof Packet.Reply reply
                && reply.transaction().equals(transaction)) {
              answers.add(reply.answer());
            }
          }
        });
    byte[] query =
        new PacketWriter(Optional.empty())
            .write(new Packet.Query(transaction, asker.node().id(), method, true));
    for (int tries = 0; tries < 20 && answers.isEmpty(); tries++) {
      asker.send(asked.address(), query);
      network.run(Duration.ofSeconds(1));
    }
    network.kill(asker);
    return answers.getFirst();
  }

  private Packet.Answer askForItem(Simulation.Peer asked, Item item) {
    return ask(asked, new Method.Get(item.target(), OptionalLong.empty(), Set.of()));
  }

  private boolean holds(Simulation.Peer peer, Item item) {
    return ItemName.of(item).verified(askForItem(peer, item).content()).equals(Optional.of(item));
  }

  private List<Simulation.Peer> closest(Item item) {
    return peers.stream()
        .filter(Simulation.Peer::isLive)
        .sorted(Comparator.comparing(peer -> peer.node().id(), item.target()::compareDistance))
        .toList();
  }

  @Test
  void anItemIsKeptAtTheEightClosest() {
    Item item = KEY.item("name", 1, "5:hello");
    assertTrue(put(peers.getFirst(), item) >= 6);
    for (Simulation.Peer reader : peers.subList(1, 20)) {
      ItemGet.Outcome found = get(reader, ItemName.of(item));
      assertEquals(Optional.of(item), found.item());
      assertTrue(found.answered() >= 8, () -> "" + found.answered());
      assertTrue(found.holders() >= 5, () -> "" + found.holders());
    }
    Item unchanging = new Item.Immutable(Bytes.ofText("l4:spame"));
    put(peers.get(1), unchanging);
    assertEquals(Optional.of(unchanging), get(peers.get(2), ItemName.of(unchanging)).item());
  }

  @Test
  void aReaderUpdatesNodesThatLagBehind() {
    Item item = KEY.item("name", 1, "5:hello");
    put(peers.getFirst(), item);
    List<Simulation.Peer> keepers =
        closest(item).stream().filter(peer -> holds(peer, item)).toList();
    keepers.subList(4, keepers.size()).forEach(network::kill);
    // The dead ones are noticed in the meantime.
    network.run(Duration.ofMinutes(20));
    List<Simulation.Peer> closest = closest(item);
    long holders = closest.subList(0, 8).stream().filter(peer -> holds(peer, item)).count();
    assertTrue(holders <= 6, () -> "" + holders);
    for (Simulation.Peer reader : closest.subList(20, 23)) {
      assertEquals(Optional.of(item), get(reader, ItemName.of(item)).item());
    }
    assertTrue(closest.subList(0, 8).stream().allMatch(peer -> holds(peer, item)));
  }

  @Test
  void theNewestItemWinsEvenAtOneNode() {
    Item old = KEY.item("name", 1, "3:old");
    put(peers.getFirst(), old);
    Item newest = KEY.item("name", 2, "3:new");
    Simulation.Peer first = closest(old).getFirst();
    giveAlone(first, newest);
    Simulation.Peer reader = closest(old).get(20);
    assertEquals(Optional.of(newest), get(reader, ItemName.of(old)).item());
    long holders = closest(old).subList(0, 8).stream().filter(p -> holds(p, newest)).count();
    assertTrue(holders >= 6, () -> "" + holders);
  }

  /// Puts an item at one node only.
  private void giveAlone(Simulation.Peer holder, Item item) {
    Simulation.Peer giver = network.join();
    giver.add(
        new Simulation.Tap() {
          @Override
          public void sent(InetSocketAddress to, byte[] datagram) {}

          @Override
          public void received(InetSocketAddress from, byte[] datagram) {
            if (from.equals(holder.address())
                && PacketReader.read(datagram) instanceof Packet.Reply reply) {
              reply
                  .answer()
                  .token()
                  .ifPresent(
                      token ->
                          send(giver, holder, new Method.Put(item, OptionalLong.empty(), token)));
            }
          }
        });
    for (int tries = 0; tries < 20 && !holds(holder, item); tries++) {
      send(giver, holder, new Method.Get(item.target(), OptionalLong.empty(), Set.of()));
      network.run(Duration.ofSeconds(1));
    }
    network.kill(giver);
  }

  private static void send(Simulation.Peer from, Simulation.Peer to, Method method) {
    from.send(
        to.address(),
        new PacketWriter(Optional.empty())
            .write(new Packet.Query(Bytes.ofText("give"), from.node().id(), method, true)));
  }

  @Test
  void aLatePublisherLearnsTheNewestSequenceNumber() {
    put(peers.getFirst(), KEY.item("name", 5, "4:five"));
    ItemClient.PutEnd conflict = new ItemClient.PutEnd.Conflict(OptionalLong.of(5));
    Simulation.Peer late = peers.get(9);
    assertEquals(conflict, put(late, KEY.item("name", 4, "4:four"), OptionalLong.empty()));
    assertEquals(conflict, put(late, KEY.item("name", 5, "4:FIVE"), OptionalLong.empty()));
    assertEquals(conflict, put(late, KEY.item("name", 7, "5:seven"), OptionalLong.of(6)));
    assertInstanceOf(
        ItemClient.PutEnd.Stored.class,
        put(late, KEY.item("name", 6, "3:six"), OptionalLong.of(5)));
  }

  @Test
  void holdersKeepAnItemAliveWithoutItsOwner() {
    Item item = KEY.item("name", 1, "5:hello");
    put(peers.getFirst(), item);
    network.kill(peers.getFirst());
    for (int hours = 1; hours <= 8; hours++) {
      network.run(Duration.ofHours(1));
      // Some of those that hold it leave, too.
      network.kill(closest(item).getFirst());
    }
    Simulation.Peer reader = network.join();
    network.run(Duration.ofMinutes(1));
    ItemGet.Outcome found = get(reader, ItemName.of(item));
    assertEquals(Optional.of(item), found.item());
    assertTrue(found.holders() >= 5, () -> "" + found.holders());
  }

  @Test
  void anItemWithoutHoldersIsNotFound() {
    ItemGet.Outcome found = get(peers.getFirst(), ItemName.of(KEY.item("name", 1, "i1e")));
    assertEquals(Optional.empty(), found.item());
    assertEquals(0, found.holders());
    assertTrue(found.answered() >= 8);
  }
}
