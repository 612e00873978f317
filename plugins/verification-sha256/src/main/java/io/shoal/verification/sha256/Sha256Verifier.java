package io.shoal.verification.sha256;

import io.shoal.api.Multihash;
import io.shoal.api.PluginContext;
import io.shoal.api.Verifier;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/// SHA-256 (FIPS 180-4) as the JDK computes it, with the processor's own instructions where it has
/// them.
public final class Sha256Verifier implements Verifier {
  private static final int DIGEST_SIZE_BYTES = 32;

  /// Copied for each chunk, never updated: to look a function up takes longer than to hash a
  /// kilobyte.
  private final MessageDigest fresh = lookUp();

  /// Holds nothing that must be closed: [#begin] works from the start.
  public Sha256Verifier() {}

  private static MessageDigest lookUp() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  @Override
  public void start(PluginContext context) {}

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
    return DIGEST_SIZE_BYTES;
  }

  @Override
  public Digest begin() {
    try {
      return new JdkDigest((MessageDigest) fresh.clone());
    } catch (CloneNotSupportedException e) {
      // The Java platform may have functions of a device.
      return new JdkDigest(lookUp());
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
