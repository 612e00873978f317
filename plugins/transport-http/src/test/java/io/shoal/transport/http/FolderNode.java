package io.shoal.transport.http;

import io.shoal.api.Cid;
import io.shoal.api.Content;
import io.shoal.api.Discovery;
import io.shoal.api.FileEntry;
import io.shoal.api.NoSuchPathException;
import io.shoal.api.NodeAccess;
import io.shoal.api.PeerAddress;
import io.shoal.api.Refusal;
import io.shoal.api.RefusedException;
import io.shoal.api.RetryableException;
import io.shoal.api.Upload;
import io.shoal.testkit.TestData;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/// A node that has one folder.
final class FolderNode implements NodeAccess {
  static final Cid ROOT = TestData.cid("a folder".getBytes());

  final Map<String, byte[]> files = new TreeMap<>();
  final List<PeerAddress> uploads = new CopyOnWriteArrayList<>();
  final AtomicInteger open = new AtomicInteger();
  volatile Optional<Refusal> refusal = Optional.empty();

  /// A file that cannot be read from this byte on.
  volatile long gapAt = Long.MAX_VALUE;

  @Override
  public List<Cid> roots() {
    return List.of(ROOT);
  }

  @Override
  public Optional<Content> open(Cid root, String path) throws NoSuchPathException {
    if (!root.equals(ROOT)) {
      return Optional.empty();
    }
    String below = path.isEmpty() ? "" : path + "/";
    List<FileEntry> entries = new ArrayList<>();
    files.forEach(
        (name, bytes) -> {
          if (name.equals(path) || name.startsWith(below)) {
            entries.add(
                new FileEntry(
                    name.equals(path) ? "" : name.substring(below.length()), bytes.length));
          }
        });
    if (entries.isEmpty()) {
      throw new NoSuchPathException("there is nothing at '" + path + "'");
    }
    open.incrementAndGet();
    return Optional.of(new Open(path, entries));
  }

  private final class Open implements Content {
    private final String path;
    private final List<FileEntry> entries;

    Open(String path, List<FileEntry> entries) {
      this.path = path;
      this.entries = entries;
    }

    @Override
    public Cid root() {
      return ROOT;
    }

    @Override
    public Cid cid() {
      return TestData.cid(path.getBytes());
    }

    @Override
    public Optional<String> name() {
      return path.isEmpty()
          ? Optional.of("the <folder>")
          : Optional.of(path.substring(path.lastIndexOf('/') + 1));
    }

    @Override
    public boolean isFolder() {
      return !files.containsKey(path);
    }

    @Override
    public List<FileEntry> files() {
      return entries;
    }

    @Override
    public int read(int file, long offsetBytes, ByteBuffer into) throws RetryableException {
      byte[] bytes = files.get(path);
      if (offsetBytes >= gapAt) {
        throw new RetryableException("these bytes are not here");
      }
      if (offsetBytes >= bytes.length) {
        return -1;
      }
      int count = (int) Math.min(into.remaining(), Math.min(5_000, bytes.length - offsetBytes));
      into.put(bytes, (int) offsetBytes, count);
      return count;
    }

    @Override
    public Optional<Region> region(int file, long offsetBytes) {
      return Optional.empty();
    }

    @Override
    public void close() {
      open.decrementAndGet();
    }
  }

  @Override
  public Upload upload(PeerAddress to) throws RefusedException {
    if (refusal.isPresent()) {
      throw new RefusedException(refusal.get());
    }
    uploads.add(to);
    open.incrementAndGet();
    return new Upload() {
      @Override
      public int permit(int wantedBytes) {
        return Math.max(1, wantedBytes / 2);
      }

      @Override
      public void close() {
        open.decrementAndGet();
      }
    };
  }

  @Override
  public void findProviders(Cid cid, Set<String> schemes, Discovery.ProviderSink sink) {
    throw new AssertionError("the gateway fetches nothing");
  }

  @Override
  public void pin(Cid root) {
    throw new AssertionError("the gateway pins nothing");
  }

  @Override
  public void unpin(Cid root) {
    throw new AssertionError("the gateway pins nothing");
  }
}
