package io.shoal.testkit.identity;

import io.shoal.api.MalformedDataException;
import io.shoal.api.PeerFaultException;
import io.shoal.api.PeerId;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;

/// A host certificate as libp2p TLS defines it (`tls/tls.md` of its specifications), for Ed25519
/// host keys only: then the extension has one length and every byte of it a fixed place.
///
/// @param certificate self-signed with a throw-away key
/// @param key the throw-away key
record HostCertificate(X509Certificate certificate, PrivateKey key) {
  static final String SIGNATURE_DOMAIN = "libp2p-tls-handshake:";

  private static final String EXTENSION_OID = "1.3.6.1.4.1.53594.1.1";
  private static final HexFormat HEX = HexFormat.of();

  private static final byte[] EXTENSION_OID_DER = HEX.parseHex("060a2b0601040183a25a0101");
  private static final byte[] ECDSA_WITH_SHA256 = HEX.parseHex("300a06082a8648ce3d040302");

  /// `CN=testkit`.
  private static final byte[] NAME = HEX.parseHex("30123110300e06035504030c07746573746b6974");

  /// 2000-01-01 to 2049-12-31, for tests with any clock.
  private static final byte[] VALIDITY =
      der(0x30, der(0x17, ascii("000101000000Z")), der(0x17, ascii("491231235959Z")));

  /// OCTET STRING { SEQUENCE { OCTET STRING of 36, OCTET STRING of 64 } }.
  private static final byte[] EXTENSION_START = HEX.parseHex("046a30680424");

  private static final byte[] EXTENSION_MIDDLE = HEX.parseHex("0440");
  private static final int HOST_KEY_BYTES = 36;
  private static final int SIGNATURE_BYTES = 64;

  /// RFC 8410: the SubjectPublicKeyInfo of an Ed25519 key up to the 32 bytes of the key itself.
  private static final byte[] ED25519_KEY_INFO_START = HEX.parseHex("302a300506032b6570032100");

  static HostCertificate create(TestIdentity host) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      KeyPair pair = generator.generateKeyPair();
      byte[] keyInfo = pair.getPublic().getEncoded();
      byte[] extension =
          join(
              EXTENSION_START,
              host.peerId().multihash().digest(),
              EXTENSION_MIDDLE,
              host.signed(SIGNATURE_DOMAIN, keyInfo));
      byte[] body =
          der(
              0x30,
              der(0xa0, der(0x02, new byte[] {2})),
              der(0x02, new byte[] {1}),
              ECDSA_WITH_SHA256,
              NAME,
              VALIDITY,
              NAME,
              keyInfo,
              der(
                  0xa3,
                  der(
                      0x30,
                      der(
                          0x30,
                          EXTENSION_OID_DER,
                          der(0x04, Arrays.copyOfRange(extension, 2, extension.length))))));
      Signature signature = Signature.getInstance("SHA256withECDSA");
      signature.initSign(pair.getPrivate());
      signature.update(body);
      byte[] whole = der(0x30, body, ECDSA_WITH_SHA256, der(0x03, new byte[1], signature.sign()));
      X509Certificate certificate =
          (X509Certificate)
              CertificateFactory.getInstance("X.509")
                  .generateCertificate(new ByteArrayInputStream(whole));
      return new HostCertificate(certificate, pair.getPrivate());
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every Java platform has P-256 and X.509", e);
    }
  }

  /// The peer that presents the chain.
  ///
  /// @throws PeerFaultException it is not one certificate that an Ed25519 host key signed for
  static PeerId verify(X509Certificate[] chain) throws PeerFaultException {
    if (chain.length != 1) {
      throw new PeerFaultException("the peer sent " + chain.length + " certificates, not one");
    }
    byte[] extension = chain[0].getExtensionValue(EXTENSION_OID);
    int signatureAt = EXTENSION_START.length + HOST_KEY_BYTES + EXTENSION_MIDDLE.length;
    if (extension == null || extension.length != signatureAt + SIGNATURE_BYTES) {
      throw new PeerFaultException("the peer's certificate names no Ed25519 host key");
    }
    byte[] key =
        Arrays.copyOfRange(
            extension, EXTENSION_START.length, EXTENSION_START.length + HOST_KEY_BYTES);
    try {
      PeerId peer = PeerId.ofPublicKey(key);
      byte[] raw =
          peer.ed25519PublicKey()
              .orElseThrow(() -> new PeerFaultException("the host key is not Ed25519"));
      chain[0].verify(chain[0].getPublicKey());
      Signature signature = Signature.getInstance("Ed25519");
      signature.initVerify(
          KeyFactory.getInstance("Ed25519")
              .generatePublic(new X509EncodedKeySpec(join(ED25519_KEY_INFO_START, raw))));
      signature.update(ascii(SIGNATURE_DOMAIN));
      signature.update(chain[0].getPublicKey().getEncoded());
      if (!signature.verify(extension, signatureAt, SIGNATURE_BYTES)) {
        throw new PeerFaultException("the host key did not sign for the certificate");
      }
      return peer;
    } catch (GeneralSecurityException | MalformedDataException e) {
      throw new PeerFaultException("the peer's certificate is not valid: " + e.getMessage(), e);
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] der(int tag, byte[]... parts) {
    byte[] content = join(parts);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(tag);
    if (content.length >= 0x100) {
      out.write(0x82);
      out.write(content.length >> 8);
    } else if (content.length >= 0x80) {
      out.write(0x81);
    }
    out.write(content.length);
    out.writeBytes(content);
    return out.toByteArray();
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }
}
