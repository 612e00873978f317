package io.shoal.runtime.destination;

import java.io.IOException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributeView;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The folders below that of a download, each opened relative to the one above it, and a few kept
/// open: to open one takes as long as a small file, and a folder's files come together. Usable from
/// any thread.
final class OpenFolders implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OpenFolders.class);

  /// Folders that stay open while nothing uses them: chunks come in any order.
  private static final int MAX_IDLE = 32;

  /// Something that is done in an open folder.
  interface Use<T> {
    T of(SecureDirectoryStream<Path> above, Path name) throws IOException;
  }

  /// Hears which folder was found directly below the download's.
  interface Check {
    void found(Path folder, Object key) throws IOException;
  }

  private static final class Held {
    private final SecureDirectoryStream<Path> stream;
    private final Path name;
    private final Object key;
    private int users = 1;
    private boolean dropped;

    /// @param name of the folder on the way to it that is directly below the download's
    /// @param key by which that is known again
    Held(SecureDirectoryStream<Path> stream, Path name, Object key) {
      this.stream = stream;
      this.name = name;
      this.key = key;
    }
  }

  private final Path root;
  private final SecureDirectoryStream<Path> opened;
  private final Check check;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Path, Held> held = new LinkedHashMap<>(16, 0.75f, true);

  /// @param opened the download's folder, closed with this
  OpenFolders(Path root, SecureDirectoryStream<Path> opened, Check check) {
    this.root = root;
    this.opened = opened;
    this.check = check;
  }

  /// The download's folder.
  SecureDirectoryStream<Path> top() {
    return opened;
  }

  /// Does something in the folder of a path, which is below the download's.
  <T> T in(Path path, Use<T> use) throws IOException {
    Path folder = path.getParent();
    if (folder == null || folder.equals(root)) {
      return use.of(opened, path.getFileName());
    }
    Optional<Held> known = known(folder);
    if (known.isPresent()) {
      try {
        if (isInPlace(known.get())) {
          return use.of(known.get().stream, path.getFileName());
        }
        drop(folder, known.get());
      } catch (NoSuchFileException e) {
        // It may have been removed and made anew.
        drop(folder, known.get());
      } finally {
        done(known.get());
      }
    }
    Held fresh = keep(folder, open(folder));
    try {
      return use.of(fresh.stream, path.getFileName());
    } finally {
      done(fresh);
    }
  }

  /// Another user can only move what is directly below the download's folder: all else is in there.
  private boolean isInPlace(Held known) throws IOException {
    return known.key.equals(
        opened
            .getFileAttributeView(
                known.name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
            .readAttributes()
            .fileKey());
  }

  private Held open(Path folder) throws IOException {
    Path name = folder.getFileName();
    Path above = Objects.requireNonNull(folder.getParent(), "it is below the root");
    if (!above.equals(root)) {
      Held outer = open(above);
      try (SecureDirectoryStream<Path> stream = outer.stream) {
        return new Held(
            stream.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS), outer.name, outer.key);
      }
    }
    SecureDirectoryStream<Path> found = opened.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS);
    boolean fine = false;
    try {
      Object key =
          found.getFileAttributeView(BasicFileAttributeView.class).readAttributes().fileKey();
      check.found(folder, key);
      fine = true;
      return new Held(found, name, key);
    } finally {
      if (!fine) {
        found.close();
      }
    }
  }

  private Optional<Held> known(Path folder) {
    lock.lock();
    try {
      Held known = held.get(folder);
      if (known != null) {
        known.users++;
      }
      return Optional.ofNullable(known);
    } finally {
      lock.unlock();
    }
  }

  private Held keep(Path folder, Held fresh) {
    lock.lock();
    try {
      if (held.putIfAbsent(folder, fresh) != null) {
        // Another thread opened it as well.
        fresh.dropped = true;
      }
      closeIdleBeyond(MAX_IDLE);
    } finally {
      lock.unlock();
    }
    return fresh;
  }

  private void done(Held used) {
    lock.lock();
    try {
      used.users--;
      if (used.dropped && used.users == 0) {
        close(used);
      }
    } finally {
      lock.unlock();
    }
  }

  private void drop(Path folder, Held old) {
    lock.lock();
    try {
      if (held.remove(folder, old)) {
        old.dropped = true;
      }
    } finally {
      lock.unlock();
    }
  }

  /// Closes what is not in use. What follows opens folders by the names that they have then.
  void forget() {
    lock.lock();
    try {
      closeIdleBeyond(0);
      held.values().forEach(used -> used.dropped = true);
      held.clear();
    } finally {
      lock.unlock();
    }
  }

  private void closeIdleBeyond(int count) {
    Iterator<Held> eldest = held.values().iterator();
    while (held.size() > count && eldest.hasNext()) {
      Held candidate = eldest.next();
      if (candidate.users == 0) {
        eldest.remove();
        close(candidate);
      }
    }
  }

  private static void close(Held idle) {
    try {
      idle.stream.close();
    } catch (IOException e) {
      LOG.debug("a folder did not close well", e);
    }
  }

  @Override
  public void close() throws IOException {
    forget();
    opened.close();
  }
}
