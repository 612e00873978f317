package io.shoal.storage.filesystem;

import io.shoal.api.Cid;
import io.shoal.api.MalformedDataException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The file that remembers references and claims: 8 bytes of magic, then records `length:4 crc32c:4
/// payload`, the checksum over the payload (CRC-32C, RFC 3720). Only ever appended to; what a crash
/// left half-written at its end is recognised by length or checksum and cut off.
///
/// After a write or force that failed nothing is appended any more, since nobody knows what the
/// file holds: the next time it is written anew, under another name that takes its place when it is
/// durable. Used by one thread at a time.
final class ReferenceJournal implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ReferenceJournal.class);

  private static final byte[] MAGIC = "SHOALRF1".getBytes(StandardCharsets.US_ASCII);

  /// The longest record: [JournalRecord#MAX_SEGMENTS] segments with the longest CIDs.
  static final int MAX_RECORD_BYTES = JournalRecord.MAX_SEGMENTS * (Cid.MAX_BYTES + 12) + 64;

  private static final int HEADER_BYTES = 8;

  /// Enough for what a sync usually has to say in one write.
  private static final int WRITE_BUFFER_BYTES = 128 * 1024;

  /// Below this a journal is not worth writing anew, however much of it is outdated.
  private static final long COMPACT_FROM_BYTES = 1 << 20;

  private final Disk disk;
  private final Path folder;
  private final Path file;
  private final Path next;
  private final Path mark;
  private @Nullable DiskFile out;
  private long sizeBytes;
  private boolean writeAnew;
  private boolean damaged;

  ReferenceJournal(Disk disk, ChunkLayout layout) {
    this.disk = disk;
    this.folder = layout.root();
    this.file = layout.references();
    this.next = layout.newReferences();
    this.mark = layout.distrustedReferences();
  }

  /// Tells every record that is whole. Called once, before the first write.
  void load(Consumer<JournalRecord> each) throws IOException {
    disk.delete(next); // a crash came before it took its place
    try (DiskFile in = disk.read(file)) {
      long size = in.sizeBytes();
      long good = load(in, size, each);
      sizeBytes = good;
      if (good < size) {
        LOG.warn(
            "{}: {} bytes at its end are not readable and are cut off; a crash leaves such an end, nothing that was synced is lost by it",
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

  private long load(DiskFile in, long size, Consumer<JournalRecord> each) throws IOException {
    int capacity = (int) Math.min(size + HEADER_BYTES, 2L * (MAX_RECORD_BYTES + HEADER_BYTES));
    ByteBuffer buffer = ByteBuffer.allocate(capacity).limit(0);
    long good = 0;
    long readTo = 0;
    if (size < MAGIC.length) {
      return 0;
    }
    while (true) {
      buffer.compact();
      int read = 0;
      while (buffer.hasRemaining() && read >= 0) {
        read = in.read(buffer, readTo);
        readTo += Math.max(0, read);
      }
      buffer.flip();
      if (good == 0) {
        byte[] magic = new byte[MAGIC.length];
        buffer.get(magic);
        if (!Arrays.equals(magic, MAGIC)) {
          return 0;
        }
        good = MAGIC.length;
      }
      long before = good;
      int length = nextRecord(buffer, each);
      while (length > 0) {
        good += length;
        length = nextRecord(buffer, each);
      }
      if (good == before) {
        return good;
      }
    }
  }

  /// Reads one record if a whole one is there, and says how many bytes it took.
  private int nextRecord(ByteBuffer in, Consumer<JournalRecord> each) {
    if (in.remaining() < HEADER_BYTES) {
      return 0;
    }
    int length = in.getInt(in.position());
    if (length <= 0 || length > MAX_RECORD_BYTES || length > in.remaining() - HEADER_BYTES) {
      return 0;
    }
    ByteBuffer payload = in.slice(in.position() + HEADER_BYTES, length);
    if (in.getInt(in.position() + Integer.BYTES) != checksum(payload)) {
      return 0;
    }
    try {
      each.accept(JournalRecord.read(payload));
    } catch (MalformedDataException e) {
      LOG.warn(
          "{}: a record is not understood ({}) and is left out: was the folder used by a newer version?",
          file,
          e.getMessage());
    }
    in.position(in.position() + HEADER_BYTES + length);
    return HEADER_BYTES + length;
  }

  private static int checksum(ByteBuffer payload) {
    CRC32C crc = new CRC32C();
    crc.update(payload.duplicate());
    return (int) crc.getValue();
  }

  /// Whether [#append] cannot be used: the journal must be written anew.
  boolean mustBeWrittenAnew() {
    return writeAnew;
  }

  /// Whether the file may hold less than it should.
  boolean damaged() {
    return damaged;
  }

  /// Whether most of it is outdated, seen that `liveBytes` would do.
  boolean mostlyOutdated(long liveBytes) {
    return sizeBytes > COMPACT_FROM_BYTES && sizeBytes > 2 * liveBytes;
  }

  /// Appends records and makes them durable.
  void append(List<JournalRecord> records) throws IOException {
    if (writeAnew) {
      throw new IllegalStateException("the journal must be written anew");
    }
    boolean done = false;
    try {
      @Nullable DiskFile open = out;
      if (open == null) {
        open = disk.append(file, sizeBytes);
        out = open;
      }
      sizeBytes += write(records.iterator(), open);
      open.force();
      done = true;
    } finally {
      if (!done) {
        distrust();
      }
    }
  }

  /// Nobody knows what of the file is durable, and forcing it once more would say that all is. The
  /// mark tells the next process, too, should this one end before it wrote the journal anew; after
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
  void writeAnew(Iterator<JournalRecord> records) throws IOException {
    close();
    writeAnew = true;
    damaged = true;
    disk.delete(next);
    long written;
    try (DiskFile fresh = disk.create(next)) {
      fresh.write(ByteBuffer.wrap(MAGIC));
      written = MAGIC.length + write(records, fresh);
      fresh.force();
    }
    disk.move(next, file);
    disk.forceFolder(folder);
    disk.delete(mark);
    sizeBytes = written;
    writeAnew = false;
    damaged = false;
  }

  private static long write(Iterator<JournalRecord> records, DiskFile to) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(WRITE_BUFFER_BYTES);
    long written = 0;
    while (records.hasNext()) {
      JournalRecord record = records.next();
      int room = HEADER_BYTES + JournalRecord.maxBytes(record);
      if (buffer.remaining() < room) {
        written += flush(buffer, to);
        buffer = buffer.capacity() < room ? ByteBuffer.allocate(room) : buffer;
      }
      int start = buffer.position();
      buffer.position(start + HEADER_BYTES);
      JournalRecord.write(record, buffer);
      int length = buffer.position() - start - HEADER_BYTES;
      buffer.putInt(start, length);
      buffer.putInt(start + Integer.BYTES, checksum(buffer.slice(start + HEADER_BYTES, length)));
    }
    return written + flush(buffer, to);
  }

  private static int flush(ByteBuffer buffer, DiskFile to) throws IOException {
    int size = buffer.flip().remaining();
    if (size > 0) {
      to.write(buffer);
    }
    buffer.clear();
    return size;
  }

  @Override
  public void close() throws IOException {
    @Nullable DiskFile open = out;
    out = null;
    if (open != null) {
      open.close();
    }
  }
}
