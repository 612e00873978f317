package io.shoal.runtime.destination;

import io.shoal.api.UserFaultException;
import io.shoal.runtime.file.FewDescriptors;
import io.shoal.runtime.file.FileRights;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// The folder that a download writes in, opened once: files are opened and renamed relative to it,
/// and no link is followed. Another user who may write to a folder above can then move what is
/// there, but not lead the download elsewhere, nor have other bytes take the place of those that
/// were written. Where the system cannot open relative to a folder, or this user may not read it,
/// paths are used. Usable from any thread.
final class PartPlace implements NameTrial.Place, AutoCloseable {
  private static final Set<OpenOption> OPENING =
      Set.of(
          StandardOpenOption.CREATE,
          StandardOpenOption.READ,
          StandardOpenOption.WRITE,
          LinkOption.NOFOLLOW_LINKS);

  private static final Set<OpenOption> BEGINNING =
      Set.of(
          StandardOpenOption.CREATE_NEW,
          StandardOpenOption.READ,
          StandardOpenOption.WRITE,
          LinkOption.NOFOLLOW_LINKS);

  /// File systems on which a file's number changes while it is there; they have no rights either,
  /// so that another user who may write there may write to the files themselves.
  private static final Set<String> WITHOUT_NUMBERS = Set.of("exfat", "fuseblk", "msdos", "vfat");

  private final Path folder;
  private final Optional<OpenFolders> opened;
  private final boolean numbers;

  /// What the names directly below the folder led to when they were first used.
  private final Map<Path, Object> first = new ConcurrentHashMap<>();

  private PartPlace(Path folder, Optional<SecureDirectoryStream<Path>> opened) {
    this.folder = folder;
    this.opened = opened.map(stream -> new OpenFolders(folder, stream, this::requireSame));
    this.numbers = hasNumbers(folder);
  }

  private static boolean hasNumbers(Path folder) {
    try {
      return !WITHOUT_NUMBERS.contains(Files.getFileStore(folder).type());
    } catch (IOException e) {
      return true;
    }
  }

  /// @param folder as the user named it: links on the way to it are meant
  @SuppressWarnings("StreamResourceLeak") // closed with this place
  static PartPlace open(Path folder) throws IOException {
    DirectoryStream<Path> stream;
    try {
      stream = Files.newDirectoryStream(folder);
    } catch (AccessDeniedException e) {
      return new PartPlace(folder, Optional.empty());
    }
    if (stream instanceof SecureDirectoryStream<Path> secure) {
      return new PartPlace(folder, Optional.of(secure));
    }
    stream.close();
    return new PartPlace(folder, Optional.empty());
  }

  /// Opens a file below the folder, and makes it if it is missing.
  ///
  /// @throws UserFaultException a link is in its place or on the way, or it has another name
  FileChannel openFile(Path file) throws IOException, UserFaultException {
    FileChannel channel;
    boolean made = false;
    try {
      channel = open(file, BEGINNING);
      made = true;
    } catch (FileAlreadyExistsException e) {
      channel = openAgain(file);
    } catch (IOException e) {
      LinkRefusal.refuseLinks(folder, file, e);
      throw e;
    }
    boolean fine = false;
    try {
      if (!made) {
        LinkRefusal.requireOneName(file);
      }
      if (folder.equals(file.getParent())) {
        key(file).ifPresent(key -> first.putIfAbsent(file, key));
      }
      fine = true;
      return channel;
    } finally {
      if (!fine) {
        channel.close();
      }
    }
  }

  private FileChannel openAgain(Path file) throws IOException, UserFaultException {
    try {
      return open(file, OPENING);
    } catch (AccessDeniedException e) {
      // An earlier attempt got as far as giving it the rights of its DAG.
      set(file, Optional.of(FileRights.of(FileRights.bits(file) | 0600)), Optional.empty());
      return open(file, OPENING);
    } catch (IOException e) {
      LinkRefusal.refuseLinks(folder, file, e);
      throw e;
    }
  }

  @Override
  public boolean makeFile(Path file) throws IOException {
    try {
      makeNew(file);
      return true;
    } catch (FileAlreadyExistsException e) {
      return false;
    }
  }

