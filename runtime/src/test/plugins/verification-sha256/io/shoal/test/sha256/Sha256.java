package io.shoal.test.sha256;

import io.shoal.api.PluginContext;
import io.shoal.api.Verifier;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/// SHA-256 of the JDK.
public final class Sha256 implements Verifier {

  @Override
  public void start(PluginContext context) {}

  @Override
  public long multihashCode() {
    return 0x12;
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
      return new JdkDigest(MessageDigest.getInstance("SHA-256"));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
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
