package io.shoal.discovery.kademlia.item;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.shoal.discovery.kademlia.bencode.Bytes;
import io.shoal.discovery.kademlia.krpc.Item;
import io.shoal.discovery.kademlia.krpc.ItemTest;
import io.shoal.discovery.kademlia.krpc.NodeId;
import io.shoal.discovery.kademlia.testing.SigningKey;
import io.shoal.discovery.kademlia.testing.Vectors;
import java.net.InetAddress;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

class ItemStoreTest {
  private static final SigningKey KEY = SigningKey.of(1);
  private static final InetAddress SOURCE = InetAddress.ofLiteral("10.0.0.7");

  private final NodeId self = NodeId.random(new SplittableRandom(1));
  private final ItemStore store = new ItemStore(() -> self, new SplittableRandom(2), 0);
  private long now;

  private OptionalInt put(Item item, OptionalLong replaces, InetAddress source) {
    return ItemStore.refuseSize(item)
        .or(() -> store.put(item, item.target(), replaces, source, now))
        .map(refusal -> OptionalInt.of(refusal.code()))
        .orElse(OptionalInt.empty());
  }

  private OptionalInt put(Item item) {
    return put(item, OptionalLong.empty(), SOURCE);
  }

  private static final OptionalInt STORED = OptionalInt.empty();

  private static OptionalInt fault(int code) {
    return OptionalInt.of(code);
  }

  private Optional<Item> get(Item item) {
    return store.get(item.target(), now);
  }

  @TestFactory
  Stream<DynamicTest> everyVectorIsStoredOrRefusedWithTheCodeDue() {
    return Vectors.cases("dht/bep44-items.json").stream()
        .map(
            c ->
                dynamicTest(
                    c.path("target").asString() + " " + c.path("note").asString(""),
                    () -> new ItemStoreTest().judge(c)));
  }

  private void judge(JsonNode c) {
    Item item = ItemTest.of(c);
    if (c.path("valid").asBoolean()) {
      assertEquals(STORED, put(item));
      assertEquals(Optional.of(item), get(item));
    } else {
      assertEquals(fault(c.path("expect_error").asInt()), put(item));
      assertEquals(Optional.empty(), get(item));
    }
  }

  @Test
  void onlyAHigherSequenceNumberReplaces() {
    Item.Mutable five = KEY.item("n", 5, "4:five");
    assertEquals(STORED, put(five));
    assertEquals(fault(302), put(KEY.item("n", 4, "4:four")));
    assertEquals(Optional.of(five), get(five));
    Item.Mutable six = KEY.item("n", 6, "3:six");
    assertEquals(STORED, put(six));
    assertEquals(Optional.of(six), get(five));
    assertEquals(1, store.size());
  }

  @Test
  void aSequenceNumberTakesOneValueOnly() {
    Item.Mutable five = KEY.item("n", 5, "4:five");
    put(five);
    assertEquals(STORED, put(five));
    assertEquals(fault(302), put(KEY.item("n", 5, "4:FIVE")));
    assertEquals(Optional.of(five), get(five));
  }

  @Test
  void compareAndSwapNeedsTheStoredSequence() {
    assertEquals(
        STORED, put(KEY.item("n", 5, "4:five"), OptionalLong.of(3), SOURCE), "an empty place");
    Item.Mutable six = KEY.item("n", 6, "3:six");
    assertEquals(fault(301), put(six, OptionalLong.of(4), SOURCE));
    assertEquals(STORED, put(six, OptionalLong.of(5), SOURCE));
    assertEquals(fault(301), put(six, OptionalLong.of(5), SOURCE));
  }

  @Test
  void aForgedSignatureIsRefusedFirst() {
    put(KEY.item("n", 5, "4:five"));
    Item.Mutable four = KEY.item("n", 4, "4:four");
    Item forged =
        new Item.Mutable(
            four.key(), four.salt(), 4, four.value(), Bytes.of(new byte[Item.SIGNATURE_BYTES]));
    assertEquals(fault(206), put(forged));
  }

