package io.shoal.runtime.destination;

import io.shoal.api.Cid;
import io.shoal.api.MalformedDataException;
import io.shoal.api.ShoalException;
import io.shoal.api.UserFaultException;
import io.shoal.runtime.dag.MalformedContentException;
import io.shoal.runtime.dag.TreePlan;
import io.shoal.runtime.dag.UnixNode;
import io.shoal.runtime.file.AtomicFiles;
import io.shoal.runtime.store.ChunkCheck;
import io.shoal.runtime.store.DownloadJournal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.function.BooleanSupplier;

/// Where a download's bytes go until all are here: `NAME.part` beside the target, a file or a
/// folder as the plan says. Usable from any thread.
public final class DownloadTarget implements AutoCloseable {
  /// Places of a leaf that follow each other without a gap.
  ///
  /// @param sizeBytes as the plan says, or [TreePlan#UNKNOWN_SIZE]
  /// @param times how many places
  public record Place(Path file, long offset, long sizeBytes, int times) {}

  /// The most bytes of a small leaf that are written at once, where it follows itself.
  private static final int MAX_REPEATED_BYTES = 256 * 1024;

  private final TreePlan whole;
  private final TreePlan plan;
  private final List<String> leftOut;
  private volatile Path target;
  private final Path part;
  private final PartPlace place;
  private final DestinationRoom room;
  private final SizeLimit limit;
  private final BooleanSupplier stopped;
  private final PartFiles files;

  /// @param whole what the root has
  /// @param held what of it the place can hold
  /// @param place the target's folder, closed with this
  /// @param resumed whether an earlier attempt may have left something
  /// @param stopped whether nothing may be written any more
  DownloadTarget(
      TreePlan whole,
      NameTrial.Outcome held,
      Path target,
      PartPlace place,
      DestinationRoom room,
      boolean resumed,
      SizeLimit limit,
      BooleanSupplier stopped) {
    this.whole = whole;
    this.plan = held.plan();
    this.leftOut = held.leftOut();
    this.target = target;
    this.part = DownloadJournal.partOf(target);
    this.place = place;
    this.room = room;
    this.limit = limit;
    this.stopped = stopped;
    this.files = new PartFiles(place, room, resumed);
  }

  public Path target() {
    return target;
  }

  /// It gets another name in its folder, before it is put into place.
  public void nameAs(Path other) {
    target = other;
  }

  /// What is written here.
  public TreePlan plan() {
    return plan;
  }

  /// What is not since the place cannot hold its name, each with the reason.
  public List<String> leftOut() {
    return leftOut;
  }

  /// Where the bytes are until [#rename].
  public Path part() {
    return part;
  }

  /// Compares the plan with the room on the disk.
  ///
  /// @param hereBytes how much of it is there already
  /// @throws UserFaultException it does not fit
  public void requireRoom(ChunkCheck check, long hereBytes) throws IOException, UserFaultException {
    long needed = new RoomNeeded(plan, check).bytes(room.hasHoles());
    room.require(Math.min(needed, plan.sizeBytes() - hereBytes), plan.root().toString());
  }

  /// Makes the folders and the empty files, and writes the content of identity CIDs.
  ///
  /// @param replace whether the target may exist
  /// @throws InterruptedException the download was stopped
  public void prepare(boolean replace) throws IOException, ShoalException, InterruptedException {
    Replacement.require(plan, target, replace);
    for (TreePlan.PlannedFolder folder : plan.folders()) {
      requireRunning();
      Path path = inPart(folder.path());
      takeFolder(path);
      // Java makes folders by their paths alone.
      place.noteFolder(path);
    }
    for (TreePlan.PlannedFile file : plan.files()) {
      requireRunning();
      TreePlan.Content content = file.content();
      if (content.sizeBytes() == 0) {
        // Left by an earlier attempt, perhaps: its length is set at the end.
        files.make(inPart(file.path()));
      }
      for (int run = 0; run < content.runCount(); run++) {
        if (content.leaf(run) < 0) {
          ByteBuffer bytes = ByteBuffer.wrap(inline(plan.leafCid(content.leaf(run))));
          Place place =
              new Place(
                  inPart(file.path()),
                  content.offset(run),
                  content.leafBytes(run),
                  content.times(run));
          write(place, new Repeated(bytes));
        }
      }
    }
  }

