package io.shoal.discovery.kademlia.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.shoal.discovery.kademlia.krpc.NodeId;
import io.shoal.discovery.kademlia.testing.Vectors;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

class BoundIdTest {
  private final RandomGenerator random = new SplittableRandom(17);

  @TestFactory
  Stream<DynamicTest> idsAreValidAsTheVectorsSay() {
    return Vectors.cases("dht/bep42-node-ids.json").stream()
        .map(c -> dynamicTest(c.path("ip").asString(), () -> judge(c)));
  }

  private static void judge(JsonNode c) {
    NodeId id = NodeId.of(Vectors.hex(c, "node_id"), 0);
    InetAddress address = InetAddress.ofLiteral(c.path("ip").asString());
    assertEquals(c.path("valid").asBoolean(), BoundId.matches(id, address), c.toString());
  }

  @Test
  void aBoundIdIsValidAtItsAddress() throws UnknownHostException {
    byte[] v4 = new byte[4];
    byte[] v6 = new byte[16];
    int elsewhere = 0;
    for (int i = 0; i < 1_000; i++) {
      random.nextBytes(v4);
      random.nextBytes(v6);
      v6[0] = 0x20;
      for (byte[] bytes : List.of(v4, v6)) {
        InetAddress address = InetAddress.getByAddress(bytes);
        NodeId id = BoundId.of(address, random);
        assertTrue(BoundId.matches(id, address), address::toString);
        elsewhere += BoundId.matches(id, InetAddress.ofLiteral("192.0.2.1")) ? 1 : 0;
      }
    }
    assertTrue(elsewhere < 10, "the exempt networks aside, ids are valid for few addresses");
  }

  @Test
  void privateNetworksAllowEveryId() {
    NodeId any = NodeId.random(random);
    for (String exempt : List.of("::1", "fe80::7", "fd00::7", "127.0.0.1", "192.168.1.1")) {
      assertTrue(BoundId.matches(any, InetAddress.ofLiteral(exempt)), exempt);
    }
    assertFalse(BoundId.matches(any, InetAddress.ofLiteral("2001:db8::7")));
  }
}
