package __package__;

import io.shoal.api.ChunkReader;
import io.shoal.api.ChunkStore.ChunkSink;
import io.shoal.api.ChunkStore.StoredChunk;
import io.shoal.api.Cid;
import io.shoal.api.MalformedDataException;
import io.shoal.api.Multihash;
import io.shoal.api.StoreFullException;
import io.shoal.api.StoreUsage;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// A folder with a file for each chunk. A file is written and forced to the disk under another name
/// and then moved, so that a chunk is there wholly or not at all, after a crash too.
///
/// A file is called by the chunk's multihash and a number that no other file ever had:
/// `1220ba78….17`. So two copies of one chunk never meet: of several threads that store one chunk
/// the table of chunks decides which copy stays, and the others remove theirs. No lock is needed.
///
/// The table takes about 300 bytes of memory for each chunk: this is a store for some hundred
/// thousands.
final class ChunkFolder {

  private static final Pattern NAME = Pattern.compile("((?:[0-9a-f]{2})+)\\.(\\d{1,18})");

  /// Files with this ending are being written; those that a crash left behind go at the next start.
  private static final String UNFINISHED = ".new";

  /// One copy of a chunk. Two are equal if they are the same file.
  private record Copy(Path file, int sizeBytes) {}

  private final Path folder;
  private final long quotaBytes;
  private final Map<Multihash, Copy> chunks = new ConcurrentHashMap<>();
  private final AtomicLong storedBytes = new AtomicLong();
  private final AtomicLong lastNumber = new AtomicLong();

  /// What came since the last sync: it is lost if the next one fails.
  private final Map<Multihash, Copy> unsynced = new ConcurrentHashMap<>();

  private volatile boolean closed;

  private ChunkFolder(Path folder, long quotaBytes) {
    this.folder = folder;
    this.quotaBytes = quotaBytes;
  }

