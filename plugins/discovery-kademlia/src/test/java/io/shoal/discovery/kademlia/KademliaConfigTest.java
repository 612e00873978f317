package io.shoal.discovery.kademlia;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.InvalidConfigException;
import io.shoal.discovery.kademlia.routing.AddressRules.Ids;
import io.shoal.discovery.kademlia.routing.DhtSettings;
import io.shoal.testkit.TestContext;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The defences of a node by default, and as configured.
class KademliaConfigTest {
  @TempDir private Path folder;

  private KademliaConfig read(String... keysAndValues) throws InvalidConfigException {
    TestContext context = TestContext.in(folder);
    for (int i = 0; i < keysAndValues.length; i += 2) {
      context = context.with(keysAndValues[i], keysAndValues[i + 1]);
    }
    try (TestContext used = context) {
      return KademliaConfig.read(used);
    }
  }

  @Test
  void aNetworkOfOnesOwnHasNoRestrictions() throws Exception {
    KademliaConfig config = read("bootstrap", "192.0.2.7:6881");
    assertFalse(config.publicNetwork());
    assertEquals(new DhtSettings.Routing(false, Ids.ANY, 1), config.routing());
  }

  @Test
  void thePublicNetworkHasItsRulesByDefault() throws Exception {
    for (KademliaConfig config :
        new KademliaConfig[] {read("bootstrap", "mainline"), read("publicNetwork", "true")}) {
      assertTrue(config.publicNetwork());
      assertEquals(new DhtSettings.Routing(true, Ids.PREFERRED, 1), config.routing());
    }
  }

  @Test
  void allOfItCanBeSet() throws Exception {
    KademliaConfig config =
        read("bootstrap", "mainline", "onePerNetwork", "false", "enforceIds", "on", "paths", "4");
    assertEquals(new DhtSettings.Routing(false, Ids.REQUIRED, 4), config.routing());
    assertEquals(Ids.ANY, read("publicNetwork", "true", "enforceIds", "off").routing().ids());
    assertEquals(Ids.PREFERRED, read("enforceIds", "prefer").routing().ids());
    assertThrows(InvalidConfigException.class, () -> read("enforceIds", "maybe"));
  }
}
