package io.shoal.runtime;

import io.shoal.api.UserFaultException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/// Where a tree is written: `NAME.part` beside the target until all is there, then one rename.
/// Nothing is written outside of it, and no symbolic link is followed, not even one that somebody
/// put into a left-over `NAME.part`.
final class Destination {
  private static final String SUFFIX = ".part";

  private final Path target;
  private final Path part;
  private final boolean replace;

  /// @param target absolute; its parent exists
  /// @param replace whether a file that is in the way may be replaced
  Destination(Path target, boolean replace) {
    this.target = target;
    this.part = target.resolveSibling(target.getFileName() + SUFFIX);
    this.replace = replace;
  }

  /// The name while it is incomplete.
  Path part() {
    return part;
  }

  /// Makes the tree's folders, or takes up those of an earlier try.
  ///
  /// @throws UserFaultException something is in the way
  void begin(TreePlan plan) throws IOException, UserFaultException {
    requireFree();
    for (TreePlan.PlannedFolder folder : plan.folders()) {
      DownloadTarget.takeFolder(resolve(folder.path()));
    }
  }

  private void requireFree() throws UserFaultException {
    boolean there = Files.exists(target, LinkOption.NOFOLLOW_LINKS);
    boolean replaceable = replace && Files.isRegularFile(target, LinkOption.NOFOLLOW_LINKS);
    if (there && !replaceable) {
      throw new UserFaultException(target + " exists already: give another path with -o");
    }
  }

  /// Opens a planned file for writing, made if it is not there.
  FileChannel open(TreePlan.PlannedFile file) throws IOException {
    return FileChannel.open(
        resolve(file.path()),
        StandardOpenOption.CREATE,
        StandardOpenOption.WRITE,
        LinkOption.NOFOLLOW_LINKS);
  }

  /// The place of a planned path, whose names passed the name check.
  Path resolve(String path) {
    Path place = part;
    if (!path.isEmpty()) {
      for (String name : path.split("/", -1)) {
        place = place.resolve(name);
      }
    }
    return place;
  }

  /// Gives the tree its name.
  ///
  /// @param sync whether to force the names to the medium; the files' bytes were forced by their
  ///   writer
  void complete(TreePlan plan, boolean sync) throws IOException, UserFaultException {
    requireFree();
    if (sync) {
      // Children first: a folder that is durable names only what is.
      for (TreePlan.PlannedFolder folder : plan.folders().reversed()) {
        force(resolve(folder.path()));
      }
    }
    Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
    Path parent = target.getParent();
    if (sync && parent != null) {
      force(parent);
    }
  }

  private static void force(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
