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

  /// A call that its contract lets throw an [IOException] alone.
  private <T> T io(String method, PluginCalls.FileCall<T> call) throws IOException {
    try {
      return calls.file(method, call);
    } catch (UserFaultException | ChunkChangedException e) {
      throw new AssertionError(method + " does not throw it", e);
    }
  }

  private <T> T user(String method, PluginCalls.FileCall<T> call)
      throws IOException, UserFaultException {
    try {
      return calls.file(method, call);
    } catch (ChunkChangedException e) {
      throw new AssertionError(method + " does not throw it", e);
    }
  }

  @Override
  public FileRef refer(Path path) throws IOException, UserFaultException {
    return user("FileBacked.refer", () -> files.refer(path));
  }

  @Override
  public FileRef referGrowing(Path path) throws IOException, UserFaultException {
    return user("FileBacked.referGrowing", () -> files.referGrowing(path));
  }

  @Override
  public void adopt(FileRef ref, List<Segment> segments) throws IOException, ChunkChangedException {
    try {
      calls.file(
          "FileBacked.adopt",
          () -> {
            files.adopt(ref, segments);
            return true;
          });
    } catch (UserFaultException e) {
      throw new AssertionError("adopt does not throw it", e);
    }
  }

  @Override
  public FileRef relocate(FileRef ref, Path target, boolean replace)
      throws IOException, UserFaultException {
    return user("FileBacked.relocate", () -> files.relocate(ref, target, replace));
  }

  @Override
  public void forget(FileRef ref) throws IOException {
    io(
        "FileBacked.forget",
        () -> {
          files.forget(ref);
          return true;
        });
  }

  @Override
  public Optional<FileClaims> claims(Path path) throws IOException {
    return io("FileBacked.claims", () -> files.claims(path));
  }

  @Override
  public Optional<FileState> state(Path path) throws IOException {
    return io("FileBacked.state", () -> files.state(path));
  }

  @Override
  public void references(Consumer<FileClaims> each) throws IOException {
    io(
        "FileBacked.references",
        () -> {
          files.references(each);
          return true;
        });
  }
}
