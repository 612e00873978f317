package io.shoal.distribution;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.HexFormat;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/// A host identity and its TLS certificate, made from the specification of libp2p TLS alone and
/// with nothing of the program: right, or wrong in the way that a test wants.
final class RawIdentity {
  private static final char[] PASSWORD = "only for tests".toCharArray();
  private static final byte[] DOMAIN = "libp2p-tls-handshake:".getBytes(StandardCharsets.US_ASCII);
  private static final DateTimeFormatter UTC_TIME =
      DateTimeFormatter.ofPattern("yyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);
  private static final byte[] ECDSA_WITH_SHA256 = der("300a06082a8648ce3d040302");

  /// The fault of a certificate.
  enum Flaw {
    NONE,
    /// It ended yesterday.
    EXPIRED,
    /// It begins tomorrow.
    NOT_YET_VALID,
    /// It holds no host key.
    NO_EXTENSION,
    /// The host key signed for another certificate.
    FOREIGN_SIGNATURE,
    /// The host key that it holds is not the one that signed.
    STOLEN_KEY
  }

  private final SSLContext context;

  private RawIdentity(SSLContext context) {
    this.context = context;
  }

  /// A new one, as anybody can make it at any time.
  static RawIdentity fresh(Flaw flaw) throws Exception {
    KeyPair host = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    KeyPair pair = generator.generateKeyPair();
    byte[] keyInfo = pair.getPublic().getEncoded();
    byte[] signedInfo =
        flaw == Flaw.FOREIGN_SIGNATURE
            ? generator.generateKeyPair().getPublic().getEncoded()
            : keyInfo;
    byte[] signature = sign("Ed25519", host, concat(DOMAIN, signedInfo));
    KeyPair shown =
        flaw == Flaw.STOLEN_KEY ? KeyPairGenerator.getInstance("Ed25519").generateKeyPair() : host;
    byte[] body = body(flaw, keyInfo, protobuf(shown), signature);
    byte[] certificate =
        value(
            0x30,
            body,
            ECDSA_WITH_SHA256,
            value(0x03, new byte[1], sign("SHA256withECDSA", pair, body)));
    Certificate parsed =
        CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(certificate));
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, PASSWORD);
    store.setKeyEntry("host", pair.getPrivate(), PASSWORD, new Certificate[] {parsed});
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(store, PASSWORD);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), new TrustManager[] {new Anybody()}, new SecureRandom());
    return new RawIdentity(context);
  }

  private static byte[] body(Flaw flaw, byte[] keyInfo, byte[] key, byte[] signature) {
    Instant now = Instant.now();
    Instant from = now.minus(Duration.ofDays(10));
    Instant to = now.plus(Duration.ofDays(10));
    if (flaw == Flaw.EXPIRED) {
      to = now.minus(Duration.ofDays(1));
    } else if (flaw == Flaw.NOT_YET_VALID) {
      from = now.plus(Duration.ofDays(1));
    }
    byte[] name = der("300f310d300b06035504030c0474657374"); // CN=test
    byte[] extension =
        value(
            0x30,
            der("060a2b0601040183a25a0101"),
            value(0x04, value(0x30, value(0x04, key), value(0x04, signature))));
    byte[][] parts = {
      der("a003020102"), // version 3
      value(0x02, new byte[] {5}),
      ECDSA_WITH_SHA256,
      name,
      value(0x30, time(from), time(to)),
      name,
      keyInfo,
      flaw == Flaw.NO_EXTENSION ? new byte[0] : value(0xa3, value(0x30, extension))
    };
    return value(0x30, parts);
  }

  private static byte[] time(Instant when) {
    return value(0x17, UTC_TIME.format(when).getBytes(StandardCharsets.US_ASCII));
  }

  /// The last 32 bytes of an Ed25519 key's form in Java are the key itself.
  private static byte[] protobuf(KeyPair host) {
    byte[] encoded = host.getPublic().getEncoded();
    return concat(
        new byte[] {8, 1, 0x12, 32},
        Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length));
  }

  private static byte[] sign(String algorithm, KeyPair pair, byte[] message)
      throws GeneralSecurityException {
    Signature signature = Signature.getInstance(algorithm);
    signature.initSign(pair.getPrivate());
    signature.update(message);
    return signature.sign();
  }

  private static byte[] der(String hex) {
    return HexFormat.of().parseHex(hex);
  }

  private static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  private static byte[] value(int tag, byte[]... parts) {
    byte[] content = concat(parts);
    byte[] head =
        content.length < 0x80
            ? new byte[] {(byte) tag, (byte) content.length}
            : new byte[] {
              (byte) tag, (byte) 0x82, (byte) (content.length >> 8), (byte) content.length
            };
    if (content.length >= 0x80 && content.length < 0x100) {
      head = new byte[] {(byte) tag, (byte) 0x81, (byte) content.length};
    }
    return concat(head, content);
  }

  /// A connection whose handshake ended on this side; whether the other side took the certificate
  /// shows later.
  SSLSocket connect(String host, int port, String... alpn) throws Exception {
    SSLSocket socket =
        (SSLSocket)
            context.getSocketFactory().createSocket(new Socket(host, port), host, port, true);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setProtocols(new String[] {"TLSv1.3"});
    parameters.setApplicationProtocols(alpn);
    socket.setSSLParameters(parameters);
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(60_000);
    socket.startHandshake();
    return socket;
  }

  private static final class Anybody implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
