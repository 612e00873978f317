package io.shoal.transport.tcp;

import io.shoal.api.NodeIdentity;
import io.shoal.api.PeerFaultException;
import io.shoal.api.PeerId;
import io.shoal.api.TlsContext;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLKeyException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/// An identity for tests: a self-signed certificate whose own Ed25519 key is the host key. The
/// node's real certificates bind the two by an extension; a transport cannot tell the difference.
final class TestIdentity implements NodeIdentity {
  private static final char[] PASSWORD = "only for tests".toCharArray();
  private static final int KEY_SIZE_BYTES = 32;

  private final KeyManager[] keys;
  private final byte[] publicKey;

  private TestIdentity(KeyManager[] keys, byte[] publicKey) {
    this.keys = keys;
    this.publicKey = publicKey;
  }

  static TestIdentity make(Path folder, String name)
      throws IOException, InterruptedException, GeneralSecurityException {
    Path file = folder.resolve(name + ".p12");
    String keytool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
    Process process =
        new ProcessBuilder(
                keytool,
                "-genkeypair",
                "-keyalg",
                "Ed25519",
                "-alias",
                "host",
                "-dname",
                "CN=" + name,
                "-validity",
                "2",
                "-storetype",
                "PKCS12",
                "-keystore",
                file.toString(),
                "-storepass",
                new String(PASSWORD))
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve(name + ".log").toFile())
            .start();
    if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
      throw new IOException("keytool failed: " + Files.readString(folder.resolve(name + ".log")));
    }
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      store.load(in, PASSWORD);
    }
    Files.delete(file);
    Files.delete(folder.resolve(name + ".log"));
    KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
    factory.init(store, PASSWORD);
    return new TestIdentity(factory.getKeyManagers(), rawKey(store.getCertificate("host")));
  }

  private static byte[] rawKey(Certificate certificate) {
    byte[] encoded = certificate.getPublicKey().getEncoded();
    return Arrays.copyOfRange(encoded, encoded.length - KEY_SIZE_BYTES, encoded.length);
  }

  /// A client's end of TLS over a socket that is connected.
  SSLSocket clientSocket(Socket connected, String... alpn) throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys, new TrustManager[] {new Trust(Optional.empty())}, new SecureRandom());
    SSLSocket socket =
        (SSLSocket)
            context.getSocketFactory().createSocket(connected, null, connected.getPort(), true);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setProtocols(new String[] {"TLSv1.3"});
    parameters.setApplicationProtocols(alpn);
    socket.setSSLParameters(parameters);
    return socket;
  }

  @Override
  public PeerId peerId() {
    return PeerId.ofEd25519(publicKey);
  }

  @Override
  public byte[] publicKey() {
    return publicKey.clone();
  }

  @Override
  public byte[] sign(String domain, byte[] message) {
    throw new UnsupportedOperationException("a transport signs nothing");
  }

  @Override
  public TlsContext tls(String alpn) {
    return new Tls(alpn);
  }

  private final class Tls implements TlsContext {
    private final String alpn;

    Tls(String alpn) {
      this.alpn = alpn;
    }

    @Override
    public SSLEngine clientEngine(Optional<PeerId> expected) {
      return engine(true, expected);
    }

    @Override
    public SSLEngine serverEngine() {
      SSLEngine engine = engine(false, Optional.empty());
      engine.setNeedClientAuth(true);
      return engine;
    }

    private SSLEngine engine(boolean client, Optional<PeerId> expected) {
      try {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys, new TrustManager[] {new Trust(expected)}, new SecureRandom());
        SSLEngine engine = context.createSSLEngine();
        engine.setUseClientMode(client);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setProtocols(new String[] {"TLSv1.3"});
        parameters.setApplicationProtocols(new String[] {alpn});
        engine.setSSLParameters(parameters);
        return engine;
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("every JDK has TLS 1.3", e);
      }
    }

    @Override
    public PeerId peerId(SSLSession session) throws PeerFaultException {
      try {
        return PeerId.ofEd25519(rawKey(session.getPeerCertificates()[0]));
      } catch (SSLPeerUnverifiedException e) {
        throw new PeerFaultException("no certificate", e);
      }
    }

    @Override
    public byte[] channelBinding(SSLSession session) {
      try {
        return ((ExtendedSSLSession) session)
            .exportKeyingMaterialData(
                CHANNEL_BINDING_LABEL, new byte[0], CHANNEL_BINDING_SIZE_BYTES);
      } catch (SSLKeyException e) {
        throw new IllegalStateException("the handshake has not ended", e);
      }
    }
  }

  private static final class Trust extends X509ExtendedTrustManager {
    private final Optional<PeerId> expected;

    Trust(Optional<PeerId> expected) {
      this.expected = expected;
    }

    private void check(X509Certificate[] chain) throws CertificateException {
      PeerId id = PeerId.ofEd25519(rawKey(chain[0]));
      if (chain.length != 1 || expected.filter(e -> !e.equals(id)).isPresent()) {
        throw new CertificateException("expected " + expected + ", met " + id);
      }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
        throws CertificateException {
      check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
        throws CertificateException {
      check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
        throws CertificateException {
      check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
        throws CertificateException {
      check(chain);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
