package io.shoal.storage.filesystem.adopted;

import io.shoal.api.ChunkReader;
import io.shoal.api.ChunkStore;
import io.shoal.api.RetryableException;
import io.shoal.storage.filesystem.chunk.ChunkKey;
import io.shoal.storage.filesystem.chunk.Reading;
import io.shoal.storage.filesystem.disk.Disk;
import io.shoal.storage.filesystem.disk.DiskFaults;
import io.shoal.storage.filesystem.disk.DiskFile;
import io.shoal.storage.filesystem.disk.FileStamp;
import io.shoal.storage.filesystem.journal.ExpectedFile;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Optional;
import java.util.OptionalInt;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The chunks in users' files: served out of the file, as long as the file is what it was.
///
/// Looks at the file and at [ClaimTable] only, so that serving never waits for a sync.
public final class AdoptedChunks {
  private static final Logger LOG = LoggerFactory.getLogger(AdoptedChunks.class);

  private final Disk disk;
  private final ClaimTable table;
  private final ChunkClaims claims;
  private final ChangeCheck check;
  private volatile boolean closed;

  AdoptedChunks(Disk disk, ClaimTable table, ChangeCheck check) {
    this.disk = disk;
    this.table = table;
    this.claims = table.ofChunks();
    this.check = check;
  }

  /// Readers that are open read no more.
  void close() {
    closed = true;
  }

  void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the store of this reader is closed");
    }
  }

  public Optional<ChunkReader> open(ChunkKey key) throws IOException, RetryableException {
    for (ChunkClaims.Candidate claim : claims.candidates(key)) {
      Optional<ChunkReader> reader = open(key, claim);
      if (reader.isPresent()) {
        return reader;
      }
    }
    return Optional.empty();
  }

  private Optional<ChunkReader> open(ChunkKey key, ChunkClaims.Candidate claim)
      throws IOException, RetryableException {
    DiskFile open;
    try {
      open = disk.read(claim.path());
    } catch (NoSuchFileException e) {
      Optional<ExpectedFile> renamed =
          check.isGone(claim.file()) ? Optional.empty() : table.expected(claim.file());
      if (renamed.isEmpty()) {
        return Optional.empty();
      }
      open = disk.read(renamed.get().ref().path());
    } catch (FileSystemException e) {
      if (DiskFaults.descriptors(e)) {
        throw DiskFaults.tooManyOpen(claim.path(), e);
      }
      LOG.warn(
          "{}: cannot be read ({}): its chunks are not served", claim.path(), DiskFaults.reason(e));
      return Optional.empty();
    }
    // Looked at after it was opened: what is checked is then what is read, or the name changed
    // hands in between and the hash shows it.
    if (!usable(claim)) {
      Reading.close(open);
      return Optional.empty();
    }
    return Optional.of(new AdoptedReader(this, check, key, claim, open));
  }

  private boolean usable(ChunkClaims.Candidate claim) throws IOException {
    Optional<ExpectedFile> expected = table.expected(claim.file());
    Optional<FileStamp> stamp;
    try {
      stamp = expected.isEmpty() ? Optional.empty() : disk.stat(expected.get().ref().path());
    } catch (FileSystemException e) {
      // Its medium is away, or a folder above may not be entered: it may come back as it was.
      LOG.debug("{} cannot be looked at", claim.path(), e);
      return false;
    }
    if (expected.isEmpty()) {
      return false;
    }
    return switch (expected.get().state(stamp)) {
      // Of a file that is as it was a claim beyond its end is none either: a journal from which the
      // medium lost a record can hold one.
      case INTACT, GROWING ->
          claim.offsetBytes() + claim.sizeBytes() <= stamp.map(FileStamp::sizeBytes).orElse(0L);
      case CHANGED, MISSING -> !check.isGone(claim.file());
    };
  }

  /// The size of a chunk that [#open] would give.
  public OptionalInt sizeBytes(ChunkKey key) throws IOException {
    for (ChunkClaims.Candidate claim : claims.candidates(key)) {
      if (usable(claim)) {
        return OptionalInt.of(claim.sizeBytes());
      }
    }
    return OptionalInt.empty();
  }

  /// Takes back all claims on a chunk.
  ///
  /// @return whether there was one
  public boolean delete(ChunkKey key) {
    return table.unclaimAll(key);
  }

  /// Takes back a claim on bytes that are corrupt.
  ///
  /// @return whether it was there; not of a file that changed: its reference goes as a whole
  boolean discard(ChunkKey key, ChunkClaims.Candidate claim) throws IOException {
    if (!usable(claim)) {
      return false;
    }
    LOG.warn(
        "{}: the bytes at {} are corrupt: they are not served any more",
        claim.path(),
        claim.offsetBytes());
    return table.unclaim(key, claim);
  }

  /// Shows the bytes at each claim on a chunk to `each`, also where a file has several.
  public void copies(ChunkKey key, ChunkStore.CopySink each)
      throws IOException, RetryableException {
    boolean more = true;
    for (ChunkClaims.Candidate claim : claims.all(key)) {
      Optional<ChunkReader> copy = more ? open(key, claim) : Optional.empty();
      if (copy.isPresent()) {
        try (ChunkReader reader = copy.get()) {
          more = each.copy(reader);
        }
      }
    }
  }
}
