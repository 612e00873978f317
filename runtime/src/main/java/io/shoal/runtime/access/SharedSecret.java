package io.shoal.runtime.access;

import io.shoal.api.InvalidConfigException;
import io.shoal.api.SwarmSecret;
import io.shoal.runtime.file.PrivateFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// The secret of a private swarm. It is never shown: not by `toString`, not in a message.
public final class SharedSecret implements SwarmSecret {

  /// A shorter one could be guessed from the keys that it makes.
  public static final int MIN_SIZE_BYTES = 16;

  /// Far more than a user writes; a larger file is some other file.
  public static final int MAX_SIZE_BYTES = 1024;

  private static final String ALGORITHM = "HmacSHA256";

  private final SecretKeySpec key;

  private SharedSecret(byte[] secret) {
    key = new SecretKeySpec(secret, ALGORITHM);
  }

  /// Whether a secret may have this many bytes.
  public static boolean isAllowed(int sizeBytes) {
    return sizeBytes >= MIN_SIZE_BYTES && sizeBytes <= MAX_SIZE_BYTES;
  }

  /// @throws IllegalArgumentException too short or too long
  public static SharedSecret of(byte[] secret) {
    if (!isAllowed(secret.length)) {
      throw new IllegalArgumentException("a secret of " + secret.length + " bytes");
    }
    return new SharedSecret(secret);
  }

  /// Reads it from a file that only its owner can read; a line end after it does not belong to it.
  ///
  /// @param key the key of the configuration that names the file, for messages
  /// @throws InvalidConfigException the file cannot be used
  static SharedSecret read(Path file, String key) throws InvalidConfigException {
    byte[] bytes;
    try {
      if (PrivateFile.isOpenToOthers(file)) {
        throw new InvalidConfigException(
            key + ": other users can read or change " + file + ": run chmod 600 " + file);
      }
      try (InputStream in = Files.newInputStream(file)) {
        // One byte more than a secret and its line end have shows that the file is too long.
        bytes = in.readNBytes(MAX_SIZE_BYTES + 3);
      }
    } catch (IOException e) {
      throw new InvalidConfigException(
          key + ": the file cannot be read (" + e + "): make it, or name another", e);
    }
    byte[] secret = withoutLineEnd(bytes);
    if (!isAllowed(secret.length)) {
      throw new InvalidConfigException(
          "%s: the secret in %s has %s bytes: write one of %d to %d bytes"
              .formatted(
                  key,
                  file,
                  secret.length > MAX_SIZE_BYTES ? "too many" : Integer.toString(secret.length),
                  MIN_SIZE_BYTES,
                  MAX_SIZE_BYTES));
    }
    return new SharedSecret(secret);
  }

  private static byte[] withoutLineEnd(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    return text.replaceFirst("\r?\n\\z", "").getBytes(StandardCharsets.ISO_8859_1);
  }

  @Override
  public byte[] hmacSha256(byte[] message) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      return mac.doFinal(message);
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every Java platform has HMAC-SHA-256", e);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SharedSecret that && key.equals(that.key);
  }

  @Override
  public int hashCode() {
    return key.hashCode();
  }
}
