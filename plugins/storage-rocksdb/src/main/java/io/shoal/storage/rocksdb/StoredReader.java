package io.shoal.storage.rocksdb;

import io.shoal.api.ChunkReader;
import io.shoal.api.RetryableException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/// Reads a chunk, of which it holds one piece at a time. The lease of a chunk of one piece is that
/// piece; a larger one leases the state of the database that it was opened in.
final class StoredReader implements ChunkReader {
  private static final int NO_PIECE = -1;

  private final ChunkTable table;
  private final ChunkKey key;
  private final ChunkRecord record;
  private final Optional<Database.Lease> lease;
  private final byte[] piece;
  private int loaded;
  private volatile boolean closed;

  private StoredReader(
      ChunkTable table,
      ChunkKey key,
      ChunkRecord record,
      Optional<Database.Lease> lease,
      byte[] piece,
      int loaded) {
    this.table = table;
    this.key = key;
    this.record = record;
    this.lease = lease;
    this.piece = piece;
    this.loaded = loaded;
  }

  /// A reader of a chunk of one piece at most.
  ///
  /// @param bytes the whole chunk, not changed any more
  static StoredReader ofOnePiece(ChunkTable table, ChunkKey key, ChunkRecord record, byte[] bytes) {
    return new StoredReader(table, key, record, Optional.empty(), bytes, 0);
  }

  /// A reader of a chunk of several pieces, which frees the lease in the end.
  static StoredReader ofPieces(
      ChunkTable table, ChunkKey key, ChunkRecord record, Database.Lease lease) {
    byte[] piece = new byte[ChunkRecord.PIECE_BYTES];
    return new StoredReader(table, key, record, Optional.of(lease), piece, NO_PIECE);
  }

  @Override
  public int sizeBytes() {
    return record.sizeBytes();
  }

  @Override
  public int read(ByteBuffer into, int positionBytes) throws IOException {
    if (positionBytes < 0) {
      throw new IllegalArgumentException("a position is not negative: " + positionBytes);
    }
    requireOpen();
    if (positionBytes >= record.sizeBytes()) {
      return -1;
    }
    int read = 0;
    while (into.hasRemaining() && positionBytes + read < record.sizeBytes()) {
      int position = positionBytes + read;
      load(position / ChunkRecord.PIECE_BYTES);
      int offset = position % ChunkRecord.PIECE_BYTES;
      int length = Math.min(into.remaining(), record.pieceBytes(loaded) - offset);
      into.put(piece, offset, length);
      read += length;
    }
    return read;
  }

  private void load(int wanted) throws IOException {
    if (loaded != wanted && lease.isPresent()) {
      loaded = NO_PIECE;
      table.readPiece(record, wanted, piece, lease.get());
      loaded = wanted;
    }
  }

  @Override
  public boolean discard() throws IOException, RetryableException {
    requireOpen();
    return table.discard(key, record);
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the reader is closed");
    }
    table.requireOpen();
  }

  @Override
  public void close() {
    closed = true;
    lease.ifPresent(table::release);
  }
}
