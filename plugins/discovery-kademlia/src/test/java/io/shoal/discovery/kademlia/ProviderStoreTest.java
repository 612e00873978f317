package io.shoal.discovery.kademlia;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class ProviderStoreTest {
  private final RandomGenerator random = new SplittableRandom(1);
  private final ProviderStore store = new ProviderStore(random);
  private final NodeId key = NodeId.random(random);

  private static InetSocketAddress provider(int number) {
    return new InetSocketAddress(
        InetAddress.ofLiteral(
            "10." + (number >> 16) + "." + (number >> 8 & 255) + "." + (number & 255)),
        4600);
  }

  @Test
  void aKeyTakesOnlySoManyProvidersAndStillRenewsThem() {
    for (int i = 0; i < ProviderStore.MAX_PROVIDERS_PER_KEY; i++) {
      assertTrue(store.add(key, provider(i), 0));
    }
    assertFalse(store.hasRoom(key));
    assertFalse(store.add(key, provider(100_000), 0));
    assertTrue(store.add(key, provider(0), 0));
    assertEquals(ProviderStore.MAX_PROVIDERS_PER_KEY, store.size());
  }

  @Test
  void theStoreTakesOnlySoManyInAllUntilSomeExpire() {
    for (int i = 0; i < ProviderStore.MAX_PROVIDERS; i++) {
      assertTrue(store.add(NodeId.random(random), provider(i), 0));
    }
    assertFalse(store.hasRoom(key));
    assertFalse(store.add(key, provider(1), 0));
    assertEquals(ProviderStore.MAX_PROVIDERS, store.keys());
    store.sweep(ProviderStore.LIFETIME_MILLIS);
    assertEquals(0, store.size());
    assertEquals(0, store.keys());
    assertTrue(store.add(key, provider(1), ProviderStore.LIFETIME_MILLIS));
  }

  @Test
  void aRenewalProlongsTheLife() {
    store.add(key, provider(1), 0);
    store.add(key, provider(2), 0);
    store.add(key, provider(1), 1000);
    assertEquals(
        Set.of(provider(1)),
        Set.copyOf(store.sample(key, 10, any -> true, ProviderStore.LIFETIME_MILLIS)));
  }

  @Test
  void samplesTellAllProvidersInTurn() {
    for (int i = 0; i < 100; i++) {
      store.add(key, provider(i), 0);
    }
    Set<InetSocketAddress> seen = new HashSet<>();
    for (int i = 0; i < 60; i++) {
      Set<InetSocketAddress> sample = new HashSet<>(store.sample(key, 10, any -> true, 0));
      assertEquals(10, sample.size());
      seen.addAll(sample);
    }
    assertTrue(seen.size() > 90, () -> "" + seen.size());
  }

  @Test
  void whatMayNotBeToldIsLeftOut() {
    store.add(key, provider(1), 0);
    store.add(key, provider(2), 0);
    assertEquals(
        Set.of(provider(2)), Set.copyOf(store.sample(key, 10, p -> !p.equals(provider(1)), 0)));
  }
}
