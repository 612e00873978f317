package io.shoal.testkit;

import io.shoal.api.ChunkReader;
import io.shoal.api.ChunkStore;
import io.shoal.api.Cid;
import io.shoal.api.ConfigKey;
import io.shoal.api.FileBacked;
import io.shoal.api.InvalidConfigException;
import io.shoal.api.Multihash;
import io.shoal.api.PluginContext;
import io.shoal.api.StoreFullException;
import io.shoal.api.StoreUsage;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/// A store in memory, which does what its contract says except for one thing.
final class HeapStore implements ChunkStore {
  /// What may be wrong with it.
  enum Fault {
    NONE,
    WRITES_NOTHING_BEFORE_CLOSE,
    LEAKS_A_THREAD,
    LEAKS_A_VIRTUAL_THREAD,
    LEAKS_A_FILE,
    LEAKS_AFTER_A_FAILED_START,
    STARTS_IN_ITS_CONSTRUCTOR,
    FAILS_AT_THE_SECOND_CLOSE,
    TAKES_WRONG_SETTINGS,
    CONCEALS_THE_WRONG_SETTING,
    READS_WHAT_IT_DOES_NOT_NAME,
    COUNTS_UNDER_A_WRONG_NAME,
    HANGS_IN_SYNC,
    HOLDS_A_LOCK_WHILE_IT_REPORTS,
    TAKES_IDENTITY_CIDS,
    STORES_TWICE,
    SHOWS_HALF_A_CHUNK,
    READS_AFTER_THE_END,
    ANSWERS_AFTER_THE_END,
    TAKES_A_FULL_BUFFER_FOR_THE_END,
    DEMANDS_HEAP_BUFFERS,
    LOSES_INTERRUPTIONS,
    DISCARDS_WHAT_CAME_LATER,
    DISCARDS_TWICE,
    SHARES_ITS_CHUNKS,
    CHANGES_ITS_TRAITS,
    REPORTS_TWICE,
    STOPS_REPORTING_AT_A_CHANGE,
    OPENS_AS_ANOTHERS,
    SERVES_FILES_ONCE_STARTED,
    SERVES_FILES_TO_ITS_END,
    MISCOUNTS,
    CLAIMS_WHAT_THE_MEDIUM_LOST,
    SURVIVES_A_RESTART
  }

  private static final class Kept {
    private final Cid cid;
    private final byte[] bytes;
    private volatile int visibleBytes;

    Kept(Cid cid, byte[] bytes) {
      this.cid = cid;
      this.bytes = bytes;
      visibleBytes = bytes.length;
    }
  }

  private final Fault fault;
  private final Map<Multihash, Kept> chunks;
  private final AtomicInteger closes = new AtomicInteger();
  private final List<Closeable> open = new ArrayList<>();
  private final FileBacked files = notToBeCalled();
  private volatile boolean broken;
  private volatile boolean started;
  private volatile long quotaBytes = Long.MAX_VALUE;
  private volatile Path folder = Path.of("");

  /// @param others the chunks of an instance that shares them
  HeapStore(Fault fault, Map<Multihash, Object> others) {
    this.fault = fault;
    boolean shares = fault == Fault.SHARES_ITS_CHUNKS || fault == Fault.SURVIVES_A_RESTART;
    chunks = shares ? cast(others) : new ConcurrentHashMap<>();
    if (fault == Fault.STARTS_IN_ITS_CONSTRUCTOR) {
      Leak.thread(Thread.ofPlatform().daemon(), "made-by-the-constructor");
    }
  }

  @SuppressWarnings("unchecked") // only instances of this class put something in
  private static Map<Multihash, Kept> cast(Map<Multihash, Object> others) {
    return (Map<Multihash, Kept>) (Map<?, ?>) others;
  }

  private static FileBacked notToBeCalled() {
    return (FileBacked)
        Proxy.newProxyInstance(
            FileBacked.class.getClassLoader(),
            new Class<?>[] {FileBacked.class},
            (_, method, _) -> {
              throw new UnsupportedOperationException(method.getName());
            });
  }

  /// The medium fails from now on.
  void breakMedium() {
    broken = true;
  }

  @Override
  public List<ConfigKey> configuration() {
    return fault == Fault.READS_WHAT_IT_DOES_NOT_NAME
        ? List.of(ConfigKey.text("note"))
        : List.of(ConfigKey.size("quota"));
  }

