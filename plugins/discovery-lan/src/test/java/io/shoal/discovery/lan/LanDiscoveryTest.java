package io.shoal.discovery.lan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Cid;
import io.shoal.api.PeerAddress;
import io.shoal.api.Provider;
import io.shoal.testkit.Await;
import io.shoal.testkit.TestContext;
import io.shoal.testkit.TestData;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Over the sockets of loopback, in a swarm of each test's own.
class LanDiscoveryTest {
  private static final Cid CID = TestData.cid(TestData.bytes(1, 100));
  private static final PeerAddress HERE = PeerAddress.of("tcps://127.0.0.1:4601");

  private final byte[] secret = new byte[32];
  private final List<LanDiscovery> discoveries = new ArrayList<>();
  private final List<TestContext> contexts = new ArrayList<>();

  @TempDir Path folder;

  LanDiscoveryTest() {
    new SecureRandom().nextBytes(secret);
  }

  @AfterEach
  void end() {
    discoveries.forEach(LanDiscovery::close);
    contexts.forEach(TestContext::close);
  }

  private LanDiscovery start(byte[] swarm, String... settings) throws Exception {
    TestContext context =
        TestContext.in(folder.resolve("node" + contexts.size()))
            .with("interfaces", "lo")
            .withSwarmSecret(swarm);
    for (int i = 0; i < settings.length; i += 2) {
      context = context.with(settings[i], settings[i + 1]);
    }
    contexts.add(context);
    LanDiscovery discovery = new LanDiscovery();
    discoveries.add(discovery);
    discovery.start(context);
    return discovery;
  }

  private static List<Provider> found(LanDiscovery discovery, Cid cid) throws Exception {
    List<Provider> found = new ArrayList<>();
    discovery.findProviders(cid, Set.of("tcps"), found::add);
    return found;
  }

  @Test
  void theFirstSearchOfANodeFindsANeighbourThatIsThere() throws Exception {
    LanDiscovery one = start(secret);
    one.reachableAt(List.of(HERE));
    LanDiscovery two = start(secret);

    assertEquals(List.of(Provider.at(HERE).unannounced()), found(two, CID));
  }

  @Test
  void aKeyThatANeighbourAnnouncesMakesItAProvider() throws Exception {
    LanDiscovery one = start(secret);
    LanDiscovery two = start(secret);
    one.reachableAt(List.of(HERE));
    one.announce(CID);

    Await.until("it is a provider", () -> found(two, CID).contains(Provider.at(HERE)));
    assertEquals(1, found(two, CID).size());
    Cid other = TestData.cid(TestData.bytes(2, 100));
    assertEquals(List.of(Provider.at(HERE).unannounced()), found(two, other));
  }

  @Test
  void aNeighbourThatEndsIsForgottenAtOnce() throws Exception {
    LanDiscovery one = start(secret);
    LanDiscovery two = start(secret);
    one.reachableAt(List.of(HERE));
    Await.until("it is known", () -> two.status().reachablePeers() == 1);

    one.close();

    Await.until("it is forgotten", () -> two.status().reachablePeers() == 0);
  }

  @Test
  void anotherSwarmSeesNeitherMembersNorContent() throws Exception {
    LanDiscovery one = start(secret);
    LanDiscovery member = start(secret);
    LanDiscovery stranger = start("another secret of a swarm".getBytes(StandardCharsets.US_ASCII));
    one.reachableAt(List.of(HERE));
    one.announce(CID);

    Await.until("a member finds it", () -> found(member, CID).contains(Provider.at(HERE)));
    assertEquals(List.of(), found(stranger, CID));
    assertEquals(0, stranger.status().reachablePeers());
  }

  @Test
  void eachProtocolCanBeTurnedOff() throws Exception {
    LanDiscovery one = start(secret, "dnsSd", "false");
    LanDiscovery two = start(secret, "dnsSd", "false");
    one.reachableAt(List.of(HERE));
    one.announce(CID);
    Await.until("it is a provider", () -> found(two, CID).equals(List.of(Provider.at(HERE))));

    LanDiscovery three = start(secret, "contentKeys", "false");
    three.announce(CID);
    assertEquals(0, three.status().announcedKeys());
  }

  @Test
  void anInterfaceThatIsMissingIsNamed() throws Exception {
    LanDiscovery one = start(secret, "interfaces", "lo, eth77");
    Await.until("it is looked for", () -> !one.status().advice().isEmpty());
    String advice = one.status().advice().getFirst();
    assertTrue(advice.contains("interfaces names eth77"), advice);
    assertFalse(advice.contains("\n"));
  }
}
