package io.shoal.discovery.kademlia.item;

import io.shoal.discovery.kademlia.bencode.Bytes;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.NamedParameterSpec;

/// Checks signatures strictly (RFC 8032 §5.1.7): of the many byte strings that looser readers take
/// for one signature or key, just the one of the standard. Costs about a tenth of a millisecond.
public final class Ed25519 {
  private static final String ALGORITHM = "Ed25519";
  private static final BigInteger FIELD_PRIME =
      BigInteger.TWO.pow(255).subtract(BigInteger.valueOf(19));
  private static final BigInteger GROUP_ORDER =
      BigInteger.TWO.pow(252).add(new BigInteger("27742317777372353535851937790883648493"));

  private Ed25519() {}

  /// @param key [Item#KEY_BYTES]
  /// @param signature [Item#SIGNATURE_BYTES]
  public static boolean verifies(Bytes key, byte[] message, Bytes signature) {
    byte[] raw = signature.toArray();
    BigInteger scalar = littleEndian(raw, 32, 64);
    byte[] point = key.toArray();
    boolean odd = point[31] < 0;
    point[31] &= 0x7f;
    BigInteger y = littleEndian(point, 0, 32);
    // The scalar plus the group's order would be another signature for the same message.
    if (scalar.compareTo(GROUP_ORDER) >= 0 || y.compareTo(FIELD_PRIME) >= 0) {
      return false;
    }
    try {
      PublicKey publicKey =
          KeyFactory.getInstance(ALGORITHM)
              .generatePublic(
                  new EdECPublicKeySpec(NamedParameterSpec.ED25519, new EdECPoint(odd, y)));
      Signature check = Signature.getInstance(ALGORITHM);
      check.initVerify(publicKey);
      check.update(message);
      return check.verify(raw);
    } catch (GeneralSecurityException e) {
      // The key or R is not a point of the curve.
      return false;
    }
  }

  private static BigInteger littleEndian(byte[] in, int from, int to) {
    byte[] reversed = new byte[to - from];
    for (int i = 0; i < reversed.length; i++) {
      reversed[i] = in[to - 1 - i];
    }
    return new BigInteger(1, reversed);
  }
}
