package io.shoal.runtime.identity;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.PeerFaultException;
import io.shoal.api.TlsContext;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.junit.jupiter.api.Test;

/// What a transport with a TLS of its own builds its handshake of.
class HostTlsPartsTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final InstantSource CLOCK =
      InstantSource.fixed(Instant.parse("2026-11-22T12:00:00Z"));

  private final HostIdentity alice = new HostIdentity(HostKey.generate(RANDOM), CLOCK, RANDOM);
  private final HostIdentity bob = new HostIdentity(HostKey.generate(RANDOM), CLOCK, RANDOM);
  private final TlsContext hers = alice.tls("shoal/1");
  private final TlsContext his = bob.tls("shoal/1");

  private static X509Certificate[] chain(TlsContext tls) {
    X509ExtendedKeyManager keys = tls.keyManager();
    String alias = keys.chooseEngineServerAlias("EC", null, tls.serverEngine());
    return keys.getCertificateChain(alias);
  }

  @Test
  void theKeyManagerPresentsACertificateOfThisHostWithItsOwnKey() throws Exception {
    X509ExtendedKeyManager keys = hers.keyManager();
    SSLEngine engine = hers.serverEngine();
    String alias = keys.chooseEngineServerAlias("EC", null, engine);

    assertEquals(alias, keys.chooseEngineClientAlias(new String[] {"EC"}, null, engine));
    assertEquals(alias, keys.chooseServerAlias("EC", null, null));
    X509Certificate[] chain = keys.getCertificateChain(alias);
    assertEquals(1, chain.length);
    assertEquals(alice.peerId(), his.peerId(chain));
    PrivateKey key = keys.getPrivateKey(alias);
    Signature signature = Signature.getInstance("SHA256withECDSA");
    signature.initSign(key);
    signature.update(new byte[] {1});
    byte[] signed = signature.sign();
    signature.initVerify(chain[0].getPublicKey());
    signature.update(new byte[] {1});
    assertTrue(signature.verify(signed));
  }

  private interface Check {
    void run(X509ExtendedTrustManager trust, X509Certificate[] chain) throws CertificateException;
  }

  private List<Check> checks() {
    SSLEngine unknowing = his.clientEngine(Optional.empty());
    return List.of(
        (trust, chain) -> trust.checkServerTrusted(chain, "UNKNOWN"),
        (trust, chain) -> trust.checkClientTrusted(chain, "UNKNOWN"),
        (trust, chain) -> trust.checkServerTrusted(chain, "UNKNOWN", (Socket) null),
        (trust, chain) -> trust.checkClientTrusted(chain, "UNKNOWN", (Socket) null),
        (trust, chain) -> trust.checkServerTrusted(chain, "UNKNOWN", unknowing),
        (trust, chain) -> trust.checkClientTrusted(chain, "UNKNOWN", unknowing));
  }

  @Test
  void theTrustManagerAcceptsOneHostCertificateOfTheExpectedPeer() throws Exception {
    X509Certificate[] right = chain(hers);
    X509Certificate[] two = {right[0], right[0]};
    for (Check check : checks()) {
      check.run(his.trustManager(Optional.empty()), right);
      check.run(his.trustManager(Optional.of(alice.peerId())), right);
      X509ExtendedTrustManager other = his.trustManager(Optional.of(bob.peerId()));
      CertificateException fault =
          assertThrows(CertificateException.class, () -> check.run(other, right));
      assertTrue(String.valueOf(fault.getMessage()).contains(alice.peerId().toString()));
      X509ExtendedTrustManager any = his.trustManager(Optional.empty());
      assertThrows(CertificateException.class, () -> check.run(any, two));
      assertThrows(CertificateException.class, () -> check.run(any, new X509Certificate[0]));
    }
    assertEquals(0, his.trustManager(Optional.empty()).getAcceptedIssuers().length);
  }

  /// An engine that knows the protocol is asked for it.
  @Test
  void anotherApplicationProtocolIsRefusedWhereItIsKnown() throws Exception {
    SSLEngine dialled = engineOf(hers, true, "another/1");
    SSLEngine accepted = engineOf(his, false, "another/1");

    assertThrows(
        javax.net.ssl.SSLException.class, () -> Handshakes.run(dialled, accepted), "another/1");
    SSLEngine right = engineOf(hers, true, "shoal/1");
    Handshakes.run(right, engineOf(his, false, "shoal/1"));
    assertEquals(bob.peerId(), hers.peerId(right.getSession().getPeerCertificates()));
  }

  private static SSLEngine engineOf(TlsContext tls, boolean client, String protocol)
      throws Exception {
    SSLContext context = SSLContext.getInstance("TLSv1.3");
    context.init(
        new KeyManager[] {tls.keyManager()},
        new TrustManager[] {tls.trustManager(Optional.empty())},
        RANDOM);
    SSLEngine engine = context.createSSLEngine();
    engine.setUseClientMode(client);
    var parameters = engine.getSSLParameters();
    parameters.setApplicationProtocols(new String[] {protocol});
    parameters.setNeedClientAuth(!client);
    engine.setSSLParameters(parameters);
    return engine;
  }

  @Test
  void aCertificateThatIsNoHostCertificateProvesNobody() {
    Certificate foreign =
        new Certificate("PGP") {
          @Override
          public byte[] getEncoded() {
            return new byte[0];
          }

          @Override
          public void verify(java.security.PublicKey key) {}

          @Override
          public void verify(java.security.PublicKey key, String provider) {}

          @Override
          public String toString() {
            return "a certificate of another kind";
          }

          @Override
          public java.security.PublicKey getPublicKey() {
            return chain(hers)[0].getPublicKey();
          }
        };

    assertThrows(PeerFaultException.class, () -> his.peerId(new Certificate[] {foreign}));
    assertThrows(PeerFaultException.class, () -> his.peerId(new Certificate[0]));
  }

  @Test
  void aSessionWithoutAnExporterHasNoChannelBinding() throws Exception {
    SSLEngine dialled = hers.clientEngine(Optional.empty());
    Handshakes.run(dialled, his.serverEngine());
    SessionWithoutExporter foreign = new SessionWithoutExporter(dialled.getSession());

    assertThrows(IllegalStateException.class, () -> hers.channelBinding(foreign));
    assertEquals(bob.peerId(), hers.peerId(foreign));
  }

  @Test
  void aChannelBindingWithoutAnExporterIsTheHashThatIsDocumented() throws Exception {
    Certificate client = chain(hers)[0];
    Certificate server = chain(his)[0];
    byte[] clientRandom = new byte[32];
    byte[] serverRandom = new byte[32];
    Arrays.fill(clientRandom, (byte) 1);
    Arrays.fill(serverRandom, (byte) 2);

    byte[] binding = hers.channelBinding(client, server, clientRandom, serverRandom);

    ByteBuffer hashed = ByteBuffer.allocate(8_192);
    hashed.put(TlsContext.CHANNEL_BINDING_LABEL.getBytes(StandardCharsets.US_ASCII)).put((byte) 0);
    for (byte[] part :
        List.of(client.getEncoded(), server.getEncoded(), clientRandom, serverRandom)) {
      hashed.putInt(part.length).put(part);
    }
    MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
    sha256.update(hashed.flip());
    assertArrayEquals(sha256.digest(), binding);
    assertArrayEquals(binding, his.channelBinding(client, server, clientRandom, serverRandom));
  }

  /// Whatever differs between two connections, and which end is which, makes another value.
  @Test
  void noTwoConnectionsHaveOneChannelBinding() {
    Certificate one = chain(hers)[0];
    Certificate two = chain(his)[0];
    Certificate relay =
        chain(new HostIdentity(HostKey.generate(RANDOM), CLOCK, RANDOM).tls("shoal/1"))[0];
    byte[] a = new byte[32];
    byte[] b = new byte[32];
    b[31] = 1;
    Set<ByteBuffer> bindings = new HashSet<>();
    bindings.add(ByteBuffer.wrap(hers.channelBinding(one, two, a, b)));
    bindings.add(ByteBuffer.wrap(hers.channelBinding(two, one, a, b)));
    bindings.add(ByteBuffer.wrap(hers.channelBinding(one, two, b, a)));
    bindings.add(ByteBuffer.wrap(hers.channelBinding(one, two, b, b)));
    bindings.add(ByteBuffer.wrap(hers.channelBinding(one, relay, a, b)));
    bindings.add(ByteBuffer.wrap(hers.channelBinding(relay, two, a, b)));

    assertEquals(6, bindings.size());
    assertThrows(
        IllegalArgumentException.class, () -> hers.channelBinding(one, two, a, new byte[31]));
    assertThrows(
        IllegalArgumentException.class, () -> hers.channelBinding(one, two, new byte[33], b));
  }

  @Test
  void theKeyOfTheCertificateIsNotTheHostKey() {
    byte[] host = alice.peerId().ed25519PublicKey().orElseThrow();
    byte[] shown = chain(hers)[0].getPublicKey().getEncoded();

    assertFalse(
        new String(shown, StandardCharsets.ISO_8859_1)
            .contains(new String(host, StandardCharsets.ISO_8859_1)));
  }
}
