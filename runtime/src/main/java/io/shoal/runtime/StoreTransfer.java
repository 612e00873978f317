package io.shoal.runtime;

import io.shoal.api.InvalidInputException;
import io.shoal.api.ShoalException;
import io.shoal.api.Verifier;
import io.shoal.runtime.command.ContentCommands;
import io.shoal.runtime.command.FolderInUseException;
import io.shoal.runtime.command.StoreCommands;
import io.shoal.runtime.file.DataFolderLock;
import io.shoal.runtime.file.HeldFolder;
import io.shoal.runtime.file.SystemPath;
import io.shoal.runtime.identity.HostIdentity;
import io.shoal.runtime.identity.HostKey;
import io.shoal.runtime.limit.BulkPool;
import io.shoal.runtime.maintenance.StoreCopy;
import io.shoal.runtime.plugin.ActivePlugins.Active;
import io.shoal.runtime.plugin.ActiveSettings;
import io.shoal.runtime.plugin.MetricsRegistry;
import io.shoal.runtime.plugin.PluginHost;
import io.shoal.runtime.plugin.PluginServices;
import io.shoal.runtime.plugin.inspection.PluginPlaces;
import io.shoal.runtime.plugin.node.NodeHandle;
import io.shoal.runtime.store.ChunkCheck;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Takes all chunks of one storage plugin along into another, while no node uses the data folder.
///
/// @param dataFolder where the plugins keep their files
/// @param pluginFolders where the plugins are
/// @param pluginLock the file that records which plugins were installed
/// @param configuration with the settings of both plugins
public record StoreTransfer(
    Path dataFolder,
    List<Path> pluginFolders,
    Optional<Path> pluginLock,
    Configuration configuration) {

  public StoreTransfer {
    pluginFolders = List.copyOf(pluginFolders);
  }

  /// Copies. What came along before a failure or an interrupt stays, and the next run skips it.
  ///
  /// @param from the id of the plugin that has the chunks
  /// @param to the id of the plugin that gets them
  /// @throws FolderInUseException a node or another command uses the data folder
  /// @throws InvalidInputException one of them is not the id of an installed storage plugin
  public StoreCommands.Copied copy(
      String from, String to, ContentCommands.ProgressListener progress)
      throws ShoalException, IOException, InterruptedException {
    if (from.equals(to)) {
      throw new InvalidInputException(
          from + " is both the source and the target: name two storage plugins");
    }
    Path data = SystemPath.of(dataFolder);
    SystemSources sources = SystemSources.ofMachine();
    int cores = Runtime.getRuntime().availableProcessors();
    try (HeldFolder held = HeldFolder.take(data);
        BulkPool bulkPool = new BulkPool(cores);
        NodeHandle handle = new NodeHandle()) {
      held.folder().requireWritable();
      HostKey key = HostKey.loadOrCreate(HostKey.file(data), sources.random());
      PluginServices services =
          new PluginServices(
              held.folder(),
              new HostIdentity(key, sources.clock(), sources.random()),
              Optional.empty(),
              sources.clock(),
              sources.nanoTime(),
              new MetricsRegistry(),
              bulkPool,
              handle);
      return copy(services, from, to, progress);
    } catch (DataFolderLock.InUseException e) {
      throw new FolderInUseException(String.valueOf(e.getMessage()), e);
    }
  }

  private StoreCommands.Copied copy(
      PluginServices services, String from, String to, ContentCommands.ProgressListener progress)
      throws ShoalException, IOException, InterruptedException {
    NodeSettings settings = configuration.settings();
    try (PluginHost host =
        PluginHost.open(
            new PluginPlaces(pluginFolders, List.of(), pluginLock),
            services.unpackedPlugins(),
            false,
            settings.plugins(),
            ActiveSettings.ofStore(from, settings.active().verification()),
            configuration::plugin)) {
      PluginHost.Stores stores = host.startStores(services, from, to);
      List<Verifier> verifiers = new ArrayList<>();
      for (Active<Verifier> active : stores.verifiers()) {
        verifiers.add(active.extension());
      }
      return new StoreCopy(
              stores.from(), stores.to(), new ChunkCheck(verifiers), progress, services.nanoTime())
          .run();
    }
  }
}
