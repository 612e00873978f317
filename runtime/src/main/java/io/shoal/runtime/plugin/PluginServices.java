package io.shoal.runtime.plugin;

import io.shoal.api.NodeAccess;
import io.shoal.api.NodeIdentity;
import io.shoal.api.SwarmSecret;
import io.shoal.runtime.file.DataFolder;
import io.shoal.runtime.limit.BulkPool;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.LongSupplier;

/// The services that a node shares with its plugins.
///
/// @param dataFolder the node's folder
/// @param identity the node's
/// @param swarmSecret of the private swarm that it is a member of
/// @param clock wall-clock time
/// @param nanoTime for intervals, as [System#nanoTime]
/// @param metrics all counters of the node
/// @param bulkPool for hashing and bulk file IO
/// @param node what plugins may do with the node; usable once it is ready
public record PluginServices(
    DataFolder dataFolder,
    NodeIdentity identity,
    Optional<SwarmSecret> swarmSecret,
    InstantSource clock,
    LongSupplier nanoTime,
    MetricsRegistry metrics,
    BulkPool bulkPool,
    NodeAccess node) {

  /// Where a plugin keeps its files.
  Path pluginFolder(String pluginId) {
    return dataFolder.ofPlugin(pluginId);
  }

  /// Where all plugins keep their files; no plugin is loaded from there.
  public Path pluginsData() {
    return dataFolder.plugins();
  }

  /// Where copies of plugins are, unpacked ones among them; may be removed while no node runs.
  public Path unpackedPlugins() {
    return dataFolder.state().resolve("unpacked-plugins");
  }
}
