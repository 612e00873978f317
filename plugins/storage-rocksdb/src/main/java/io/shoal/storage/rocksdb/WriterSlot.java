package io.shoal.storage.rocksdb;

import io.shoal.api.RetryableException;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/// What one change needs: a batch that is used again and again, and a count.
///
/// Each slot counts what was changed through it, and writes that sum in the batch of the change. So
/// the sum of all slots is what is stored, whatever a crash leaves, and no two writers wait for
/// each other to count.
final class WriterSlot implements AutoCloseable {
  /// No hash function has the number 0: the keys of counts meet none of a chunk.
  private static final byte COUNT_PREFIX = 0;

  /// A batch keeps the room that it once needed: one that held a large chunk is replaced.
  private static final long MAX_KEPT_BATCH_BYTES = 256 * 1024;

  private final Database database;
  private final byte[] countKey;
  private final ByteBuffer pieceKey = ByteBuffer.allocateDirect(Long.BYTES);
  private final ByteBuffer piece = ByteBuffer.allocateDirect(ChunkRecord.PIECE_BYTES);
  private WriteBatch batch = new WriteBatch();
  private Usage count;

  /// A part of a batch.
  @FunctionalInterface
  private interface Filling {
    void fill(WriteBatch batch) throws RocksDBException;
  }

  private WriterSlot(Database database, byte[] countKey, Usage count) {
    this.database = database;
    this.countKey = countKey;
    this.count = count;
  }

  static byte[] countKey(int slot) {
    return new byte[] {COUNT_PREFIX, (byte) slot};
  }

  /// The least key that a chunk may have.
  static byte[] firstChunkKey() {
    return new byte[] {COUNT_PREFIX + 1};
  }

  static WriterSlot open(Database database, int slot) throws IOException {
    byte[] key = countKey(slot);
    Usage count = database.record(key, Usage.ENCODED_BYTES).map(Usage::of).orElse(Usage.NONE);
    return new WriterSlot(database, key, count);
  }

  Usage count() {
    return count;
  }

  void store(ChunkKey key, ChunkRecord record, ByteBuffer bytes)
      throws IOException, RetryableException {
    change(
        1,
        record,
        batch -> {
          batch.put(database.records(), key.bytes(), record.encoded());
          for (int i = 0; i < record.pieces(); i++) {
            pieceKey.clear().put(record.pieceKey(i)).flip();
            int offset = bytes.position() + i * ChunkRecord.PIECE_BYTES;
            batch.put(database.bytes(), pieceKey, direct(bytes, offset, record.pieceBytes(i)));
          }
        });
  }

  private ByteBuffer direct(ByteBuffer bytes, int offset, int size) {
    ByteBuffer slice = bytes.slice(offset, size);
    return slice.isDirect() ? slice : piece.clear().put(slice).flip();
  }

  void remove(ChunkKey key, ChunkRecord record) throws IOException, RetryableException {
    change(
        -1,
        record,
        batch -> {
          batch.delete(database.records(), key.bytes());
          removePieces(batch, record);
        });
  }

  /// Pieces are written once and removed once, which is cheaper to clean up if said.
  private void removePieces(WriteBatch batch, ChunkRecord record) throws RocksDBException {
    for (int i = 0; i < record.pieces(); i++) {
      batch.singleDelete(database.bytes(), record.pieceKey(i));
    }
  }

  /// Takes a chunk out of the store and keeps its bytes.
  ///
  /// @param entryKey its key in quarantine
  /// @param entry what is kept of it there
  void quarantine(ChunkKey key, ChunkRecord record, byte[] entryKey, byte[] entry)
      throws IOException, RetryableException {
    change(
        -1,
        record,
        batch -> {
          batch.delete(database.records(), key.bytes());
          batch.put(database.quarantine(), entryKey, entry);
        });
  }

  /// Removes a chunk from quarantine.
  void release(ChunkRecord record, byte[] entryKey) throws IOException, RetryableException {
    change(
        0,
        record,
        batch -> {
          batch.delete(database.quarantine(), entryKey);
          removePieces(batch, record);
        });
  }

  private void change(int chunks, ChunkRecord record, Filling filling)
      throws IOException, RetryableException {
    try {
      Usage after = count.plus(chunks, (long) chunks * record.sizeBytes());
      filling.fill(batch);
      batch.put(database.records(), countKey, after.encoded());
      database.write(batch);
      count = after;
    } catch (RocksDBException e) {
      throw Faults.explained(database.folder(), "preparing a change failed", e);
    } finally {
      clear();
    }
  }

  private void clear() {
    if (batch.getDataSize() > MAX_KEPT_BATCH_BYTES) {
      batch.close();
      batch = new WriteBatch();
    } else {
      batch.clear();
    }
  }

  @Override
  public void close() {
    batch.close();
  }
}
