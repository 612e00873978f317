package io.shoal.runtime.identity;

import io.shoal.api.MalformedDataException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Checks ECDSA signatures on the curve secp256k1 (SEC 2 §2.4.1), which the JDK no longer has and
/// some libp2p hosts use. Public data only, so that nothing here need take constant time.
final class Secp256k1 {

  private static final BigInteger P =
      new BigInteger("fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f", 16);
  private static final BigInteger N =
      new BigInteger("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", 16);
  private static final BigInteger SEVEN = BigInteger.valueOf(7);
  private static final BigInteger THREE = BigInteger.valueOf(3);
  private static final Point G =
      new Point(
          new BigInteger("79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798", 16),
          new BigInteger("483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8", 16));

  private static final int COMPRESSED_SIZE_BYTES = 33;

  /// A DER signature of two numbers below 2^256 has at most 72 bytes.
  private static final int MAX_SIGNATURE_SIZE_BYTES = 72;

  private Secp256k1() {}

  /// A point of the curve other than the one at infinity, which is null.
  private record Point(BigInteger x, BigInteger y) {}

  /// Whether `key` (compressed, 33 bytes) made `signature` (DER) over the SHA-256 of the message
  /// (SEC 1 §4.1.4).
  static boolean verifies(byte[] key, byte[] message, byte[] signature)
      throws MalformedDataException {
    Point publicKey = decompress(key);
    if (signature.length > MAX_SIGNATURE_SIZE_BYTES) {
      throw new MalformedDataException("a signature of " + signature.length + " bytes");
    }
    ByteBuffer outer = ByteBuffer.wrap(signature);
    ByteBuffer pair = Der.read(Der.SEQUENCE, outer);
    BigInteger r = number(pair);
    BigInteger s = number(pair);
    if (outer.hasRemaining() || pair.hasRemaining() || !inRange(r) || !inRange(s)) {
      return false;
    }
    BigInteger inverse = s.modInverse(N);
    BigInteger digest = new BigInteger(1, sha256(message));
    Point sum =
        add(
            multiply(G, digest.multiply(inverse).mod(N)),
            multiply(publicKey, r.multiply(inverse).mod(N)));
    return sum != null && sum.x().mod(N).equals(r);
  }

  private static boolean inRange(BigInteger value) {
    return value.signum() > 0 && value.compareTo(N) < 0;
  }

  private static BigInteger number(ByteBuffer in) throws MalformedDataException {
    byte[] bytes = Der.bytes(Der.read(Der.INTEGER, in));
    if (bytes.length == 0) {
      throw new MalformedDataException("a number without digits");
    }
    return new BigInteger(bytes);
  }

  private static Point decompress(byte[] key) throws MalformedDataException {
    if (key.length != COMPRESSED_SIZE_BYTES || (key[0] != 2 && key[0] != 3)) {
      throw new MalformedDataException("a secp256k1 key is a compressed point of 33 bytes");
    }
    BigInteger x = new BigInteger(1, Arrays.copyOfRange(key, 1, key.length));
    BigInteger square = x.modPow(THREE, P).add(SEVEN).mod(P);
    // P mod 4 is 3, so this is a root if there is one.
    BigInteger y = square.modPow(P.add(BigInteger.ONE).shiftRight(2), P);
    if (x.compareTo(P) >= 0 || !y.modPow(BigInteger.TWO, P).equals(square)) {
      throw new MalformedDataException("a secp256k1 key that is not on the curve");
    }
    boolean odd = key[0] == 3;
    return new Point(x, y.testBit(0) == odd ? y : P.subtract(y));
  }

  private static @Nullable Point multiply(Point point, BigInteger times) {
    Point sum = null;
    for (int bit = times.bitLength() - 1; bit >= 0; bit--) {
      sum = add(sum, sum);
      if (times.testBit(bit)) {
        sum = add(sum, point);
      }
    }
    return sum;
  }

  private static @Nullable Point add(@Nullable Point a, @Nullable Point b) {
    if (a == null) {
      return b;
    }
    if (b == null) {
      return a;
    }
    if (a.x().equals(b.x()) && !a.y().equals(b.y())) {
      return null;
    }
    BigInteger slope =
        a.x().equals(b.x())
            ? THREE.multiply(a.x().pow(2)).multiply(a.y().shiftLeft(1).modInverse(P))
            : b.y().subtract(a.y()).multiply(b.x().subtract(a.x()).modInverse(P));
    BigInteger x = slope.pow(2).subtract(a.x()).subtract(b.x()).mod(P);
    return new Point(x, slope.multiply(a.x().subtract(x)).subtract(a.y()).mod(P));
  }

  private static byte[] sha256(byte[] message) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(message);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }
}
