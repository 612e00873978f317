package io.shoal.transport.quic;

import io.shoal.api.PeerId;
import io.shoal.api.TlsContext;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/// The node's check of host certificates, for the one TLS context of all connections: by the engine
/// it knows which peer each is meant to reach, and keeps why it refused one, of which QUIC itself
/// gives no more than a number. Names of hosts mean nothing here: the certificate proves a peer id.
final class PeerTrust extends X509ExtendedTrustManager {
  private static final X509Certificate[] NONE = {};

  /// A connection whose handshake goes on, or has ended.
  private static final class Check {
    private final Optional<PeerId> expected;
    private volatile @Nullable String refusal;

    Check(Optional<PeerId> expected) {
      this.expected = expected;
    }
  }

  private final TlsContext tls;
  private final Map<SSLEngine, Check> checks = new ConcurrentHashMap<>();

  PeerTrust(TlsContext tls) {
    this.tls = tls;
  }

  /// A connection begins; [#forget] is due at its end.
  ///
  /// @param peer the one to reach; empty for any
  void expect(SSLEngine engine, Optional<PeerId> peer) {
    checks.put(engine, new Check(peer));
  }

  void forget(SSLEngine engine) {
    checks.remove(engine);
  }

  /// Why the peer's certificate was refused, if it was.
  Optional<String> refusal(SSLEngine engine) {
    return Optional.ofNullable(checks.get(engine)).map(check -> check.refusal);
  }

  private interface Verdict {
    void on(X509ExtendedTrustManager trust) throws CertificateException;
  }

  private void check(@Nullable SSLEngine engine, Verdict verdict) throws CertificateException {
    Check check = engine == null ? null : checks.get(engine);
    if (check == null) {
      throw new CertificateException("a handshake of no connection");
    }
    try {
      verdict.on(tls.trustManager(check.expected));
    } catch (CertificateException e) {
      check.refusal = e.getMessage();
      throw e;
    }
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    check(engine, trust -> trust.checkClientTrusted(chain, type));
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    check(engine, trust -> trust.checkServerTrusted(chain, type));
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    checkClientTrusted(chain, type);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    checkServerTrusted(chain, type);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
    throw new CertificateException("a peer is only checked on its connection");
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
    throw new CertificateException("a peer is only checked on its connection");
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return NONE;
  }
}
