package io.shoal.runtime.file;

import io.shoal.api.UserFaultException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// The parts of a node's data folder. Where it cannot be written to, the runtime works on a copy of
/// its own part, which goes with the process: reading changes nothing.
///
/// @param path the whole
/// @param state the runtime's own part
/// @param unwritable why nothing in it can be changed, if that is so: "on a read-only medium"
public record DataFolder(Path path, Path state, Optional<String> unwritable) {

  private static final String STATE = "runtime";

  private static final String PLUGINS = "plugins";

  /// One that can be written to.
  public static DataFolder of(Path path) {
    return new DataFolder(path, path.resolve(STATE), Optional.empty());
  }

  /// One that cannot.
  ///
  /// @param copy where what has to be written goes
  /// @param reason why not, as of the folder
  static DataFolder unwritable(Path path, Path copy, String reason) {
    return new DataFolder(path, copy.resolve(STATE), Optional.of(reason));
  }

  public boolean isReadOnly() {
    return unwritable.isPresent();
  }

  /// Where all plugins keep their files.
  public Path plugins() {
    return path.resolve(PLUGINS);
  }

  /// Where a plugin keeps its files. One that was never used here gets a folder that goes with the
  /// process, if none can be made that stays.
  public Path ofPlugin(String id) {
    Path folder = plugins().resolve(id);
    return isReadOnly() && Files.notExists(folder)
        ? state.resolveSibling(PLUGINS).resolve(id)
        : folder;
  }

  /// To be called before what is to last.
  ///
  /// @throws UserFaultException nothing in it can be changed
  public void requireWritable() throws UserFaultException {
    if (unwritable.isPresent()) {
      throw new UserFaultException(
          "%s is %s, and this would change it: make it writable, or copy it and give the copy with --data"
              .formatted(path, unwritable.get()));
    }
  }
}
