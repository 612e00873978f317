package io.shoal.runtime.plugin.inspection;

import io.shoal.runtime.file.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;

/// The SHA-256 by which a plugin is listed, recorded and signed.
public final class PluginDigest {

  private PluginDigest() {}

  /// @param location a file; or a folder, of which it is that of the lines that `find . -type f |
  ///   LC_ALL=C sort | xargs sha256sum` prints in it
  /// @return in hex, lower case
  /// @throws UnusablePluginException a link is in the folder
  public static String of(Path location) throws IOException, UnusablePluginException {
    if (!Files.isDirectory(location)) {
      return ofFile(location);
    }
    MessageDigest all = Sha256.begin();
    for (Map.Entry<String, Path> file : PluginCopies.files(location).entrySet()) {
      all.update(line(ofFile(file.getValue()), file.getKey()));
    }
    return HexFormat.of().formatHex(all.digest());
  }

  /// What one file adds to the digest of its folder.
  static byte[] line(String sha256, String name) {
    return (sha256 + "  ./" + name + "\n").getBytes(StandardCharsets.UTF_8);
  }

  private static String ofFile(Path file) throws IOException {
    MessageDigest digest = Sha256.begin();
    try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
      in.transferTo(OutputStream.nullOutputStream());
    }
    return HexFormat.of().formatHex(digest.digest());
  }
}
