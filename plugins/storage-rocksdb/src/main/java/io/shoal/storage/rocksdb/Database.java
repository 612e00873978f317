package io.shoal.storage.rocksdb;

import io.shoal.api.RetryableException;
import io.shoal.api.UserFaultException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.CompactRangeOptions;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.RocksObject;
import org.rocksdb.Snapshot;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/// The open database with its three tables: records of chunks, their bytes, and what is in
/// quarantine. Every call but [#close] needs a pass of the [CallGate].
final class Database implements AutoCloseable {
  static final byte[] BYTES = "bytes".getBytes(StandardCharsets.US_ASCII);
  static final byte[] QUARANTINE = "quarantine".getBytes(StandardCharsets.US_ASCII);

  /// A writer waits in Java, not in the database, where it would hold the thread that carries it.
  private static final long FIRST_PAUSE_NANOS = 200_000;

  private static final long MAX_PAUSE_NANOS = 10_000_000;

  /// Well within the 30 s that a call of a store may take.
  private static final long MAX_WAIT_NANOS = 20_000_000_000L;

  private final Path folder;
  private final boolean writable;
  private final CallGate gate;
  private final DatabaseOptions options;
  private final RocksDB database;
  private final List<ColumnFamilyHandle> tables;
  private final WriteOptions writing = new WriteOptions().setNoSlowdown(true);
  private final ReadOptions reading = new ReadOptions();

  /// The node checks the hash of what it reads: the database need not check it once more. What is
  /// corrupt is found by that, and quarantined, where an error would leave it as it is.
  private final ReadOptions readingBytes = new ReadOptions().setVerifyChecksums(false);

  private final ReadOptions walking = new ReadOptions().setFillCache(false);

  /// An entry of a table.
  @SuppressWarnings("ArrayRecordComponent") // only handed on
  record Entry(byte[] key, byte[] value) {}

  private Database(
      Path folder,
      boolean writable,
      CallGate gate,
      DatabaseOptions options,
      RocksDB database,
      List<ColumnFamilyHandle> tables) {
    this.folder = folder;
    this.writable = writable;
    this.gate = gate;
    this.options = options;
    this.database = database;
    this.tables = tables;
  }

  static Database open(Settings settings, boolean writable, CallGate gate)
      throws UserFaultException {
    DatabaseOptions options = new DatabaseOptions(settings.memoryBytes());
    List<ColumnFamilyHandle> tables = new ArrayList<>();
    String path = settings.folder().toString();
    try {
      RocksDB database =
          writable
              ? RocksDB.open(options.database(), path, options.tables(), tables)
              : RocksDB.openReadOnly(options.database(), path, options.tables(), tables);
      return new Database(settings.folder(), writable, gate, options, database, tables);
    } catch (RocksDBException e) {
      options.close();
      throw Faults.unusable(settings.folder(), e);
    }
  }

  Path folder() {
    return folder;
  }

  boolean isWritable() {
    return writable;
  }

  ColumnFamilyHandle records() {
    return tables.get(0);
  }

  ColumnFamilyHandle bytes() {
    return tables.get(1);
  }

  ColumnFamilyHandle quarantine() {
    return tables.get(2);
  }

  /// Larger than the count of all changes so far, those of earlier processes included.
  long changes() {
    return database.getLatestSequenceNumber();
  }

  /// A short value of the table of records.
  ///
  /// @param sizeBytes of the value
  Optional<byte[]> record(byte[] key, int sizeBytes) throws IOException {
    return record(key, sizeBytes, reading);
  }

  private Optional<byte[]> record(byte[] key, int sizeBytes, ReadOptions how) throws IOException {
    byte[] value = new byte[sizeBytes];
    try {
      int found = database.get(records(), how, key, value);
      return found == RocksDB.NOT_FOUND ? Optional.empty() : Optional.of(value);
    } catch (RocksDBException e) {
      throw Faults.explained(folder, "looking for a chunk failed", e);
    }
  }

  /// Reads a piece of a chunk's bytes.
  ///
  /// @param into takes the whole piece
  /// @return whether it is there, whole
  boolean piece(byte[] key, byte[] into, int sizeBytes) throws IOException {
    return piece(key, into, sizeBytes, readingBytes);
  }

  private boolean piece(byte[] key, byte[] into, int sizeBytes, ReadOptions how)
      throws IOException {
    try {
      int found = database.get(bytes(), how, key, 0, key.length, into, 0, sizeBytes);
      return found == sizeBytes;
    } catch (RocksDBException e) {
      if (Faults.isCorrupt(e)) {
        return false;
      }
      throw Faults.explained(folder, "reading a chunk failed", e);
    }
  }

