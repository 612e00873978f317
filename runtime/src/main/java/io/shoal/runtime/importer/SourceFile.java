package io.shoal.runtime.importer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;

/// A file that is read for an import: as many bytes as it had at the begin, since one that grows as
/// fast as it is read would have no end. Confined to one thread.
final class SourceFile implements AutoCloseable {
  /// Files that the system makes up while they are read say that they are empty. Such a file is
  /// small; what grows out of nothing ends here.
  private static final long MAX_UNSIZED_BYTES = 16 << 20;

  private final Path path;
  private final FileChannel channel;
  private final BasicFileAttributes before;
  private long left;
  private boolean endedEarly;

  private SourceFile(Path path, FileChannel channel, BasicFileAttributes before)
      throws IOException {
    this.path = path;
    this.channel = channel;
    this.before = before;
    this.left = channel.size() == 0 ? MAX_UNSIZED_BYTES : channel.size();
  }

  static SourceFile open(Path path) throws IOException {
    FileChannel channel =
        FileChannel.open(path, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    boolean opened = false;
    try {
      SourceFile file = new SourceFile(path, channel, attributes(path));
      opened = true;
      return file;
    } finally {
      if (!opened) {
        channel.close();
      }
    }
  }

  private static BasicFileAttributes attributes(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
  }

  /// Fills a buffer as far as there are bytes, and flips it.
  ///
  /// @return whether these were the last ones
  boolean fill(ByteBuffer buffer) throws IOException {
    buffer.limit((int) Math.min(buffer.capacity(), left));
    int got = 0;
    try {
      while (got >= 0 && buffer.hasRemaining()) {
        got = channel.read(buffer);
      }
    } catch (ClosedByInterruptException e) {
      throw e;
    } catch (IOException e) {
      var named = new FileSystemException(path.toString(), null, e.getMessage());
      named.initCause(e);
      throw named;
    }
    buffer.flip();
    left -= buffer.remaining();
    endedEarly = got < 0;
    return endedEarly || left == 0;
  }

  /// Whether what was read may mix what the file had at different times. One that only grew is what
  /// it was at the begin.
  boolean hasChanged() throws IOException {
    if (endedEarly && before.size() > 0) {
      return true;
    }
    try {
      BasicFileAttributes now = attributes(path);
      boolean grew = now.size() > before.size();
      boolean same = now.lastModifiedTime().equals(before.lastModifiedTime());
      return !(same || grew);
    } catch (NoSuchFileException e) {
      return false; // removed: what was open stayed as it was
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
