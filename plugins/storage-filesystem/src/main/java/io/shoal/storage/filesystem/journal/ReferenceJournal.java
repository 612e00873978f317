package io.shoal.storage.filesystem.journal;

import io.shoal.storage.filesystem.chunk.ChunkLayout;
import io.shoal.storage.filesystem.disk.Disk;
import io.shoal.storage.filesystem.disk.DiskFaults;
import io.shoal.storage.filesystem.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The file that remembers references and claims: 8 bytes of magic, then records in
/// [JournalFrames]. Only ever appended to; what a crash left half-written at its end is recognised
/// and cut off.
///
/// After a write or force that failed nothing is appended any more, since it is unknown what the
/// file holds: the next time it is written anew, under another name that takes its place when it is
/// durable. Used by one thread at a time.
public final class ReferenceJournal implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ReferenceJournal.class);

  private static final byte[] MAGIC = "SHOALRF1".getBytes(StandardCharsets.US_ASCII);

  /// Below this a journal is not worth writing anew, however much of it is outdated.
  private static final long COMPACT_FROM_BYTES = 1 << 20;

  private final Disk disk;
  private final Path folder;
  private final Path file;
  private final Path next;
  private final Path mark;
  private final RecordOutput out = new RecordOutput();
  private long sizeBytes;
  private boolean writeAnew;
  private boolean damaged;

  public ReferenceJournal(Disk disk, ChunkLayout layout) {
    this.disk = disk;
    this.folder = layout.root();
    this.file = layout.references();
    this.next = layout.newReferences();
    this.mark = layout.distrustedReferences();
  }

  /// Reads every record that is whole. Called once, before the first write.
  public void load(Consumer<JournalRecord> each) throws IOException {
    disk.delete(next); // a crash came before it took its place
    try (DiskFile in = disk.read(file)) {
      long size = in.sizeBytes();
      long good = JournalFrames.read(in, size, MAGIC, file, each);
      sizeBytes = good;
      if (good < size) {
        LOG.warn(
            "{}: {} bytes at its end are not readable and are cut off; a crash leaves such an end, nothing that was synced is lost",
            file,
            size - good);
        writeAnew = true;
        damaged = true;
      }
    } catch (NoSuchFileException e) {
      writeAnew = true;
      return;
    }
    if (disk.stat(mark).isPresent()) {
      writeAnew = true;
      damaged = true;
    } else {
      forceWhatIsThere();
    }
  }

  /// An earlier process may have ended before it forced what it wrote.
  private void forceWhatIsThere() {
    try {
      disk.forceFile(file);
    } catch (IOException e) {
      LOG.warn(
          "{}: cannot be made durable ({}) and is written anew: check the disk",
          file,
          DiskFaults.reason(e));
      distrust();
    }
  }

  /// Whether [#append] cannot be used: the journal must be written anew.
  public boolean mustBeWrittenAnew() {
    return writeAnew;
  }

  /// Whether the file may hold less than it should.
  public boolean damaged() {
    return damaged;
  }

  /// Whether most of it is outdated, seen that `liveBytes` would do.
  public boolean mostlyOutdated(long liveBytes) {
    return sizeBytes > COMPACT_FROM_BYTES && sizeBytes > 2 * liveBytes;
  }

  /// Appends records and makes them durable.
  public void append(List<JournalRecord> records) throws IOException {
    if (writeAnew) {
      throw new IllegalStateException("the journal must be written anew");
    }
    boolean done = false;
    try {
      if (!out.isOpen()) {
        out.open(disk.append(file, sizeBytes));
      }
      sizeBytes += JournalFrames.write(records.iterator(), out.file());
      out.file().force();
      done = true;
    } finally {
      if (!done) {
        distrust();
      }
    }
  }

  /// It is unknown what of the file is durable, and forcing it once more would say that all is. The
  /// mark says so to the next process, should this one end before it wrote the journal anew; after
  /// a power loss what is there is what is durable.
  private void distrust() {
    writeAnew = true;
    damaged = true;
    try {
      disk.create(mark).close();
    } catch (IOException e) {
      LOG.debug("{} could not be made", mark, e);
    }
  }

  /// Writes the journal anew, durable when this returns.
  ///
  /// @param records the whole state
  public void writeAnew(Iterator<JournalRecord> records) throws IOException {
    close();
    writeAnew = true;
    damaged = true;
    disk.delete(next);
    long written;
    try (DiskFile fresh = disk.create(next)) {
      fresh.write(ByteBuffer.wrap(MAGIC));
      written = MAGIC.length + JournalFrames.write(records, fresh);
      fresh.force();
    }
    disk.move(next, file);
    disk.forceFolder(folder);
    disk.delete(mark);
    sizeBytes = written;
    writeAnew = false;
    damaged = false;
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
