package io.shoal.discovery.kademlia;

import io.shoal.api.Discovery;
import io.shoal.api.DiscoveryStatus;
import io.shoal.testkit.DiscoveryContract;
import io.shoal.testkit.TestContext;
import java.util.List;

class KademliaContractTest extends DiscoveryContract {

  @Override
  protected Discovery newDiscovery() {
    return new KademliaDiscovery();
  }

  @Override
  protected TestContext configure(TestContext plain, List<DiscoveryStatus> before) {
    TestContext listening = plain.with("listen", "127.0.0.1:0");
    return before.isEmpty()
        ? listening
        : listening.with("bootstrap", before.getFirst().endpoint().orElseThrow());
  }
}
