package io.shoal.runtime.store;

import io.shoal.api.ChunkChangedException;
import io.shoal.api.ChunkStore;
import io.shoal.api.Cid;
import io.shoal.api.FileBacked;
import io.shoal.api.FileRef;
import io.shoal.api.ShoalException;
import io.shoal.runtime.dag.TreePlan;
import io.shoal.runtime.dag.UnixNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// A file of a plan, at a place of the user's: whether it is there, byte for byte, and whether the
/// store serves it from there.
public final class PlacedFile {
  /// Claims handed over at once: few calls for a large file, and little memory.
  private static final int CLAIMED_AT_ONCE = 256;

  /// Is called after each read, and may wait.
  @FunctionalInterface
  public interface Pace {
    /// As fast as the disk can.
    Pace NONE =
        bytes -> {
          if (Thread.interrupted()) {
            throw new InterruptedException("interrupted");
          }
        };

    void read(int bytes) throws InterruptedException;
  }

  private final LocalStore local;
  private final TreePlan plan;
  private final TreePlan.PlannedFile file;
  private final Path path;

  public PlacedFile(LocalStore local, TreePlan plan, TreePlan.PlannedFile file, Path path) {
    this.local = local;
    this.plan = plan;
    this.file = file;
    this.path = path;
  }

  /// Which range of a complete file is which chunk.
  public static List<FileBacked.Segment> segments(
      TreePlan plan, TreePlan.PlannedFile file, Optional<Path> actual) throws IOException {
    TreePlan.Content content = file.content();
    List<FileBacked.Segment> segments = new ArrayList<>(content.leafCount());
    for (int i = 0; i < content.leafCount(); i++) {
      int ref = content.leaf(i);
      long size = content.leafBytes(i);
      if (size == TreePlan.UNKNOWN_SIZE && actual.isPresent()) {
        size = Files.size(actual.get());
      }
      boolean inline = ref < 0 || plan.leafCid(ref).codec() == Cid.DAG_PB;
      if (!inline && size > 0 && size <= ChunkStore.MAX_CHUNK_SIZE_BYTES) {
        segments.add(new FileBacked.Segment(plan.leafCid(ref), content.offset(i), (int) size));
      }
    }
    return segments;
  }

  /// Whether it has the size that the plan says.
  public boolean hasSize() throws IOException {
    long expected = file.content().sizeBytes();
    long actual = Files.size(path);
    return expected == TreePlan.UNKNOWN_SIZE
        ? actual <= ChunkStore.MAX_CHUNK_SIZE_BYTES
        : actual == expected;
  }

  /// Whether the store serves all of it from there, and it was not changed since. Reads none of it.
  public boolean isServed() throws IOException {
    Optional<FileBacked> files = local.store().fileBacked();
    if (files.isEmpty()) {
      return false;
    }
    List<FileBacked.Segment> expected = segments(plan, file, Optional.of(path));
    Set<FileBacked.Segment> claims =
        files
            .get()
            .claims(path)
            .filter(found -> found.state() == FileBacked.FileState.INTACT)
            .map(found -> (Set<FileBacked.Segment>) new HashSet<>(found.segments()))
            .orElse(Set.of());
    return !expected.isEmpty() && claims.containsAll(expected);
  }

  /// Reads all of it and compares.
  public boolean matches(Pace pace) throws IOException, ShoalException, InterruptedException {
    TreePlan.Content content = file.content();
    try (FileChannel channel =
        FileChannel.open(path, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
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
        pace.read((int) size);
      }
    }
    return true;
  }

  private boolean isLeaf(Cid cid, ByteBuffer bytes) throws IOException, ShoalException {
    if (cid.codec() == Cid.DAG_PB) {
      Optional<byte[]> block =
          cid.isIdentity() ? Optional.of(cid.identityContent()) : local.load(cid);
      return block.isPresent() && bytes.equals(ByteBuffer.wrap(UnixNode.leafContent(block.get())));
    }
    return cid.isIdentity()
        ? bytes.equals(ByteBuffer.wrap(cid.identityContent()))
        : local.check().matches(cid, bytes);
  }

  /// Reads all of it again, and has the store serve it from there if it is what it should be.
  ///
  /// @return whether it is
  public boolean serveAgain(Pace pace) throws IOException, ShoalException, InterruptedException {
    FileLook before = FileLook.at(path);
    if (!before.regular() || !hasSize() || !matches(pace)) {
      return false;
    }
    Optional<FileBacked> files = local.store().fileBacked();
    List<FileBacked.Segment> segments = segments(plan, file, Optional.of(path));
    if (files.isEmpty() || segments.isEmpty()) {
      return true;
    }
    FileRef ref = files.get().refer(path);
    if (!before.equals(FileLook.at(path))) {
      // It is being changed. A reference without claims would say that all is well.
      files.get().forget(ref);
      return false;
    }
    try {
      for (int i = 0; i < segments.size(); i += CLAIMED_AT_ONCE) {
        int end = Math.min(segments.size(), i + CLAIMED_AT_ONCE);
        files.get().adopt(ref, segments.subList(i, end));
      }
      return true;
    } catch (ChunkChangedException e) {
      return false;
    }
  }
}
