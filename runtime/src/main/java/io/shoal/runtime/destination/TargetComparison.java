package io.shoal.runtime.destination;

import io.shoal.api.ChunkStore;
import io.shoal.api.Cid;
import io.shoal.api.FileBacked;
import io.shoal.api.ShoalException;
import io.shoal.runtime.dag.TreePlan;
import io.shoal.runtime.dag.UnixNode;
import io.shoal.runtime.file.AtomicFiles;
import io.shoal.runtime.store.LocalStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
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
  private final TreePlan plan;
  private final Path target;

  public TargetComparison(LocalStore local, TreePlan plan, Path target) {
    this.local = local;
    this.plan = plan;
    this.target = target;
  }

  /// Whether all is there and nothing else. Reads as little as it can: names and sizes first, bytes
  /// only of files without claims.
  public boolean isThere() throws IOException, ShoalException {
    if (!sameNames()) {
      return false;
    }
    for (TreePlan.PlannedFile file : plan.files()) {
      if (!sameSize(file)) {
        return false;
      }
    }
    for (TreePlan.PlannedFile file : plan.files()) {
      if (!claimed(file) && !sameBytes(file)) {
        return false;
      }
    }
    return true;
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
    Set<Path> folders = new HashSet<>();
    plan.folders().forEach(folder -> folders.add(place(folder.path())));
    Set<Path> files = new HashSet<>();
    plan.files().forEach(file -> files.add(place(file.path())));
    Files.walkFileTree(
        target,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            // Another folder may be huge: the first unexpected name ends the walk.
            return goOnIf(folders.remove(folder), folder, folders);
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            return goOnIf(attributes.isRegularFile() && files.remove(file), file, files);
          }
        });
    return folders.isEmpty() && files.isEmpty();
  }

  /// Ends a walk at an unexpected name, which then makes the set of missing names non-empty.
  private static FileVisitResult goOnIf(boolean expected, Path found, Set<Path> missing) {
    if (!expected) {
      missing.add(found);
      return FileVisitResult.TERMINATE;
    }
    return FileVisitResult.CONTINUE;
  }

  private Path place(String path) {
    return path.isEmpty() ? target : target.resolve(path);
  }

  private boolean sameSize(TreePlan.PlannedFile file) throws IOException {
    long expected = file.content().sizeBytes();
    long actual = Files.size(place(file.path()));
    return expected == TreePlan.UNKNOWN_SIZE
        ? actual <= ChunkStore.MAX_CHUNK_SIZE_BYTES
        : actual == expected;
  }

  private boolean claimed(TreePlan.PlannedFile file) throws IOException {
    Optional<FileBacked> files = local.store().fileBacked();
    if (files.isEmpty()) {
      return false;
    }
    Path path = place(file.path());
    List<FileBacked.Segment> expected = Adoption.segments(plan, file, Optional.of(path));
    Set<FileBacked.Segment> claims =
        files
            .get()
            .claims(path)
            .filter(found -> found.state() == FileBacked.FileState.INTACT)
            .map(found -> (Set<FileBacked.Segment>) new HashSet<>(found.segments()))
            .orElse(Set.of());
    return !expected.isEmpty() && claims.containsAll(expected);
  }

  private boolean sameBytes(TreePlan.PlannedFile file) throws IOException, ShoalException {
    TreePlan.Content content = file.content();
    try (FileChannel channel =
        FileChannel.open(place(file.path()), StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
      for (int i = 0; i < content.leafCount(); i++) {
        long size = content.leafBytes(i);
        if (size == TreePlan.UNKNOWN_SIZE) {
          size = channel.size();
        }
        if (size > ChunkStore.MAX_CHUNK_SIZE_BYTES) {
          return false;
        }
        ByteBuffer bytes = ByteBuffer.allocate((int) size);
        long offset = content.offset(i);
        while (bytes.hasRemaining()) {
          if (channel.read(bytes, offset + bytes.position()) < 0) {
            return false;
          }
        }
        if (!isLeaf(plan.leafCid(content.leaf(i)), bytes.flip())) {
          return false;
        }
      }
    }
    return true;
  }

  private boolean isLeaf(Cid cid, ByteBuffer bytes) throws IOException, ShoalException {
    if (cid.isIdentity()) {
      return bytes.equals(ByteBuffer.wrap(DownloadTarget.inline(cid)));
    }
    if (cid.codec() == Cid.DAG_PB) {
      Optional<byte[]> block = local.load(cid);
      return block.isPresent() && bytes.equals(ByteBuffer.wrap(UnixNode.leafContent(block.get())));
    }
    return local.check().matches(cid, bytes);
  }
}
