package io.shoal.runtime.testing;

import io.shoal.api.Multihash;
import io.shoal.api.PluginContext;
import io.shoal.api.Verifier;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/// The JDK's SHA-256 as a verifier, so that these tests need no plugin.
public final class JdkSha256 implements Verifier {

  @Override
  public void start(PluginContext context) {}

  @Override
  public void close() {}

  @Override
  public long multihashCode() {
    return Multihash.SHA2_256;
  }

  @Override
  public String name() {
    return "sha2-256";
  }

  @Override
  public int digestSizeBytes() {
    return 32;
  }

  @Override
  public Digest begin() {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
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
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
