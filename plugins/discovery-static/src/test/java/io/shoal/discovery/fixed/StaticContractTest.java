package io.shoal.discovery.fixed;

import io.shoal.api.Discovery;
import io.shoal.api.DiscoveryStatus;
import io.shoal.testkit.DiscoveryContract;
import io.shoal.testkit.TestContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

class StaticContractTest extends DiscoveryContract {
  @Override
  protected Set<Trait> traits() {
    return Set.of();
  }

  @Override
  protected Discovery newDiscovery() {
    return new StaticDiscovery();
  }

  @Override
  protected TestContext configure(TestContext plain, List<DiscoveryStatus> before) {
    Path file = plain.dataFolder().resolve("peers");
    try {
      Files.writeString(file, "tcps://192.0.2.9:4600\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return plain
        .with("peers", "tcps://192.0.2.7:4600, tcps://[2001:db8::7]:4600")
        .with("file", file.toString());
  }

  @Override
  protected Map<String, String> wrongSettings() {
    return Map.of("peers", "192.0.2.7:4600");
  }
}
