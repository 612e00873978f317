package io.shoal.runtime.destination;

import io.shoal.api.ShoalException;
import io.shoal.runtime.dag.TreePlan;
import io.shoal.runtime.file.AtomicFiles;
import io.shoal.runtime.store.LocalStore;
import io.shoal.runtime.store.PlacedFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;

/// Compares what is at a path with a plan's files and folders: by the store's claims where they are
/// intact, and by hashing where there are none.
public final class TargetComparison {
  private final LocalStore local;
  private final TreePlan plan;
  private final Path target;
  private final boolean serve;

  /// @param serve whether the store is to serve from there what it does not serve yet
  public TargetComparison(LocalStore local, TreePlan plan, Path target, boolean serve) {
    this.local = local;
    this.plan = plan;
    this.target = target;
    this.serve = serve;
  }

  /// Whether all is there and nothing else. Reads as little as it can: names and sizes first, bytes
  /// only of files without claims.
  public boolean isThere() throws IOException, ShoalException, InterruptedException {
    if (!sameNames()) {
      return false;
    }
    for (TreePlan.PlannedFile file : plan.files()) {
      if (!placed(file).hasSize()) {
        return false;
      }
    }
    for (TreePlan.PlannedFile file : plan.files()) {
      PlacedFile placed = placed(file);
      PlacedFile.Pace pace = PlacedFile.Pace.NONE;
      if (!placed.isServed() && !(serve ? placed.serveAgain(pace) : placed.matches(pace))) {
        return false;
      }
    }
    return true;
  }

  private PlacedFile placed(TreePlan.PlannedFile file) {
    return new PlacedFile(local, plan, file, place(file.path()));
  }

  /// Forces all of it to the medium, its own name included.
  public void force() throws IOException {
    for (TreePlan.PlannedFile file : plan.files()) {
      try (FileChannel channel =
          FileChannel.open(
              place(file.path()), StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
        channel.force(true);
      }
    }
    if (plan.isFolder()) {
      for (TreePlan.PlannedFolder folder : plan.folders()) {
        AtomicFiles.forceFolder(place(folder.path()));
      }
    }
    Path folder = target.getParent();
    if (folder != null) {
      AtomicFiles.forceFolder(folder);
    }
  }

  private boolean sameNames() throws IOException {
    if (!plan.isFolder()) {
      return Files.isRegularFile(target, LinkOption.NOFOLLOW_LINKS);
    }
    if (!Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    if (!hasAsMany()) {
      return false;
    }
    // With as many entries, none is there beside those of the plan.
    for (TreePlan.PlannedFolder folder : plan.folders()) {
      if (!Files.isDirectory(place(folder.path()), LinkOption.NOFOLLOW_LINKS)) {
        return false;
      }
    }
    for (TreePlan.PlannedFile file : plan.files()) {
      if (!Files.isRegularFile(place(file.path()), LinkOption.NOFOLLOW_LINKS)) {
        return false;
      }
    }
    return true;
  }

  /// Whether there are as many folders and regular files as in the plan, and nothing else. Another
  /// folder may be huge: the first entry too many ends the walk.
  private boolean hasAsMany() throws IOException {
    int[] left = {plan.folders().size(), plan.files().size()};
    Files.walkFileTree(
        target,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            return goOnIf(--left[0] >= 0);
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            left[1] = attributes.isRegularFile() ? left[1] - 1 : -1;
            return goOnIf(left[1] >= 0);
          }
        });
    return left[0] == 0 && left[1] == 0;
  }

  private static FileVisitResult goOnIf(boolean expected) {
    return expected ? FileVisitResult.CONTINUE : FileVisitResult.TERMINATE;
  }

  private Path place(String path) {
    return path.isEmpty() ? target : target.resolve(path);
  }
}
