package io.shoal.discovery.routing;

import io.shoal.api.Discovery;
import io.shoal.api.DiscoveryStatus;
import io.shoal.testkit.DiscoveryContract;
import io.shoal.testkit.TestContext;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// Each instance is a routing server too, and asks and informs those before it.
class RoutingContractTest extends DiscoveryContract {
  @Override
  protected Set<Trait> traits() {
    return Set.of(Trait.ANNOUNCES, Trait.FINDS_BY_CONTENT, Trait.MEETS_BY_CONFIGURATION);
  }

  @Override
  protected Discovery newDiscovery() {
    return new RoutingDiscovery();
  }

  @Override
  protected TestContext configure(TestContext plain, List<DiscoveryStatus> before) {
    TestContext listening = plain.with("listen", "127.0.0.1:0").with("maxAge", "0s");
    if (before.isEmpty()) {
      return listening;
    }
    String servers =
        before.stream()
            .map(status -> "http://" + status.endpoint().orElseThrow())
            .collect(Collectors.joining(","));
    return listening.with("endpoints", servers).with("announceTo", servers);
  }

  @Override
  protected Map<String, String> wrongSettings() {
    return Map.of(
        "endpoints", "routing.example.org",
        "trusted", "ftp://routing.example.org",
        "announceTo", "http://user@routing.example.org",
        "listen", "no port",
        "token", "short");
  }
}
