package io.shoal.storage.s3;

import io.shoal.api.ChunkReader;
import io.shoal.api.ChunkStore;
import io.shoal.api.Cid;
import io.shoal.api.ConfigKey;
import io.shoal.api.InvalidConfigException;
import io.shoal.api.PluginContext;
import io.shoal.api.RetryableException;
import io.shoal.api.StoreUsage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps chunks in a bucket of S3, which several nodes may share.
///
/// The start asks nothing of the network. Soon after it the bucket is tried, so that the log and
/// `shoal status` say what is wrong before somebody needs a chunk.
public final class S3Store implements ChunkStore {
  private static final Logger LOG = LoggerFactory.getLogger(S3Store.class);

  /// A command that is over by then need not have tried.
  private static final Duration TRY_AFTER = Duration.ofSeconds(2);

  /// The most that S3 lists at once.
  private static final int PAGE_OBJECTS = 1_000;

  private volatile @Nullable Opened opened;

  /// Does nothing yet; see [#start].
  public S3Store() {}

  @Override
  public List<ConfigKey> configuration() {
    return Settings.KEYS;
  }

  @Override
  public void start(PluginContext context) throws InvalidConfigException {
    String prefix = "plugins." + context.pluginId() + ".";
    Settings settings = Settings.read(context.config(), prefix);
    Health health = new Health(context.metrics());
    Faults faults = new Faults(settings.bucket(), settings.service().toString(), prefix);
    Attempts attempts =
        new Attempts(faults, settings.effort(), health, System::nanoTime, new SplittableRandom());
    Clients clients = new Clients(settings, prefix, System::nanoTime);
    Bucket bucket = new Bucket(clients, settings, attempts);
    Opened store =
        new Opened(
            settings, clients, attempts, health, bucket, new Quarantine(bucket, settings.keys()));
    context
        .metrics()
        .gauge(
            "requests_at_once",
            "Requests that may run at once now; fewer while the service does not keep up",
            attempts::allowedAtOnce);
    opened = store;
    context.scheduler().after(TRY_AFTER, () -> tryBucket(store));
  }

  private static void tryBucket(Opened store) {
    try {
      store.bucket().prove(store.attempts().deadline());
    } catch (IOException | RetryableException e) {
      LOG.warn("{}", e.getMessage());
    } catch (IllegalStateException e) {
      LOG.debug("the store was closed before its bucket was tried", e);
    }
  }

  @Override
  public Optional<ChunkReader> open(Cid cid) throws IOException, RetryableException {
    Opened store = store();
    if (cid.isIdentity()) {
      return Optional.empty();
    }
    String key = store.settings().keys().of(cid.multihash());
    Optional<Bucket.Content> content = store.bucket().get(key, store.attempts().deadline());
    if (content.isEmpty()) {
      return Optional.empty();
    }
    int size = requireChunk(store, key, content.get().bytes().remaining());
    store.health().received(size);
    return Optional.of(new ObjectReader(cid.multihash(), content.get(), this::store));
  }

  @Override
  public Optional<StoredChunk> find(Cid cid) throws IOException, RetryableException {
    Opened store = store();
    if (cid.isIdentity()) {
      return Optional.empty();
    }
    String key = store.settings().keys().of(cid.multihash());
    Optional<Bucket.Entry> entry = store.bucket().head(key, store.attempts().deadline());
    if (entry.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new StoredChunk(cid, requireChunk(store, key, entry.get().sizeBytes()), true));
  }

  private static int requireChunk(Opened store, String key, long sizeBytes) throws IOException {
    if (sizeBytes > MAX_CHUNK_SIZE_BYTES) {
      throw new IOException(
          "%s in bucket %s has %d bytes and is no chunk: remove it"
              .formatted(key, store.settings().bucket(), sizeBytes));
    }
    return (int) sizeBytes;
  }

  @Override
  public boolean put(Cid cid, ByteBuffer bytes) throws IOException, RetryableException {
    Opened store = store();
    if (bytes.remaining() > MAX_CHUNK_SIZE_BYTES) {
      throw new IllegalArgumentException(
          "a chunk has at most " + MAX_CHUNK_SIZE_BYTES + " bytes, not " + bytes.remaining());
    }
    if (cid.isIdentity()) {
      throw new IllegalArgumentException(cid + " names nothing that can be stored");
    }
    String key = store.settings().keys().of(cid.multihash());
    Deadline deadline = store.attempts().deadline();
    int size = bytes.remaining();
    boolean stored =
        store.bucket().head(key, deadline).isEmpty()
            && store.bucket().putIfAbsent(key, bytes, deadline);
    if (stored) {
      store.health().sent(size);
    }
    bytes.position(bytes.limit());
    return stored;
  }

  @Override
  public boolean delete(Cid cid) throws IOException, RetryableException {
    Opened store = store();
    if (cid.isIdentity()) {
      return false;
    }
    String key = store.settings().keys().of(cid.multihash());
    Deadline deadline = store.attempts().deadline();
    if (store.bucket().head(key, deadline).isEmpty()) {
      return false;
    }
    store.bucket().delete(key, deadline);
    return true;
  }

  @Override
  public void chunks(ChunkSink each) throws IOException, RetryableException {
    Opened store = store();
    ObjectKeys keys = store.settings().keys();
    Optional<String> next = Optional.empty();
    do {
      // A deadline for each page: the walk as a whole may take its time.
      Bucket.Page page =
          store.bucket().list(keys.chunks(), next, PAGE_OBJECTS, store.attempts().deadline());
      for (Bucket.Entry entry : page.entries()) {
        Optional<Cid> cid = keys.chunk(entry.key());
        if (cid.isPresent()
            && entry.sizeBytes() <= MAX_CHUNK_SIZE_BYTES
            && !each.chunk(new StoredChunk(cid.get(), (int) entry.sizeBytes(), true))) {
          return;
        }
      }
      next = page.next();
    } while (next.isPresent());
  }

  /// Nothing is known: to count a bucket is to list it, and other nodes change it meanwhile.
  @Override
  public StoreUsage usage() {
    var _ = store();
    return StoreUsage.builder().build();
  }

  /// Has nothing to do: a chunk is durable as soon as [#put] returned.
  @Override
  public void sync() {
    var _ = store();
  }

  @Override
  public Set<Trait> traits() {
    return Set.of(Trait.REMOTE, Trait.SHARED);
  }

  @Override
  public List<String> advice() {
    @Nullable Opened store = opened;
    return store == null ? List.of() : store.health().advice();
  }

  @Override
  public void close() {
    @Nullable Opened store = opened;
    opened = null;
    if (store != null) {
      store.attempts().close();
      store.clients().close();
    }
  }

  private Opened store() {
    @Nullable Opened store = opened;
    if (store == null) {
      throw new IllegalStateException("the store is not started, or closed");
    }
    return store;
  }
}
