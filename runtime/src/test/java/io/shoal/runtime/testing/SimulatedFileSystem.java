package io.shoal.runtime.testing;

import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.FileStoreAttributeView;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.spi.FileSystemProvider;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/// [SimulatedFiles] behind the file API of Java: whatever is given a path of it works on a disk
/// that fails and forgets, and needs no seam for that. No links, no owners, no locks.
public final class SimulatedFileSystem extends FileSystem {
  private final Provider provider = new Provider();
  private final SimulatedFiles files;

  public SimulatedFileSystem(SimulatedFiles files) {
    this.files = files;
  }

  @Override
  public Path getPath(String first, String... more) {
    return new SimulatedPath(this, FileSystems.getDefault().getPath(first, more));
  }

  @Override
  public FileSystemProvider provider() {
    return provider;
  }

  @Override
  public void close() {}

  @Override
  public boolean isOpen() {
    return true;
  }

  @Override
  public boolean isReadOnly() {
    return false;
  }

  @Override
  public String getSeparator() {
    return "/";
  }

  @Override
  public Iterable<Path> getRootDirectories() {
    return List.of(getPath("/"));
  }

  @Override
  public Iterable<FileStore> getFileStores() {
    return List.of(new Endless());
  }

  @Override
  public Set<String> supportedFileAttributeViews() {
    return Set.of("basic");
  }

  @Override
  public PathMatcher getPathMatcher(String pattern) {
    PathMatcher matcher = FileSystems.getDefault().getPathMatcher(pattern);
    return path ->
        matcher.matches(path instanceof SimulatedPath simulated ? simulated.spelling() : path);
  }

  @Override
  public UserPrincipalLookupService getUserPrincipalLookupService() {
    throw new UnsupportedOperationException("no owners here");
  }

  @Override
  public WatchService newWatchService() {
    throw new UnsupportedOperationException("nothing is watched here");
  }

  /// Full only where a fault says so.
  private static final class Endless extends FileStore {
    @Override
    public String name() {
      return "simulated";
    }

    @Override
    public String type() {
      return "simulated";
    }

    @Override
    public boolean isReadOnly() {
      return false;
    }

    @Override
    public long getTotalSpace() {
      return Long.MAX_VALUE;
    }

    @Override
    public long getUsableSpace() {
      return Long.MAX_VALUE;
    }

    @Override
    public long getUnallocatedSpace() {
      return Long.MAX_VALUE;
    }

    @Override
    public boolean supportsFileAttributeView(Class<? extends FileAttributeView> type) {
      return type == BasicFileAttributeView.class;
    }

    @Override
    public boolean supportsFileAttributeView(String name) {
      return name.equals("basic");
    }

    @Override
    @SuppressWarnings("NullAway") // as the class has it for views that are not supported
    public <V extends FileStoreAttributeView> V getFileStoreAttributeView(Class<V> type) {
      return null;
    }

    @Override
    public Object getAttribute(String attribute) {
      throw new UnsupportedOperationException(attribute);
    }
  }

  private record Attributes(SimulatedFiles.Stat stat) implements BasicFileAttributes {
    private FileTime time() {
      return FileTime.from(stat.modified(), TimeUnit.MILLISECONDS);
    }

    @Override
    public FileTime lastModifiedTime() {
      return time();
    }

    @Override
    public FileTime lastAccessTime() {
      return time();
    }

    @Override
    public FileTime creationTime() {
      return time();
    }

    @Override
    public boolean isRegularFile() {
      return !stat.folder();
    }

    @Override
    public boolean isDirectory() {
      return stat.folder();
    }

    @Override
    public boolean isSymbolicLink() {
      return false;
    }

    @Override
    public boolean isOther() {
      return false;
    }

    @Override
    public long size() {
      return stat.sizeBytes();
    }

    @Override
    public Object fileKey() {
      return stat.inode();
    }
  }

  private static String name(Path path) {
    return path.toAbsolutePath().normalize().toString();
  }

  private final class Provider extends FileSystemProvider {
    @Override
    public String getScheme() {
      return "simulated";
    }