  /// Makes a file with all rights that the user's umask leaves.
  void makeFileForAll(Path file) throws IOException {
    makeNew(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxrwxrwx")));
  }

  private void makeNew(Path file, FileAttribute<?>... attributes) throws IOException {
    open(file, BEGINNING, attributes).close();
  }

  /// @throws UserFaultException its path leads out of this folder
  @Override
  public boolean makeFolder(Path made) throws IOException, UserFaultException {
    try {
      Files.createDirectory(made);
    } catch (FileAlreadyExistsException e) {
      return false;
    }
    // Java makes folders by their paths alone.
    noteFolder(made);
    return true;
  }

  @Override
  public Object identity(Path path) throws IOException {
    Optional<Object> key = key(path);
    return key.isPresent() ? key.get() : path.toRealPath(LinkOption.NOFOLLOW_LINKS);
  }

  /// Sets rights and time of a file or folder below the folder, as far as its medium has them.
  ///
  /// @param rights to set; empty for none
  void set(Path path, Optional<Set<PosixFilePermission>> rights, Optional<FileTime> modified)
      throws IOException {
    if (opened.isPresent()) {
      below(
          path,
          (above, name) -> {
            set(
                above.getFileAttributeView(
                    name, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS),
                rights,
                modified);
            return name;
          });
    } else {
      set(
          Files.getFileAttributeView(path, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS),
          rights,
          modified);
    }
  }

  private static void set(
      @Nullable PosixFileAttributeView view,
      Optional<Set<PosixFilePermission>> rights,
      Optional<FileTime> modified)
      throws IOException {
    // Some systems have no rights at all.
    if (view != null) {
      if (modified.isPresent()) {
        view.setTimes(modified.get(), null, null);
      }
      if (rights.isPresent()) {
        view.setPermissions(rights.get());
      }
    }
  }

  /// Takes note of a folder that was made, or found, by its path.
  ///
  /// @throws UserFaultException its path leads out of this folder, or another one was noted
  void noteFolder(Path made) throws IOException, UserFaultException {
    requireUnmoved(made);
    if (folder.equals(made.getParent())) {
      key(made).ifPresent(key -> first.putIfAbsent(made, key));
    }
  }

  private FileChannel open(Path file, Set<OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    // The JDK promises a channel of bytes; that of the default file system is one of a file.
    return opened.isPresent()
        ? (FileChannel)
            below(file, (above, name) -> above.newByteChannel(name, options, attributes))
        : FileChannel.open(file, options, attributes);
  }

  private <T> T below(Path path, OpenFolders.Use<T> use) throws IOException {
    return opened.orElseThrow().in(path, use);
  }

  private void requireSame(Path found, Object key) throws IOException {
    if (numbers && !key.equals(first.computeIfAbsent(found, any -> key))) {
      throw new FileSystemException(found.toString(), null, "another folder is in its place");
    }
  }

  /// Makes sure that a file's path still leads to what was opened there.
  ///
  /// @throws UserFaultException it was moved, or something was put in its place
  void requireUnmoved(Path file) throws IOException, UserFaultException {
    requireThere(file, file);
  }

  /// Makes sure that what was renamed is what was written.
  void requireArrived(Path from, Path to) throws IOException, UserFaultException {
    requireThere(from, to);
  }

  private void requireThere(Path opened, Path now) throws IOException, UserFaultException {
    if (this.opened.isEmpty()) {
      return;
    }
    boolean same;
    try {
      Optional<Object> key =
          FewDescriptors.<Optional<Object>, RuntimeException>open(() -> key(now), this::closeIdle);
      same =
          key.isPresent()
              && key.equals(keyByPath(now))
              && (!numbers || key.get().equals(first.getOrDefault(opened, key.get())));
    } catch (FileSystemException e) {
      same = false;
    }
    if (!same) {
      throw moved(now);
    }
  }

  private static UserFaultException moved(Path file) {
    return new UserFaultException(
        file
            + " was moved, or something else put in its place, while the download wrote to it:"
            + " choose a place with -o that no other user can write to");
  }

  /// What a name below the folder leads to, whatever path the folder has by now.
  private Optional<Object> key(Path file) throws IOException {
    if (opened.isEmpty()) {
      return keyByPath(file);
    }
    try {
      return Optional.ofNullable(below(file, (above, name) -> attributes(above, name).fileKey()));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  private static BasicFileAttributes attributes(SecureDirectoryStream<Path> above, Path name)
      throws IOException {
    return above
        .getFileAttributeView(name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
        .readAttributes();
  }

  private static Optional<Object> keyByPath(Path file) throws IOException {
    try {
      return Optional.ofNullable(
          Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
              .fileKey());
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /// Renames what is directly below the folder, within it.
  void rename(Path from, Path to) throws IOException {
    if (opened.isPresent()) {
      SecureDirectoryStream<Path> top = opened.get().top();
      top.move(from.getFileName(), top, to.getFileName());
      opened.get().forget();
    } else {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    }
  }

  @Override
  public void deleteFile(Path file) throws IOException {
    if (opened.isPresent()) {
      below(
          file,
          (above, name) -> {
            above.deleteFile(name);
            return name;
          });
    } else {
      Files.delete(file);
    }
  }

  /// @throws java.nio.file.DirectoryNotEmptyException it holds something
  void deleteFolder(Path folder) throws IOException {
    if (opened.isPresent()) {
      below(
          folder,
          (above, name) -> {
            above.deleteDirectory(name);
            return name;
          });
      opened.get().forget();
    } else {
      Files.delete(folder);
    }
  }

  /// Deletes a file or a folder with all that it holds; not what links in it lead to.
  void deleteTree(Path root) throws IOException {
    if (!Files.isDirectory(root, LinkOption.NOFOLLOW_LINKS)) {
      deleteFile(root);
      return;
    }
    try (DirectoryStream<Path> entries =
        opened.isPresent()
            ? below(
                root, (above, name) -> above.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS))
            : Files.newDirectoryStream(root)) {
      for (Path entry : entries) {
        deleteTree(root.resolve(entry.getFileName()));
      }
    }
    deleteFolder(root);
  }

  /// Gives up the descriptors that it can do without.
  void closeIdle() {
    opened.ifPresent(OpenFolders::forget);
  }

  @Override
  public void close() throws IOException {
    if (opened.isPresent()) {
      opened.get().close();
    }
  }
}
