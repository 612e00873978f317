package io.shoal.runtime.destination;

import io.shoal.api.ShoalException;
import io.shoal.api.StoreFullException;
import io.shoal.api.UserFaultException;
import io.shoal.runtime.file.DiskFull;
import io.shoal.runtime.file.FewDescriptors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The files that a download writes, a bounded number of them open. Usable from any thread, but not
/// from one that may be interrupted: that would close a channel that other threads use.
public final class PartFiles implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PartFiles.class);

  /// Files that stay open: a download of many files writes to few of them at once.
  public static final int MAX_OPEN = 64;

  private static final class Open {
    private final FileChannel channel;
    private int users;

    Open(FileChannel channel) {
      this.channel = channel;
    }
  }

  private final PartPlace place;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Path, Open> open = new LinkedHashMap<>(16, 0.75f, true);
  private final DestinationRoom room;
  private final boolean resumed;
  private int maxOpen = MAX_OPEN;
  private boolean closed;

  /// @param place opens them
  /// @param resumed whether an earlier attempt may have written to the files: then there may be
  ///   something else where nothing was written yet
  PartFiles(PartPlace place, DestinationRoom room, boolean resumed) {
    this.place = place;
    this.room = room;
    this.resumed = resumed;
  }

  /// Makes a file unless it is there.
  void make(Path file) throws IOException, UserFaultException {
    done(use(file));
  }

  /// Writes all remaining bytes at `offset`, long runs of zeros as holes; the buffer's position is
  /// not changed.
  ///
  /// @param runs the buffer's
  /// @throws StoreFullException the disk has no room
  void write(Path file, ByteBuffer bytes, long offset, List<ZeroRuns.Run> runs)
      throws IOException, ShoalException {
    for (ZeroRuns.Run run : runs) {
      if (!run.zeros() || !room.hasHoles()) {
        room.take(file, run.sizeBytes());
      }
    }
    Open used = use(file);
    try {
      for (ZeroRuns.Run run : runs) {
        ByteBuffer part = bytes.slice(bytes.position() + run.offset(), run.sizeBytes());
        if (run.zeros()) {
          writeZeros(used.channel, part, offset + run.offset());
        } else {
          writeAll(used.channel, part, offset + run.offset());
        }
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

  private static void writeAll(FileChannel channel, ByteBuffer bytes, long offset)
      throws IOException {
    long at = offset;
    while (bytes.hasRemaining()) {
      at += channel.write(bytes, at);
    }
  }

  /// Leaves a hole. Its last byte is written where the file ends before it, so that the file is as
  /// long as its claims say; other receivers write elsewhere in the file at the same time.
  private void writeZeros(FileChannel channel, ByteBuffer zeros, long offset) throws IOException {
    if (resumed && !readsAsZeros(channel, zeros.remaining(), offset)) {
      writeAll(channel, zeros, offset);
    } else if (channel.size() < offset + zeros.remaining()) {
      int last = zeros.remaining() - 1;
      writeAll(channel, zeros.position(last), offset + last);
    }
  }

  private static boolean readsAsZeros(FileChannel channel, int sizeBytes, long offset)
      throws IOException {
    ByteBuffer there = ByteBuffer.allocate(sizeBytes);
    long at = offset;
    while (there.hasRemaining()) {
      int read = channel.read(there, at);
      if (read < 0) {
        // Beyond the end nothing is in the way.
        break;
      }
      at += read;
    }
    return ZeroRuns.zeros(there.flip());
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

  /// @throws UserFaultException a link is in the place: it is not followed
  private Open use(Path file) throws IOException, UserFaultException {
    lock.lock();
    try {
      requireOpen(file);
      Open known = open.get(file);
      if (known != null) {
        known.users++;
        return known;
      }
    } finally {
      lock.unlock();
    }
    FileChannel channel = FewDescriptors.open(() -> place.openFile(file), this::closeIdle);
    Open surplus = new Open(channel);
    try {
      return keep(file, surplus);
    } finally {
      if (surplus.users == 0) {
        channel.close();
      }
    }
  }

  /// A receiver that is late must not open a file again.
  private void requireOpen(Path file) throws IOException {
    if (closed) {
      throw new IOException(file + ": its download has ended");
    }
  }

  private Open keep(Path file, Open opened) throws IOException {
    lock.lock();
    try {
      requireOpen(file);
      Open kept = open.computeIfAbsent(file, any -> opened);
      kept.users++;
      closeIdleBeyond(maxOpen);
      return kept;
    } finally {
      lock.unlock();
    }
  }

  private void closeIdleBeyond(int count) throws IOException {
    Iterator<Open> eldest = open.values().iterator();
    while (open.size() > count && eldest.hasNext()) {
      Open candidate = eldest.next();
      if (candidate.users == 0) {
        eldest.remove();
        candidate.channel.close();
      }
    }
  }

  /// The system has no descriptor left: gives up what is not in use, and keeps fewer from now on.
  private void closeIdle() {
    place.closeIdle();
    lock.lock();
    try {
      maxOpen = Math.max(1, Math.min(maxOpen, open.size()) / 2);
      closeIdleBeyond(0);
    } catch (IOException e) {
      LOG.debug("a part file did not close well", e);
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
      closed = true;
    } finally {
      lock.unlock();
    }
  }
}
