package io.shoal.runtime.file;

import io.shoal.api.UserFaultException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Held while a process uses a data folder. The operating system releases it when the process ends,
/// however it ends.
public final class DataFolderLock implements AutoCloseable {
  private static final String NAME = "node.lock";

  private final Closeable held;

  private DataFolderLock(Closeable held) {
    this.held = held;
  }

  /// @throws InUseException another process, or another node of this one, uses the folder
  /// @throws UserFaultException a link is in the place of the lock's file, which holds what must
  ///   not be overwritten
  public static DataFolderLock take(Path dataFolder) throws UserFaultException, IOException {
    Path file = dataFolder.resolve(NAME);
    FileChannel channel = PrivateFile.openOwn(file);
    DataFolderLock held = hold(dataFolder, channel, open -> open.tryLock() != null);
    note(channel, file);
    return held;
  }

  /// For a folder that this process cannot write to: others may read it as well, and no process may
  /// change it meanwhile.
  ///
  /// @throws InUseException a process that can write to the folder uses it
  static DataFolderLock share(Path dataFolder) throws UserFaultException, IOException {
    Path file = dataFolder.resolve(NAME);
    FileChannel channel;
    try {
      channel = FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      // Whatever runs there can make none either.
      return new DataFolderLock(() -> {});
    }
    return hold(dataFolder, channel, open -> isShared(open, file));
  }

  private interface Locking {
    boolean lock(FileChannel channel) throws IOException;
  }

  /// Takes the lock, or closes the channel.
  private static DataFolderLock hold(Path dataFolder, FileChannel channel, Locking locking)
      throws InUseException, IOException {
    boolean taken = false;
    try {
      taken = locking.lock(channel);
      if (!taken) {
        throw inUse(dataFolder);
      }
      return new DataFolderLock(channel);
    } catch (OverlappingFileLockException e) {
      throw inUse(dataFolder);
    } finally {
      if (!taken) {
        channel.close();
      }
    }
  }

  private static boolean isShared(FileChannel channel, Path file) {
    try {
      return channel.tryLock(0, Long.MAX_VALUE, true) != null;
    } catch (IOException e) {
      log().debug("the medium of {} knows no locks", file, e);
      return true;
    }
  }

  /// Whether the lock is known to be held by no process. The system tells, and no number of a
  /// process does: containers number theirs anew, and a number is given again after a crash.
  ///
  /// The process that holds it must not ask: closing the file would release the lock.
  public static boolean isFree(Path dataFolder) {
    Path file = dataFolder.resolve(NAME);
    try (FileChannel channel =
            FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
        FileLock lock = channel.tryLock(0, Long.MAX_VALUE, true)) {
      return lock != null;
    } catch (IOException | OverlappingFileLockException e) {
      log().debug("nothing is known of the lock of {}", dataFolder, e);
      return false;
    }
  }

  /// Names the process for the message of another one. The lock holds without it, so that a node
  /// starts on a full disk, and room can be made there.
  private static void note(FileChannel channel, Path file) {
    byte[] pid = (ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII);
    try {
      channel.write(ByteBuffer.wrap(pid), 0);
      channel.truncate(pid.length);
    } catch (IOException e) {
      log().debug("{} does not name this process", file, e);
    }
  }

  /// Another process, or another node of this one, uses the folder.
  public static final class InUseException extends UserFaultException {
    private static final long serialVersionUID = 1;

    private InUseException(String message) {
      super(message);
    }
  }

  private static InUseException inUse(Path dataFolder) throws IOException {
    String pid = Files.readString(dataFolder.resolve(NAME)).strip();
    return new InUseException(
        "%s is in use by the node of process %s: wait until it ends or stop it, or take another folder with --data"
            .formatted(dataFolder, pid.matches("\\d{1,10}") ? pid : "?"));
  }

  /// Each command asks for the lock, and beginning the log takes as long as the rest of a small
  /// one.
  private static Logger log() {
    return LoggerFactory.getLogger(DataFolderLock.class);
  }

  @Override
  public void close() throws IOException {
    held.close();
  }
}
