package io.shoal.discovery.lan;

import io.shoal.api.Discovery;
import io.shoal.api.DiscoveryStatus;
import io.shoal.testkit.DiscoveryContract;
import io.shoal.testkit.TestContext;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Set;

class LanContractTest extends DiscoveryContract {
  /// Of this run alone: another one on this machine has the same loopback.
  private final byte[] secret = new byte[32];

  LanContractTest() {
    new SecureRandom().nextBytes(secret);
  }

  @Override
  protected Set<Trait> traits() {
    return Set.of(Trait.ANNOUNCES);
  }

  @Override
  protected Discovery newDiscovery() {
    return new LanDiscovery();
  }

  @Override
  protected TestContext configure(TestContext plain, List<DiscoveryStatus> before) {
    return plain.with("interfaces", "lo").withSwarmSecret(secret);
  }

  @Override
  protected Map<String, String> wrongSettings() {
    return Map.of("dnsSd", "perhaps");
  }
}
