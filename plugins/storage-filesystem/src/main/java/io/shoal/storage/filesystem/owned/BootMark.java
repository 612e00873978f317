package io.shoal.storage.filesystem.owned;

import io.shoal.storage.filesystem.disk.Disk;
import io.shoal.storage.filesystem.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/// The file that names the run of the operating system in which the staged chunks were written:
/// while that run lasts they are whole, forced or not.
final class BootMark {
  private static final int MAX_BYTES = 64; // a boot id is a UUID of 36 characters

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

  /// Names the run that there is now. Call it when nothing is staged from an earlier one.
  void write() throws IOException {
    Optional<String> boot = disk.bootId();
    if (boot.isPresent()) {
      disk.delete(file);
      try (DiskFile out = disk.create(file)) {
        out.write(ByteBuffer.wrap(boot.get().getBytes(StandardCharsets.US_ASCII)));
      }
    }
  }
}
