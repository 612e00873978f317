package io.shoal.storage.filesystem.disk;

import io.shoal.api.InvalidConfigException;
import io.shoal.api.PluginConfig;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/// The settings under `plugins.storage-filesystem`.
///
/// @param folder where chunks and references rest
/// @param quotaBytes the most bytes of chunks that the store writes
/// @param freeSpaceFloorBytes how much room is left on the file system for other programs
public record Settings(Path folder, long quotaBytes, long freeSpaceFloorBytes) {
  /// The node's prefix of this plugin's keys, for messages.
  public static final String KEYS = "plugins.storage-filesystem.";

  /// Room for logs, for a browser's cache, for a user who logs in to tidy up.
  private static final long DEFAULT_FREE_SPACE_FLOOR_BYTES = 1_000_000_000L;

  public static Settings read(PluginConfig config, Path dataFolder) throws InvalidConfigException {
    long quota = config.sizeBytes("quota", 0, Long.MAX_VALUE, Long.MAX_VALUE);
    long floor =
        config.sizeBytes("freeSpaceFloor", 0, Long.MAX_VALUE, DEFAULT_FREE_SPACE_FLOOR_BYTES);
    Optional<String> path = config.text("path");
    Path folder = path.isPresent() ? absolute(path.get()) : dataFolder.toAbsolutePath();
    return new Settings(folder.normalize(), quota, floor);
  }

  /// For what is not to last: the store's own disk has no part in it.
  public Settings withoutLimits() {
    return new Settings(folder, Long.MAX_VALUE, 0);
  }

  private static Path absolute(String path) throws InvalidConfigException {
    try {
      Path folder = Path.of(path);
      if (folder.isAbsolute()) {
        return folder;
      }
    } catch (InvalidPathException e) {
      throw new InvalidConfigException(
          KEYS + "path: '" + path + "' is not a path (" + e.getReason() + "): name a folder", e);
    }
    throw new InvalidConfigException(
        KEYS + "path: '" + path + "' depends on where the node is started: write the whole path");
  }
}
