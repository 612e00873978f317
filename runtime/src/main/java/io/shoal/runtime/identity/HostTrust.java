package io.shoal.runtime.identity;

import io.shoal.api.PeerFaultException;
import io.shoal.api.PeerId;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/// Accepts exactly one host certificate, of the expected peer.
final class HostTrust extends X509ExtendedTrustManager {

  private final Optional<PeerId> expected;
  private final String alpn;
  private final boolean knowsProtocol;
  private final InstantSource clock;

  private HostTrust(
      Optional<PeerId> expected, String alpn, boolean knowsProtocol, InstantSource clock) {
    this.expected = expected;
    this.alpn = alpn;
    this.knowsProtocol = knowsProtocol;
    this.clock = clock;
  }

  /// For engines that know the application protocol when they check certificates, as the JDK's do.
  static HostTrust withProtocol(Optional<PeerId> expected, String alpn, InstantSource clock) {
    return new HostTrust(expected, alpn, true, clock);
  }

  /// For any TLS: the application protocol is checked if it is known by then.
  static HostTrust forAnyStack(Optional<PeerId> expected, String alpn, InstantSource clock) {
    return new HostTrust(expected, alpn, false, clock);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    check(chain, protocolOf(engine));
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    check(chain, protocolOf(engine));
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    check(chain, null);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    check(chain, null);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    check(chain, null);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    check(chain, null);
  }

  private static @Nullable String protocolOf(@Nullable SSLEngine engine) {
    try {
      return engine == null ? null : engine.getHandshakeApplicationProtocol();
    } catch (UnsupportedOperationException e) {
      return null;
    }
  }

  private void check(X509Certificate[] chain, @Nullable String protocol)
      throws CertificateException {
    // JSSE refuses a wrong protocol but accepts a peer that offers none at all.
    if (!alpn.equals(protocol) && (knowsProtocol || protocol != null)) {
      throw new CertificateException("the peer does not speak " + alpn);
    }
    try {
      PeerId peer = HostCertificate.verify(chain, clock.instant());
      if (expected.isPresent() && !expected.get().equals(peer)) {
        throw new CertificateException("the peer there is " + peer + ", not " + expected.get());
      }
    } catch (PeerFaultException e) {
      throw new CertificateException(e.getMessage(), e);
    }
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return new X509Certificate[0];
  }
}
