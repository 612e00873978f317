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
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/// Where a download's bytes go until all are here: `NAME.part` beside the target, a file or a
/// folder as the plan says. Usable from any thread.
public final class DownloadTarget implements AutoCloseable {
  /// One of the places of a leaf.
  ///
  /// @param sizeBytes as the plan says, or [TreePlan#UNKNOWN_SIZE]
  public record Place(Path file, long offset, long sizeBytes) {}

  private final TreePlan whole;
  private final TreePlan plan;
  private final List<String> leftOut;
  private final Path target;
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
      for (int i = 0; i < content.leafCount(); i++) {
        if (content.leaf(i) < 0) {
          requireRunning();
          ByteBuffer bytes = ByteBuffer.wrap(inline(plan.leafCid(content.leaf(i))));
          files.write(inPart(file.path()), bytes, content.offset(i), ZeroRuns.of(bytes));
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

  public List<Place> places(int position) {
    List<Place> places = new ArrayList<>(1);
    plan.places(
        position, (file, offset, size) -> places.add(new Place(inPart(file.path()), offset, size)));
    return places;
  }

  /// How many bytes of files a leaf makes, those included that have no place here.
  long fileBytes(int position, List<Place> here, int sizeBytes) {
    if (leftOut.isEmpty()) {
      return (long) here.size() * sizeBytes;
    }
    long[] count = new long[1];
    whole.places(position, (file, offset, size) -> count[0]++);
    return count[0] * sizeBytes;
  }

  /// Writes a leaf's verified bytes to all its places.
  ///
  /// @return as [#fileBytes]
  /// @throws MalformedContentException the leaf is not as large as its parent says
  /// @throws InterruptedException the download was stopped
  public long write(int position, ByteBuffer bytes)
      throws IOException, ShoalException, InterruptedException {
    List<Place> places = places(position);
    requireRoom(position, places, bytes.remaining());
    List<ZeroRuns.Run> runs = ZeroRuns.of(bytes);
    for (Place place : places) {
      // A leaf can have a million places.
      requireRunning();
      if (place.sizeBytes() != TreePlan.UNKNOWN_SIZE && place.sizeBytes() != bytes.remaining()) {
        throw new MalformedContentException(
            "%s is not a valid file: chunk %s has %d bytes where its parent says %d; ask its publisher for another id"
                .formatted(
                    plan.root(), plan.leafCid(position), bytes.remaining(), place.sizeBytes()));
      }
      files.write(place.file(), bytes, place.offset(), runs);
      if (place.sizeBytes() == TreePlan.UNKNOWN_SIZE) {
        // The leaf is the whole file: now its size is known.
        files.cut(place.file(), place.offset() + bytes.remaining());
      }
    }
    return fileBytes(position, places, bytes.remaining());
  }

  /// Files whose size nobody said were not in the plan's; a folder can have one leaf as any number
  /// of them.
  private void requireRoom(int position, List<Place> places, int sizeBytes)
      throws IOException, UserFaultException {
    long unplanned =
        places.stream().filter(place -> place.sizeBytes() == TreePlan.UNKNOWN_SIZE).count();
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
  public void rename(boolean replace) throws IOException, UserFaultException {
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
  void requireReady(boolean replace) throws IOException, UserFaultException {
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
