package io.shoal.runtime.plugin.inspection;

import io.shoal.api.InvalidConfigException;
import io.shoal.runtime.identity.HostKey;
import io.shoal.runtime.plugin.inspection.PluginProblem.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Decides, before a class of it is loaded, whether a plugin may be loaded: the user listed its
/// digest, or a publisher signed it, with the signature in a file beside it. With neither digests
/// nor publishers configured, every plugin in the folder may be loaded.
public final class PluginApproval {

  private static final Logger LOG = LoggerFactory.getLogger(PluginApproval.class);

  private final Set<String> digests;
  private final List<PublicKey> publishers;

  private PluginApproval(Set<String> digests, List<PublicKey> publishers) {
    this.digests = digests;
    this.publishers = publishers;
  }

  /// @throws InvalidConfigException a publisher's key is not an Ed25519 key
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
                + "' is not an Ed25519 public key: write the line between BEGIN and END of what openssl"
                + " pkey -pubout prints",
            e);
      }
    }
    return new PluginApproval(settings.allow(), List.copyOf(keys));
  }

  /// Whether a plugin needs to be on a list or signed.
  boolean isNeeded() {
    return !digests.isEmpty() || !publishers.isEmpty();
  }

  /// @param digest the SHA-256 of what will be loaded, in hex
  /// @param location the jar, zip or folder that the user put there: its signature is beside it
  void check(String digest, Path location) throws UnusablePluginException, IOException {
    if (!isNeeded() || digests.contains(digest)) {
      return;
    }
    if (publishers.isEmpty()) {
      throw refused(
          "its SHA-256 is not in plugins.allow: check where it comes from, then add " + digest);
    }
    requireSignature(digest, location.resolveSibling(location.getFileName() + ".sig"));
  }

  /// @param file has to hold an Ed25519 signature (its 64 bytes) of a publisher over the 32 bytes
  ///   of the digest
  private void requireSignature(String digest, Path file)
      throws UnusablePluginException, IOException {
    String otherwise =
        ": check where it comes from, then add " + digest + " to plugins.allow, or get it signed";
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(HostKey.SIGNATURE_SIZE_BYTES + 1);
    } catch (NoSuchFileException e) {
      throw refused(
          "its SHA-256 is not in plugins.allow and there is no "
              + file.getFileName()
              + " beside it"
              + otherwise);
    }
    if (bytes.length != HostKey.SIGNATURE_SIZE_BYTES) {
      throw refused(
          "its SHA-256 is not in plugins.allow and "
              + file.getFileName()
              + " is not a signature, which has 64 bytes"
              + otherwise);
    }
    if (!isSigned(HexFormat.of().parseHex(digest), bytes)) {
      // Not with the advice to allow it: it may have been tampered with.
      throw refused(
          file.getFileName()
              + " is not its signature by a key in plugins.publishers: it was changed after it was"
              + " signed, or another publisher signed it: get it again from its publisher");
    }
  }

  private static UnusablePluginException refused(String message) {
    return new UnusablePluginException(Reason.NOT_ALLOWED, message);
  }

  private boolean isSigned(byte[] digest, byte[] signature) {
    for (PublicKey publisher : publishers) {
      try {
        Signature check = Signature.getInstance("Ed25519");
        check.initVerify(publisher);
        check.update(digest);
        if (check.verify(signature)) {
          return true;
        }
      } catch (GeneralSecurityException e) {
        LOG.debug("a signature cannot be checked", e);
      }
    }
    return false;
  }
}
