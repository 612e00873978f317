package io.shoal.runtime.importer;

import io.shoal.api.ChunkChangedException;
import io.shoal.api.ChunkReader;
import io.shoal.api.ChunkStore;
import io.shoal.api.ChunkWriter;
import io.shoal.api.Cid;
import io.shoal.api.FileBacked;
import io.shoal.api.FileRef;
import io.shoal.api.FileRegion;
import io.shoal.api.Multihash;
import io.shoal.api.PluginContext;
import io.shoal.api.StoreFullException;
import io.shoal.api.StoreUsage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/// A store in memory that counts what is asked of it.
final class MemoryStore implements ChunkStore, FileBacked {
  final Map<Multihash, byte[]> chunks = new ConcurrentHashMap<>();
  final Map<Path, List<Segment>> claims = new ConcurrentHashMap<>();
  final AtomicInteger commits = new AtomicInteger();
  final AtomicInteger adoptions = new AtomicInteger();
  final AtomicInteger syncs = new AtomicInteger();
  final AtomicInteger openWriters = new AtomicInteger();
  volatile Runnable beforeSync = () -> {};
  volatile int failAfterCommits = Integer.MAX_VALUE;

  @Override
  public void start(PluginContext context) {}

  @Override
  public void close() {}

  @Override
  public Optional<ChunkReader> open(Cid cid) throws IOException {
    byte[] owned = chunks.get(cid.multihash());
    if (owned != null) {
      return Optional.of(new MemoryReader(ByteBuffer.wrap(owned), true));
    }
    for (Map.Entry<Path, List<Segment>> claim : claims.entrySet()) {
      for (Segment segment : claim.getValue()) {
        if (segment.cid().multihash().equals(cid.multihash())) {
          byte[] file = Files.readAllBytes(claim.getKey());
          ByteBuffer bytes = ByteBuffer.allocate(segment.sizeBytes());
          bytes.put(file, (int) segment.offsetBytes(), segment.sizeBytes());
          return Optional.of(new MemoryReader(bytes.clear(), false));
        }
      }
    }
    return Optional.empty();
  }

  @Override
  public boolean contains(Cid cid) throws IOException {
    return open(cid).isPresent();
  }

  @Override
  public ChunkWriter create(Cid cid, int sizeBytes) {
    openWriters.incrementAndGet();
    ByteBuffer buffer = ByteBuffer.allocate(sizeBytes);
    return new ChunkWriter() {
      @Override
      public void write(ByteBuffer bytes) {
        buffer.put(bytes);
      }

      @Override
      public void commit() throws StoreFullException {
        if (commits.incrementAndGet() > failAfterCommits) {
          throw new StoreFullException("the test's store is full: stop");
        }
        chunks.put(cid.multihash(), buffer.array());
      }

      @Override
      public void close() {
        openWriters.decrementAndGet();
      }
    };
  }

  @Override
  public boolean delete(Cid cid, Removal why) {
    return chunks.remove(cid.multihash()) != null;
  }

  @Override
  public void cids(Consumer<StoredChunk> each) {
    chunks.forEach(
        (hash, bytes) -> each.accept(new StoredChunk(Cid.of(Cid.RAW, hash), bytes.length, false)));
  }

  @Override
  public StoreUsage usage() {
    return new StoreUsage(chunks.size(), 0, 0, Long.MAX_VALUE, Long.MAX_VALUE);
  }

  @Override
  public void sync() {
    beforeSync.run();
    syncs.incrementAndGet();
  }

  @Override
  public Optional<FileBacked> fileBacked() {
    return Optional.of(this);
  }

  @Override
  public FileRef openFile(Path path) throws IOException {
    return new FileRef(path, Files.size(path), 0, 0, false);
  }

  @Override
  public FileRef openGrowing(Path path) throws IOException {
    return new FileRef(path, Files.size(path), 0, 0, true);
  }

  @Override
  public void adopt(FileRef ref, List<Segment> segments) throws IOException, ChunkChangedException {
    if (Files.size(ref.path()) != ref.sizeBytes()) {
      throw new ChunkChangedException(ref.path() + " changed: add it again");
    }
    adoptions.addAndGet(segments.size());
    claims.computeIfAbsent(ref.path(), path -> new ArrayList<>()).addAll(segments);
  }

  @Override
  public FileRef relocate(FileRef ref, Path target, boolean replace) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void forget(FileRef ref) {
    claims.remove(ref.path());
  }

  @Override
  public Optional<FileClaims> claims(Path path) throws IOException {
    List<Segment> segments = claims.get(path);
    return segments == null
        ? Optional.empty()
        : Optional.of(new FileClaims(openFile(path), FileState.INTACT, List.copyOf(segments)));
  }

  @Override
  public void references(Consumer<FileClaims> each) {}

  private record MemoryReader(ByteBuffer bytes, boolean owned) implements ChunkReader {
    @Override
    public int sizeBytes() {
      return bytes.capacity();
    }

    @Override
    public int read(ByteBuffer into, int positionBytes) {
      int size = Math.min(into.remaining(), bytes.capacity() - positionBytes);
      into.put(bytes.slice(positionBytes, size));
      return size == 0 ? -1 : size;
    }

    @Override
    public Optional<FileRegion> region() {
      return Optional.empty();
    }

    @Override
    public void revalidate() {}

    @Override
    public void close() {}
  }
}
