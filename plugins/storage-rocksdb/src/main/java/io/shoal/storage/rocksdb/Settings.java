package io.shoal.storage.rocksdb;

import io.shoal.api.ConfigKey;
import io.shoal.api.InvalidConfigException;
import io.shoal.api.PluginConfig;
import java.nio.file.Path;
import java.util.List;

/// The settings under `plugins.storage-rocksdb`.
///
/// @param folder of the database
/// @param quotaBytes the most bytes of chunks that the store keeps
/// @param freeSpaceFloorBytes how much room is left on the file system for other programs
/// @param memoryBytes of native memory, for what is cached and what is not written yet
record Settings(Path folder, long quotaBytes, long freeSpaceFloorBytes, long memoryBytes) {
  /// The node's prefix of this plugin's keys, for messages.
  static final String KEYS = "plugins.storage-rocksdb.";

  /// Room for logs, for a browser's cache, for a user who logs in to tidy up; and for what the
  /// database writes anew while it gives room back.
  private static final long DEFAULT_FREE_SPACE_FLOOR_BYTES = 1_000_000_000L;

  /// With less the database would write files of a few megabytes, and sort them all day.
  private static final long MIN_MEMORY_BYTES = 32L << 20;

  private static final long MAX_MEMORY_BYTES = 64L << 30;

  /// Filters and indexes of ten million chunks fit into the half that is cache.
  private static final long DEFAULT_MEMORY_BYTES = 128L << 20;

  static List<ConfigKey> keys() {
    return List.of(
        ConfigKey.of("path", ConfigKey.Kind.PATH)
            .describe("Folder of the database; the plugin's own in the data folder if not set"),
        ConfigKey.size("quota").otherwise("unlimited").describe("The most bytes of chunks"),
        ConfigKey.size("freeSpaceFloor")
            .otherwise("1GB")
            .describe("Room that is left on the file system for other programs"),
        ConfigKey.size("memory")
            .otherwise("128MiB")
            .describe("Native memory for cache and write buffers, half for each"));
  }

  static Settings read(PluginConfig config, Path dataFolder) throws InvalidConfigException {
    return new Settings(
        config.path("path", dataFolder.toAbsolutePath().normalize()),
        config.sizeBytes("quota", 0, Long.MAX_VALUE, Long.MAX_VALUE),
        config.sizeBytes("freeSpaceFloor", 0, Long.MAX_VALUE, DEFAULT_FREE_SPACE_FLOOR_BYTES),
        config.sizeBytes("memory", MIN_MEMORY_BYTES, MAX_MEMORY_BYTES, DEFAULT_MEMORY_BYTES));
  }
}
