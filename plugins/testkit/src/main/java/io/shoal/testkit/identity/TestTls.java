package io.shoal.testkit.identity;

import io.shoal.api.PeerFaultException;
import io.shoal.api.PeerId;
import io.shoal.api.TlsContext;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLKeyException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;

/// TLS 1.3 between test nodes, with host certificates as a node has them.
final class TestTls implements TlsContext {
  private static final String VERSION = "TLSv1.3";

  private final HostCertificate own;
  private final String alpn;

  TestTls(HostCertificate own, String alpn) {
    this.own = own;
    this.alpn = alpn;
  }

  @Override
  public SSLEngine clientEngine(Optional<PeerId> expected) {
    return engine(true, expected);
  }

  @Override
  public SSLEngine serverEngine() {
    return engine(false, Optional.empty());
  }

  private SSLEngine engine(boolean client, Optional<PeerId> expected) {
    try {
      SSLContext context = SSLContext.getInstance(VERSION);
      context.init(
          new KeyManager[] {keyManager()},
          new TrustManager[] {new HostTrust(expected, alpn, true)},
          null);
      SSLEngine engine = context.createSSLEngine();
      engine.setUseClientMode(client);
      SSLParameters parameters = engine.getSSLParameters();
      parameters.setProtocols(new String[] {VERSION});
      parameters.setApplicationProtocols(new String[] {alpn});
      if (!client) {
        parameters.setNeedClientAuth(true);
      }
      engine.setSSLParameters(parameters);
      return engine;
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every Java platform has TLS 1.3", e);
    }
  }

  @Override
  public X509ExtendedKeyManager keyManager() {
    try {
      KeyStore keys = KeyStore.getInstance("PKCS12");
      keys.load(null, null);
      keys.setKeyEntry("host", own.key(), new char[0], new Certificate[] {own.certificate()});
      KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
      factory.init(keys, new char[0]);
      return (X509ExtendedKeyManager) factory.getKeyManagers()[0];
    } catch (GeneralSecurityException | IOException e) {
      throw new AssertionError("every Java platform keeps keys", e);
    }
  }

  @Override
  public X509ExtendedTrustManager trustManager(Optional<PeerId> expected) {
    return new HostTrust(expected, alpn, false);
  }

  @Override
  public PeerId peerId(SSLSession session) throws PeerFaultException {
    try {
      return peerId(session.getPeerCertificates());
    } catch (SSLPeerUnverifiedException e) {
      throw new PeerFaultException("the peer did not prove its identity", e);
    }
  }

  @Override
  public PeerId peerId(Certificate[] chain) throws PeerFaultException {
    try {
      return HostCertificate.verify(Arrays.copyOf(chain, chain.length, X509Certificate[].class));
    } catch (ArrayStoreException e) {
      throw new PeerFaultException("the peer's certificate is not X.509", e);
    }
  }

  @Override
  public byte[] channelBinding(SSLSession session) {
    if (!(session instanceof ExtendedSSLSession tls)) {
      throw new IllegalStateException("a session without an exporter");
    }
    try {
      return tls.exportKeyingMaterialData(
          CHANNEL_BINDING_LABEL, new byte[0], CHANNEL_BINDING_SIZE_BYTES);
    } catch (SSLKeyException | UnsupportedOperationException e) {
      throw new IllegalStateException("no exporter, or its handshake has not ended", e);
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
      digest.update((CHANNEL_BINDING_LABEL + "\0").getBytes(StandardCharsets.US_ASCII));
      for (byte[] part :
          List.of(client.getEncoded(), server.getEncoded(), clientRandom, serverRandom)) {
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(part.length).flip());
        digest.update(part);
      }
      return digest.digest();
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("a certificate without an encoding", e);
    }
  }

  private static final class HostTrust extends X509ExtendedTrustManager {
    private final Optional<PeerId> expected;
    private final String alpn;
    private final boolean knowsProtocol;

    /// @param knowsProtocol whether the engine knows the application protocol when it asks, as the
    ///   JDK's do
    HostTrust(Optional<PeerId> expected, String alpn, boolean knowsProtocol) {
      this.expected = expected;
      this.alpn = alpn;
      this.knowsProtocol = knowsProtocol;
    }

    private void check(X509Certificate[] chain, Optional<String> protocol)
        throws CertificateException {
      if (protocol.isPresent() ? !alpn.equals(protocol.get()) : knowsProtocol) {
        throw new CertificateException("the peer does not speak " + alpn);
      }
      try {
        PeerId peer = HostCertificate.verify(chain);
        if (expected.isPresent() && !expected.get().equals(peer)) {
          throw new CertificateException("the peer there is " + peer + ", not " + expected.get());
        }
      } catch (PeerFaultException e) {
        throw new CertificateException(e.getMessage(), e);
      }
    }

    private static Optional<String> protocolOf(SSLEngine engine) {
      try {
        return Optional.ofNullable(engine.getHandshakeApplicationProtocol());
      } catch (UnsupportedOperationException e) {
        return Optional.empty();
      }
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
      check(chain, Optional.empty());
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
        throws CertificateException {
      check(chain, Optional.empty());
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType)
        throws CertificateException {
      check(chain, Optional.empty());
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType)
        throws CertificateException {
      check(chain, Optional.empty());
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
