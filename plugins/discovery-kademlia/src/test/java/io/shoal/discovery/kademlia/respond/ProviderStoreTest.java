package io.shoal.discovery.kademlia.respond;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.discovery.kademlia.krpc.Family;
import io.shoal.discovery.kademlia.krpc.NodeId;
import io.shoal.discovery.kademlia.krpc.ScrapeFilter;
import io.shoal.discovery.kademlia.testing.ScrapeEstimate;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class ProviderStoreTest {
  private final RandomGenerator random = new SplittableRandom(1);
  private final ProviderStore store = store(ProviderStore.Limits.PUBLIC);
  private final NodeId key = NodeId.random(random);

  private ProviderStore store(ProviderStore.Limits limits) {
    return new ProviderStore(Family.IPV4, limits, random);
  }

  private static InetSocketAddress provider(int number) {
    return new InetSocketAddress(
        InetAddress.ofLiteral(
            "10." + (number >> 16) + "." + (number >> 8 & 255) + "." + (number & 255)),
        4600);
  }

  @Test
  void aFullKeyStillRenewsItsProviders() {
    for (int i = 0; i < ProviderStore.MAX_PROVIDERS_PER_KEY; i++) {
      assertTrue(store.add(key, provider(i), false, 0));
    }
    assertFalse(store.hasRoom(key, provider(100_000).getAddress()));
    assertFalse(store.add(key, provider(100_000), false, 0));
    assertTrue(store.add(key, provider(0), false, 0));
    assertEquals(ProviderStore.MAX_PROVIDERS_PER_KEY, store.size());
  }

  @Test
  void aFullStoreTakesMoreAfterSomeExpire() {
    for (int i = 0; i < ProviderStore.MAX_PROVIDERS; i++) {
      assertTrue(store.add(NodeId.random(random), provider(i), false, 0));
    }
    assertFalse(store.hasRoom(key, provider(100_000).getAddress()));
    assertFalse(store.add(key, provider(1), false, 0));
    assertEquals(ProviderStore.MAX_PROVIDERS, store.keys());
    store.sweep(ProviderStore.LIFETIME_MILLIS);
    assertEquals(0, store.size());
    assertEquals(0, store.keys());
    assertTrue(store.add(key, provider(1), false, ProviderStore.LIFETIME_MILLIS));
  }

  @Test
  void aRenewalProlongsTheLife() {
    store.add(key, provider(1), false, 0);
    store.add(key, provider(2), false, 0);
    store.add(key, provider(1), false, 1000);
    assertEquals(
        Set.of(provider(1)),
        Set.copyOf(store.sample(key, 10, false, any -> true, ProviderStore.LIFETIME_MILLIS)));
  }

  @Test
  void samplesTellAllProvidersInTurn() {
    for (int i = 0; i < 100; i++) {
      store.add(key, provider(i), false, 0);
    }
    Set<InetSocketAddress> seen = new HashSet<>();
    for (int i = 0; i < 60; i++) {
      Set<InetSocketAddress> sample = new HashSet<>(store.sample(key, 10, false, any -> true, 0));
      assertEquals(10, sample.size());
      seen.addAll(sample);
    }
    assertTrue(seen.size() > 90, () -> "" + seen.size());
  }

  @Test
  void disallowedProvidersAreOmitted() {
    store.add(key, provider(1), false, 0);
    store.add(key, provider(2), false, 0);
    assertEquals(
        Set.of(provider(2)),
        Set.copyOf(store.sample(key, 10, false, p -> !p.equals(provider(1)), 0)));
  }

  @Test
  void aStoredProviderMayRenewInAFullStore() {
    for (int i = 0; i < ProviderStore.MAX_PROVIDERS_PER_KEY; i++) {
      store.add(key, provider(i), false, 0);
    }
    assertTrue(store.hasRoom(key, provider(7).getAddress()));
    assertTrue(store.add(key, provider(7), false, 0));
  }

  private static InetSocketAddress abroad(String host, int port) {
    return new InetSocketAddress(InetAddress.ofLiteral(host), port);
  }

  @Test
  void oneInternetSourceTakesOnlyItsShare() {
    InetSocketAddress one = abroad("192.0.2.1", 4600);
    for (int i = 0; i < ProviderStore.Limits.PUBLIC.perSource(); i++) {
      assertTrue(store.add(NodeId.random(random), one, false, 0));
    }
    assertFalse(store.hasRoom(key, one.getAddress()));
    assertFalse(store.add(key, one, false, 0));
    assertTrue(store.add(key, abroad("192.0.2.2", 4600), false, 0));
    store.sweep(ProviderStore.LIFETIME_MILLIS);
    assertTrue(store.add(key, one, false, ProviderStore.LIFETIME_MILLIS));
  }

  @Test
  void anIpv6NetworkIsOneSource() {
    ProviderStore six = new ProviderStore(Family.IPV6, new ProviderStore.Limits(2, false), random);
    assertTrue(six.add(key, abroad("2001:db8::1", 1), false, 0));
    assertTrue(six.add(key, abroad("2001:db8::2", 1), false, 0));
    assertFalse(six.add(key, abroad("2001:db8::3", 1), false, 0));
    assertTrue(six.add(key, abroad("2001:db8:0:1::3", 1), false, 0));
    assertEquals(3, six.sample(key, 9, false, any -> true, 0).size());
  }

  @Test
  void anAddressMayHaveSeveralPorts() {
    InetSocketAddress first = abroad("192.0.2.1", 1);
    InetSocketAddress second = abroad("192.0.2.1", 2);
    store.add(key, first, false, 0);
    store.add(key, second, false, 0);
    assertEquals(Set.of(first, second), Set.copyOf(store.sample(key, 9, false, any -> true, 0)));
    ProviderStore strict = store(new ProviderStore.Limits(9, true));
    strict.add(key, first, false, 0);
    strict.add(key, second, false, 0);
    assertEquals(Set.of(second), Set.copyOf(strict.sample(key, 9, false, any -> true, 0)));
  }

  @Test
  void seedsAreCountedApartAndOmittedOnRequest() {
    store.add(key, provider(1), true, 0);
    store.add(key, provider(2), false, 0);
    store.add(key, provider(3), false, 0);
    assertEquals(
        Set.of(provider(2), provider(3)), Set.copyOf(store.sample(key, 9, true, any -> true, 0)));
    assertEquals(1, ScrapeEstimate.of(store.scrape(key, 0).seeds()), 0.01);
    assertEquals(2, ScrapeEstimate.of(store.scrape(key, 0).others()), 0.01);
    store.add(key, provider(2), true, 0);
    assertEquals(2, ScrapeEstimate.of(store.scrape(key, 0).seeds()), 0.01);
    assertEquals(new ScrapeFilter(), store.scrape(key, ProviderStore.LIFETIME_MILLIS).seeds());
  }

  @Test
  void sampledKeysAreRandomUnlessTheyAreFew() {
    Set<NodeId> all = new HashSet<>();
    for (int i = 0; i < 10; i++) {
      NodeId one = NodeId.random(random);
      all.add(one);
      store.add(one, provider(i), false, 0);
    }
    assertEquals(all, Set.copyOf(store.someKeys(20)));
    for (int i = 0; i < 990; i++) {
      store.add(NodeId.random(random), provider(i), false, 0);
    }
    Set<NodeId> seen = new HashSet<>();
    for (int i = 0; i < 500; i++) {
      assertEquals(20, Set.copyOf(store.someKeys(20)).size());
      seen.addAll(store.someKeys(20));
    }
    assertTrue(seen.size() > 900, () -> "" + seen.size());
  }

  @Test
  void manyProvidersCostLessThanTenMegabytes() {
    for (int keys : new int[] {200, ProviderStore.MAX_PROVIDERS}) {
      long empty = usedHeapBytes();
      ProviderStore full = fill(keys, ProviderStore.MAX_PROVIDERS);
      long bytes = usedHeapBytes() - empty;
      assertEquals(ProviderStore.MAX_PROVIDERS, full.size(), "and it is still needed here");
      assertEquals(keys, full.keys());
      assertTrue(bytes < 10_000_000, () -> keys + " keys: " + bytes + " bytes");
    }
  }

  /// Providers of as many sources on the open internet.
  private ProviderStore fill(int keys, int providers) {
    ProviderStore full = store(ProviderStore.Limits.PUBLIC);
    NodeId one = key;
    for (int i = 0; i < providers; i++) {
      if (i % (providers / keys) == 0) {
        one = NodeId.random(random);
      }
      String host = "11.%d.%d.%d".formatted(i >> 16, i >> 8 & 255, i & 255);
      assertTrue(full.add(one, abroad(host, 4600), false, 0));
    }
    return full;
  }

  private static long usedHeapBytes() {
    Runtime runtime = Runtime.getRuntime();
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 3; i++) {
      System.gc();
      least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
    }
    return least;
  }
}
