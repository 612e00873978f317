package io.shoal.runtime.store;

import io.shoal.api.FileBacked;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// Whether files that are served in place are still what they were.
public final class AdoptedFiles {
  /// Why a root is not provided: how its file differs from what it was.
  public enum Loss {
    /// It looks otherwise than it did. It may still have the same bytes: they were not read again,
    /// or were other ones.
    CHANGED,
    /// It is not there any more, and its folder is.
    GONE,
    /// Its folder is not there either: its medium may come back.
    AWAY,
    /// The system does not say.
    UNREADABLE
  }

  /// @param message for the user, with the path
  public record Problem(Loss loss, String message) {}

  private final LocalStore local;

  public AdoptedFiles(LocalStore local) {
    this.local = local;
  }

  /// A root under one of its names.
  ///
  /// @param problem as that of the root
  public record Place(KeptRoot root, Optional<Problem> problem) {}

  /// The root under each of its names under which its files are what they were; under its own if
  /// there is none.
  public List<Place> places(KeptRoot root) {
    List<Place> all = root.each().stream().map(one -> new Place(one, fault(one))).toList();
    List<Place> intact = all.stream().filter(place -> place.problem().isEmpty()).toList();
    return intact.isEmpty() ? List.of(all.getFirst()) : intact;
  }

  /// The fault of an adopted root; empty if there is none, or its files are intact under another of
  /// its names. Of a folder only its existence is checked: its files are checked when they are
  /// read, and by the regular check.
  public Optional<Problem> problem(KeptRoot root) {
    return places(root).getFirst().problem();
  }

  private Optional<Problem> fault(KeptRoot root) {
    Optional<FileBacked> files = local.store().fileBacked();
    if (root.path().isEmpty() || files.isEmpty()) {
      return Optional.empty();
    }
    Path path = root.path().get();
    if (root.folder() || root.sizeBytes() == 0) {
      return exists(path) ? Optional.empty() : Optional.of(missing(path));
    }
    try {
      FileBacked.FileState state = files.get().state(path).orElse(FileBacked.FileState.MISSING);
      return switch (state) {
        case INTACT, GROWING -> Optional.empty();
        case CHANGED -> Optional.of(changed(path));
        case MISSING -> Optional.of(exists(path) ? changed(path) : missing(path));
      };
    } catch (IOException e) {
      return Optional.of(new Problem(Loss.UNREADABLE, path + " cannot be read: " + e.getMessage()));
    }
  }

  private static boolean exists(Path path) {
    return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
  }

  private static Problem changed(Path path) {
    return new Problem(
        Loss.CHANGED,
        path + " was changed: 'shoal verify' reads it again, 'shoal gc' forgets it if it differs");
  }

  private static Problem missing(Path path) {
    Path folder = path.getParent();
    return folder != null && !Files.isDirectory(folder)
        ? new Problem(
            Loss.AWAY,
            path
                + " is not there, nor is its folder: connect its medium, or forget it with 'shoal"
                + " unpin'")
        : new Problem(Loss.GONE, path + " is not there any more: 'shoal gc' forgets it");
  }
}
