package io.shoal.runtime.identity;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.PeerFaultException;
import io.shoal.api.PeerId;
import io.shoal.api.TlsContext;
import java.io.IOException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

class HostTlsTest {

  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
  private static final InstantSource CLOCK = InstantSource.fixed(NOW);

  private final HostIdentity alice = new HostIdentity(HostKey.generate(RANDOM), CLOCK, RANDOM);
  private final HostIdentity bob = new HostIdentity(HostKey.generate(RANDOM), CLOCK, RANDOM);

  static Stream<JsonNode> certificates() throws IOException {
    return IdentityTest.cases("libp2p-tls-certificates.json").stream();
  }

  @ParameterizedTest
  @MethodSource("certificates")
  void aForeignCertificateProvesAnEd25519KeyOnly(JsonNode vector) throws Exception {
    X509Certificate[] chain = {HostCertificate.parse(IdentityTest.hex(vector, "certificate"))};
    String type = vector.get("host_key").asString();

    if (type.equals("Ed25519")) {
      assertEquals(vector.get("peer_id").asString(), HostCertificate.verify(chain, NOW).toString());
    } else {
      String refusal =
          assertThrows(PeerFaultException.class, () -> HostCertificate.verify(chain, NOW))
              .getMessage();
      assertTrue(
          refusal.contains("a host key of the type " + type)
              && refusal.endsWith(": give that peer an Ed25519 key"),
          refusal);
    }
  }

  @Test
  void anOwnCertificateProvesTheHostKey() throws Exception {
    HostKey key = HostKey.generate(RANDOM);
    X509Certificate certificate = HostCertificate.create(key, RANDOM).certificate();

    assertEquals(3, certificate.getVersion());
    assertEquals(key.peerId(), verify(NOW, certificate));
    assertEquals(key.peerId(), verify(NOW.plus(Duration.ofDays(365)), certificate));
  }

  @Test
  void datesAreCheckedOnBothEnds() {
    X509Certificate certificate =
        HostCertificate.create(
                HostKey.generate(RANDOM),
                NOW.minus(Duration.ofDays(1)),
                NOW.plus(Duration.ofDays(9)),
                RANDOM)
            .certificate();

    for (int days : new int[] {-2, 10}) {
      var refused =
          assertThrows(
              PeerFaultException.class, () -> verify(NOW.plus(Duration.ofDays(days)), certificate));
      assertTrue(String.valueOf(refused.getMessage()).contains("set the clock that is wrong"));
    }
  }

  @Test
  void theOwnCertificateIsValidWhateverTheClocksSay() throws Exception {
    HostKey key = HostKey.generate(RANDOM);
    X509Certificate certificate = HostCertificate.create(key, RANDOM).certificate();

    for (String when :
        new String[] {"1970-01-01T00:00:09Z", "2000-01-01T00:00:00Z", "2262-01-01T00:00:00Z"}) {
      assertEquals(key.peerId(), verify(Instant.parse(when), certificate));
    }
  }

  @Test
  void aCertificateThatIsValidBeyond2049IsWellFormed() throws Exception {
    Instant late = Instant.parse("2045-01-01T00:00:00Z");
    HostKey key = HostKey.generate(RANDOM);

    assertEquals(
        key.peerId(),
        verify(
            late,
            HostCertificate.create(key, late, late.plus(Duration.ofDays(3650)), RANDOM)
                .certificate()));
  }

  @Test
  void aChainIsRefused() {
    X509Certificate certificate =
        HostCertificate.create(HostKey.generate(RANDOM), RANDOM).certificate();

    assertThrows(PeerFaultException.class, () -> verify(NOW, certificate, certificate));
    assertThrows(PeerFaultException.class, () -> verify(NOW));
  }

  @Test
  void aFlippedBitAnywhereIsRefused() throws Exception {
    HostKey key = HostKey.generate(RANDOM);
    byte[] der = HostCertificate.create(key, RANDOM).certificate().getEncoded();
    for (int bit = 0; bit < der.length * 8; bit += 5) {
      byte[] changed = der.clone();
      changed[bit / 8] ^= (byte) (1 << bit % 8);
      String where = "bit " + bit + " of " + HexFormat.of().formatHex(der);
      assertThrows(Exception.class, () -> verify(NOW, HostCertificate.parse(changed)), where);
    }
  }

  private static PeerId verify(Instant when, X509Certificate... chain) throws PeerFaultException {
    return HostCertificate.verify(chain, when);
  }

