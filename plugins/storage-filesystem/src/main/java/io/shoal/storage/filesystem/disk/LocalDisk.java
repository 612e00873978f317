package io.shoal.storage.filesystem.disk;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The disk of this machine.
public final class LocalDisk implements Disk {
  private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

  private static final Logger LOG = LoggerFactory.getLogger(LocalDisk.class);

  private final boolean unix =
      Path.of("").getFileSystem().supportedFileAttributeViews().contains("unix");
  // Finding a path's file store reads the mount table: once is enough.
  private final Map<Path, FileStore> fileStores = new ConcurrentHashMap<>();

  @Override
  public DiskFile create(Path file) throws IOException {
    return new LocalFile(FileChannel.open(file, CREATE_NEW, WRITE), false);
  }

  @Override
  public DiskFile append(Path file, long sizeBytes) throws IOException {
    FileChannel channel = FileChannel.open(file, WRITE, LinkOption.NOFOLLOW_LINKS);
    try {
      Uninterrupted.run(
          () -> {
            channel.truncate(sizeBytes);
            channel.position(sizeBytes);
          });
      return new LocalFile(channel, true);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  @Override
  public DiskFile read(Path file) throws IOException {
    return new LocalFile(FileChannel.open(file, READ, LinkOption.NOFOLLOW_LINKS), false);
  }

  @Override
  public void move(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
  }

  @Override
  public void link(Path existing, Path name) throws IOException {
    Files.createLink(name, existing);
  }

  @Override
  public boolean delete(Path file) throws IOException {
    return Files.deleteIfExists(file);
  }

  @Override
  public void forceFile(Path file) throws IOException {
    Uninterrupted.run(
        () -> {
          try (FileChannel channel = opened(file, LinkOption.NOFOLLOW_LINKS)) {
            channel.force(false);
          }
        });
  }

  private static FileChannel opened(Path path, OpenOption... more) throws IOException {
    Set<OpenOption> options = new HashSet<>(List.of(more));
    options.add(READ);
    try {
      return FileChannel.open(path, options);
    } catch (NoSuchFileException | AccessDeniedException e) {
      throw e;
    } catch (IOException e) {
      throw new NotOpenedException(e);
    }
  }

  @Override
  public void forceFolder(Path folder) throws IOException {
    if (!unix) {
      return; // other systems have no handle on a folder that could be forced
    }
    Uninterrupted.run(
        () -> {
          try (FileChannel channel = opened(folder)) {
            channel.force(true);
          }
        });
  }

  @Override
  public void createFolders(Path folder) throws IOException {
    Files.createDirectories(folder);
  }

  @Override
  public List<Entry> list(Path folder) throws IOException {
    List<Entry> entries = new ArrayList<>();
    try (DirectoryStream<Path> names = Files.newDirectoryStream(folder)) {
      for (Path path : names) {
        try {
          BasicFileAttributes found =
              Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
          String name = String.valueOf(path.getFileName());
          if (found.isDirectory()) {
            entries.add(new Entry(name, -1));
          } else if (found.isRegularFile()) {
            entries.add(new Entry(name, found.size()));
          }
        } catch (NoSuchFileException e) {
          LOG.trace("{} went away while we looked", path);
        }
      }
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return entries;
  }

  @Override
  public Optional<FileStamp> stat(Path path) throws IOException {
    try {
      if (!unix) {
        BasicFileAttributes found =
            Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        long modified = found.lastModifiedTime().to(TimeUnit.NANOSECONDS);
        return Optional.of(new FileStamp(found.isRegularFile(), found.size(), modified, 0, 0));
      }
      Map<String, Object> found =
          Files.readAttributes(
              path,
              "unix:isRegularFile,size,lastModifiedTime,ctime,ino",
              LinkOption.NOFOLLOW_LINKS);
      return Optional.of(
          new FileStamp(
              attribute(found, "isRegularFile", Boolean.class),
              attribute(found, "size", Long.class),
              attribute(found, "lastModifiedTime", FileTime.class).to(TimeUnit.NANOSECONDS),
              attribute(found, "ctime", FileTime.class).to(TimeUnit.NANOSECONDS),
              attribute(found, "ino", Long.class)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (FileSystemException e) {
      // A file where a folder should be (ENOTDIR): nothing is at that path either.
      if (path.getParent() != null
          && Files.exists(path.getParent())
          && !Files.isDirectory(path.getParent())) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private static <T> T attribute(Map<String, Object> found, String name, Class<T> type) {
    return type.cast(Objects.requireNonNull(found.get(name), name));
  }

  @Override
  public Optional<Closeable> lock(Path file) throws IOException {
    FileChannel channel = FileChannel.open(file, CREATE, WRITE);
    boolean taken = false;
    try {
      taken = channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      LOG.debug("{} is held in this very process", file);
    } finally {
      if (!taken) {
        channel.close();
      }
    }
    return taken ? Optional.of(channel) : Optional.empty();
  }

  @Override
  public boolean isWritable(Path folder) {
    return Files.isWritable(folder);
  }

  @Override
  public long usableBytes(Path folder) throws IOException {
    FileStore known = fileStores.get(folder);
    if (known == null) {
      known = Files.getFileStore(folder);
      fileStores.put(folder, known);
    }
    return known.getUsableSpace();
  }

  @Override
  public Optional<String> bootId() {
    try {
      return Optional.of(Files.readString(BOOT_ID, StandardCharsets.US_ASCII).strip());
    } catch (IOException e) {
      return Optional.empty(); // not Linux: what was not forced counts as lost
    }
  }

  /// @param file the open file
  /// @param isShared whether what others wrote is in it too
  private record LocalFile(FileChannel file, boolean isShared) implements DiskFile {
    @Override
    public void write(ByteBuffer bytes) throws IOException {
      if (isShared) {
        Uninterrupted.run(() -> writeAll(bytes));
      } else {
        writeAll(bytes);
      }
    }

    private void writeAll(ByteBuffer bytes) throws IOException {
      while (bytes.hasRemaining()) {
        file.write(bytes);
      }
    }

    @Override
    public int read(ByteBuffer into, long positionBytes) throws IOException {
      return file.read(into, positionBytes);
    }

    @Override
    public long sizeBytes() throws IOException {
      return file.size();
    }

    @Override
    public void force() throws IOException {
      Uninterrupted.run(() -> file.force(false));
    }

    @Override
    public Optional<FileChannel> channel() {
      return Optional.of(file);
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
