package io.shoal.runtime.destination;

import io.shoal.api.ShoalException;
import io.shoal.api.StoreFullException;
import io.shoal.api.UserFaultException;
import io.shoal.runtime.file.DiskFull;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/// The files that a download writes, a bounded number of them open. Usable from any thread, but not
/// from one that may be interrupted: that would close a channel that other threads use.
public final class PartFiles implements AutoCloseable {
  /// Files that stay open: a download of many files writes to few of them at once.
  public static final int MAX_OPEN = 64;

  private static final class Open {
    private final FileChannel channel;
    private int users;

    Open(FileChannel channel) {
      this.channel = channel;
    }
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Path, Open> open = new LinkedHashMap<>(16, 0.75f, true);

  /// Writes all remaining bytes at `offset`; the buffer's position is not changed.
  ///
  /// @throws StoreFullException the disk has no room
  void write(Path file, ByteBuffer bytes, long offset) throws IOException, ShoalException {
    ByteBuffer rest = bytes.duplicate();
    Open used = use(file);
    try {
      long at = offset;
      while (rest.hasRemaining()) {
        at += used.channel.write(rest, at);
      }
    } catch (IOException e) {
      if (DiskFull.of(e).isPresent()) {
        throw new StoreFullException(
            file + ": its disk has no room left: free some; the download goes on by itself", e);
      }
      throw unwritable(file, e);
    } finally {
      done(used);
    }
  }

  private static IOException unwritable(Path file, IOException cause) {
    return new IOException(
        "%s: cannot be written (%s): repair the medium, then run the same command again; what is here is kept"
            .formatted(file, cause.getMessage()),
        cause);
  }

  /// Fills `into` from `offset`.
  ///
  /// @return whether the file had that many bytes
  boolean read(Path file, ByteBuffer into, long offset) throws IOException, UserFaultException {
    Open used = use(file);
    try {
      long at = offset;
      while (into.hasRemaining()) {
        int read = used.channel.read(into, at);
        if (read < 0) {
          return false;
        }
        at += read;
      }
      return true;
    } finally {
      done(used);
    }
  }

  /// Makes a file's length exactly `sizeBytes`: cuts off what an earlier attempt left beyond it.
  void cut(Path file, long sizeBytes) throws IOException, UserFaultException {
    Open used = use(file);
    try {
      if (used.channel.size() > sizeBytes) {
        used.channel.truncate(sizeBytes);
      }
    } finally {
      done(used);
    }
  }

  void force(Path file) throws IOException, UserFaultException {
    Open used = use(file);
    try {
      used.channel.force(false);
    } finally {
      done(used);
    }
  }

  /// @throws UserFaultException a symbolic link is in the place: it is not followed
  private Open use(Path file) throws IOException, UserFaultException {
    lock.lock();
    try {
      Open known = open.get(file);
      if (known != null) {
        known.users++;
        return known;
      }
    } finally {
      lock.unlock();
    }
    FileChannel channel = open(file);
    Open surplus = new Open(channel);
    try {
      return keep(file, surplus);
    } finally {
      if (surplus.users == 0) {
        channel.close();
      }
    }
  }

  private static FileChannel open(Path file) throws IOException, UserFaultException {
    try {
      return FileChannel.open(
          file,
          StandardOpenOption.CREATE,
          StandardOpenOption.READ,
          StandardOpenOption.WRITE,
          LinkOption.NOFOLLOW_LINKS);
    } catch (IOException e) {
      if (Files.isSymbolicLink(file)) {
        throw new UserFaultException(
            file + " is a symbolic link, and a download does not write through one: remove it", e);
      }
      throw e;
    }
  }

  private Open keep(Path file, Open opened) throws IOException {
    lock.lock();
    try {
      Open kept = open.computeIfAbsent(file, any -> opened);
      kept.users++;
      Iterator<Open> eldest = open.values().iterator();
      while (open.size() > MAX_OPEN && eldest.hasNext()) {
        Open candidate = eldest.next();
        if (candidate.users == 0) {
          eldest.remove();
          candidate.channel.close();
        }
      }
      return kept;
    } finally {
      lock.unlock();
    }
  }

  private void done(Open used) {
    lock.lock();
    try {
      used.users--;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() throws IOException {
    lock.lock();
    try {
      for (Open each : open.values()) {
        each.channel.close();
      }
      open.clear();
    } finally {
      lock.unlock();
    }
  }
}
