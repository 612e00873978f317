package io.shoal.discovery.kademlia;

import io.shoal.api.Discovery;
import io.shoal.api.DiscoveryStatus;
import io.shoal.testkit.DiscoveryContract;
import io.shoal.testkit.TestContext;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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

  @Override
  protected Map<String, String> wrongSettings() {
    return Map.of("listen", "no port", "bootstrap", "nobody");
  }

  @Override
  protected Optional<List<String>> argumentsOf(String question) {
    return question.equals("lookup")
        ? Optional.of(List.of("0123456789012345678901234567890123456789"))
        : Optional.empty();
  }
}