  /// Writes a batch whole or not at all.
  void write(WriteBatch batch) throws IOException, RetryableException {
    long since = 0;
    long pause = FIRST_PAUSE_NANOS;
    while (true) {
      try {
        database.write(writing, batch);
        return;
      } catch (RocksDBException e) {
        if (!Faults.isBehind(e)) {
          Optional<? extends RetryableException> full = Faults.full(folder, e);
          if (full.isPresent()) {
            throw full.get();
          }
          throw Faults.explained(folder, "writing failed", e);
        }
      }
      long now = System.nanoTime();
      since = since == 0 ? now : since;
      pauseFor(pause, now - since);
      pause = Math.min(MAX_PAUSE_NANOS, pause * 2);
    }
  }

  private void pauseFor(long nanos, long waitedNanos)
      throws InterruptedIOException, RetryableException {
    if (waitedNanos > MAX_WAIT_NANOS) {
      throw Faults.behind(folder);
    }
    LockSupport.parkNanos(this, nanos);
    if (Thread.currentThread().isInterrupted()) {
      throw new InterruptedIOException("writing a chunk was interrupted");
    }
    gate.requireOpen();
  }

  /// Makes all changes durable that were written before.
  void sync() throws IOException {
    try {
      database.flushWal(true);
    } catch (RocksDBException e) {
      throw Faults.explained(folder, "making chunks durable failed", e);
    }
  }

  /// Entries of a table in the order of their keys.
  ///
  /// @param from the first key
  /// @param snapshot the state to read; empty for that of now
  List<Entry> entries(ColumnFamilyHandle table, byte[] from, int max, Optional<Lease> snapshot)
      throws IOException {
    List<Entry> entries = new ArrayList<>();
    ReadOptions how = snapshot.map(Lease::walking).orElse(walking);
    try (RocksIterator each = database.newIterator(table, how)) {
      for (each.seek(from); each.isValid() && entries.size() < max; each.next()) {
        entries.add(new Entry(each.key(), each.value()));
      }
      each.status();
      return entries;
    } catch (RocksDBException e) {
      throw Faults.explained(folder, "listing chunks failed", e);
    }
  }

  /// The state of now, which stays readable whatever is deleted.
  Lease lease() {
    return new Lease(database.getSnapshot());
  }

  /// A state that stays readable. Its memory is freed by [#close] alone, which needs a pass.
  final class Lease implements AutoCloseable {
    private final Snapshot snapshot;
    private final ReadOptions readingRecords;
    private final ReadOptions readingPieces;
    private final ReadOptions listing;

    private Lease(Snapshot snapshot) {
      this.snapshot = snapshot;
      this.readingRecords = new ReadOptions().setSnapshot(snapshot);
      this.readingPieces = new ReadOptions().setSnapshot(snapshot).setVerifyChecksums(false);
      this.listing = new ReadOptions().setSnapshot(snapshot).setFillCache(false);
    }

    Optional<byte[]> record(byte[] key, int sizeBytes) throws IOException {
      return Database.this.record(key, sizeBytes, readingRecords);
    }

    boolean piece(byte[] key, byte[] into, int sizeBytes) throws IOException {
      return Database.this.piece(key, into, sizeBytes, readingPieces);
    }

    private ReadOptions walking() {
      return listing;
    }

    @Override
    public void close() {
      readingRecords.close();
      readingPieces.close();
      listing.close();
      database.releaseSnapshot(snapshot);
      snapshot.close();
    }
  }

  /// A figure of the database's own.
  ///
  /// @param name as the library's documentation lists them
  long figure(ColumnFamilyHandle table, String name) throws IOException {
    try {
      return Long.parseLong(database.getProperty(table, name));
    } catch (RocksDBException e) {
      throw Faults.explained(folder, "reading a figure failed", e);
    }
  }

  /// Bytes that wait in write buffers.
  long bufferedBytes() throws IOException {
    long sum = 0;
    for (ColumnFamilyHandle table : tables) {
      sum += figure(table, "rocksdb.size-all-mem-tables");
    }
    return sum;
  }

  long cachedBytes() {
    return options.cachedBytes();
  }

  /// Writes the table of bytes anew without what was deleted. Takes as long as there is to write,
  /// and ends early once [#stopBackgroundWork] is called.
  void compactBytes() throws IOException {
    // Other compactions go on beside it: writers would have to wait otherwise.
    try (CompactRangeOptions how = new CompactRangeOptions().setExclusiveManualCompaction(false)) {
      database.compactRange(bytes(), null, null, how);
    } catch (RocksDBException e) {
      if (!gate.isClosed()) {
        throw Faults.explained(folder, "giving room back failed", e);
      }
    }
  }

  void stopBackgroundWork() {
    database.cancelAllBackgroundWork(false);
  }

  /// Once no call is inside any more. What was written is with the system then, so it is there
  /// after another start unless the power is lost.
  @Override
  public void close() throws IOException {
    try {
      if (writable) {
        database.flushWal(false);
      }
    } catch (RocksDBException e) {
      throw Faults.explained(folder, "writing failed", e);
    } finally {
      for (ColumnFamilyHandle table : tables) {
        table.close();
      }
      database.close();
      for (RocksObject each : List.of(writing, reading, readingBytes, walking)) {
        each.close();
      }
      options.close();
    }
  }
}