  @Override
  public void start(PluginContext context) throws InvalidConfigException {
    folder = context.dataFolder();
    context.metrics().counter(counterName(), "Puts");
    try {
      if (fault == Fault.LEAKS_AFTER_A_FAILED_START || fault == Fault.LEAKS_A_FILE) {
        open.add(
            FileChannel.open(
                folder.resolve("left-open"), StandardOpenOption.CREATE, StandardOpenOption.WRITE));
      }
      if (fault == Fault.WRITES_NOTHING_BEFORE_CLOSE) {
        load();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    try {
      quotaBytes = context.config().sizeBytes("quota", 0, Long.MAX_VALUE, Long.MAX_VALUE);
    } catch (InvalidConfigException e) {
      if (fault == Fault.CONCEALS_THE_WRONG_SETTING) {
        throw new InvalidConfigException("a setting is wrong: correct it");
      }
      if (fault != Fault.TAKES_WRONG_SETTINGS) {
        throw e;
      }
    }
    if (fault == Fault.LEAKS_A_THREAD) {
      Leak.thread(Thread.ofPlatform().daemon(), "left-behind");
    }
    if (fault == Fault.LEAKS_A_VIRTUAL_THREAD) {
      Leak.thread(Thread.ofVirtual(), "left-behind");
    }
    started = true;
  }

  private String counterName() {
    return fault == Fault.COUNTS_UNDER_A_WRONG_NAME ? "Sent-Bytes" : "puts_total";
  }

  private void load() throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        byte[] bytes = Files.readAllBytes(file);
        Cid cid = TestData.cid(bytes);
        chunks.put(cid.multihash(), new Kept(cid, bytes));
      }
    }
  }

  private void requireStarted() {
    if (!started && fault != Fault.ANSWERS_AFTER_THE_END) {
      throw new IllegalStateException("the store is not started, or closed");
    }
  }

  private void answerInterruption() {
    if (fault == Fault.LOSES_INTERRUPTIONS) {
      var _ = Thread.interrupted();
    }
  }

  @Override
  public Optional<ChunkReader> open(Cid cid) {
    requireStarted();
    return Optional.ofNullable(chunks.get(cid.multihash())).map(Reader::new);
  }

  @Override
  public Optional<StoredChunk> find(Cid cid) {
    requireStarted();
    answerInterruption();
    return Optional.ofNullable(chunks.get(cid.multihash()))
        .map(kept -> new StoredChunk(kept.cid, kept.bytes.length, true));
  }

  @Override
  public boolean put(Cid cid, ByteBuffer bytes) throws IOException, StoreFullException {
    requireStarted();
    if (bytes.remaining() > MAX_CHUNK_SIZE_BYTES
        || cid.isIdentity() && fault != Fault.TAKES_IDENTITY_CIDS) {
      throw new IllegalArgumentException("not a chunk to store: " + cid);
    }
    if (broken && fault != Fault.CLAIMS_WHAT_THE_MEDIUM_LOST) {
      throw new IOException("the heap is broken: get another one");
    }
    byte[] content = new byte[bytes.remaining()];
    if (fault == Fault.DEMANDS_HEAP_BUFFERS) {
      content =
          Arrays.copyOfRange(
              bytes.array(), bytes.arrayOffset(), bytes.arrayOffset() + bytes.limit());
      bytes.position(bytes.limit());
    } else {
      bytes.get(content);
    }
    Kept kept = new Kept(cid, content);
    synchronized (this) {
      if (chunks.containsKey(cid.multihash())) {
        return fault == Fault.STORES_TWICE;
      }
      if (ownedBytes() + content.length > quotaBytes) {
        throw new StoreFullException("the heap is full: raise quota");
      }
      if (fault == Fault.SHOWS_HALF_A_CHUNK) {
        kept.visibleBytes = content.length / 2;
        chunks.put(cid.multihash(), kept);
        halfSeen();
        kept.visibleBytes = content.length;
      }
      chunks.put(cid.multihash(), kept);
      return true;
    }
  }

  /// Long enough for another thread to come by.
  private static void halfSeen() {
    LockSupport.parkNanos(2_000_000);
  }

  @Override
  public synchronized boolean delete(Cid cid) {
    requireStarted();
    return chunks.remove(cid.multihash()) != null;
  }

  @Override
  public void chunks(ChunkSink each) {
    requireStarted();
    if (fault == Fault.HOLDS_A_LOCK_WHILE_IT_REPORTS) {
      synchronized (this) {
        report(each);
      }
    } else {
      report(each);
    }
  }

  private void report(ChunkSink each) {
    Set<Multihash> before = Set.copyOf(chunks.keySet());
    for (Kept kept : chunks.values()) {
      if (fault == Fault.STOPS_REPORTING_AT_A_CHANGE && !chunks.keySet().equals(before)) {
        return;
      }
      StoredChunk chunk = new StoredChunk(kept.cid, kept.bytes.length, true);
      if (!each.chunk(chunk) || fault == Fault.REPORTS_TWICE && !each.chunk(chunk)) {
        return;
      }
    }
  }

  private long ownedBytes() {
    return chunks.values().stream().mapToLong(kept -> kept.bytes.length).sum();
  }

  @Override
  public StoreUsage usage() {
    requireStarted();
    long owned = ownedBytes();
    return StoreUsage.builder()
        .chunks(chunks.size() + (fault == Fault.MISCOUNTS ? 1 : 0))
        .ownedBytes(owned)
        .quotaBytes(quotaBytes)
        .availableBytes(quotaBytes - owned)
        .build();
  }

  @Override
  public void sync() {
    requireStarted();
    if (fault == Fault.HANGS_IN_SYNC) {
      Leak.waitForEver();
    }
  }

  @Override
  public Optional<FileBacked> fileBacked() {
    boolean isFresh = folder.toString().isEmpty();
    boolean serves =
        fault == Fault.SERVES_FILES_ONCE_STARTED && started
            || fault == Fault.SERVES_FILES_TO_ITS_END && (started || isFresh);
    return serves ? Optional.of(files) : Optional.empty();
  }

  @Override
  public Set<Trait> traits() {
    boolean isVolatile =
        fault == Fault.CHANGES_ITS_TRAITS ? !started : fault != Fault.WRITES_NOTHING_BEFORE_CLOSE;
    return isVolatile ? Set.of(Trait.VOLATILE) : Set.of();
  }

  @Override
  public void close() {
    boolean wasStarted = started;
    started = false;
    if (fault == Fault.FAILS_AT_THE_SECOND_CLOSE && closes.incrementAndGet() > 1) {
      throw new IllegalStateException("closed already");
    }
    try {
      if (wasStarted && fault == Fault.WRITES_NOTHING_BEFORE_CLOSE) {
        try (DirectoryStream<Path> old = Files.newDirectoryStream(folder)) {
          for (Path file : old) {
            Files.delete(file);
          }
        }
        for (Kept kept : chunks.values()) {
          Files.write(folder.resolve(kept.cid.toString()), kept.bytes);
        }
      }
      if (wasStarted && fault != Fault.LEAKS_A_FILE) {
        for (Closeable one : open) {
          one.close();
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (fault != Fault.SHARES_ITS_CHUNKS && fault != Fault.SURVIVES_A_RESTART) {
      chunks.clear();
    }
  }

  private final class Reader implements ChunkReader {
    private final Kept kept;
    private volatile boolean closed;

    Reader(Kept kept) {
      this.kept = kept;
    }

    @Override
    public boolean owned() {
      return fault != Fault.OPENS_AS_ANOTHERS;
    }

    @Override
    public int sizeBytes() {
      return kept.visibleBytes;
    }

    @Override
    public int read(ByteBuffer into, int positionBytes) {
      if ((closed || !started) && fault != Fault.READS_AFTER_THE_END) {
        throw new IllegalStateException("the reader or its store is closed");
      }
      if (positionBytes >= kept.visibleBytes
          || fault == Fault.TAKES_A_FULL_BUFFER_FOR_THE_END && !into.hasRemaining()) {
        return -1;
      }
      int count = Math.min(into.remaining(), kept.visibleBytes - positionBytes);
      into.put(kept.bytes, positionBytes, count);
      return count;
    }

    @Override
    public boolean discard() {
      if (fault == Fault.DISCARDS_WHAT_CAME_LATER) {
        return chunks.remove(kept.cid.multihash()) != null;
      }
      boolean removed = chunks.remove(kept.cid.multihash(), kept);
      return removed || fault == Fault.DISCARDS_TWICE;
    }

    @Override
    public void close() {
      closed = true;
    }
  }
}
