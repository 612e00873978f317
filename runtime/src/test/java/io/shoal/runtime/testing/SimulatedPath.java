package io.shoal.runtime.testing;

import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;

/// A path of a [SimulatedFileSystem]: another one's spelling, this one's files.
record SimulatedPath(SimulatedFileSystem files, Path spelling) implements Path {

  private Path of(Path other) {
    return new SimulatedPath(files, other);
  }

  private static Path spelling(Path other) {
    return other instanceof SimulatedPath simulated ? simulated.spelling : other;
  }

  @Override
  public FileSystem getFileSystem() {
    return files;
  }

  @Override
  public boolean isAbsolute() {
    return spelling.isAbsolute();
  }

  @Override
  @SuppressWarnings("NullAway") // as the interface has it
  public Path getRoot() {
    Path root = spelling.getRoot();
    return root == null ? null : of(root);
  }

  @Override
  @SuppressWarnings("NullAway") // as the interface has it
  public Path getFileName() {
    Path name = spelling.getFileName();
    return name == null ? null : of(name);
  }

  @Override
  @SuppressWarnings("NullAway") // as the interface has it
  public Path getParent() {
    Path parent = spelling.getParent();
    return parent == null ? null : of(parent);
  }

  @Override
  public int getNameCount() {
    return spelling.getNameCount();
  }

  @Override
  public Path getName(int index) {
    return of(spelling.getName(index));
  }

  @Override
  public Path subpath(int begin, int end) {
    return of(spelling.subpath(begin, end));
  }

  @Override
  public boolean startsWith(Path other) {
    return spelling.startsWith(spelling(other));
  }

  @Override
  public boolean endsWith(Path other) {
    return spelling.endsWith(spelling(other));
  }

  @Override
  public Path normalize() {
    return of(spelling.normalize());
  }

  @Override
  public Path resolve(Path other) {
    return of(spelling.resolve(spelling(other)));
  }

  @Override
  public Path relativize(Path other) {
    return of(spelling.relativize(spelling(other)));
  }

  @Override
  public URI toUri() {
    throw new UnsupportedOperationException("no URI");
  }

  @Override
  public Path toAbsolutePath() {
    return of(spelling.toAbsolutePath());
  }

  @Override
  public Path toRealPath(LinkOption... options) {
    return toAbsolutePath().normalize();
  }

  @Override
  public WatchKey register(
      WatchService watcher, WatchEvent.Kind<?>[] events, WatchEvent.Modifier... modifiers) {
    throw new UnsupportedOperationException("nothing is watched here");
  }

  @Override
  public int compareTo(Path other) {
    return spelling.compareTo(spelling(other));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SimulatedPath that
        && files == that.files
        && spelling.equals(that.spelling);
  }

  @Override
  public int hashCode() {
    return spelling.hashCode();
  }

  @Override
  public String toString() {
    return spelling.toString();
  }
}
