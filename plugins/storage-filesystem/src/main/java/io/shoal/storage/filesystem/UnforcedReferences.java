package io.shoal.storage.filesystem;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Optional;
import java.util.function.Consumer;

/// What a process knew of users' files and had not forced when it ended: a command that fetched a
/// file need not wait until the disk has all of it. The next process forces it with its own first
/// sync, as long as the operating system is the same run that has the bytes in memory; after a
/// power loss (another boot id) nothing of this is believed.
///
/// A file of its own, `SHOALRU1`, the boot id, a line feed, then records in [JournalFrames]: the
/// journal holds nothing but what is durable.
final class UnforcedReferences {
  private final Disk disk;
  private final Path file;
  private boolean present = true; // until somebody looked

  UnforcedReferences(Disk disk, ChunkLayout layout) {
    this.disk = disk;
    this.file = layout.unforcedReferences();
  }

  /// Tells what an earlier process left, in the order in which it came about.
  void load(Consumer<JournalRecord> each) throws IOException {
    Optional<byte[]> magic = magic();
    if (magic.isEmpty()) {
      return;
    }
    try (DiskFile in = disk.read(file)) {
      JournalFrames.read(in, in.sizeBytes(), magic.get(), file, each);
    } catch (NoSuchFileException e) {
      present = false;
    }
  }

  /// Whether the next process can tell if the bytes are still there.
  boolean canKeep() {
    return disk.bootId().isPresent();
  }

  /// Keeps what was not forced, for the next process.
  void keep(Iterator<JournalRecord> records) throws IOException {
    byte[] magic =
        magic().orElseThrow(() -> new IllegalStateException("this system names no boot"));
    clear();
    present = true;
    try (DiskFile out = disk.create(file)) {
      out.write(ByteBuffer.wrap(magic));
      JournalFrames.write(records, out);
    }
  }

  /// Forgets it: to be called before it is forced, since what a force failed for must not be
  /// believed later.
  void clear() throws IOException {
    if (present) {
      disk.delete(file);
      present = false;
    }
  }

  private Optional<byte[]> magic() {
    return disk.bootId().map(boot -> ("SHOALRU1" + boot + "\n").getBytes(StandardCharsets.UTF_8));
  }
}
