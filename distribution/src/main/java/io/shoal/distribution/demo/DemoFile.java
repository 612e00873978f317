package io.shoal.distribution.demo;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/// The demo's file: bytes that look random and are the same for the same seed.
final class DemoFile {

  private static final int BLOCK_BYTES = 1 << 20;

  private DemoFile() {}

  static void make(Path file, long sizeBytes, long seed) throws IOException {
    RandomGenerator random = RandomGeneratorFactory.of("SplittableRandom").create(seed);
    byte[] block = new byte[BLOCK_BYTES];
    try (OutputStream out = Files.newOutputStream(file)) {
      for (long left = sizeBytes; left > 0; left -= BLOCK_BYTES) {
        random.nextBytes(block);
        out.write(block, 0, (int) Math.min(left, BLOCK_BYTES));
      }
    }
  }

  /// The SHA-256 of a file in hex, as `sha256sum` prints it.
  static String sha256(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] block = new byte[BLOCK_BYTES];
      for (int count = in.read(block); count >= 0; count = in.read(block)) {
        digest.update(block, 0, count);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }
}
