package io.shoal.runtime.plugin.inspection;

import io.shoal.api.InvalidConfigException;
import io.shoal.api.UserFaultException;
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
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Decides, before a class of it is loaded, whether a plugin may be loaded: the user listed its
/// digest, it was installed and recorded, or a publisher signed it, with the signature in a file
/// beside it. With no policy, digests or publishers configured, every plugin in the folder may be
/// loaded.
public final class PluginApproval {

  private static final Logger LOG = LoggerFactory.getLogger(PluginApproval.class);

  /// Every plugin may be loaded.
  public static final PluginApproval NONE =
      new PluginApproval(PluginPolicy.ANY, Set.of(), List.of(), PluginLock.EMPTY);

  private final PluginPolicy policy;
  private final Set<String> digests;
  private final List<Publisher> publishers;
  private final PluginLock lock;

  private PluginApproval(
      PluginPolicy policy, Set<String> digests, List<Publisher> publishers, PluginLock lock) {
    this.policy = policy;
    this.digests = digests;
    this.publishers = publishers;
    this.lock = lock;
  }

  /// @param text the key as the configuration has it
  private record Publisher(String text, PublicKey key) {}

  /// @param lockFile where what was installed is recorded; read if the policy asks for it
  /// @throws UserFaultException a publisher's key is not an Ed25519 key, or the record is damaged
  public static PluginApproval of(PluginSettings settings, Optional<Path> lockFile)
      throws UserFaultException, IOException {
    boolean read = settings.policy() != PluginPolicy.ANY && lockFile.isPresent();
    return of(settings, read ? PluginLock.read(lockFile.get()) : PluginLock.EMPTY);
  }

  /// @throws InvalidConfigException a publisher's key is not an Ed25519 key
  public static PluginApproval of(PluginSettings settings, PluginLock lock)
      throws InvalidConfigException {
    List<Publisher> keys = new ArrayList<>();
    for (String text : settings.publishers()) {
      try {
        byte[] der = Base64.getDecoder().decode(text);
        keys.add(
            new Publisher(
                text,
                KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(der))));
      } catch (GeneralSecurityException | IllegalArgumentException e) {
        throw new InvalidConfigException(
            "plugins.publishers: '"
                + text
                + "' is not an Ed25519 public key: write the line between BEGIN and END of what openssl"
                + " pkey -pubout prints",
            e);
      }
    }
    return new PluginApproval(settings.policy(), settings.allow(), List.copyOf(keys), lock);
  }

  /// Whether a plugin needs to be on a list, recorded or signed.
  boolean isNeeded() {
    return policy != PluginPolicy.ANY || !digests.isEmpty() || !publishers.isEmpty();
  }

  /// @param digest the SHA-256 of what will be loaded, in hex
  /// @param location the jar, zip or folder that the user put there: its signature is beside it
  void check(String digest, Path location) throws UnusablePluginException, IOException {
    if (!isNeeded() || digests.contains(digest)) {
      return;
    }
    switch (policy) {
      case ANY -> {
        if (publishers.isEmpty()) {
          throw refused(
              "its SHA-256 is not in plugins.allow: check where it comes from, then add " + digest);
        }
        requireSignature(digest, signatureOf(location));
      }
      case LOCKED -> requireRecord(digest, location);
      case SIGNED -> {
        if (publishers.isEmpty() && !lock.isOfPackage(digest)) {
          throw refused(
              "plugins.policy is signed, it did not come with the package, and plugins.publishers"
                  + " names none who could have signed it: add its publisher there");
        }
        if (!lock.isOfPackage(digest)) {
          requireSignature(digest, signatureOf(location));
        }
      }
    }
  }

  private static Path signatureOf(Path location) {
    return location.resolveSibling(location.getFileName() + ".sig");
  }

  private void requireRecord(String digest, Path location) throws UnusablePluginException {
    if (lock.holds(digest)) {
      return;
    }
    String file = String.valueOf(location.getFileName());
    throw refused(
        lock.names(file)
            ? "it is not what was installed, by the SHA-256 in plugins.lock: get it again from"
                + " where it came"
            : "plugins.policy is locked and plugins.lock does not name it: check where it comes"
                + " from, then 'shoal plugins install "
                + location
                + "'");
  }

  /// The publisher who signed a plugin, by the key that the configuration has; empty if none of
  /// them did.
  public Optional<String> publisherOf(String digest, Path location) throws IOException {
    try {
      return signer(HexFormat.of().parseHex(digest), signature(signatureOf(location)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  private static byte[] signature(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return in.readNBytes(HostKey.SIGNATURE_SIZE_BYTES + 1);
    }
  }

  /// @param file has to hold an Ed25519 signature (its 64 bytes) of a publisher over the 32 bytes
  ///   of the digest
  private void requireSignature(String digest, Path file)
      throws UnusablePluginException, IOException {
    String otherwise =
        ": check where it comes from, then add " + digest + " to plugins.allow, or get it signed";
    byte[] bytes;
    try {
      bytes = signature(file);
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
    if (signer(HexFormat.of().parseHex(digest), bytes).isEmpty()) {
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

  private Optional<String> signer(byte[] digest, byte[] signature) {
    for (Publisher publisher : publishers) {
      try {
        Signature check = Signature.getInstance("Ed25519");
        check.initVerify(publisher.key());
        check.update(digest);
        if (check.verify(signature)) {
          return Optional.of(publisher.text());
        }
      } catch (GeneralSecurityException e) {
        LOG.debug("a signature cannot be checked", e);
      }
    }
    return Optional.empty();
  }
}
