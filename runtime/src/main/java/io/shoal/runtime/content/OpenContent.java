package io.shoal.runtime.content;

import io.shoal.api.ChunkReader;
import io.shoal.api.Cid;
import io.shoal.api.Content;
import io.shoal.api.FileEntry;
import io.shoal.api.FileRegion;
import io.shoal.api.ShoalException;
import io.shoal.runtime.dag.UnixNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/// A file or folder that is open. Usable from any thread; no lock is held while the store is asked.
final class OpenContent implements Content {
  /// Each holds a file open.
  static final int MAX_REGIONS = 16;

  private final Cid root;
  private final PathLookup.Found found;
  private final Optional<String> name;
  private final StoredNodes nodes;
  private final ListedFiles budget;
  private final Consumer<OpenContent> ended;

  /// The last place that was read: the next read is most probably beside it. Threads that read at
  /// several places overwrite each other's, which costs them the nodes again.
  private volatile Optional<StoredFile.Position> last = Optional.empty();

  // Guarded by this.
  private final Set<OpenRegion> regions = new HashSet<>();
  private int opening;
  private volatile Optional<List<FolderFiles.Listed>> listed = Optional.empty();
  private volatile boolean closed;

  /// @param budget for the list of files
  /// @param ended is called once
  OpenContent(
      Cid root,
      PathLookup.Found found,
      Optional<String> name,
      StoredNodes nodes,
      ListedFiles budget,
      Consumer<OpenContent> ended) {
    this.root = root;
    this.found = found;
    this.name = name;
    this.nodes = nodes;
    this.budget = budget;
    this.ended = ended;
  }

  @Override
  public Cid root() {
    return root;
  }

  @Override
  public Cid cid() {
    return found.cid();
  }

  @Override
  public Optional<String> name() {
    return name;
  }

  @Override
  public boolean isFolder() {
    return found.isFolder();
  }

  @Override
  public List<FileEntry> files() throws ShoalException, IOException {
    return listed().stream()
        .map(file -> new FileEntry(file.path(), file.file().sizeBytes()))
        .toList();
  }

  private List<FolderFiles.Listed> listed() throws ShoalException, IOException {
    requireOpen();
    Optional<List<FolderFiles.Listed>> known = listed;
    return known.isPresent() ? known.get() : settled(list());
  }

  /// Of two threads that made the list at the same time, one has it.
  private List<FolderFiles.Listed> settled(List<FolderFiles.Listed> made) {
    List<FolderFiles.Listed> first;
    synchronized (this) {
      if (!closed && listed.isEmpty()) {
        listed = Optional.of(made);
        return made;
      }
      first = listed.orElse(List.of());
    }
    budget.giveBack(made.size());
    requireOpen();
    return first;
  }

  private List<FolderFiles.Listed> list() throws ShoalException, IOException {
    if (found.isFolder()) {
      return new FolderFiles(nodes, budget, FolderFiles.MAX_FILES)
          .list(found.cid(), found.node().orElseThrow());
    }
    StoredFile file =
        found.node().isPresent() && found.node().get() instanceof UnixNode.File node
            ? StoredFile.of(nodes, found.cid(), node)
            : StoredFile.ofChunk(nodes, found.cid());
    budget.takeOne();
    return List.of(new FolderFiles.Listed("", file));
  }

  private StoredFile file(int file, long offsetBytes) throws ShoalException, IOException {
    List<FolderFiles.Listed> all = listed();
    Objects.checkIndex(file, all.size());
    if (offsetBytes < 0) {
      throw new IndexOutOfBoundsException("the offset " + offsetBytes + " is negative");
    }
    return all.get(file).file();
  }

  @Override
  public int read(int file, long offsetBytes, ByteBuffer into) throws ShoalException, IOException {
    StoredFile stored = file(file, offsetBytes);
    if (offsetBytes >= stored.sizeBytes()) {
      return -1;
    }
    if (!into.hasRemaining()) {
      return 0;
    }
    StoredFile.Position place = stored.at(offsetBytes, last);
    int read = stored.read(place, offsetBytes, into);
    last = place.kept();
    return read;
  }

  @Override
  public Optional<Region> region(int file, long offsetBytes) throws ShoalException, IOException {
    StoredFile stored = file(file, offsetBytes);
    if (offsetBytes >= stored.sizeBytes() || !beginRegion()) {
      return Optional.empty();
    }
    Optional<OpenRegion> opened = Optional.empty();
    try {
      StoredFile.Position place = stored.at(offsetBytes, last);
      last = place.kept();
      opened = place.inside().isPresent() ? Optional.empty() : open(stored, place, offsetBytes);
    } finally {
      endRegion(opened);
    }
    requireOpen();
    return opened.map(region -> region);
  }

  private Optional<OpenRegion> open(StoredFile file, StoredFile.Position place, long offsetBytes)
      throws ShoalException, IOException {
    ChunkReader reader = file.open(place);
    boolean handedOn = false;
    try {
      Optional<FileRegion> chunk = reader.region();
      if (chunk.isEmpty()) {
        return Optional.empty();
      }
      int skipped = (int) (offsetBytes - place.startBytes());
      FileRegion bytes =
          new FileRegion(
              chunk.get().channel(),
              chunk.get().offsetBytes() + skipped,
              chunk.get().sizeBytes() - skipped);
      handedOn = true;
      return Optional.of(new OpenRegion(reader, bytes, this::forget));
    } finally {
      if (!handedOn) {
        reader.close();
      }
    }
  }

  private synchronized boolean beginRegion() {
    if (closed || regions.size() + opening >= MAX_REGIONS) {
      return false;
    }
    opening++;
    return true;
  }

  private void endRegion(Optional<OpenRegion> opened) {
    boolean late;
    synchronized (this) {
      opening--;
      late = closed;
      if (!late) {
        opened.ifPresent(regions::add);
      }
    }
    if (late) {
      opened.ifPresent(OpenRegion::close);
    }
  }

  private synchronized void forget(OpenRegion region) {
    regions.remove(region);
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the content of " + root + " is closed");
    }
  }

  @Override
  public void close() {
    List<OpenRegion> open;
    int files;
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      open = List.copyOf(regions);
      files = listed.map(List::size).orElse(0);
      listed = Optional.empty();
    }
    open.forEach(OpenRegion::close);
    budget.giveBack(files);
    last = Optional.empty();
    ended.accept(this);
  }
}
