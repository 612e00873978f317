package io.shoal.runtime.file;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;

/// The SHA-256 of a whole file, what `sha256sum` prints.
public final class WholeDigests {
  private static final int READ_BYTES = 256 * 1024;

  private WholeDigests() {}

  public static String of(Path file) throws IOException {
    MessageDigest digest = Sha256.begin();
    byte[] buffer = new byte[READ_BYTES];
    try (InputStream in = Files.newInputStream(file)) {
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        digest.update(buffer, 0, read);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }
}
