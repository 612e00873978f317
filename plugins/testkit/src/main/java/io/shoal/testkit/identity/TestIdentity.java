package io.shoal.testkit.identity;

import io.shoal.api.NodeIdentity;
import io.shoal.api.PeerId;
import io.shoal.api.TlsContext;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.util.Arrays;

/// The identity of a node that lives as long as a test.
public final class TestIdentity implements NodeIdentity {
  private static final int KEY_SIZE_BYTES = 32;

  private final KeyPair key;
  private final byte[] publicKey;

  private TestIdentity(KeyPair key) {
    this.key = key;
    byte[] encoded = key.getPublic().getEncoded();
    // The raw key is the end of its SubjectPublicKeyInfo (RFC 8410 §4).
    this.publicKey = Arrays.copyOfRange(encoded, encoded.length - KEY_SIZE_BYTES, encoded.length);
  }

  public static TestIdentity create() {
    try {
      return new TestIdentity(KeyPairGenerator.getInstance("Ed25519").generateKeyPair());
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every Java platform since 15 has Ed25519", e);
    }
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
    if (!domain.matches("[!-~ ]{3,63}:") || domain.equals(HostCertificate.SIGNATURE_DOMAIN)) {
      throw new IllegalArgumentException("not a domain for signatures: " + domain);
    }
    return signed(domain, message);
  }

  byte[] signed(String domain, byte[] message) {
    try {
      Signature signature = Signature.getInstance("Ed25519");
      signature.initSign(key.getPrivate());
      signature.update(domain.getBytes(StandardCharsets.US_ASCII));
      signature.update(message);
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new AssertionError("an Ed25519 key signs anything", e);
    }
  }

  @Override
  public TlsContext tls(String alpn) {
    return new TestTls(HostCertificate.create(this), alpn);
  }
}
