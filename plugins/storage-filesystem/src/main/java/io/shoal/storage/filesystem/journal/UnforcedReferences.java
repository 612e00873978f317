package io.shoal.storage.filesystem.journal;

import io.shoal.storage.filesystem.chunk.ChunkLayout;
import io.shoal.storage.filesystem.disk.Disk;
import io.shoal.storage.filesystem.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Optional;
import java.util.function.Consumer;

/// The file of references and claims that a process has not forced, in case it ends, well or not: a
/// command that fetched a file need not wait until the disk has all of it, and after `kill -9` next
/// to nothing is checked again. The next process forces it with its own first sync, as long as the
/// operating system is the same run that has the bytes in memory; after a power loss (another boot
/// id) nothing of this is believed.
///
/// A file of its own, `SHOALRU1`, the boot id, a line feed, then records in [JournalFrames],
/// appended and never forced: the journal holds nothing but what is durable. Used by one thread at
/// a time.
public final class UnforcedReferences implements AutoCloseable {
  private final Disk disk;
  private final Path file;
  private boolean present = true; // until the first look
  private final RecordOutput out = new RecordOutput();

  public UnforcedReferences(Disk disk, ChunkLayout layout) {
    this.disk = disk;
    this.file = layout.unforcedReferences();
  }

  /// Reads what an earlier process left, in the order of writing.
  public void load(Consumer<JournalRecord> each) throws IOException {
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

  /// Whether the next process can know whether the bytes are still there.
  public boolean canKeep() {
    return disk.bootId().isPresent();
  }

  /// Whether records can be added to those that are there; else they must begin anew.
  public boolean isOpen() {
    return out.isOpen();
  }

  /// Adds records to those of this process, or begins with them.
  public void add(Iterator<JournalRecord> records) throws IOException {
    boolean done = false;
    try {
      if (!out.isOpen()) {
        begin();
      }
      JournalFrames.write(records, out.file());
      done = true;
    } finally {
      if (!done) {
        clear(); // what of it is there is unknown
      }
    }
  }

  private void begin() throws IOException {
    byte[] magic =
        magic().orElseThrow(() -> new IllegalStateException("this system names no boot"));
    clear();
    present = true;
    out.open(disk.create(file));
    out.file().write(ByteBuffer.wrap(magic));
  }

  /// Forgets it: to be called before it is forced, since what a force failed for must not be
  /// believed later.
  public void clear() throws IOException {
    close();
    if (present) {
      disk.delete(file);
      present = false;
    }
  }

  /// Leaves it to the next process.
  @Override
  public void close() throws IOException {
    out.close();
  }

  private Optional<byte[]> magic() {
    return disk.bootId().map(boot -> ("SHOALRU1" + boot + "\n").getBytes(StandardCharsets.UTF_8));
  }
}
