package io.shoal.storage.rocksdb;

import io.shoal.api.RetryableException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Corrupt chunks, kept so that the user can look for the cause: a table of what they were, by
/// number; their bytes stay where they are.
final class Quarantine {
  private static final Logger LOG = LoggerFactory.getLogger(Quarantine.class);

  /// The oldest goes when another one comes: at most 200 MiB are kept.
  private static final int MAX_CHUNKS = 100;

  private final Database database;
  private final InstantSource clock;

  /// @param key of the chunk that it was kept as
  /// @param since when it was found to be corrupt
  record Entry(ChunkKey key, ChunkRecord record, Instant since) {}

  Quarantine(Database database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
  }

  /// Takes a corrupt chunk out of the store.
  void take(ChunkKey key, ChunkRecord record, WriterSlot slot)
      throws IOException, RetryableException {
    ByteBuffer entry =
        ByteBuffer.allocate(Integer.BYTES + Long.BYTES + key.bytes().length)
            .putInt(record.sizeBytes())
            .putLong(clock.instant().toEpochMilli())
            .put(key.bytes());
    slot.quarantine(key, record, entryKey(record.number()), entry.array());
    LOG.warn(
        "{}: the chunk {} is corrupt (its bytes do not match its name): quarantined as number {}; check the disk",
        database.folder(),
        key,
        record.number());
    List<Entry> kept = entries();
    if (kept.size() > MAX_CHUNKS) {
      ChunkRecord oldest = kept.getFirst().record();
      slot.release(oldest, entryKey(oldest.number()));
    }
  }

  /// All of them, by number. Needs a pass.
  List<Entry> entries() throws IOException {
    List<Entry> entries = new ArrayList<>();
    for (Database.Entry entry :
        database.entries(database.quarantine(), entryKey(0), Integer.MAX_VALUE, Optional.empty())) {
      ByteBuffer value = ByteBuffer.wrap(entry.value());
      long number = ByteBuffer.wrap(entry.key()).getLong();
      ChunkRecord record = new ChunkRecord(number, value.getInt());
      Instant since = Instant.ofEpochMilli(value.getLong());
      byte[] key = Arrays.copyOfRange(entry.value(), value.position(), value.limit());
      entries.add(new Entry(new ChunkKey(key), record, since));
    }
    return entries;
  }

  private static byte[] entryKey(long number) {
    return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
  }
}
