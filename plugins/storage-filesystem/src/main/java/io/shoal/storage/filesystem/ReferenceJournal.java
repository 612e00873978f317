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

  /// Below this a journal is not worth writing anew, however much of it is outdated.
  private static final long COMPACT_FROM_BYTES = 1 << 20;

  private final Disk disk;
  private final Path folder;
  private final Path file;
  private final Path next;
  private @Nullable DiskFile out;
  private long sizeBytes;
  private boolean writeAnew;

  ReferenceJournal(Disk disk, ChunkLayout layout) {
    this.disk = disk;
    this.folder = layout.root();
    this.file = layout.references();
    this.next = layout.newReferences();
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
      }
    } catch (NoSuchFileException e) {
      writeAnew = true;
    }
  }

  private long load(DiskFile in, long size, Consumer<JournalRecord> each) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(2 * (MAX_RECORD_BYTES + HEADER_BYTES)).limit(0);
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
      writeAnew = !done;
    }
  }

  /// Writes the journal anew, durable when this returns.
  ///
  /// @param records the whole state
  void writeAnew(Iterator<JournalRecord> records) throws IOException {
    close();
    writeAnew = true;
    disk.delete(next);
    long written;
    try (DiskFile fresh = disk.create(next)) {
      fresh.write(ByteBuffer.wrap(MAGIC));
      written = MAGIC.length + write(records, fresh);
      fresh.force();
    }
    disk.move(next, file);
    disk.forceFolder(folder);
    sizeBytes = written;
    writeAnew = false;
  }

  private static long write(Iterator<JournalRecord> records, DiskFile to) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(2 * (MAX_RECORD_BYTES + HEADER_BYTES));
    long written = 0;
    while (records.hasNext()) {
      int start = buffer.position();
      buffer.position(start + HEADER_BYTES);
      JournalRecord.write(records.next(), buffer);
      int length = buffer.position() - start - HEADER_BYTES;
      buffer.putInt(start, length);
      buffer.putInt(start + Integer.BYTES, checksum(buffer.slice(start + HEADER_BYTES, length)));
      if (buffer.remaining() < MAX_RECORD_BYTES + HEADER_BYTES || !records.hasNext()) {
        written += buffer.flip().remaining();
        to.write(buffer);
        buffer.clear();
      }
    }
    return written;
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
