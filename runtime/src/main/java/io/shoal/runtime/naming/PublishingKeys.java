package io.shoal.runtime.naming;

import io.shoal.api.PeerId;
import io.shoal.api.UserFaultException;
import io.shoal.runtime.identity.HostKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Optional;

/// The keys that this user publishes names under: the present one in `publish.key`, made at its
/// first use, and those before it in `publish-KEY.key`, so that no key is ever lost. All are PKCS
/// #8 in PEM and readable by their owner alone. Not the node's own key: names outlive nodes and
/// move from one to another.
public final class PublishingKeys {
  private final Path folder;
  private final SecureRandom random;

  public PublishingKeys(Path dataFolder, SecureRandom random) {
    this.folder = dataFolder;
    this.random = random;
  }

  private Path present() {
    return folder.resolve("publish.key");
  }

  private Path aside(PeerId key) {
    return folder.resolve("publish-" + key.toCid() + ".key");
  }

  /// Whether there is a present key.
  public boolean areThere() {
    return Files.exists(present(), LinkOption.NOFOLLOW_LINKS);
  }

  /// The present key; made if there is none.
  public HostKey current() throws UserFaultException, IOException {
    return HostKey.loadOrCreate(present(), random);
  }

  /// A key of this user, present or past.
  public Optional<HostKey> of(PeerId key) throws UserFaultException, IOException {
    for (Path file : new Path[] {present(), aside(key)}) {
      try {
        HostKey found = HostKey.load(file);
        if (found.peerId().equals(key)) {
          return Optional.of(found);
        }
      } catch (NoSuchFileException e) {
        // the other file may have it
      }
    }
    return Optional.empty();
  }

  /// Writes the present key to a file that is not there yet.
  public HostKey export(Path file) throws UserFaultException, IOException {
    if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new UserFaultException(file + ": is in the way: move it, or give another path");
    }
    HostKey key = current();
    key.save(file);
    return key;
  }

  /// Makes the key in a file the present one. The one before stays in a file of its own.
  ///
  /// @throws UserFaultException it is the node's: a machine that got it to publish names could pose
  ///   as the node
  public HostKey importFrom(Path file) throws UserFaultException, IOException {
    HostKey key = HostKey.load(file);
    Path node = HostKey.file(folder);
    if (Files.exists(node) && HostKey.load(node).peerId().equals(key.peerId())) {
      throw new UserFaultException(
          file + ": is the key of this node, which is not for names: give a key of its own");
    }
    makeCurrent(key);
    return key;
  }

  /// Makes a key in a file of its own, for [#makeCurrent] once all names are signed with it.
  HostKey successor() throws IOException {
    HostKey key = HostKey.generate(random);
    key.save(aside(key.peerId()));
    return key;
  }

  /// Publishes under this key from now on. A crash leaves the old one or the new one in place, and
  /// both on the disk.
  void makeCurrent(HostKey key) throws UserFaultException, IOException {
    try {
      HostKey before = HostKey.load(present());
      if (before.peerId().equals(key.peerId())) {
        return;
      }
      before.save(aside(before.peerId()));
    } catch (NoSuchFileException e) {
      // the first key
    }
    key.save(present());
    Files.deleteIfExists(aside(key.peerId()));
  }
}
