package io.shoal.transport.quic;

import io.shoal.api.Transport;
import io.shoal.testkit.TestContext;
import io.shoal.testkit.TransportContract;
import java.util.Map;
import java.util.Optional;

class QuicContractTest extends TransportContract {

  @Override
  protected Transport newTransport() {
    return new QuicTransport();
  }

  @Override
  protected String scheme() {
    return "quic";
  }

  @Override
  protected TestContext configure(TestContext plain) {
    // A dial to a port where no peer is ends with this alone.
    return plain.with("listen", "127.0.0.1:0").with("handshakeTimeout", "3s");
  }

  @Override
  protected Optional<TestContext> configureAt(TestContext plain, int port) {
    return Optional.of(plain.with("listen", "127.0.0.1:" + port));
  }

  @Override
  protected Map<String, String> wrongSettings() {
    return Map.of("listen", "no port");
  }

  @Override
  protected TestContext hasty(TestContext configured) {
    return configured.with("handshakeTimeout", "100ms");
  }
}
