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
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/// A file of a plan, at a place of the user's: whether it is there, byte for byte, and whether the
/// store serves it from there.
public final class PlacedFile {
  /// Claims handed over at once: few calls for a large file, and little memory.
  private static final int CLAIMED_AT_ONCE = 256;

  /// Bytes that are read at once to compare them.
  private static final int COMPARED_BYTES = 256 * 1024;

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

  /// Which chunk a run of a complete file is.
  ///
  /// @return empty for bytes that are in no chunk of their own
  private static Optional<ClaimRuns.Run> run(
      TreePlan plan, TreePlan.PlannedFile file, int run, Path actual) throws IOException {
    TreePlan.Content content = file.content();
    int ref = content.leaf(run);
    long size = content.leafBytes(run);
    if (size == TreePlan.UNKNOWN_SIZE) {
      size = Files.size(actual);
    }
    Cid cid = plan.leafCid(ref);
    boolean inline = ref < 0 || cid.codec() == Cid.DAG_PB;
    return inline || size <= 0 || size > ChunkStore.MAX_CHUNK_SIZE_BYTES
        ? Optional.empty()
        : Optional.of(new ClaimRuns.Run(cid, content.offset(run), (int) size, content.times(run)));
  }

  /// Whether there is anything in a complete file to serve from there.
  public static boolean hasChunks(TreePlan plan, TreePlan.PlannedFile file, Path actual)
      throws IOException {
    for (int run = 0; run < file.content().runCount(); run++) {
      if (run(plan, file, run, actual).isPresent()) {
        return true;
      }
    }
    return false;
  }

  /// Claims all of a complete file, a part after the other: there can be more runs than fit into
  /// memory.
  ///
  /// @param ref to the file at `actual`
  public static void claim(
      FileBacked files, FileRef ref, TreePlan plan, TreePlan.PlannedFile file, Path actual)
      throws IOException, ShoalException {
    List<ClaimRuns.Run> runs = new ArrayList<>();
    for (int run = 0; run < file.content().runCount(); run++) {
      run(plan, file, run, actual).ifPresent(runs::add);
      if (runs.size() == CLAIMED_AT_ONCE) {
        files.adopt(ref, new ClaimRuns(runs));
        runs.clear();
      }
    }
    if (!runs.isEmpty()) {
      files.adopt(ref, new ClaimRuns(runs));
    }
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
    Optional<FileBacked.FileClaims> claims =
        files.isEmpty() ? Optional.empty() : files.get().claims(path);
    if (claims.filter(found -> found.state() == FileBacked.FileState.INTACT).isEmpty()) {
      return false;
    }
    boolean any = false;
    Iterator<FileBacked.Segment> each = claims.get().segments().iterator();
    for (int run = 0; run < file.content().runCount(); run++) {
      Optional<ClaimRuns.Run> expected = run(plan, file, run, path);
      if (expected.isPresent()) {
        any = true;
        for (FileBacked.Segment segment : new ClaimRuns(List.of(expected.get()))) {
          if (!found(each, segment)) {
            return false;
          }
        }
      }
    }
    return any;
  }

  /// Goes on to a claim, in order of offset.
  private static boolean found(Iterator<FileBacked.Segment> claims, FileBacked.Segment wanted) {
    while (claims.hasNext()) {
      FileBacked.Segment claim = claims.next();
      if (claim.equals(wanted)) {
        return true;
      }
      if (claim.offsetBytes() > wanted.offsetBytes()) {
        return false;
      }
    }
    return false;
  }

  /// Reads all of it and compares.
  public boolean matches(Pace pace) throws IOException, ShoalException, InterruptedException {
    TreePlan.Content content = file.content();
    try (FileChannel channel =
        FileChannel.open(path, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
      for (int run = 0; run < content.runCount(); run++) {
        long size = content.leafBytes(run);
        if (size == TreePlan.UNKNOWN_SIZE) {
          size = channel.size();
        }
        if (size > ChunkStore.MAX_CHUNK_SIZE_BYTES) {
          return false;
        }
        ByteBuffer leaf = ByteBuffer.allocate((int) size);
        if (!filled(channel, leaf, content.offset(run), pace)
            || !isLeaf(plan.leafCid(content.leaf(run)), leaf)
            || !repeats(channel, leaf, content.offset(run), content.times(run), pace)) {
          return false;
        }
      }
    }
    return true;
  }

  private static boolean filled(FileChannel channel, ByteBuffer into, long offset, Pace pace)
      throws IOException, InterruptedException {
    while (into.hasRemaining()) {
      if (channel.read(into, offset + into.position()) < 0) {
        return false;
      }
    }
    into.flip();
    pace.read(into.remaining());
    return true;
  }

  /// Whether a leaf follows itself that often: compared, many at once where it is small.
  private static boolean repeats(
      FileChannel channel, ByteBuffer leaf, long offset, int times, Pace pace)
      throws IOException, InterruptedException {
    int size = leaf.remaining();
    if (size == 0 || times == 1) {
      return true;
    }
    long end = offset + (long) size * times;
    int most = Math.max(1, COMPARED_BYTES / size) * size;
    for (long at = offset + size; at < end; at += most) {
      ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(most, end - at));
      if (!filled(channel, bytes, at, pace)) {
        return false;
      }
      for (int i = 0; i < bytes.limit(); i += size) {
        if (!bytes.slice(i, size).equals(leaf)) {
          return false;
        }
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
    if (files.isEmpty() || !hasChunks(plan, file, path)) {
      return true;
    }
    FileRef ref = files.get().refer(path);
    if (!before.equals(FileLook.at(path))) {
      // It is being changed. A reference without claims would say that all is well.
      files.get().forget(ref);
      return false;
    }
    try {
      claim(files.get(), ref, plan, file, path);
      return true;
    } catch (ChunkChangedException e) {
      return false;
    }
  }
}
