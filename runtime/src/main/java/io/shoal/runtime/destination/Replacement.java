package io.shoal.runtime.destination;

import io.shoal.api.ShoalException;
import io.shoal.api.UserFaultException;
import io.shoal.runtime.dag.TreePlan;
import io.shoal.runtime.file.NameRules;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Decides what a download may replace where the user allows it: a file by a file, and a folder
/// whose every entry the new one has too. Nothing else of the user's goes.
final class Replacement {
  private static final Logger LOG = LoggerFactory.getLogger(Replacement.class);

  /// What a set of paths takes for each.
  private static final long BYTES_FOR_PATH = 250;

  private Replacement() {}

  /// What can be said before it is known what comes.
  ///
  /// @throws UserFaultException the target is there and must stay
  static void requireFree(Path target, boolean replace) throws IOException, UserFaultException {
    if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    if (!replace) {
      throw new UserFaultException(
          target + " exists already: choose another place with -o, or allow replacing it");
    }
    BasicFileAttributes found = attributes(target);
    if (found.isOther()) {
      throw new UserFaultException(
          target
              + " is a device, a pipe or a socket, and none is ever replaced: choose another place"
              + " with -o");
    }
  }

  /// @throws UserFaultException the target is there and must stay
  static void require(TreePlan plan, Path target, boolean replace)
      throws IOException, ShoalException {
    requireFree(target, replace);
    if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    boolean folder = attributes(target).isDirectory();
    if (folder != plan.isFolder()) {
      throw new UserFaultException(
          "%s is %s, and what comes is %s: move it away or choose another place with -o"
              .formatted(
                  target,
                  folder ? "a folder" : "not a folder",
                  plan.isFolder() ? "a folder" : "a file"));
    }
    if (!folder) {
      return;
    }
    Optional<Path> other = otherEntry(plan, target);
    if (other.isPresent()) {
      throw new UserFaultException(
          "%s is not in what comes, and replacing a folder removes no other files: move it away or choose another place with -o"
              .formatted(other.get()));
    }
    Path aside = aside(target);
    if (Files.exists(aside, LinkOption.NOFOLLOW_LINKS)) {
      throw new UserFaultException(
          "%s is in the way: the old folder gets this name for a moment; move it away"
              .formatted(aside));
    }
  }

  private static BasicFileAttributes attributes(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
  }

  /// An entry of a folder that the plan has not, or has as another kind of entry.
  private static Optional<Path> otherEntry(TreePlan plan, Path target)
      throws IOException, ShoalException {
    long bytes = BYTES_FOR_PATH * (plan.folders().size() + plan.files().size());
    plan.memory().take(bytes);
    try {
      return firstOther(plan, target);
    } finally {
      plan.memory().giveBack(bytes);
    }
  }

  private static Optional<Path> firstOther(TreePlan plan, Path target) throws IOException {
    Set<Path> folders = new HashSet<>();
    plan.folders().forEach(folder -> folders.add(place(target, folder.path())));
    Set<Path> files = new HashSet<>();
    plan.files().forEach(file -> files.add(place(target, file.path())));
    List<Path> other = new ArrayList<>(1);
    Files.walkFileTree(
        target,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            return goOnIf(folder.equals(target) || folders.contains(folder), folder);
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            return goOnIf(attributes.isRegularFile() && files.contains(file), file);
          }

          private FileVisitResult goOnIf(boolean known, Path found) {
            if (known) {
              return FileVisitResult.CONTINUE;
            }
            other.add(found);
            return FileVisitResult.TERMINATE;
          }
        });
    return other.stream().findFirst();
  }

  private static Path place(Path target, String path) {
    return path.isEmpty() ? target : target.resolve(path);
  }

  private static Path aside(Path target) {
    return target.resolveSibling(
        NameRules.withSuffix(String.valueOf(target.getFileName()), ".replaced"));
  }

  /// Puts a folder into the place of another, and removes from the old one what the plan has.
  static void swap(TreePlan plan, PartPlace place, Path part, Path target) throws IOException {
    Path old = aside(target);
    place.rename(target, old);
    place.rename(part, target);
    try {
      for (TreePlan.PlannedFile file : plan.files()) {
        Path path = place(old, file.path());
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
          place.deleteFile(path);
        }
      }
      for (TreePlan.PlannedFolder folder : plan.folders().reversed()) {
        Path path = place(old, folder.path());
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
          place.deleteFolder(path);
        }
      }
    } catch (FileSystemException e) {
      // Something came into it meanwhile, or its rights forbid it: nobody's file is lost by that.
      LOG.warn("{} is what was replaced, and could not be removed whole: {}", old, e.getMessage());
    }
  }
}
