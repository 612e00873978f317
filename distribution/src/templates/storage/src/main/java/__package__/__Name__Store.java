package __package__;

import io.shoal.api.ChunkReader;
import io.shoal.api.ChunkStore;
import io.shoal.api.Cid;
import io.shoal.api.ConfigKey;
import io.shoal.api.PluginContext;
import io.shoal.api.StoreFullException;
import io.shoal.api.StoreUsage;
import io.shoal.api.UserFaultException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/// Keeps chunks as files in the plugin's data folder: the life of the store, and its settings.
/// [ChunkFolder] does the work.
public final class __Name__Store implements ChunkStore {

  private static final String QUOTA = "quota";

  /// Empty before the start and after the end.
  private volatile Optional<ChunkFolder> open = Optional.empty();

  /// The node makes it; see [io.shoal.api.Extension].
  public __Name__Store() {}

  @Override
  public List<ConfigKey> configuration() {
    return List.of(
        ConfigKey.size(QUOTA)
            .otherwise("unlimited")
            .describe("The most that the chunks may take together"));
  }

  @Override
  public void start(PluginContext context) throws UserFaultException {
    long quotaBytes = context.config().sizeBytes(QUOTA, 0, Long.MAX_VALUE, Long.MAX_VALUE);
    try {
      open = Optional.of(ChunkFolder.open(context.dataFolder().resolve("chunks"), quotaBytes));
    } catch (IOException e) {
      throw new UserFaultException(
          "%s: cannot be used: %s: give the node's user the right to read and write there"
              .formatted(context.dataFolder(), e.getMessage()),
          e);
    }
  }

  @Override
  public void close() {
    open.ifPresent(ChunkFolder::close);
    open = Optional.empty();
  }

  private ChunkFolder folder() {
    return open.orElseThrow(() -> new IllegalStateException("the store is not open"));
  }

  @Override
  public Optional<ChunkReader> open(Cid cid) throws IOException {
    return folder().open(cid.multihash());
  }

  @Override
  public Optional<StoredChunk> find(Cid cid) {
    return folder().find(cid.multihash());
  }

  @Override
  public boolean put(Cid cid, ByteBuffer bytes) throws IOException, StoreFullException {
    if (cid.isIdentity() || bytes.remaining() > MAX_CHUNK_SIZE_BYTES) {
      throw new IllegalArgumentException(
          "%s with %d bytes is no chunk for a store".formatted(cid, bytes.remaining()));
    }
    return folder().put(cid.multihash(), bytes);
  }

  @Override
  public boolean delete(Cid cid) throws IOException {
    return folder().delete(cid.multihash());
  }

  @Override
  public void chunks(ChunkSink each) {
    folder().chunks(each);
  }

  @Override
  public StoreUsage usage() throws IOException {
    return folder().usage();
  }

  @Override
  public void sync() throws IOException {
    folder().sync();
  }
}
