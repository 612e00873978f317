package io.shoal.storage.filesystem.journal;

import io.shoal.api.Cid;
import io.shoal.api.MalformedDataException;
import io.shoal.storage.filesystem.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// How records lie in a file: `length:4 crc32c:4 payload`, the checksum over the payload (CRC-32C,
/// RFC 3720), so that a record that was written in part is recognised.
final class JournalFrames {
  private static final Logger LOG = LoggerFactory.getLogger(JournalFrames.class);

  /// The longest record: [JournalRecord#MAX_RUNS] runs with the longest CIDs.
  static final int MAX_RECORD_BYTES = JournalRecord.MAX_RUNS * (Cid.MAX_BYTES + 16) + 64;

  private static final int HEADER_BYTES = 8;

  /// Enough for the records of a large sync in one write.
  private static final int WRITE_BUFFER_BYTES = 128 * 1024;

  /// Enough for the records of a few files: most syncs need no more.
  private static final int FIRST_WRITE_BYTES = 4 * 1024;

  private JournalFrames() {}

  /// Reads every record that is whole, from the start on.
  ///
  /// @param magic how the file has to begin
  /// @param name the file's, for messages
  /// @return how many bytes are magic and whole records
  static long read(DiskFile in, long size, byte[] magic, Path name, Consumer<JournalRecord> each)
      throws IOException {
    int capacity = (int) Math.min(size + HEADER_BYTES, 2L * (MAX_RECORD_BYTES + HEADER_BYTES));
    ByteBuffer buffer = ByteBuffer.allocate(capacity).limit(0);
    long good = 0;
    long readTo = 0;
    if (size < magic.length) {
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
        byte[] found = new byte[magic.length];
        buffer.get(found);
        if (!Arrays.equals(found, magic)) {
          return 0;
        }
        good = magic.length;
      }
      long before = good;
      int length = nextRecord(buffer, name, each);
      while (length > 0) {
        good += length;
        length = nextRecord(buffer, name, each);
      }
      if (good == before) {
        return good;
      }
    }
  }

  /// Reads one record if a whole one is there, and says how many bytes it took.
  private static int nextRecord(ByteBuffer in, Path name, Consumer<JournalRecord> each) {
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
          "{}: a record is unknown ({}) and is ignored: was the folder used by a newer version?",
          name,
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

  /// Writes records where the file ends.
  ///
  /// @return how many bytes they took
  static long write(Iterator<JournalRecord> records, DiskFile to) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(FIRST_WRITE_BYTES);
    long written = 0;
    while (records.hasNext()) {
      JournalRecord record = records.next();
      int room = HEADER_BYTES + JournalRecord.maxBytes(record);
      if (buffer.remaining() < room) {
        written += flush(buffer, to);
        int size = Math.max(room, WRITE_BUFFER_BYTES);
        buffer = buffer.capacity() < size ? ByteBuffer.allocate(size) : buffer;
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
}