  private void requireRunning() throws InterruptedException {
    if (stopped.getAsBoolean()) {
      throw new InterruptedException("the download was stopped");
    }
  }

  /// Makes a folder, or takes up that of an earlier attempt. A symbolic link is refused: what is
  /// written through it would be outside of the destination.
  ///
  /// @throws UserFaultException something else is in the way
  static void takeFolder(Path folder) throws IOException, UserFaultException {
    try {
      Files.createDirectory(folder);
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
        throw new UserFaultException(folder + " is in the way and not a folder: remove it", e);
      }
    }
  }

  /// The file bytes in an identity CID.
  static byte[] inline(Cid cid) throws MalformedDataException {
    byte[] content = cid.identityContent();
    return cid.codec() == Cid.DAG_PB ? UnixNode.leafContent(content) : content;
  }

  private Path inPart(String path) {
    return path.isEmpty() ? part : part.resolve(path);
  }

  Path inPart(TreePlan.PlannedFile file) {
    return inPart(file.path());
  }

  Path inTarget(TreePlan.PlannedFile file) {
    return file.path().isEmpty() ? target : target.resolve(file.path());
  }

  /// The places of the leaf at a position, made one by one.
  public Iterable<Place> places(int position) {
    Iterable<TreePlan.Run> runs = plan.places(position);
    return () -> {
      Iterator<TreePlan.Run> each = runs.iterator();
      return new Iterator<>() {
        @Override
        public boolean hasNext() {
          return each.hasNext();
        }

        @Override
        public Place next() {
          TreePlan.Run run = each.next();
          return new Place(inPart(run.file().path()), run.offset(), run.sizeBytes(), run.times());
        }
      };
    };
  }

  /// How many bytes of files a leaf makes, those included that have no place here.
  long fileBytes(int position, int sizeBytes) {
    return whole.placeCount(position) * sizeBytes;
  }

  /// Writes a leaf's verified bytes to all its places.
  ///
  /// @return as [#fileBytes]
  /// @throws MalformedContentException the leaf is not as large as its parent says
  /// @throws InterruptedException the download was stopped
  public long write(int position, ByteBuffer bytes)
      throws IOException, ShoalException, InterruptedException {
    requireRoom(position, bytes.remaining());
    Repeated repeated = new Repeated(bytes);
    for (Place place : places(position)) {
      if (place.sizeBytes() != TreePlan.UNKNOWN_SIZE && place.sizeBytes() != bytes.remaining()) {
        throw new MalformedContentException(
            "%s is not a valid file: chunk %s has %d bytes where its parent says %d; ask its publisher for another id"
                .formatted(
                    plan.root(), plan.leafCid(position), bytes.remaining(), place.sizeBytes()));
      }
      write(place, repeated);
      if (place.sizeBytes() == TreePlan.UNKNOWN_SIZE) {
        // The leaf is the whole file: now its size is known.
        files.cut(place.file(), place.offset() + bytes.remaining());
      }
    }
    return fileBytes(position, bytes.remaining());
  }

  private void write(Place place, Repeated bytes)
      throws IOException, ShoalException, InterruptedException {
    int left = place.times();
    long offset = place.offset();
    while (left > 0) {
      // A leaf can have a million places.
      requireRunning();
      Repeated.Part part = bytes.times(left);
      files.write(place.file(), part.bytes(), offset, part.runs());
      left -= part.times();
      offset += part.bytes().remaining();
      if (part.bytes().remaining() == 0) {
        return;
      }
    }
  }

  /// A leaf's bytes, as often as they are written at once: for each place of a leaf of one byte a
  /// write would take hours.
  private static final class Repeated {
    /// @param times how often the leaf is in it
    record Part(ByteBuffer bytes, int times, List<ZeroRuns.Run> runs) {}

    private final Part once;
    private Part many;

    Repeated(ByteBuffer leaf) {
      once = new Part(leaf, 1, ZeroRuns.of(leaf));
      many = once;
    }

    /// As many as fit, but no more than wanted.
    Part times(int wanted) {
      int leafBytes = once.bytes().remaining();
      int times =
          leafBytes == 0 ? 1 : Math.clamp(MAX_REPEATED_BYTES / leafBytes, 1, Math.max(1, wanted));
      if (times == 1) {
        return once;
      }
      if (many.times() != times) {
        ByteBuffer all = ByteBuffer.allocate(times * leafBytes);
        while (all.hasRemaining()) {
          all.put(once.bytes().duplicate());
        }
        all.flip();
        many = new Part(all, times, ZeroRuns.of(all));
      }
      return many;
    }
  }

  /// Files whose size nobody said were not in the plan's; a folder can have one leaf as any number
  /// of them.
  private void requireRoom(int position, int sizeBytes) throws IOException, UserFaultException {
    long unplanned = plan.unsizedPlaceCount(position);
    limit.add(unplanned * sizeBytes);
    if (unplanned > 1) {
      room.require(
          unplanned * sizeBytes,
          "%s has chunk %s as %,d files: that"
              .formatted(plan.root(), plan.leafCid(position), unplanned));
    }
  }

  /// Reads what is at a place.
  ///
  /// @return whether the file is that long
  public boolean read(Place place, ByteBuffer into) throws IOException, UserFaultException {
    return Files.exists(place.file(), LinkOption.NOFOLLOW_LINKS)
        && files.read(place.file(), into, place.offset());
  }

  /// Cuts off what earlier attempts left beyond the ends, and closes the files.
  ///
  /// @param force whether to force all to the medium first
  /// @param preserve whether files get the rights and times of the DAG
  public void finish(boolean force, boolean preserve) throws IOException, UserFaultException {
    for (TreePlan.PlannedFile file : plan.files()) {
      long size = file.content().sizeBytes();
      if (size != TreePlan.UNKNOWN_SIZE) {
        files.cut(inPart(file.path()), size);
      }
      if (force) {
        files.force(inPart(file.path()));
      }
    }
    files.close();
    if (preserve) {
      new PreservedAttributes(plan, part, place).set();
    }
    if (force && plan.isFolder()) {
      for (TreePlan.PlannedFolder folder : plan.folders()) {
        AtomicFiles.forceFolder(inPart(folder.path()));
      }
    }
  }

  /// Moves the part to the target atomically, where the store does not do it.
  public void rename(boolean replace) throws IOException, ShoalException {
    requireReady(replace);
    if (replace && Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
      Replacement.swap(plan, place, part, target);
    } else {
      place.rename(part, target);
    }
    requireArrived();
  }

  /// Makes sure that the part may become the target.
  ///
  /// @throws UserFaultException the target must stay, or the part is not what was written
  void requireReady(boolean replace) throws IOException, ShoalException {
    Replacement.require(plan, target, replace);
    place.requireUnmoved(part);
  }

  /// Makes sure that the target is what was written.
  void requireArrived() throws IOException, UserFaultException {
    place.requireArrived(part, target);
  }

  /// Makes sure that the path of a file of the part leads to what was written.
  void requireUnmoved(Path file) throws IOException, UserFaultException {
    place.requireUnmoved(file);
  }

  /// Deletes a file, or a folder with all that it holds, if it is there; not what links lead to.
  public static void deleteTree(Path root) throws IOException {
    Path path = root.toAbsolutePath().normalize();
    Path folder = path.getParent();
    if (folder == null || !Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    try (PartPlace place = PartPlace.open(folder)) {
      place.deleteTree(path);
    }
  }

  @Override
  public void close() throws IOException {
    try {
      files.close();
    } finally {
      place.close();
    }
  }
}
