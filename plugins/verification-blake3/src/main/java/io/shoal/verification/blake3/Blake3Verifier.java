package io.shoal.verification.blake3;

import io.shoal.api.Multihash;
import io.shoal.api.PluginContext;
import io.shoal.api.Verifier;

/// BLAKE3 with its default output of 32 bytes, in plain Java that the JVM turns into vector
/// instructions.
public final class Blake3Verifier implements Verifier {

  /// Holds nothing that must be closed: [#begin] works from the start.
  public Blake3Verifier() {}

  @Override
  public void start(PluginContext context) {}

  @Override
  public long multihashCode() {
    return Multihash.BLAKE3;
  }

  @Override
  public String name() {
    return "blake3";
  }

  @Override
  public int digestSizeBytes() {
    return Compression.DIGEST_BYTES;
  }

  @Override
  public Digest begin() {
    return new Blake3Digest();
  }

  @Override
  public void close() {}
}
