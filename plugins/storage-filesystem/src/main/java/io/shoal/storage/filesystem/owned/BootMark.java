package io.shoal.storage.filesystem.owned;

import io.shoal.storage.filesystem.disk.Disk;
import io.shoal.storage.filesystem.disk.DiskFaults;
import io.shoal.storage.filesystem.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The file that names the run of the operating system in which the staged chunks were written:
/// while that run lasts they are whole, forced or not.
final class BootMark {
  private static final int MAX_BYTES = 64; // a boot id is a UUID of 36 characters

  private static final Logger LOG = LoggerFactory.getLogger(BootMark.class);

  private final Disk disk;
  private final Path file;

  BootMark(Disk disk, Path file) {
    this.disk = disk;
    this.file = file;
  }

  /// Whether the mark names the run that there is now; not if the system does not name its runs.
  boolean isOfThisBoot() throws IOException {
    Optional<String> boot = disk.bootId();
    return boot.isPresent() && boot.equals(read());
  }

  private Optional<String> read() throws IOException {
    try (DiskFile in = disk.read(file)) {
      ByteBuffer text = ByteBuffer.allocate(MAX_BYTES);
      int read;
      do {
        read = in.read(text, text.position());
      } while (read > 0 && text.hasRemaining());
      return Optional.of(new String(text.array(), 0, text.position(), StandardCharsets.US_ASCII));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /// Names the run that there is now. Call it when nothing is staged from an earlier one. On a full
  /// disk there is no mark, or half of one: the next process takes what is staged then as lost.
  void write() throws IOException {
    Optional<String> boot = disk.bootId();
    if (boot.isEmpty()) {
      return;
    }
    try {
      disk.delete(file);
      try (DiskFile out = disk.create(file)) {
        out.write(ByteBuffer.wrap(boot.get().getBytes(StandardCharsets.US_ASCII)));
      }
    } catch (IOException e) {
      if (!DiskFaults.full(e)) {
        throw e;
      }
      LOG.debug("{} does not name this run of the system", file, e);
    }
  }
}
