package io.shoal.test.sha512;

import io.shoal.api.PluginContext;
import io.shoal.api.Verifier;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/// SHA-512 of the JDK.
public final class Sha512 implements Verifier {

  @Override
  public void start(PluginContext context) {}

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
    try {
      return new JdkDigest(MessageDigest.getInstance("SHA-512"));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-512", e);
    }
  }

  @Override
  public void close() {}

  private record JdkDigest(MessageDigest digest) implements Digest {

    @Override
    public void update(ByteBuffer bytes) {
      digest.update(bytes);
    }

    @Override
    public byte[] finish() {
      return digest.digest();
    }
  }
}
