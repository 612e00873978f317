package io.shoal.runtime.plugin.border;

import io.shoal.api.ChunkChangedException;
import io.shoal.api.FileBacked;
import io.shoal.api.FileRef;
import io.shoal.api.UserFaultException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// The ability to serve users' files, behind the border.
final class GuardedFiles implements FileBacked {
  private final FileBacked files;
  private final PluginCalls calls;

  GuardedFiles(FileBacked files, PluginCalls calls) {
    this.files = files;
    this.calls = calls;
  }

  @Override
  public FileRef refer(Path path) throws IOException, UserFaultException {
    return calls.file("FileBacked.refer", () -> files.refer(path));
  }

  @Override
  public FileRef referGrowing(Path path) throws IOException, UserFaultException {
    return calls.file("FileBacked.referGrowing", () -> files.referGrowing(path));
  }

  @Override
  public void adopt(FileRef ref, List<Segment> segments) throws IOException, ChunkChangedException {
    calls.onFile("FileBacked.adopt", () -> files.adopt(ref, segments));
  }

  @Override
  public FileRef relocate(FileRef ref, Path target, boolean replace)
      throws IOException, UserFaultException {
    return calls.file("FileBacked.relocate", () -> files.relocate(ref, target, replace));
  }

  @Override
  public FileRef moved(FileRef ref, Path now) throws IOException, ChunkChangedException {
    return calls.file("FileBacked.moved", () -> files.moved(ref, now));
  }

  @Override
  public void forget(FileRef ref) throws IOException {
    calls.onFile("FileBacked.forget", () -> files.forget(ref));
  }

  @Override
  public Optional<FileClaims> claims(Path path) throws IOException {
    return calls.file("FileBacked.claims", () -> files.claims(path));
  }

  @Override
  public Optional<FileState> state(Path path) throws IOException {
    return calls.file("FileBacked.state", () -> files.state(path));
  }

  @Override
  public void references(Consumer<FileClaims> each) throws IOException {
    calls.onFile("FileBacked.references", () -> files.references(each));
  }
}
