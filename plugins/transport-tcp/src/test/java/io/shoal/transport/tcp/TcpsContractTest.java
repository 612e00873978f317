package io.shoal.transport.tcp;

import io.shoal.api.Transport;
import io.shoal.testkit.TestContext;
import io.shoal.testkit.TransportContract;
import java.util.Map;
import java.util.Optional;

class TcpsContractTest extends TransportContract {

  @Override
  protected Transport newTransport() {
    return new TcpTransport();
  }

  @Override
  protected String scheme() {
    return "tcps";
  }

  @Override
  protected TestContext configure(TestContext plain) {
    return plain.with("listen", "127.0.0.1:0").with("listenPlain", "127.0.0.1:0");
  }

  @Override
  protected Optional<TestContext> configureAt(TestContext plain, int port) {
    return Optional.of(plain.with("listen", "127.0.0.1:" + port));
  }

  @Override
  protected Map<String, String> wrongSettings() {
    return Map.of("listen", "no port", "listenPlain", "127.0.0.1:99999");
  }

  @Override
  protected TestContext hasty(TestContext configured) {
    return configured.with("connectTimeout", "100ms").with("handshakeTimeout", "100ms");
  }
}
