package io.shoal.runtime.destination;

import io.shoal.api.ShoalException;
import io.shoal.runtime.dag.LeftOut;
import io.shoal.runtime.dag.TreePlan;
import io.shoal.runtime.file.AtomicFiles;
import io.shoal.runtime.store.LocalStore;
import io.shoal.runtime.store.PlacedFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Compares what is at a path with a plan's files and folders: by the store's claims where they are
/// intact, and by hashing where there are none.
public final class TargetComparison {
  private final LocalStore local;
  private final Path target;
  private final boolean serve;
  private TreePlan plan;

  /// @param serve whether the store is to serve from there what it does not serve yet
  public TargetComparison(LocalStore local, TreePlan plan, Path target, boolean serve) {
    this.local = local;
    this.plan = plan;
    this.target = target;
    this.serve = serve;
  }

  /// Whether all is there that the destination can hold, and nothing else. Reads as little as it
  /// can: names and sizes first, bytes only of files without claims.
  ///
  /// @return what it cannot hold, as lines for the user; empty if anything else is missing or
  ///   differs
  public Optional<List<String>> leftOut() throws IOException, ShoalException, InterruptedException {
    if (!plan.isFolder()) {
      return Files.isRegularFile(target, LinkOption.NOFOLLOW_LINKS) && isSame()
          ? Optional.of(List.of())
          : Optional.empty();
    }
    Set<String> left = new HashSet<>(plan.unusual());
    plan.skipped().forEach(skipped -> left.remove(skipped.path()));
    Found found = new Found(left);
    if (!Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS) || !found.all()) {
      return Optional.empty();
    }
    Set<String> missing = Set.copyOf(left);
    left.removeIf(path -> isBelow(path, missing));
    if (!left.stream().allMatch(this::cannotBeThere)) {
      return Optional.empty();
    }
    List<String> lines = left.isEmpty() ? List.of() : lines(left);
    plan = plan.without(left);
    return found.isPlan() && isSame() ? Optional.of(lines) : Optional.empty();
  }

  private List<String> lines(Set<String> left) {
    LeftOut lines = new LeftOut();
    plan.folders().stream()
        .filter(folder -> left.contains(folder.path()))
        .forEach(folder -> lines.addName(folder.path(), folder.cid(), NameTrial.REFUSED));
    plan.files().stream()
        .filter(file -> left.contains(file.path()))
        .forEach(file -> lines.addName(file.path(), file.cid(), NameTrial.REFUSED));
    return lines.lines();
  }

  private boolean cannotBeThere(String path) {
    if (!isPath(path)) {
      return true;
    }
    Path place = place(path);
    Path folder = place.getParent();
    return folder != null
        // What is found under a name that is in no list is its twin.
        && (Files.exists(place, LinkOption.NOFOLLOW_LINKS)
            || !TargetReservation.holds(folder, String.valueOf(place.getFileName())));
  }

  private boolean isSame() throws IOException, ShoalException, InterruptedException {
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

  /// What is at the target. Its entries are counted, not listed: a path each of a million files
  /// would take all memory.
  private final class Found extends SimpleFileVisitor<Path> {
    private final Set<String> unusual;
    private int folders;
    private int files;
    private boolean other;

    /// @param unusual those of the plan's paths that may not be there; what is found is removed
    Found(Set<String> unusual) {
      this.unusual = unusual;
    }

    /// @return false if there is more than the plan has. Another folder may be huge: the first
    ///   entry too many ends the walk
    boolean all() throws IOException {
      Files.walkFileTree(target, this);
      return !other;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
      return goOnIf(++folders <= plan.folders().size(), folder);
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      return goOnIf(attributes.isRegularFile() && ++files <= plan.files().size(), file);
    }

    private FileVisitResult goOnIf(boolean expected, Path found) {
      if (!unusual.isEmpty()) {
        unusual.remove(name(found));
      }
      other |= !expected;
      return expected ? FileVisitResult.CONTINUE : FileVisitResult.TERMINATE;
    }

    /// Whether it is what the plan has now. With as many entries, none is there beside those of the
    /// plan.
    boolean isPlan() {
      return folders == plan.folders().size()
          && files == plan.files().size()
          && plan.folders().stream()
              .allMatch(each -> Files.isDirectory(place(each.path()), LinkOption.NOFOLLOW_LINKS))
          && plan.files().stream()
              .allMatch(each -> Files.isRegularFile(place(each.path()), LinkOption.NOFOLLOW_LINKS));
    }
  }

  /// Whether the system can even be asked for it.
  private boolean isPath(String path) {
    try {
      return place(path).startsWith(target);
    } catch (InvalidPathException e) {
      return false;
    }
  }

  private static boolean isBelow(String path, Set<String> folders) {
    int slash = path.lastIndexOf('/');
    return slash >= 0 && TreePlan.isWithin(path.substring(0, slash), folders);
  }

  private String name(Path found) {
    return target.relativize(found).toString().replace(found.getFileSystem().getSeparator(), "/");
  }

  private Path place(String path) {
    return path.isEmpty() ? target : target.resolve(path);
  }
}
