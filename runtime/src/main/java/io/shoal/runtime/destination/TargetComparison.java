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
import java.util.HashSet;
import java.util.Set;

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
    // The plan's own texts: a path each of a million files would take all memory.
    Set<String> folders = new HashSet<>();
    plan.folders().forEach(folder -> folders.add(folder.path()));
    Set<String> files = new HashSet<>();
    plan.files().forEach(file -> files.add(file.path()));
    Files.walkFileTree(
        target,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            // Another folder may be huge: the first unexpected name ends the walk.
            return goOnIf(folders.remove(name(folder)), name(folder), folders);
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            String name = name(file);
            return goOnIf(attributes.isRegularFile() && files.remove(name), name, files);
          }
        });
    return folders.isEmpty() && files.isEmpty();
  }

  /// Ends a walk at an unexpected name, which then makes the set of missing names non-empty.
  private static FileVisitResult goOnIf(boolean expected, String found, Set<String> missing) {
    if (!expected) {
      missing.add(found);
      return FileVisitResult.TERMINATE;
    }
    return FileVisitResult.CONTINUE;
  }

  private String name(Path found) {
    return target.relativize(found).toString().replace(found.getFileSystem().getSeparator(), "/");
  }

  private Path place(String path) {
    return path.isEmpty() ? target : target.resolve(path);
  }
}
