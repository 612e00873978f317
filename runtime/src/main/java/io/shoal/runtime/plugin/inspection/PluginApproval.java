package io.shoal.runtime.plugin.inspection;

import io.shoal.api.InvalidConfigException;
import io.shoal.runtime.identity.HostKey;
import io.shoal.runtime.plugin.inspection.PluginProblem.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Decides, before a class of it is loaded, whether somebody vouches for a plugin: the user, who
/// listed its digest, or a publisher, whose signature lies beside it. With neither digests nor
/// publishers configured, every plugin in the folder may be loaded.
public final class PluginApproval {

  private static final Logger LOG = LoggerFactory.getLogger(PluginApproval.class);

  private final Set<String> digests;
  private final List<PublicKey> publishers;

  private PluginApproval(Set<String> digests, List<PublicKey> publishers) {
    this.digests = digests;
    this.publishers = publishers;
  }

  /// @throws InvalidConfigException a publisher's key is none
  public static PluginApproval of(PluginSettings settings) throws InvalidConfigException {
    List<PublicKey> keys = new ArrayList<>();
    for (String text : settings.publishers()) {
      try {
        byte[] der = Base64.getDecoder().decode(text);
        keys.add(KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(der)));
      } catch (GeneralSecurityException | IllegalArgumentException e) {
        throw new InvalidConfigException(
            "plugins.publishers: '"
                + text
                + "' is no Ed25519 public key: write the line between BEGIN and END of what openssl"
                + " pkey -pubout prints",
            e);
      }
    }
    return new PluginApproval(settings.allow(), List.copyOf(keys));
  }

  /// @param location the jar, zip or folder
  void check(Path location) throws UnusablePluginException, IOException {
    if (digests.isEmpty() && publishers.isEmpty()) {
      return;
    }
    String digest = sha256(location);
    if (digests.contains(digest)) {
      return;
    }
    Path signature = location.resolveSibling(location.getFileName() + ".sig");
    if (!publishers.isEmpty() && isSigned(HexFormat.of().parseHex(digest), signature)) {
      return;
    }
    throw new UnusablePluginException(
        Reason.NOT_ALLOWED,
        publishers.isEmpty()
            ? "its SHA-256 is not in plugins.allow: check where it comes from, then add " + digest
            : "its SHA-256 is not in plugins.allow and "
                + signature.getFileName()
                + " holds no signature of a key in plugins.publishers: check where it comes from,"
                + " then add "
                + digest
                + " to plugins.allow");
  }

  /// Whether a file holds an Ed25519 signature (its 64 bytes) of a publisher over the 32 bytes of
  /// the digest.
  private boolean isSigned(byte[] digest, Path file) throws IOException {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(HostKey.SIGNATURE_SIZE_BYTES + 1);
    } catch (NoSuchFileException e) {
      return false;
    }
    for (PublicKey publisher : publishers) {
      try {
        Signature check = Signature.getInstance("Ed25519");
        check.initVerify(publisher);
        check.update(digest);
        if (bytes.length == HostKey.SIGNATURE_SIZE_BYTES && check.verify(bytes)) {
          return true;
        }
      } catch (GeneralSecurityException e) {
        LOG.debug("{} is no signature", file, e);
      }
    }
    return false;
  }

  /// The SHA-256 of a file, in hex. Of a folder that of the lines that `find . -type f | LC_ALL=C
  /// sort | xargs sha256sum` prints in it.
  static String sha256(Path location) throws IOException {
    if (!Files.isDirectory(location)) {
      return hex(digest(location));
    }
    List<String> files;
    try (Stream<Path> tree = Files.walk(location)) {
      files =
          tree.filter(Files::isRegularFile)
              .map(file -> "./" + location.relativize(file).toString().replace('\\', '/'))
              .sorted()
              .toList();
    }
    MessageDigest all = newDigest();
    for (String name : files) {
      String line = hex(digest(location.resolve(name))) + "  " + name + "\n";
      all.update(line.getBytes(StandardCharsets.UTF_8));
    }
    return hex(all.digest());
  }

  private static byte[] digest(Path file) throws IOException {
    MessageDigest digest = newDigest();
    try (InputStream in = Files.newInputStream(file)) {
      byte[] buffer = new byte[1 << 16];
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        digest.update(buffer, 0, read);
      }
    }
    return digest.digest();
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  private static MessageDigest newDigest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }
}
