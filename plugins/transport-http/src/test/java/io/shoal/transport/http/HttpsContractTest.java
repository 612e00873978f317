package io.shoal.transport.http;

import io.shoal.api.Transport;
import io.shoal.testkit.TestContext;
import io.shoal.testkit.TransportContract;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

@EnabledIfSystemProperty(
    named = "shoal.full",
    matches = "true",
    disabledReason = "the same code as over http; hundreds of handshakes")
class HttpsContractTest extends TransportContract {
  private static WebCertificate web;

  @BeforeAll
  static void makeCertificate(@TempDir Path folder) throws Exception {
    web = WebCertificate.in(folder);
  }

  @Override
  protected Transport newTransport() {
    return new HttpTransport();
  }

  @Override
  protected String scheme() {
    return "https";
  }

  @Override
  protected TestContext configure(TestContext plain) {
    return configureAt(plain, 0).orElseThrow();
  }

  @Override
  protected Optional<TestContext> configureAt(TestContext plain, int port) {
    // A request takes a connection of its own: as many as the contract has at once.
    return Optional.of(
        plain
            .with("listen", "127.0.0.1:" + port)
            .with("listenTls", "127.0.0.1:" + port)
            .with("certificate", web.certificate().toString())
            .with("key", web.key())
            .with("trust", web.certificate().toString())
            .with("maxConnections", "1000")
            .with("maxConnectionsPerAddress", "1000")
            .with("fetchesPerGateway", "256"));
  }

  @Override
  protected Map<String, String> wrongSettings() {
    return Map.of("listen", "no port", "listenTls", "127.0.0.1:99999", "key", "no key");
  }
}
