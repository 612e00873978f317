package io.shoal.runtime.identity;

import io.shoal.api.PeerFaultException;
import io.shoal.api.PeerId;
import io.shoal.api.TlsContext;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.Optional;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLKeyException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/// TLS between hosts: version 1.3 only, both sides show a [HostCertificate].
final class HostTls implements TlsContext {

  private static final String VERSION = "TLSv1.3";

  private final HostCertificate own;
  private final String alpn;
  private final InstantSource clock;
  private final SecureRandom random;
  private final SSLContext server;

  HostTls(HostCertificate own, String alpn, InstantSource clock, SecureRandom random) {
    if (!alpn.matches("[ -~]{1,32}")) {
      throw new IllegalArgumentException(
          "'" + alpn + "' is not an application protocol: 1 to 32 ASCII characters");
    }
    this.own = own;
    this.alpn = alpn;
    this.clock = clock;
    this.random = random;
    this.server = context(Optional.empty());
  }

  @Override
  public SSLEngine clientEngine(Optional<PeerId> expected) {
    // A context of its own: it knows the expected peer, and no session of another dial can be
    // resumed past the check.
    SSLEngine engine = context(expected).createSSLEngine();
    engine.setUseClientMode(true);
    engine.setSSLParameters(parameters(engine));
    return engine;
  }

  @Override
  public SSLEngine serverEngine() {
    SSLEngine engine = server.createSSLEngine();
    engine.setUseClientMode(false);
    SSLParameters parameters = parameters(engine);
    parameters.setNeedClientAuth(true);
    engine.setSSLParameters(parameters);
    return engine;
  }

  @Override
  public PeerId peerId(SSLSession session) throws PeerFaultException {
    try {
      return HostCertificate.verify(x509(session.getPeerCertificates()), clock.instant());
    } catch (SSLPeerUnverifiedException e) {
      throw new PeerFaultException("the peer did not prove who it is", e);
    }
  }

  @Override
  public byte[] channelBinding(SSLSession session) {
    if (!(session instanceof ExtendedSSLSession tls)) {
      throw new IllegalStateException("a session without an exporter: not of this context");
    }
    try {
      return tls.exportKeyingMaterialData(
          CHANNEL_BINDING_LABEL, new byte[0], CHANNEL_BINDING_SIZE_BYTES);
    } catch (SSLKeyException e) {
      throw new IllegalStateException("the session's handshake has not ended", e);
    }
  }

  private static X509Certificate[] x509(Certificate[] chain) throws PeerFaultException {
    X509Certificate[] certificates = new X509Certificate[chain.length];
    for (int i = 0; i < chain.length; i++) {
      if (!(chain[i] instanceof X509Certificate certificate)) {
        throw new PeerFaultException("the peer's certificate is not X.509");
      }
      certificates[i] = certificate;
    }
    return certificates;
  }

  private SSLParameters parameters(SSLEngine engine) {
    SSLParameters parameters = engine.getSSLParameters();
    parameters.setProtocols(new String[] {VERSION});
    parameters.setApplicationProtocols(new String[] {alpn});
    return parameters;
  }

  private SSLContext context(Optional<PeerId> expected) {
    try {
      SSLContext context = SSLContext.getInstance(VERSION);
      context.init(
          new KeyManager[] {new OwnCertificate(own)},
          new TrustManager[] {new HostTrust(expected, alpn, clock)},
          random);
      return context;
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every Java platform has TLS 1.3", e);
    }
  }

  /// Accepts exactly one host certificate, of the expected peer.
  private static final class HostTrust extends X509ExtendedTrustManager {

    private final Optional<PeerId> expected;
    private final String alpn;
    private final InstantSource clock;

    HostTrust(Optional<PeerId> expected, String alpn, InstantSource clock) {
      this.expected = expected;
      this.alpn = alpn;
      this.clock = clock;
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
        throws CertificateException {
      check(chain, engine);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
        throws CertificateException {
      check(chain, engine);
    }

    private void check(X509Certificate[] chain, SSLEngine engine) throws CertificateException {
      // JSSE refuses a wrong protocol but accepts a peer that offers none at all.
      if (!alpn.equals(engine.getHandshakeApplicationProtocol())) {
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
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
        throws CertificateException {
      throw engineOnly();
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
        throws CertificateException {
      throw engineOnly();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType)
        throws CertificateException {
      throw engineOnly();
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType)
        throws CertificateException {
      throw engineOnly();
    }

    private static CertificateException engineOnly() {
      return new CertificateException(
          "without an engine the application protocol cannot be checked");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }

  /// Shows the one certificate, whatever is asked for.
  private static final class OwnCertificate extends X509ExtendedKeyManager {

    private static final String ALIAS = "host";

    private final HostCertificate own;

    OwnCertificate(HostCertificate own) {
      this.own = own;
    }

    @Override
    public @Nullable String chooseEngineClientAlias(
        String[] keyTypes, Principal @Nullable [] issuers, SSLEngine engine) {
      return isAmong(keyTypes);
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
        String keyType, Principal @Nullable [] issuers, SSLEngine engine) {
      return isAmong(keyType);
    }

    private @Nullable String isAmong(String... keyTypes) {
      for (String type : keyTypes) {
        if (type.equals(own.key().getAlgorithm())) {
          return ALIAS;
        }
      }
      return null;
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
      return new X509Certificate[] {own.certificate()};
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
      return own.key();
    }

    @Override
    public String[] getClientAliases(String keyType, Principal @Nullable [] issuers) {
      return new String[] {ALIAS};
    }

    @Override
    public String[] getServerAliases(String keyType, Principal @Nullable [] issuers) {
      return new String[] {ALIAS};
    }

    @Override
    public @Nullable String chooseClientAlias(
        String[] keyTypes, Principal @Nullable [] issuers, Socket socket) {
      return isAmong(keyTypes);
    }

    @Override
    public @Nullable String chooseServerAlias(
        String keyType, Principal @Nullable [] issuers, Socket socket) {
      return isAmong(keyType);
    }
  }
}
