package io.shoal.runtime.identity;

import io.shoal.api.MalformedDataException;
import io.shoal.api.PeerFaultException;
import io.shoal.api.PeerId;
import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// A host certificate as libp2p TLS defines it (libp2p specs, `tls/tls.md`): self-signed with a
/// throw-away key, bound to the host key by a signature in an extension. Of the types of host keys
/// that libp2p knows only Ed25519 is accepted.
///
/// @param certificate the one that peers get
/// @param key the throw-away key
record HostCertificate(X509Certificate certificate, PrivateKey key) {

  /// The extension that holds the host key and its signature.
  static final String EXTENSION_OID = "1.3.6.1.4.1.53594.1.1";

  /// The names of libp2p's key types, by number (libp2p specs, `peer-ids/peer-ids.md`).
  private static final List<String> KEY_TYPES = List.of("RSA", "Ed25519", "secp256k1", "ECDSA");

  private static final byte[] DOMAIN = "libp2p-tls-handshake:".getBytes(StandardCharsets.US_ASCII);

  // The signature of the host key is what counts, and a certificate is made anew at each start:
  // whatever the clocks of both sides say, it is valid. A machine without a clock of its own starts
  // at the first; the second means that there is no end (RFC 5280 §4.1.2.5).
  private static final Instant VALID_FROM = Instant.EPOCH;
  private static final Instant VALID_UNTIL = Instant.parse("9999-12-31T23:59:59Z");

  private static final byte[] ECDSA_WITH_SHA256 =
      Der.value(Der.SEQUENCE, Der.objectId(1, 2, 840, 10045, 4, 3, 2));

  private static final byte[] COMMON_NAME = Der.objectId(2, 5, 4, 3);

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

  /// Signature algorithms that may be used for the certificate itself; SHA-1 and MD5 are not among
  /// them.
  private static final Set<String> SIGNATURES =
      Set.of(
          "SHA256withECDSA",
          "SHA384withECDSA",
          "SHA512withECDSA",
          "SHA256withRSA",
          "SHA384withRSA",
          "SHA512withRSA",
          "Ed25519",
          "EdDSA");

  /// Makes a certificate for a host key.
  static HostCertificate create(HostKey host, SecureRandom random) {
    return create(host, VALID_FROM, VALID_UNTIL, random);
  }

