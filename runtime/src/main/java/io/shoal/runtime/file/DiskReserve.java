package io.shoal.runtime.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A file that takes some room on the disk of a data folder, and gives it up when that disk is
/// full: also what makes room has to be written down, such as a pin that was released. Usable from
/// any thread.
public final class DiskReserve {
  private static final Logger LOG = LoggerFactory.getLogger(DiskReserve.class);

  /// Enough for the entries of some thousand roots, or for the claims of a file of 20 GB.
  static final int SIZE_BYTES = 1 << 20;

  /// The reserve is a small part of the room that there is, or it is not made.
  private static final long PLENTY_BYTES = 16L * SIZE_BYTES;

  /// Something that writes, and leaves nothing half when it fails.
  @FunctionalInterface
  public interface Change {
    void make() throws IOException;
  }

  private final Path file;

  /// @param folder where it is kept
  public DiskReserve(Path folder) {
    file = folder.resolve("reserve");
  }

  /// Makes it again if it is not there and there is plenty of room.
  public void keep() {
    try {
      if (!Files.exists(file) && Files.getFileStore(folder()).getUsableSpace() >= PLENTY_BYTES) {
        fill();
      }
    } catch (IOException e) {
      // It is there for bad times, and all goes well without it until then.
      LOG.debug("{} was not made", file, e);
    }
  }

  private Path folder() throws IOException {
    Path folder = file.getParent();
    if (folder == null) {
      throw new IOException(file + " is in no folder");
    }
    return folder;
  }

  private void fill() throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(SIZE_BYTES);
    // File systems that compress, or leave out zeros, would reserve nothing.
    for (long next = 1; bytes.hasRemaining(); next = next * 6_364_136_223_846_793_005L + 1) {
      bytes.putLong(next ^ next >>> 29);
    }
    boolean done = false;
    try {
      Files.write(file, bytes.array());
      done = true;
    } finally {
      if (!done) {
        Files.deleteIfExists(file);
      }
    }
  }

  /// Makes a change; if the disk has no room for it, once more without the reserve.
  public void change(Change change) throws IOException {
    try {
      change.make();
    } catch (IOException e) {
      if (DiskFull.of(e).isEmpty() || !Files.deleteIfExists(file)) {
        throw e;
      }
      LOG.info("{}: given up, since its disk is full", file);
      change.make();
    }
  }
}