  /// Opens a folder, which is made if it is not there.
  static ChunkFolder open(Path path, long quotaBytes) throws IOException {
    ChunkFolder opened = new ChunkFolder(Files.createDirectories(path), quotaBytes);
    try (Stream<Path> files = Files.list(path)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        opened.take(file);
      }
    }
    return opened;
  }

  private void take(Path file) throws IOException {
    Matcher name = NAME.matcher(file.getFileName().toString());
    if (!name.matches()) {
      if (file.toString().endsWith(UNFINISHED)) {
        Files.delete(file);
      }
      return;
    }
    Copy copy = new Copy(file, (int) Files.size(file));
    lastNumber.accumulateAndGet(Long.parseLong(name.group(2)), Math::max);
    try {
      Multihash hash = Multihash.fromBytes(HexFormat.of().parseHex(name.group(1)));
      if (chunks.putIfAbsent(hash, copy) == null) {
        storedBytes.addAndGet(copy.sizeBytes());
      } else {
        // A crash came before the second copy was removed.
        Files.delete(file);
      }
    } catch (MalformedDataException e) {
      throw new IOException(file + " is not this store's: move it elsewhere", e);
    }
  }

  Optional<ChunkReader> open(Multihash hash) throws IOException {
    while (true) {
      Copy copy = chunks.get(hash);
      if (copy == null) {
        return Optional.empty();
      }
      try {
        FileChannel file = FileChannel.open(copy.file(), StandardOpenOption.READ);
        return Optional.of(
            new ChunkFile(file, copy.sizeBytes(), () -> remove(hash, copy), () -> closed));
      } catch (NoSuchFileException e) {
        // It was deleted since the look at the table, or by hand.
        forget(hash, copy);
      }
    }
  }

  Optional<StoredChunk> find(Multihash hash) {
    return Optional.ofNullable(chunks.get(hash)).map(copy -> stored(hash, copy));
  }

  private static StoredChunk stored(Multihash hash, Copy copy) {
    return new StoredChunk(Cid.of(Cid.RAW, hash), copy.sizeBytes(), true);
  }

  /// Stores a chunk.
  ///
  /// @return false if it is here already
  boolean put(Multihash hash, ByteBuffer bytes) throws IOException, StoreFullException {
    if (chunks.containsKey(hash)) {
      bytes.position(bytes.limit());
      return false;
    }
    int sizeBytes = bytes.remaining();
    reserve(sizeBytes);
    boolean stored = false;
    try {
      Copy copy = new Copy(write(hash, bytes), sizeBytes);
      stored = chunks.putIfAbsent(hash, copy) == null;
      if (stored) {
        unsynced.put(hash, copy);
      } else {
        Files.delete(copy.file());
      }
      return stored;
    } finally {
      if (!stored) {
        storedBytes.addAndGet(-sizeBytes);
      }
    }
  }

  /// Takes the room before anything is written, so that writers that race stay within the quota.
  private void reserve(int sizeBytes) throws StoreFullException {
    long before =
        storedBytes.getAndUpdate(now -> now + sizeBytes <= quotaBytes ? now + sizeBytes : now);
    if (before + sizeBytes > quotaBytes) {
      throw new StoreFullException(
          "the quota of %d bytes is used up: raise it, or unpin something and run 'shoal gc'"
              .formatted(quotaBytes));
    }
  }

  private Path write(Multihash hash, ByteBuffer bytes) throws IOException, StoreFullException {
    int sizeBytes = bytes.remaining();
    String name = HexFormat.of().formatHex(hash.toBytes()) + "." + lastNumber.incrementAndGet();
    Path unfinished = folder.resolve(name + UNFINISHED);
    try {
      try (FileChannel file =
          FileChannel.open(
              unfinished, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE))) {
        while (bytes.hasRemaining()) {
          file.write(bytes);
        }
        file.force(false);
      }
      return Files.move(unfinished, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    } catch (ClosedByInterruptException e) {
      Files.deleteIfExists(unfinished);
      throw interrupted(e);
    } catch (IOException e) {
      Files.deleteIfExists(unfinished);
      if (usableBytes() < sizeBytes) {
        throw new StoreFullException(folder + ": the disk is full: make room on it", e);
      }
      throw e;
    }
  }

  boolean delete(Multihash hash) throws IOException {
    Copy copy = chunks.get(hash);
    return copy != null && remove(hash, copy);
  }

  /// Removes one copy, and no other that came in its place.
  ///
  /// @return whether it was still there
  private boolean remove(Multihash hash, Copy copy) throws IOException {
    if (!forget(hash, copy)) {
      return false;
    }
    // Readers that are open go on: the system keeps the bytes of a file that is open.
    Files.deleteIfExists(copy.file());
    return true;
  }

  private boolean forget(Multihash hash, Copy copy) {
    if (!chunks.remove(hash, copy)) {
      return false;
    }
    unsynced.remove(hash, copy);
    storedBytes.addAndGet(-copy.sizeBytes());
    return true;
  }

  void chunks(ChunkSink each) {
    for (Map.Entry<Multihash, Copy> chunk : chunks.entrySet()) {
      if (!each.chunk(stored(chunk.getKey(), chunk.getValue()))) {
        return;
      }
    }
  }

  StoreUsage usage() throws IOException {
    long stored = storedBytes.get();
    return StoreUsage.builder()
        .chunks(chunks.size())
        .ownedBytes(stored)
        .quotaBytes(quotaBytes)
        .availableBytes(Math.clamp(quotaBytes - stored, 0, usableBytes()))
        .build();
  }

  private long usableBytes() throws IOException {
    return Files.getFileStore(folder).getUsableSpace();
  }

  /// The bytes of each chunk are on the disk before it is moved; this makes the moves and the
  /// removals durable.
  void sync() throws IOException {
    Map<Multihash, Copy> before = Map.copyOf(unsynced);
    try (FileChannel names = FileChannel.open(folder, StandardOpenOption.READ)) {
      names.force(true);
    } catch (ClosedByInterruptException e) {
      throw interrupted(e);
    } catch (IOException e) {
      before.forEach(this::forget);
      throw new IOException(folder + ": cannot be made durable: look at the disk", e);
    }
    before.forEach(unsynced::remove);
  }

  /// Ends readers that are still open, and has nothing to write: chunks are files already.
  void close() {
    closed = true;
  }

  /// As the API wants it: the thread's flag is set already.
  static InterruptedIOException interrupted(ClosedByInterruptException cause) {
    InterruptedIOException translated =
        new InterruptedIOException("interrupted while a chunk was read or written");
    translated.initCause(cause);
    return translated;
  }
}
