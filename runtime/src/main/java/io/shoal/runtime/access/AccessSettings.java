package io.shoal.runtime.access;

import io.shoal.api.InvalidConfigException;
import io.shoal.api.InvalidInputException;
import io.shoal.api.PeerId;
import io.shoal.runtime.config.ConfigSection;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// The configuration of which peers may take part. Whether the keys fit together is checked when a
/// node starts, since `--set` changes one at a time.
///
/// @param mode `access`
/// @param peers `accessList`
/// @param secretFile `accessSecretFile`
/// @param secret `accessSecret`
public record AccessSettings(
    Mode mode, Set<PeerId> peers, Optional<Path> secretFile, Optional<SharedSecret> secret) {

  /// Which peers may take part.
  public enum Mode {
    OPEN,
    ALLOW_LIST,
    SHARED_SECRET
  }

  public AccessSettings {
    peers = Set.copyOf(peers);
  }

  public static AccessSettings read(ConfigSection root) throws InvalidConfigException {
    String mode = root.oneOf("access", Set.of("open", "allow-list", "shared-secret"), "open");
    Set<PeerId> peers = new HashSet<>();
    for (String text : root.texts("accessList", List.of())) {
      try {
        peers.add(PeerId.parse(text));
      } catch (InvalidInputException e) {
        throw root.wrong("accessList", String.valueOf(e.getMessage()), "peer ids: 12D3Koo…");
      }
    }
    Optional<Path> file = Optional.empty();
    Optional<String> path = root.text("accessSecretFile");
    if (path.isPresent()) {
      file = Optional.of(secretFile(root, path.get()));
    }
    Optional<byte[]> secret =
        root.text("accessSecret").map(text -> text.getBytes(StandardCharsets.UTF_8));
    if (secret.isPresent() && !SharedSecret.isAllowed(secret.get().length)) {
      throw root.wrong(
          "accessSecret",
          secret.get().length + " bytes long",
          SharedSecret.MIN_SIZE_BYTES + " to " + SharedSecret.MAX_SIZE_BYTES + " bytes");
    }
    return new AccessSettings(
        Mode.valueOf(mode.replace('-', '_').toUpperCase(Locale.ROOT)),
        peers,
        file,
        secret.map(SharedSecret::of));
  }

  private static Path secretFile(ConfigSection root, String text) throws InvalidConfigException {
    try {
      Path file = Path.of(text);
      if (file.isAbsolute()) {
        return file;
      }
    } catch (InvalidPathException e) {
      // said below
    }
    throw root.wrong("accessSecretFile", "'" + text + "'", "an absolute path");
  }

  /// The rule that follows from the keys.
  ///
  /// @param tlsRequired whether peers encrypt and prove their identity
  /// @throws InvalidConfigException the keys do not fit together, or the file of the secret cannot
  ///   be used
  public Access resolve(boolean tlsRequired) throws InvalidConfigException {
    if (mode != Mode.OPEN && !tlsRequired) {
      throw new InvalidConfigException(
          "access is "
              + word()
              + " and tls is off, so that no peer could prove its identity: set tls: required, or"
              + " access: open");
    }
    if (mode != Mode.ALLOW_LIST && !peers.isEmpty()) {
      throw stray("accessList", "allow-list");
    }
    if (mode != Mode.SHARED_SECRET && secretFile.isPresent()) {
      throw stray("accessSecretFile", "shared-secret");
    }
    if (mode != Mode.SHARED_SECRET && secret.isPresent()) {
      throw stray("accessSecret", "shared-secret");
    }
    return switch (mode) {
      case OPEN -> new Access.Open();
      case ALLOW_LIST -> allowList();
      case SHARED_SECRET -> new Access.Secret(theSecret());
    };
  }

  private InvalidConfigException stray(String key, String wanted) {
    return new InvalidConfigException(
        "%s is set and access is %s, where it has no effect: set access: %s, or remove %s"
            .formatted(key, word(), wanted, key));
  }

  private String word() {
    return switch (mode) {
      case OPEN -> "open";
      case ALLOW_LIST -> "allow-list";
      case SHARED_SECRET -> "shared-secret";
    };
  }

  private Access allowList() throws InvalidConfigException {
    if (peers.isEmpty()) {
      throw new InvalidConfigException(
          "access is allow-list and accessList is empty, so that no peer could connect: list the"
              + " peer ids of the others (each node's status shows its own)");
    }
    return new Access.AllowList(peers);
  }

  private SharedSecret theSecret() throws InvalidConfigException {
    if (secretFile.isPresent() && secret.isPresent()) {
      throw new InvalidConfigException(
          "accessSecretFile and accessSecret are both set: remove one of them");
    }
    if (secretFile.isPresent()) {
      return SharedSecret.read(secretFile.get(), "accessSecretFile");
    }
    return secret.orElseThrow(
        () ->
            new InvalidConfigException(
                "access is shared-secret and no secret is given: set accessSecretFile to a file"
                    + " that holds it and that only its owner can read"));
  }
}
