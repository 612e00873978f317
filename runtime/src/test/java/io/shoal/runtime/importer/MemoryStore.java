package io.shoal.runtime.importer;

import io.shoal.api.ChunkChangedException;
import io.shoal.api.ChunkReader;
import io.shoal.api.ChunkStore;
import io.shoal.api.Cid;
import io.shoal.api.FileBacked;
import io.shoal.api.FileRef;
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
  final AtomicInteger puts = new AtomicInteger();
  final AtomicInteger adoptions = new AtomicInteger();
  final AtomicInteger syncs = new AtomicInteger();
  volatile Runnable beforeSync = () -> {};
  volatile int failAfterPuts = Integer.MAX_VALUE;

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
  public Optional<StoredChunk> find(Cid cid) throws IOException {
    return open(cid).map(reader -> new StoredChunk(cid, reader.sizeBytes(), reader.owned()));
  }

  @Override
  public boolean put(Cid cid, ByteBuffer bytes) throws StoreFullException {
    byte[] copy = new byte[bytes.remaining()];
    bytes.get(copy);
    if (chunks.containsKey(cid.multihash())) {
      return false;
    }
    if (puts.incrementAndGet() > failAfterPuts) {
      throw new StoreFullException("the test's store is full: stop");
    }
    return chunks.putIfAbsent(cid.multihash(), copy) == null;
  }

  @Override
  public boolean delete(Cid cid) {
    return chunks.remove(cid.multihash()) != null;
  }

  @Override
  public void chunks(ChunkSink each) {
    chunks.forEach(
        (hash, bytes) -> each.chunk(new StoredChunk(Cid.of(Cid.RAW, hash), bytes.length, true)));
  }

  @Override
  public StoreUsage usage() {
    return StoreUsage.builder().chunks(chunks.size()).build();
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
  public FileRef refer(Path path) throws IOException {
    return new FileRef(path, Files.size(path), 0, 0, false);
  }

  @Override
  public FileRef referGrowing(Path path) throws IOException {
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
        : Optional.of(new FileClaims(refer(path), FileState.INTACT, List.copyOf(segments)));
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
    public boolean discard() {
      return false;
    }

    @Override
    public void close() {}
  }
}