    @Override
    public FileSystem newFileSystem(URI uri, Map<String, ?> settings) {
      throw new UnsupportedOperationException("made by its constructor");
    }

    @Override
    public FileSystem getFileSystem(URI uri) {
      throw new UnsupportedOperationException("made by its constructor");
    }

    @Override
    public Path getPath(URI uri) {
      throw new UnsupportedOperationException("no URIs");
    }

    @Override
    public SeekableByteChannel newByteChannel(
        Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
        throws IOException {
      return newFileChannel(path, options, attributes);
    }

    @Override
    public FileChannel newFileChannel(
        Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
        throws IOException {
      boolean exclusive = options.contains(StandardOpenOption.CREATE_NEW);
      boolean create = exclusive || options.contains(StandardOpenOption.CREATE);
      boolean cut = options.contains(StandardOpenOption.TRUNCATE_EXISTING);
      String name = name(path);
      return new SimulatedChannel(
          files,
          name,
          files.open(name, create, exclusive, cut),
          options.contains(StandardOpenOption.APPEND));
    }

    @Override
    public DirectoryStream<Path> newDirectoryStream(
        Path folder, DirectoryStream.Filter<? super Path> filter) throws IOException {
      List<Path> found = new ArrayList<>();
      for (String child : files.list(name(folder))) {
        Path path = folder.resolve(child.substring(child.lastIndexOf('/') + 1));
        if (filter.accept(path)) {
          found.add(path);
        }
      }
      return new DirectoryStream<>() {
        @Override
        public Iterator<Path> iterator() {
          return found.iterator();
        }

        @Override
        public void close() {}
      };
    }

    @Override
    public void createDirectory(Path folder, FileAttribute<?>... attributes) throws IOException {
      files.makeFolder(name(folder));
    }

    @Override
    public void delete(Path path) throws IOException {
      files.delete(name(path));
    }

    @Override
    public void copy(Path source, Path target, CopyOption... options) {
      throw new UnsupportedOperationException("nothing is copied here");
    }

    @Override
    public void move(Path source, Path target, CopyOption... options) throws IOException {
      boolean replaces =
          List.of(options).contains(StandardCopyOption.ATOMIC_MOVE)
              || List.of(options).contains(StandardCopyOption.REPLACE_EXISTING);
      if (!replaces && files.stat(name(target)).isPresent()) {
        throw new FileAlreadyExistsException(target.toString());
      }
      files.move(name(source), name(target));
    }

    @Override
    public boolean isSameFile(Path one, Path other) {
      return name(one).equals(name(other));
    }

    @Override
    public boolean isHidden(Path path) {
      return false;
    }

    @Override
    public FileStore getFileStore(Path path) {
      return new Endless();
    }

    @Override
    public void checkAccess(Path path, AccessMode... modes) throws IOException {
      stat(path);
    }

    private SimulatedFiles.Stat stat(Path path) throws IOException {
      return files.stat(name(path)).orElseThrow(() -> new NoSuchFileException(path.toString()));
    }

    @Override
    public <V extends FileAttributeView> V getFileAttributeView(
        Path path, Class<V> type, LinkOption... options) {
      return type.cast(
          new BasicFileAttributeView() {
            @Override
            public String name() {
              return "basic";
            }

            @Override
            public BasicFileAttributes readAttributes() throws IOException {
              return new Attributes(stat(path));
            }

            @Override
            public void setTimes(FileTime modified, FileTime accessed, FileTime created) {}
          });
    }

    @Override
    public <A extends BasicFileAttributes> A readAttributes(
        Path path, Class<A> type, LinkOption... options) throws IOException {
      return type.cast(new Attributes(stat(path)));
    }

    @Override
    public Map<String, Object> readAttributes(Path path, String attributes, LinkOption... options) {
      throw new UnsupportedOperationException(attributes);
    }

    @Override
    public void setAttribute(Path path, String attribute, Object value, LinkOption... options) {
      throw new UnsupportedOperationException(attribute);
    }
  }
}
