package io.shoal.runtime.importer;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;

/// Counts the bytes that an import reads, beside it, so that its progress has an end. It reads no
/// content, so it is done long before the import, and it begins only when a user has waited: an
/// import that takes no time is not made longer. Begun and closed by one thread.
public final class ImportSize implements AutoCloseable {
  private static final long UNKNOWN = -1;

  private final List<Path> paths;
  private volatile long bytes = UNKNOWN;
  private volatile boolean closed;
  private boolean begun;

  /// @param paths files and folders, absolute
  public ImportSize(List<Path> paths) {
    this.paths = List.copyOf(paths);
  }

  /// Begins to count, unless it has, and returns at once.
  public void begin() {
    if (!begun) {
      begun = true;
      Thread.ofVirtual().name("import-size").start(this::count);
    }
  }

  /// All that is to be read; -1 as long as that is not known.
  public long bytes() {
    return bytes;
  }

  /// Counts in the calling thread.
  void count() {
    var counter = new Counter();
    try {
      for (Path path : paths) {
        Files.walkFileTree(path, counter);
      }
      bytes = closed ? UNKNOWN : counter.bytes;
    } catch (IOException e) {
      // The import meets the same fault and reports it.
      bytes = UNKNOWN;
    }
  }

  @Override
  public void close() {
    closed = true;
  }

  /// Follows no links, as the import does not.
  private final class Counter extends SimpleFileVisitor<Path> {
    private long bytes;

    @Override
    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
      return NodeSecrets.looksLikeOne(folder)
          ? FileVisitResult.SKIP_SUBTREE
          : FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      bytes += attributes.isRegularFile() ? attributes.size() : 0;
      return closed ? FileVisitResult.TERMINATE : FileVisitResult.CONTINUE;
    }
  }
}
