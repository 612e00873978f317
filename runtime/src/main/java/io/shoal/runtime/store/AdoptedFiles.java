package io.shoal.runtime.store;

import io.shoal.api.FileBacked;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;

/// Whether files that are served in place are still what they were.
public final class AdoptedFiles {
  private final LocalStore local;

  public AdoptedFiles(LocalStore local) {
    this.local = local;
  }

  public boolean intact(KeptRoot root) {
    return problem(root).isEmpty();
  }

  /// The fault of an adopted root; empty if there is none. Of a folder only its existence is
  /// checked: its files are checked when they are read.
  public Optional<String> problem(KeptRoot root) {
    Optional<FileBacked> files = local.store().fileBacked();
    if (root.path().isEmpty() || files.isEmpty()) {
      return Optional.empty();
    }
    Path path = root.path().get();
    if (root.folder() || root.sizeBytes() == 0) {
      return Files.exists(path, LinkOption.NOFOLLOW_LINKS)
          ? Optional.empty()
          : Optional.of(path + " is not there any more");
    }
    try {
      FileBacked.FileState state = files.get().state(path).orElse(FileBacked.FileState.MISSING);
      return switch (state) {
        case INTACT, GROWING -> Optional.empty();
        case CHANGED -> Optional.of(path + " was changed: it is no longer provided");
        case MISSING -> Optional.of(path + " is not there any more, or was changed");
      };
    } catch (IOException e) {
      return Optional.of(path + " cannot be read: " + e.getMessage());
    }
  }
}