  @Test
  void aNegativeSequenceNumberIsAProtocolError() {
    assertEquals(fault(203), put(KEY.item("n", -1, "i1e")));
  }

  @Test
  void saltsTellItemsOfOneKeyApart() {
    Item one = KEY.item("one", 1, "i1e");
    Item two = KEY.item("two", 1, "i2e");
    put(one);
    put(two);
    assertEquals(Optional.of(one), get(one));
    assertEquals(Optional.of(two), get(two));
  }

  @Test
  void itemsExpireTwoHoursAfterTheLastPut() {
    Item item = KEY.item("n", 1, "i1e");
    put(item);
    now = ItemStore.LIFETIME_MILLIS - 1;
    assertEquals(Optional.of(item), get(item));
    put(item);
    now = 2 * ItemStore.LIFETIME_MILLIS - 2;
    assertEquals(Optional.of(item), get(item));
    now++;
    assertEquals(Optional.empty(), get(item));
    assertEquals(0, store.size());
  }

  private static Item.Immutable numbered(int number) {
    return new Item.Immutable(Bytes.ofText("i" + number + "e"));
  }

  @Test
  void aFullStoreKeepsTheNearestItems() {
    List<Item.Immutable> all =
        IntStream.range(0, 2 * ItemStore.MAX_ITEMS).mapToObj(ItemStoreTest::numbered).toList();
    all.forEach(this::put);
    assertEquals(ItemStore.MAX_ITEMS, store.size());
    List<Item.Immutable> byDistance =
        all.stream().sorted(Comparator.comparing(Item::target, self::compareDistance)).toList();
    assertTrue(
        byDistance.subList(0, ItemStore.MAX_ITEMS).stream().allMatch(i -> get(i).isPresent()));
    assertEquals(fault(202), put(byDistance.getLast()));
  }

  @Test
  void theBytesOfAllItemsAreBounded() {
    String filler = "x".repeat(980);
    for (int i = 10_000; i < 10_000 + ItemStore.MAX_ITEMS; i++) {
      put(new Item.Immutable(Bytes.ofText("985:" + filler + i)));
    }
    assertTrue(store.size() * 989 <= ItemStore.MAX_BYTES, () -> "" + store.size());
    assertTrue((store.size() + 2) * 989 > ItemStore.MAX_BYTES, () -> "" + store.size());
  }

  @Test
  void oneInternetSourceTakesOnlyItsShare() {
    InetAddress abroad = InetAddress.ofLiteral("192.0.2.1");
    for (int i = 0; i < ItemStore.MAX_ITEMS_PER_SOURCE; i++) {
      assertEquals(STORED, put(numbered(i), OptionalLong.empty(), abroad));
    }
    Item one = numbered(1_000_000);
    assertEquals(fault(202), put(one, OptionalLong.empty(), abroad));
    assertEquals(STORED, put(numbered(1), OptionalLong.empty(), abroad), "renewing is free");
    assertEquals(STORED, put(one, OptionalLong.empty(), InetAddress.ofLiteral("192.0.2.2")));
    now = ItemStore.LIFETIME_MILLIS;
    assertEquals(STORED, put(numbered(-1), OptionalLong.empty(), abroad));
  }

  @Test
  void signatureChecksASecondAreBounded() {
    Item.Mutable one = KEY.item("n", 1, "i1e");
    Item forged =
        new Item.Mutable(
            one.key(), one.salt(), 1, one.value(), Bytes.of(new byte[Item.SIGNATURE_BYTES]));
    for (int i = 0; i < ItemStore.MAX_CHECKS_PER_SECOND; i++) {
      assertEquals(fault(206), put(forged));
    }
    assertEquals(fault(202), put(forged));
    assertEquals(STORED, put(numbered(1)), "what needs no check is taken");
    now = TimeUnit.SECONDS.toMillis(1);
    assertEquals(STORED, put(one));
    now += 2;
    for (int i = 0; i < ItemStore.MAX_CHECKS_PER_SECOND; i++) {
      put(forged);
    }
    assertEquals(STORED, put(one), "what is known needs no check");
  }
}
