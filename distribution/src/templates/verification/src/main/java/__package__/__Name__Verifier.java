package __package__;

import io.shoal.api.Verifier;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/// Names and checks chunks by one hash function. This one is SHA-512 (FIPS 180-4); put yours in its
/// place, with its code from the table of multicodecs.
public final class __Name__Verifier implements Verifier {

  private static final String ALGORITHM = "SHA-512";

  /// The node makes it; see [io.shoal.api.Extension].
  public __Name__Verifier() {}

  @Override
  public long multihashCode() {
    return 0x13;
  }

  @Override
  public String name() {
    return "sha2-512";
  }

  @Override
  public int digestSizeBytes() {
    return 64;
  }

  @Override
  public Digest begin() {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance(ALGORITHM);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(
          "this Java has no " + ALGORITHM + ": run Shoal with its own Java", e);
    }
    return new Digest() {
      @Override
      public void update(ByteBuffer bytes) {
        digest.update(bytes);
      }

      @Override
      public byte[] finish() {
        return digest.digest();
      }
    };
  }
}
