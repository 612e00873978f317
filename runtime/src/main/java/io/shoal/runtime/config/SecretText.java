package io.shoal.runtime.config;

import io.shoal.api.InvalidConfigException;
import io.shoal.runtime.file.PrivateFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;

/// Reads a text that must not be shown: as it is written, from a file, or from a variable of the
/// environment. No message holds it.
///
/// @param key the full key with the place where it is written, for messages
/// @param variables those of the environment
record SecretText(String key, Function<String, Optional<String>> variables) {
  private static final String FILE = "file:";
  private static final String VARIABLE = "env:";

  /// A key or a password; the certificate of a service may be longer than those.
  private static final int MAX_SIZE_BYTES = 64 * 1024;

  String of(String written) throws InvalidConfigException {
    if (written.startsWith(FILE)) {
      return ofFile(written.substring(FILE.length()));
    }
    if (written.startsWith(VARIABLE)) {
      return ofVariable(written.substring(VARIABLE.length()));
    }
    return written;
  }

  private String ofVariable(String name) throws InvalidConfigException {
    return variables
        .apply(name)
        .orElseThrow(
            () ->
                new InvalidConfigException(
                    "%s names the variable %s, which is not set: set it where the node starts"
                        .formatted(key, name)));
  }

  private String ofFile(String name) throws InvalidConfigException {
    try {
      Path file = Path.of(name);
      if (!file.isAbsolute()) {
        throw new InvalidConfigException(
            "%s names the file %s, which depends on where the node is started: write file:/PATH"
                .formatted(key, name));
      }
      if (PrivateFile.isOpenToOthers(file)) {
        throw new InvalidConfigException(
            "%s names %s, which others can read: run chmod 600 %s".formatted(key, file, file));
      }
      byte[] bytes;
      try (InputStream in = Files.newInputStream(file)) {
        bytes = in.readNBytes(MAX_SIZE_BYTES + 1);
      }
      if (bytes.length > MAX_SIZE_BYTES) {
        throw new InvalidConfigException(
            "%s names %s, which has more than %d bytes: name the file of the secret alone"
                .formatted(key, file, MAX_SIZE_BYTES));
      }
      String text = new String(bytes, StandardCharsets.UTF_8).stripTrailing();
      if (text.isEmpty()) {
        throw new InvalidConfigException(
            "%s names %s, which is empty: write the secret into it".formatted(key, file));
      }
      return text;
    } catch (IOException | InvalidPathException e) {
      throw new InvalidConfigException(
          "%s names the file %s, which cannot be read: check its path and rights"
              .formatted(key, name),
          e);
    }
  }
}
