package io.shoal.testkit;

import io.shoal.api.Discovery;
import io.shoal.api.DiscoveryStatus;
import java.util.List;
import java.util.Set;

/// A discovery that only reads passes.
class PeerListContractTest extends DiscoveryContract {
  @Override
  protected Set<Trait> traits() {
    return Set.of();
  }

  @Override
  protected Discovery newDiscovery() {
    return new PeerList();
  }

  @Override
  protected TestContext configure(TestContext plain, List<DiscoveryStatus> before) {
    return plain.with("peers", "tcps://192.0.2.7:4600, tcps://[2001:db8::7]:4600");
  }
}
