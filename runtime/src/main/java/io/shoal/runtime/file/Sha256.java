package io.shoal.runtime.file;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/// SHA-256 for the runtime's own names and for whole-file digests, which are SHA-256 whatever
/// verifier is active.
public final class Sha256 {
  private Sha256() {}

  public static MessageDigest begin() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  public static byte[] of(byte[] bytes) {
    return begin().digest(bytes);
  }
}
