package io.shoal.runtime.identity;

import io.shoal.api.PeerFaultException;
import io.shoal.api.PeerId;
import io.shoal.api.TlsContext;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
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
  public X509ExtendedKeyManager keyManager() {
    return new OwnCertificate(own);
  }

  @Override
  public X509ExtendedTrustManager trustManager(Optional<PeerId> expected) {
    return HostTrust.forAnyStack(expected, alpn, clock);
  }

  @Override
  public PeerId peerId(Certificate[] chain) throws PeerFaultException {
    return HostCertificate.verify(x509(chain), clock.instant());
  }

  @Override
  public PeerId peerId(SSLSession session) throws PeerFaultException {
    try {
      return peerId(session.getPeerCertificates());
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
    } catch (UnsupportedOperationException e) {
      // What the JDK's default method does.
      throw new IllegalStateException("a session without an exporter: not of this context", e);
    }
  }

  @Override
  public byte[] channelBinding(
      Certificate client, Certificate server, byte[] clientRandom, byte[] serverRandom) {
    if (clientRandom.length != CHANNEL_BINDING_RANDOM_SIZE_BYTES
        || serverRandom.length != CHANNEL_BINDING_RANDOM_SIZE_BYTES) {
      throw new IllegalArgumentException(
          "each side draws " + CHANNEL_BINDING_RANDOM_SIZE_BYTES + " random bytes");
    }
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(CHANNEL_BINDING_LABEL.getBytes(StandardCharsets.US_ASCII));
      digest.update((byte) 0);
      for (byte[] part :
          List.of(client.getEncoded(), server.getEncoded(), clientRandom, serverRandom)) {
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(part.length).flip());
        digest.update(part);
      }
      return digest.digest();
    } catch (CertificateEncodingException e) {
      throw new IllegalArgumentException("a certificate without an encoding", e);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
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
          new KeyManager[] {keyManager()},
          new TrustManager[] {HostTrust.withProtocol(expected, alpn, clock)},
          random);
      return context;
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every Java platform has TLS 1.3", e);
    }
  }
}
