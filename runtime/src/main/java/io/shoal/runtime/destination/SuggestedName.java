package io.shoal.runtime.destination;

import io.shoal.api.Cid;
import io.shoal.runtime.file.NameRules;
import io.shoal.runtime.store.DownloadJournal;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;

/// A name that somebody suggests for what is put into a folder of the user's: the giver of a link,
/// or a peer.
public final class SuggestedName {
  private SuggestedName() {}

  /// Its place in a folder; empty where the folder cannot hold it. Shells and programs read hidden
  /// files by themselves: none is made. Browsers do the same.
  public static Optional<Path> in(Path folder, String name) {
    String visible = name.startsWith(".") ? "_" + name.substring(1) : name;
    return TargetReservation.holds(folder, visible)
        ? Optional.of(folder.resolve(visible))
        : Optional.empty();
  }

  /// The same, empty also where something is in that place, or on its way there by another
  /// download: a name that the user did not ask for is in nobody's way.
  static Optional<Path> freeIn(Path folder, String name) {
    return in(folder, name).filter(SuggestedName::isFree);
  }

  private static boolean isFree(Path path) {
    return !Files.exists(path, LinkOption.NOFOLLOW_LINKS)
        && !Files.exists(DownloadJournal.partOf(path), LinkOption.NOFOLLOW_LINKS);
  }

  /// Whether a place is free, or only has what an earlier download of the same root left.
  public static boolean isFree(Path path, Cid root, DownloadJournal journal) {
    return isFree(path)
        || !Files.exists(path, LinkOption.NOFOLLOW_LINKS)
            && journal.at(path).filter(begun -> begun.root().equals(root)).isPresent();
  }

  /// Whether a name of a stranger's may be used: it is no path, and none of its characters steers
  /// or deceives who lists the folder.
  public static boolean isSound(String name) {
    return NameRules.fault(name).isEmpty() && name.codePoints().noneMatch(SuggestedName::isUnseen);
  }

  private static boolean isUnseen(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          true;
      default -> false;
    };
  }
}
