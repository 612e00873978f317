package __package__;

import io.shoal.api.Transport;
import io.shoal.testkit.TestContext;
import io.shoal.testkit.TransportContract;
import java.util.Map;
import java.util.Optional;

/// All that a node expects of a transport, tested by the testkit: two of them meet on this machine.
class __Name__TransportTest extends TransportContract {

  @Override
  protected Transport newTransport() {
    return new __Name__Transport();
  }

  @Override
  protected String scheme() {
    return "__scheme__";
  }

  @Override
  protected TestContext configure(TestContext plain) {
    return plain.with("listen", "127.0.0.1:0");
  }

  @Override
  protected Optional<TestContext> configureAt(TestContext plain, int port) {
    return Optional.of(plain.with("listen", "127.0.0.1:" + port));
  }

  @Override
  protected TestContext hasty(TestContext configured) {
    return configured.with("connectTimeout", "100ms");
  }

  @Override
  protected Map<String, String> wrongSettings() {
    return Map.of("listen", "no port");
  }
}
