package org.example.sha3;

import io.shoal.api.PluginContext;
import io.shoal.api.Verifier;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/// Names and checks chunks by SHA3-256 (FIPS 202; multicodec `sha3-256`, 0x16).
public final class Sha3Verifier implements Verifier {

  /// The runtime makes the extension; see [io.shoal.api.Extension].
  public Sha3Verifier() {}

  @Override
  public void start(PluginContext context) {}

  @Override
  public void close() {}

  @Override
  public long multihashCode() {
    return 0x16;
  }

  @Override
  public String name() {
    return "sha3-256";
  }

  @Override
  public int digestSizeBytes() {
    return 32;
  }

  @Override
  public Digest begin() {
    MessageDigest sha3;
    try {
      sha3 = MessageDigest.getInstance("SHA3-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java has no SHA3-256: run Shoal with its own Java", e);
    }
    return new Digest() {
      @Override
      public void update(ByteBuffer bytes) {
        sha3.update(bytes);
      }

      @Override
      public byte[] finish() {
        return sha3.digest();
      }
    };
  }
}