  static HostCertificate create(HostKey host, Instant from, Instant until, SecureRandom random) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"), random);
      KeyPair pair = generator.generateKeyPair();
      byte[] body = body(host, pair.getPublic().getEncoded(), from, until, random);
      Signature signature = Signature.getInstance("SHA256withECDSA");
      signature.initSign(pair.getPrivate(), random);
      signature.update(body);
      byte[] der = Der.value(Der.SEQUENCE, body, ECDSA_WITH_SHA256, Der.bits(signature.sign()));
      return new HostCertificate(parse(der), pair.getPrivate());
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every Java platform has P-256 and X.509", e);
    }
  }

  private static byte[] body(
      HostKey host, byte[] keyInfo, Instant from, Instant until, SecureRandom random) {
    byte[] name =
        Der.value(
            Der.SEQUENCE,
            Der.value(
                Der.SET,
                Der.value(
                    Der.SEQUENCE,
                    COMMON_NAME,
                    Der.value(Der.UTF8_STRING, "shoal".getBytes(StandardCharsets.US_ASCII)))));
    // RFC 5280 §4.1.2.2: positive, at most 20 bytes.
    byte[] serial = new BigInteger(126, random).add(BigInteger.ONE).toByteArray();
    byte[] extension =
        Der.value(
            Der.SEQUENCE,
            Der.objectId(1, 3, 6, 1, 4, 1, 53594, 1, 1),
            Der.value(
                Der.OCTET_STRING,
                Der.value(
                    Der.SEQUENCE,
                    Der.value(Der.OCTET_STRING, protobuf(host)),
                    Der.value(Der.OCTET_STRING, host.sign(DOMAIN, keyInfo)))));
    return Der.value(
        Der.SEQUENCE,
        Der.value(Der.explicit(0), Der.value(Der.INTEGER, new byte[] {2})), // version 3
        Der.value(Der.INTEGER, serial),
        ECDSA_WITH_SHA256,
        name,
        Der.value(Der.SEQUENCE, time(from), time(until)),
        name,
        keyInfo,
        Der.value(Der.explicit(3), Der.value(Der.SEQUENCE, extension)));
  }

  private static byte[] protobuf(HostKey host) {
    // The peer id of an Ed25519 key holds the key's protobuf form itself.
    return host.peerId().multihash().digest();
  }

  /// RFC 5280 §4.1.2.5: dates before 2050 are UTCTime.
  private static byte[] time(Instant when) {
    String text = TIME.format(when);
    boolean before2050 = text.compareTo("2050") < 0;
    return before2050
        ? Der.value(0x17, text.substring(2).getBytes(StandardCharsets.US_ASCII))
        : Der.value(Der.GENERALIZED_TIME, text.getBytes(StandardCharsets.US_ASCII));
  }

  /// Parses a certificate; checks nothing but its form.
  static X509Certificate parse(byte[] der) throws CertificateException {
    return (X509Certificate)
        CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
  }

  /// The peer that presents a certificate chain.
  ///
  /// @throws PeerFaultException it is not exactly one self-signed certificate, valid now, whose
  ///   host key is an Ed25519 key and signed for it; the message says which rule it breaks
  static PeerId verify(X509Certificate[] chain, Instant now) throws PeerFaultException {
    if (chain.length != 1) {
      throw new PeerFaultException(
          "the peer sent " + chain.length + " certificates instead of one");
    }
    X509Certificate certificate = chain[0];
    Set<String> critical = certificate.getCriticalExtensionOIDs();
    if (critical != null && !Set.of(EXTENSION_OID).containsAll(critical)) {
      throw new PeerFaultException(
          "the peer's certificate has unknown critical extensions: " + critical);
    }
    try {
      requireValid(certificate, now);
      if (!SIGNATURES.contains(certificate.getSigAlgName())) {
        throw new PeerFaultException(
            "the peer's certificate is signed with " + certificate.getSigAlgName());
      }
      certificate.verify(certificate.getPublicKey());
      refuseLooseBits(certificate);
    } catch (GeneralSecurityException e) {
      throw new PeerFaultException("the peer's certificate is not valid: " + e.getMessage(), e);
    }
    byte[] extension = certificate.getExtensionValue(EXTENSION_OID);
    if (extension == null) {
      throw new PeerFaultException("the peer's certificate names no host key");
    }
    try {
      return verifyExtension(extension, certificate.getPublicKey().getEncoded());
    } catch (MalformedDataException e) {
      throw new PeerFaultException("the peer's certificate is malformed: " + e.getMessage(), e);
    }
  }

  /// libp2p TLS wants the times checked; what is wrong is a clock as a rule.
  private static void requireValid(X509Certificate certificate, Instant now)
      throws PeerFaultException {
    Instant from = certificate.getNotBefore().toInstant();
    Instant until = certificate.getNotAfter().toInstant();
    if (now.isBefore(from) || now.isAfter(until)) {
      throw new PeerFaultException(
          "the peer's certificate is valid from %s to %s, and the clock of this machine says %s: set the clock that is wrong"
              .formatted(from, until, now.truncatedTo(ChronoUnit.SECONDS)));
    }
  }

  /// The JDK reads a signature whose last bits are declared unused; then one certificate would have
  /// several forms.
  private static void refuseLooseBits(X509Certificate certificate)
      throws CertificateException, PeerFaultException {
    byte[] der = certificate.getEncoded();
    if (der[der.length - certificate.getSignature().length - 1] != 0) {
      throw new PeerFaultException(
          "the peer's certificate has a signature that does not end on a whole byte");
    }
  }

  /// The peer whose host key is in an extension.
  ///
  /// @param extension its value, an OCTET STRING as Java hands it out
  /// @param keyInfo the SubjectPublicKeyInfo that the host key must have signed
  static PeerId verifyExtension(byte[] extension, byte[] keyInfo) throws PeerFaultException {
    ByteBuffer outer = ByteBuffer.wrap(extension);
    ByteBuffer inner = Der.read(Der.OCTET_STRING, outer);
    ByteBuffer pair = Der.read(Der.SEQUENCE, inner);
    byte[] key = Der.bytes(Der.read(Der.OCTET_STRING, pair));
    byte[] signature = Der.bytes(Der.read(Der.OCTET_STRING, pair));
    if (outer.hasRemaining() || inner.hasRemaining() || pair.hasRemaining()) {
      throw new MalformedDataException("bytes follow the host key's signature");
    }
    PeerId peer = PeerId.ofPublicKey(key);
    byte[] hostKey = peer.ed25519PublicKey().orElseThrow(() -> otherKeyType(key));
    byte[] message = Arrays.copyOf(DOMAIN, DOMAIN.length + keyInfo.length);
    System.arraycopy(keyInfo, 0, message, DOMAIN.length, keyInfo.length);
    if (!HostKeySignature.verifiesEd25519(hostKey, message, signature)) {
      throw new PeerFaultException("the host key of " + peer + " did not sign for the certificate");
    }
    return peer;
  }

  /// A check of such a signature would cost up to twenty times one of Ed25519, and any stranger
  /// could ask for it.
  ///
  /// @param key in the protobuf form, with a type that [PeerId#ofPublicKey] knows
  private static PeerFaultException otherKeyType(byte[] key) {
    return new PeerFaultException(
        "the peer's certificate has a host key of the type "
            + KEY_TYPES.get(key[1])
            + ", and peers of Shoal have Ed25519 keys: give that peer an Ed25519 key");
  }
}
