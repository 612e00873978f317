package io.shoal.runtime.identity;

import io.shoal.api.MalformedDataException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;

/// Checks signatures of host keys in libp2p's protobuf form: Ed25519, which Shoal's own nodes have,
/// and the other types that the format knows.
public final class HostKeySignature {

  private static final int RSA = 0;
  private static final int ED25519 = 1;
  private static final int SECP256K1 = 2;
  private static final int ECDSA = 3;

  /// RSA keys outside these bounds are refused: shorter ones are weak, and a longer one makes each
  /// check slow enough to hurt.
  private static final int MIN_RSA_BITS = 2048;

  private static final int MAX_RSA_BITS = 8192;

  /// What precedes the 32 bytes of an Ed25519 key in its SubjectPublicKeyInfo (RFC 8410 §4).
  private static final byte[] ED25519_INFO = {
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00
  };

  private HostKeySignature() {}

  /// Whether the key signed the message.
  ///
  /// @param protobuf the key; its framing was checked by [io.shoal.api.PeerId#ofPublicKey]
  /// @throws MalformedDataException the bytes are no key of the type that they claim
  static boolean verifies(byte[] protobuf, byte[] message, byte[] signature)
      throws MalformedDataException {
    int from = protobuf[3] < 0 ? 5 : 4;
    byte[] key = Arrays.copyOfRange(protobuf, from, protobuf.length);
    try {
      return switch (protobuf[1]) {
        case ED25519 -> verifies("Ed25519", ed25519(key), message, signature);
        case ECDSA -> verifies("SHA256withECDSA", decode("EC", inOneForm(key)), message, signature);
        case SECP256K1 -> Secp256k1.verifies(key, message, signature);
        case RSA -> verifies("SHA256withRSA", rsa(key), message, signature);
        default -> throw new MalformedDataException("a host key of an unknown type");
      };
    } catch (GeneralSecurityException e) {
      throw new MalformedDataException("the host key or its signature cannot be read", e);
    }
  }

  /// Whether an Ed25519 key, given its 32 raw bytes, signed the message.
  public static boolean verifiesEd25519(byte[] rawKey, byte[] message, byte[] signature) {
    try {
      return verifies("Ed25519", ed25519(rawKey), message, signature);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private static PublicKey ed25519(byte[] raw) throws GeneralSecurityException {
    byte[] info = Arrays.copyOf(ED25519_INFO, ED25519_INFO.length + raw.length);
    System.arraycopy(raw, 0, info, ED25519_INFO.length, raw.length);
    return decode("Ed25519", info);
  }

  private static PublicKey rsa(byte[] info)
      throws GeneralSecurityException, MalformedDataException {
    PublicKey key = decode("RSA", inOneForm(info));
    int bits = key instanceof RSAPublicKey rsa ? rsa.getModulus().bitLength() : 0;
    if (bits < MIN_RSA_BITS || bits > MAX_RSA_BITS) {
      throw new MalformedDataException("an RSA host key of " + bits + " bits");
    }
    return key;
  }

  /// A SubjectPublicKeyInfo as it is, if its bits are whole bytes. The JDK reads one whose last
  /// bits are declared unused; then one key would have several peer ids.
  private static byte[] inOneForm(byte[] info) throws MalformedDataException {
    ByteBuffer outer = ByteBuffer.wrap(info);
    ByteBuffer body = Der.read(Der.SEQUENCE, outer);
    Der.read(Der.SEQUENCE, body);
    ByteBuffer bits = Der.read(Der.BIT_STRING, body);
    if (outer.hasRemaining() || body.hasRemaining() || !bits.hasRemaining() || bits.get() != 0) {
      throw new MalformedDataException("a host key of no whole bytes, or with bytes behind it");
    }
    return info;
  }

  private static PublicKey decode(String algorithm, byte[] info) throws GeneralSecurityException {
    return KeyFactory.getInstance(algorithm).generatePublic(new X509EncodedKeySpec(info));
  }

  private static boolean verifies(String algorithm, PublicKey key, byte[] message, byte[] signature)
      throws GeneralSecurityException {
    Signature check = Signature.getInstance(algorithm);
    check.initVerify(key);
    check.update(message);
    return check.verify(signature);
  }
}
