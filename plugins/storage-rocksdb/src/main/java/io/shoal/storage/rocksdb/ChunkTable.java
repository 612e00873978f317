package io.shoal.storage.rocksdb;

import io.shoal.api.ChunkReader;
import io.shoal.api.ChunkStore;
import io.shoal.api.MalformedDataException;
import io.shoal.api.RetryableException;
import io.shoal.api.ShoalException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The chunks of an open database.
final class ChunkTable implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ChunkTable.class);

  /// A walk holds no part of the database while it hands out chunks: it reads so many records at a
  /// time.
  private static final int WALKED_AT_ONCE = 1_024;

  /// Most of the time that a node gives a plugin to end.
  private static final Duration PATIENCE = Duration.ofSeconds(4);

  private final CallGate gate = new CallGate();
  private final Database database;
  private final SpaceBudget budget;
  private final WriterSlots slots;
  private final KeyClaims claims;
  private final Leases leases;
  private final Quarantine quarantine;
  private final GroupSync sync;

  /// All copies up to this number are durable.
  private volatile long durableNumber;

  private volatile boolean syncFailed;

  private ChunkTable(
      Settings settings, boolean writable, InstantSource clock, GroupSync.Step beforeSync)
      throws ShoalException, IOException {
    database = Database.open(settings, writable, gate);
    boolean done = false;
    try {
      slots = WriterSlots.open(database);
      done = true;
    } finally {
      if (!done) {
        database.close();
      }
    }
    Usage stored = slots.count();
    budget = new SpaceBudget(settings, stored.chunks(), stored.bytes(), System::nanoTime);
    // Every copy took a number and at least one change of the database.
    durableNumber = database.changes();
    claims = new KeyClaims(durableNumber);
    leases = new Leases(database, gate);
    quarantine = new Quarantine(database, clock);
    sync = new GroupSync(() -> syncAll(beforeSync));
  }

  /// @param writable false to read alone, and leave the folder as it is
  /// @param beforeSync called in the thread that syncs
  static ChunkTable open(
      Settings settings, boolean writable, InstantSource clock, GroupSync.Step beforeSync)
      throws ShoalException, IOException {
    ChunkTable table = new ChunkTable(settings, writable, clock, beforeSync);
    table.sync.start();
    return table;
  }

  Optional<ChunkReader> open(ChunkKey key) throws IOException {
    try (CallGate.Pass _ = gate.enter()) {
      Optional<ChunkRecord> found = record(key);
      while (found.isPresent() && found.get().pieces() <= 1) {
        ChunkRecord record = found.get();
        byte[] bytes = new byte[record.sizeBytes()];
        if (record.pieces() == 0 || database.piece(record.pieceKey(0), bytes, record.sizeBytes())) {
          return Optional.of(StoredReader.ofOnePiece(this, key, record, bytes));
        }
        found = record(key);
        if (found.equals(Optional.of(record))) {
          // Not deleted meanwhile: its bytes are lost, which its hash will show.
          Arrays.fill(bytes, (byte) 0);
          return Optional.of(StoredReader.ofOnePiece(this, key, record, bytes));
        }
      }
      return found.isEmpty() ? Optional.empty() : openLarge(key);
    }
  }

  private Optional<ChunkReader> openLarge(ChunkKey key) throws IOException {
    Database.Lease lease = leases.take();
    boolean kept = false;
    try {
      // Once more, in the state that is leased.
      Optional<ChunkRecord> record =
          lease
              .record(key.bytes(), ChunkRecord.ENCODED_BYTES)
              .map(ChunkRecord::of)
              .filter(this::isVisible);
      kept = record.isPresent();
      return record.map(found -> StoredReader.ofPieces(this, key, found, lease));
    } finally {
      if (!kept) {
        leases.release(lease);
      }
    }
  }

  /// Reads a piece; one that the database has lost reads as zeros, which the chunk's hash will
  /// show.
  void readPiece(ChunkRecord record, int piece, byte[] into, Database.Lease lease)
      throws IOException {
    try (CallGate.Pass _ = gate.enter()) {
      if (!lease.piece(record.pieceKey(piece), into, record.pieceBytes(piece))) {
        Arrays.fill(into, (byte) 0);
      }
    }
  }

  void release(Database.Lease lease) {
    leases.release(lease);
  }

  Optional<ChunkRecord> find(ChunkKey key) throws IOException {
    try (CallGate.Pass _ = gate.enter()) {
      return record(key);
    }
  }

  private Optional<ChunkRecord> record(ChunkKey key) throws IOException {
    return database
        .record(key.bytes(), ChunkRecord.ENCODED_BYTES)
        .map(ChunkRecord::of)
        .filter(this::isVisible);
  }

  /// What could not be made durable is not here any more.
  private boolean isVisible(ChunkRecord record) {
    return !syncFailed || record.number() <= durableNumber;
  }

  boolean put(ChunkKey key, ByteBuffer bytes) throws IOException, RetryableException {
    int sizeBytes = bytes.remaining();
    try (CallGate.Pass _ = gate.enter();
        KeyClaims.Claim claim = claims.take(key)) {
      if (record(key).isPresent()) {
        return false;
      }
      requireWritable();
      budget.add(sizeBytes);
      boolean stored = false;
      try {
        ChunkRecord record = new ChunkRecord(claim.newNumber(), sizeBytes);
        slots.write(slot -> slot.store(key, record, bytes));
        stored = true;
      } finally {
        if (!stored) {
          budget.remove(sizeBytes);
        }
      }
      return true;
    }
  }

  private void requireWritable() throws IOException {
    sync.requireWorking();
    if (!database.isWritable()) {
      throw new IOException(
          database.folder() + ": is only read: make the node's data folder writable for this user");
    }
  }

  boolean delete(ChunkKey key) throws IOException, RetryableException {
    try (CallGate.Pass _ = gate.enter();
        KeyClaims.Claim _ = claims.take(key)) {
      Optional<ChunkRecord> record = record(key);
      if (record.isEmpty()) {
        return false;
      }
      requireWritable();
      slots.write(slot -> slot.remove(key, record.get()));
      budget.remove(record.get().sizeBytes());
      return true;
    }
  }

  /// Quarantines the very copy of a chunk, if it is still there.
  boolean discard(ChunkKey key, ChunkRecord copy) throws IOException, RetryableException {
    try (CallGate.Pass _ = gate.enter();
        KeyClaims.Claim _ = claims.take(key)) {
      if (!record(key).equals(Optional.of(copy))) {
        return false;
      }
      requireWritable();
      slots.write(slot -> quarantine.take(key, copy, slot));
      budget.remove(copy.sizeBytes());
      return true;
    }
  }

  /// Hands out the chunks of one moment.
  void chunks(ChunkStore.ChunkSink each) throws IOException {
    Database.Lease lease;
    try (CallGate.Pass _ = gate.enter()) {
      lease = leases.take();
    }
    try {
      byte[] from = WriterSlot.firstChunkKey();
      List<Database.Entry> some = some(from, lease);
      while (report(some, each)) {
        // The least key that is larger.
        from = Arrays.copyOf(some.getLast().key(), some.getLast().key().length + 1);
        some = some(from, lease);
      }
    } finally {
      leases.release(lease);
    }
  }

  private List<Database.Entry> some(byte[] from, Database.Lease lease) throws IOException {
    if (Thread.currentThread().isInterrupted()) {
      throw new InterruptedIOException("listing chunks was interrupted");
    }
    try (CallGate.Pass _ = gate.enter()) {
      return database.entries(database.records(), from, WALKED_AT_ONCE, Optional.of(lease));
    }
  }

  /// @return whether to go on
  private boolean report(List<Database.Entry> some, ChunkStore.ChunkSink each) {
    for (Database.Entry entry : some) {
      ChunkRecord record = ChunkRecord.of(entry.value());
      ChunkKey key = new ChunkKey(entry.key());
      try {
        if (isVisible(record)
            && !each.chunk(new ChunkStore.StoredChunk(key.cid(), record.sizeBytes(), true))) {
          return false;
        }
      } catch (MalformedDataException e) {
        LOG.warn("{}: the record of {} is left out: {}", database.folder(), key, e.getMessage());
      }
    }
    return some.size() == WALKED_AT_ONCE;
  }

  void sync() throws IOException {
    try (CallGate.Pass _ = gate.enter()) {
      if (database.isWritable()) {
        sync.sync();
      }
    }
  }

  private void syncAll(GroupSync.Step beforeSync) throws IOException {
    long settled = claims.settledNumber();
    try (CallGate.Pass _ = gate.enter()) {
      beforeSync.run();
      database.sync();
      durableNumber = settled;
    } catch (IOException e) {
      syncFailed = true;
      LOG.warn("{}; what came since the last sync is taken as lost", e.getMessage());
      throw e;
    }
  }

  boolean isBroken() {
    return syncFailed;
  }

  SpaceBudget budget() {
    return budget;
  }

  Database database() {
    return database;
  }

  Quarantine quarantine() {
    return quarantine;
  }

  CallGate gate() {
    return gate;
  }

  int leases() {
    return leases.count();
  }

  void requireOpen() {
    gate.requireOpen();
  }

  @Override
  public void close() {
    gate.shut();
    sync.close();
    database.stopBackgroundWork();
    if (!gate.awaitEmpty(PATIENCE)) {
      LOG.warn("{}: the disk does not answer: the database stays open", database.folder());
      return;
    }
    leases.releaseAll();
    slots.close();
    try {
      database.close();
    } catch (IOException e) {
      LOG.warn(e.getMessage());
    }
  }
}
