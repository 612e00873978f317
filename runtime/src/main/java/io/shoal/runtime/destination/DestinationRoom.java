package io.shoal.runtime.destination;

import io.shoal.api.StoreFullException;
import io.shoal.api.UserFaultException;
import io.shoal.runtime.unit.Units;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/// The room on the disk of a download's target, less a floor that stays free: a stranger says how
/// large a download is, and a disk that is full to the last byte stops more than this program.
/// Usable from any thread.
public final class DestinationRoom {
  /// The floor: room for other programs to go on, and for their user to make more.
  static final long MAX_FLOOR_BYTES = 64L << 20;

  /// The floor of a small disk, as a part of it: a tenth of a memory stick is enough.
  static final int FLOOR_PART = 10;

  /// The disk is looked at anew after this part of the floor was written: other programs write to
  /// it too.
  private static final int LOOK_PART = 8;

  /// File systems on which a run of zeros that is not written takes no room. On FAT it does.
  private static final Set<String> WITH_HOLES =
      Set.of(
          "apfs",
          "bcachefs",
          "btrfs",
          "ext2",
          "ext3",
          "ext4",
          "f2fs",
          "nfs4",
          "overlay",
          "tmpfs",
          "xfs",
          "zfs");

  /// The disk as it says of itself.
  interface Disk {
    /// Its size; 0 if it does not say.
    long totalBytes() throws IOException;

    long usableBytes() throws IOException;

    /// The name of its file system.
    String type();
  }

  private final Path folder;
  private final Optional<Disk> disk;
  private final boolean holes;
  // Guarded by this.
  private long roomBytes;

  private long validBytes;

  DestinationRoom(Path folder, Optional<Disk> disk) {
    this.folder = folder;
    this.disk = disk;
    this.holes = disk.isPresent() && WITH_HOLES.contains(disk.get().type());
  }

  /// The room in a folder that is there.
  public static DestinationRoom of(Path folder) {
    return new DestinationRoom(folder, disk(folder));
  }

  /// A disk that does not say how large it is sets no limit: writing to it tells.
  private static Optional<Disk> disk(Path folder) {
    try {
      FileStore store = Files.getFileStore(folder);
      return store.getTotalSpace() <= 0 ? Optional.empty() : Optional.of(new Mounted(store));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private record Mounted(FileStore store) implements Disk {
    @Override
    public long totalBytes() throws IOException {
      return store.getTotalSpace();
    }

    @Override
    public long usableBytes() throws IOException {
      return store.getUsableSpace();
    }

    @Override
    public String type() {
      return store.type();
    }
  }

  /// Whether runs of zeros that are not written take no room.
  boolean hasHoles() {
    return holes;
  }

  /// How much may still be written.
  public long availableBytes() throws IOException {
    return disk.isEmpty()
        ? Long.MAX_VALUE
        : Math.max(0, disk.get().usableBytes() - floorBytes(disk.get()));
  }

  private static long floorBytes(Disk disk) throws IOException {
    return Math.min(MAX_FLOOR_BYTES, disk.totalBytes() / FLOOR_PART);
  }

  /// Compares what is to be written with the room.
  ///
  /// @param what begins the message
  /// @throws UserFaultException it does not fit
  void require(long bytes, String what) throws IOException, UserFaultException {
    if (bytes > availableBytes()) {
      throw new UserFaultException(
          "%s needs %s, and the disk of %s has %s: free some, or choose another place with -o"
              .formatted(what, Units.size(bytes), folder, free()));
    }
  }

  /// How much is free, in words.
  String free() throws IOException {
    return disk.isEmpty()
        ? "no room"
        : "%s free, of which %s stay free"
            .formatted(Units.size(disk.get().usableBytes()), Units.size(floorBytes(disk.get())));
  }

  /// Asks for room right before bytes are written.
  ///
  /// @param file for the message
  /// @throws StoreFullException there is none left
  void take(Path file, long bytes) throws IOException, StoreFullException {
    if (disk.isEmpty() || takeLooked(bytes)) {
      return;
    }
    long available = availableBytes();
    synchronized (this) {
      roomBytes = available;
      validBytes = Math.max(bytes, floorBytes(disk.get()) / LOOK_PART);
    }
    if (!takeLooked(bytes)) {
      throw new StoreFullException(
          "%s: its disk has no room left (%s): free some; the download goes on by itself"
              .formatted(file, free()));
    }
  }

  private synchronized boolean takeLooked(long bytes) {
    if (bytes > roomBytes || bytes > validBytes) {
      return false;
    }
    roomBytes -= bytes;
    validBytes -= bytes;
    return true;
  }
}
