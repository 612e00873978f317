package io.shoal.testkit;

import io.shoal.api.PeerFaultException;
import io.shoal.api.PeerId;
import io.shoal.api.TlsContext;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
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
      context.init(keyManagers(), new TrustManager[] {new HostTrust(expected, alpn)}, null);
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
    } catch (GeneralSecurityException | IOException e) {
      throw new AssertionError("every Java platform has TLS 1.3", e);
    }
  }

  private KeyManager[] keyManagers() throws GeneralSecurityException, IOException {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    keys.load(null, null);
    keys.setKeyEntry("host", own.key(), new char[0], new Certificate[] {own.certificate()});
    KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
    factory.init(keys, new char[0]);
    return factory.getKeyManagers();
  }

  @Override
  public PeerId peerId(SSLSession session) throws PeerFaultException {
    try {
      Certificate[] chain = session.getPeerCertificates();
      return HostCertificate.verify(Arrays.copyOf(chain, chain.length, X509Certificate[].class));
    } catch (SSLPeerUnverifiedException | ArrayStoreException e) {
      throw new PeerFaultException("the peer did not prove its identity", e);
    }
  }

  @Override
  public byte[] channelBinding(SSLSession session) {
    try {
      return ((ExtendedSSLSession) session)
          .exportKeyingMaterialData(CHANNEL_BINDING_LABEL, new byte[0], CHANNEL_BINDING_SIZE_BYTES);
    } catch (SSLKeyException e) {
      throw new IllegalStateException("the session's handshake has not ended", e);
    }
  }

  private static final class HostTrust extends X509ExtendedTrustManager {
    private final Optional<PeerId> expected;
    private final String alpn;

    HostTrust(Optional<PeerId> expected, String alpn) {
      this.expected = expected;
      this.alpn = alpn;
    }

    private void check(X509Certificate[] chain, SSLEngine engine) throws CertificateException {
      if (!alpn.equals(engine.getHandshakeApplicationProtocol())) {
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
      return new CertificateException("the protocol can be checked with an engine only");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
