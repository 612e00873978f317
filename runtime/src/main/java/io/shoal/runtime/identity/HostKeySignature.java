package io.shoal.runtime.identity;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;

/// Checks signatures of host keys and of the keys that names are published under. All of them are
/// Ed25519 keys.
public final class HostKeySignature {

  /// The bytes before the 32 of an Ed25519 key in its SubjectPublicKeyInfo (RFC 8410 §4).
  private static final byte[] ED25519_INFO = {
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00
  };

  private HostKeySignature() {}

  /// Whether an Ed25519 key, given its 32 raw bytes, signed the message. Bytes that are not a key
  /// signed nothing.
  public static boolean verifiesEd25519(byte[] rawKey, byte[] message, byte[] signature) {
    try {
      Signature check = Signature.getInstance("Ed25519");
      check.initVerify(publicKey(rawKey));
      check.update(message);
      return check.verify(signature);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private static PublicKey publicKey(byte[] raw) throws GeneralSecurityException {
    byte[] info = Arrays.copyOf(ED25519_INFO, ED25519_INFO.length + raw.length);
    System.arraycopy(raw, 0, info, ED25519_INFO.length, raw.length);
    return KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(info));
  }
}