  @Test
  void bothSidesLearnWhoTheOtherIs() throws Exception {
    TlsContext client = alice.tls("shoal/1");
    TlsContext server = bob.tls("shoal/1");
    SSLEngine dialled = client.clientEngine(Optional.of(bob.peerId()));
    SSLEngine accepted = server.serverEngine();

    handshake(dialled, accepted);

    assertEquals("TLSv1.3", dialled.getSession().getProtocol());
    assertEquals("shoal/1", accepted.getApplicationProtocol());
    assertEquals(bob.peerId(), client.peerId(dialled.getSession()));
    assertEquals(alice.peerId(), server.peerId(accepted.getSession()));
  }

  @Test
  void bothEndsOfASessionAndNoOtherHaveItsChannelBinding() throws Exception {
    TlsContext client = alice.tls("shoal/1");
    TlsContext server = bob.tls("shoal/1");
    SSLEngine dialled = client.clientEngine(Optional.of(bob.peerId()));
    SSLEngine accepted = server.serverEngine();
    SSLEngine dialledAgain = client.clientEngine(Optional.of(bob.peerId()));
    SSLEngine acceptedAgain = server.serverEngine();

    handshake(dialled, accepted);
    handshake(dialledAgain, acceptedAgain);

    byte[] binding = client.channelBinding(dialled.getSession());
    assertEquals(TlsContext.CHANNEL_BINDING_SIZE_BYTES, binding.length);
    assertArrayEquals(binding, server.channelBinding(accepted.getSession()));
    byte[] another = client.channelBinding(dialledAgain.getSession());
    assertArrayEquals(another, server.channelBinding(acceptedAgain.getSession()));
    assertFalse(Arrays.equals(binding, another));
  }

  @Test
  void aSessionWithoutAHandshakeHasNoChannelBinding() {
    TlsContext client = alice.tls("shoal/1");
    SSLEngine fresh = client.clientEngine(Optional.empty());

    assertThrows(IllegalStateException.class, () -> client.channelBinding(fresh.getSession()));
  }

  @Test
  void anotherPeerThanTheExpectedOneFailsTheHandshake() {
    SSLEngine dialled = alice.tls("shoal/1").clientEngine(Optional.of(alice.peerId()));

    SSLException fault =
        assertThrows(
            SSLException.class, () -> handshake(dialled, bob.tls("shoal/1").serverEngine()));
    assertTrue(fault.getMessage().contains(bob.peerId().toString()), fault.getMessage());
  }

  @Test
  void anotherApplicationProtocolOrNoneFailsTheHandshake() {
    assertThrows(
        SSLException.class,
        () ->
            handshake(
                alice.tls("shoal/2").clientEngine(Optional.empty()),
                bob.tls("shoal/1").serverEngine()));
    SSLEngine silent = alice.tls("shoal/1").clientEngine(Optional.empty());
    var parameters = silent.getSSLParameters();
    parameters.setApplicationProtocols(new String[0]);
    silent.setSSLParameters(parameters);
    assertThrows(SSLException.class, () -> handshake(silent, bob.tls("shoal/1").serverEngine()));
  }

  @Test
  void aClientWithoutACertificateIsRefused() throws Exception {
    var context = javax.net.ssl.SSLContext.getInstance("TLSv1.3");
    var trusting = alice.tls("shoal/1").clientEngine(Optional.empty());
    context.init(null, new javax.net.ssl.TrustManager[] {new TrustsEveryone()}, null);
    SSLEngine nobody = context.createSSLEngine();
    nobody.setUseClientMode(true);
    nobody.setSSLParameters(trusting.getSSLParameters());

    assertThrows(SSLException.class, () -> handshake(nobody, bob.tls("shoal/1").serverEngine()));
  }

  @Test
  void everyContextHasAThrowAwayKeyOfItsOwn() throws Exception {
    SSLEngine first = bob.tls("shoal/1").serverEngine();
    SSLEngine second = bob.tls("shoal/1").serverEngine();
    SSLEngine toFirst = alice.tls("shoal/1").clientEngine(Optional.empty());
    SSLEngine toSecond = alice.tls("shoal/1").clientEngine(Optional.empty());
    handshake(toFirst, first);
    handshake(toSecond, second);

    assertNotEquals(
        toFirst.getSession().getPeerCertificates()[0].getPublicKey(),
        toSecond.getSession().getPeerCertificates()[0].getPublicKey());
  }

  private static void handshake(SSLEngine client, SSLEngine server) throws SSLException {
    Handshakes.run(client, server);
  }

  private static final class TrustsEveryone extends javax.net.ssl.X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] c, String a, java.net.Socket s) {}

    @Override
    public void checkServerTrusted(X509Certificate[] c, String a, java.net.Socket s) {}

    @Override
    public void checkClientTrusted(X509Certificate[] c, String a, SSLEngine e) {}

    @Override
    public void checkServerTrusted(X509Certificate[] c, String a, SSLEngine e) {}

    @Override
    public void checkClientTrusted(X509Certificate[] c, String a) {}

    @Override
    public void checkServerTrusted(X509Certificate[] c, String a) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
