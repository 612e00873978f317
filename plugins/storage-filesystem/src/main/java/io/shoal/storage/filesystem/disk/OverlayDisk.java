package io.shoal.storage.filesystem.disk;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// A disk with a folder in which nothing may be changed: what changes there does so in another
/// folder, for this process alone, and is not to last. All other paths are passed on.
public final class OverlayDisk implements Disk, Closeable {
  private static final int COPIED_AT_ONCE_BYTES = 64 * 1024;

  private final Disk disk;
  private final Path root;
  private final Path scratch;

  /// Paths under the root whose files are in the other folder.
  private final Set<Path> changed = ConcurrentHashMap.newKeySet();

  /// Paths under the root whose files there count no more.
  private final Set<Path> gone = ConcurrentHashMap.newKeySet();

  /// @param root the folder that stays as it is
  /// @param scratch an empty folder, removed by [#close]
  public OverlayDisk(Disk disk, Path root, Path scratch) {
    this.disk = disk;
    this.root = root;
    this.scratch = scratch;
  }

  private boolean isKept(Path path) {
    return path.startsWith(root);
  }

  private Path inScratch(Path path) {
    return scratch.resolve(root.relativize(path));
  }

  private boolean isGone(Path path) {
    return gone.contains(path) && !changed.contains(path);
  }

  /// Where a file is.
  private Path place(Path file) throws NoSuchFileException {
    if (changed.contains(file)) {
      return inScratch(file);
    }
    if (gone.contains(file)) {
      throw new NoSuchFileException(file.toString());
    }
    return file;
  }

  /// Where a new file goes.
  private Path place(Path file, Path copy) throws IOException {
    disk.createFolders(Objects.requireNonNull(copy.getParent(), file.toString()));
    return copy;
  }

  @Override
  public DiskFile create(Path file) throws IOException {
    if (!isKept(file)) {
      return disk.create(file);
    }
    if (stat(file).isPresent()) {
      throw new FileAlreadyExistsException(file.toString());
    }
    DiskFile made = disk.create(place(file, inScratch(file)));
    changed.add(file);
    return made;
  }

  @Override
  public DiskFile append(Path file, long sizeBytes) throws IOException {
    return disk.append(isKept(file) ? copied(file) : file, sizeBytes);
  }

  /// The copy of a file that may be changed.
  private Path copied(Path file) throws IOException {
    Path copy = inScratch(file);
    if (changed.contains(file)) {
      return copy;
    }
    try (DiskFile in = disk.read(place(file));
        DiskFile out = disk.create(place(file, copy))) {
      ByteBuffer bytes = ByteBuffer.allocate(COPIED_AT_ONCE_BYTES);
      long at = 0;
      for (int read = in.read(bytes, at); read > 0; read = in.read(bytes, at)) {
        at += read;
        out.write(bytes.flip());
        bytes.clear();
      }
    }
    changed.add(file);
    return copy;
  }

  @Override
  public DiskFile read(Path file) throws IOException {
    return disk.read(isKept(file) ? place(file) : file);
  }

  @Override
  public void move(Path from, Path to) throws IOException {
    if (!isKept(from) && !isKept(to)) {
      disk.move(from, to);
      return;
    }
    disk.move(copied(from), place(to, inScratch(to)));
    changed.add(to);
    gone.add(from);
    changed.remove(from);
  }

  @Override
  public void link(Path existing, Path name) throws IOException {
    if (isKept(existing) || isKept(name)) {
      throw new UnsupportedOperationException("nothing there gets a second name");
    }
    disk.link(existing, name);
  }

  @Override
  public boolean delete(Path file) throws IOException {
    if (!isKept(file)) {
      return disk.delete(file);
    }
    boolean there = stat(file).isPresent();
    gone.add(file);
    if (changed.remove(file)) {
      disk.delete(inScratch(file));
    }
    return there;
  }

  @Override
  public void forceFile(Path file) throws IOException {
    if (!isKept(file)) {
      disk.forceFile(file);
    }
  }

  @Override
  public void forceFolder(Path folder) throws IOException {
    if (!isKept(folder)) {
      disk.forceFolder(folder);
    }
  }

  /// Those of the folder that stays are made with their first file.
  @Override
  public void createFolders(Path folder) throws IOException {
    if (!isKept(folder)) {
      disk.createFolders(folder);
    }
  }

  @Override
  public List<Entry> list(Path folder) throws IOException {
    if (!isKept(folder)) {
      return disk.list(folder);
    }
    Map<String, Entry> entries = new LinkedHashMap<>();
    for (Entry entry : disk.list(folder)) {
      if (!isGone(folder.resolve(entry.name()))) {
        entries.put(entry.name(), entry);
      }
    }
    disk.list(inScratch(folder)).forEach(entry -> entries.put(entry.name(), entry));
    return new ArrayList<>(entries.values());
  }

  @Override
  public Optional<FileStamp> stat(Path path) throws IOException {
    if (!isKept(path)) {
      return disk.stat(path);
    }
    return isGone(path) ? Optional.empty() : disk.stat(place(path));
  }

  /// What nothing is written to needs no lock, and the file for one may be missing.
  @Override
  public Optional<Closeable> lock(Path file) {
    return Optional.of(() -> {});
  }

  @Override
  public boolean isWritable(Path folder) {
    return disk.isWritable(folder);
  }

  @Override
  public long usableBytes(Path folder) throws IOException {
    return disk.usableBytes(isKept(folder) ? scratch : folder);
  }

  @Override
  public Optional<String> bootId() {
    return disk.bootId();
  }

  /// Forgets all that changed.
  @Override
  public void close() throws IOException {
    remove(scratch);
  }

  private void remove(Path folder) throws IOException {
    for (Entry entry : disk.list(folder)) {
      Path path = folder.resolve(entry.name());
      if (entry.folder()) {
        remove(path);
      } else {
        disk.delete(path);
      }
    }
    disk.delete(folder);
  }
}
