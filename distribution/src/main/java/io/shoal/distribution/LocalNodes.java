package io.shoal.distribution;

import io.shoal.api.ShoalException;
import io.shoal.distribution.command.Nodes;
import io.shoal.distribution.launch.PackageFolder;
import io.shoal.distribution.launch.Version;
import io.shoal.runtime.Configuration;
import io.shoal.runtime.Node;
import io.shoal.runtime.RemoteNode;
import io.shoal.runtime.StoreTransfer;
import io.shoal.runtime.command.ContentCommands.ProgressListener;
import io.shoal.runtime.command.NodeCommands;
import io.shoal.runtime.command.PackageCommands;
import io.shoal.runtime.command.StatusCommands.PluginEntry;
import io.shoal.runtime.command.StoreCommands.Copied;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// Nodes on this machine, with the plugins of the package.
final class LocalNodes implements Nodes {

  @Override
  public Optional<NodeCommands> running(Path dataFolder) throws IOException {
    return RemoteNode.of(dataFolder).map(NodeCommands.class::cast);
  }

  @Override
  public NodeCommands start(Path dataFolder, Configuration configuration, Node.Mode mode)
      throws ShoalException, IOException, InterruptedException {
    return builder(dataFolder, configuration, mode).start();
  }

  @Override
  public List<PluginEntry> pluginsOfFailedStart(Path dataFolder, Configuration configuration)
      throws ShoalException, IOException, InterruptedException {
    return builder(dataFolder, configuration, Node.Mode.OFFLINE).pluginsOfFailedStart();
  }

  @Override
  public Copied copyStore(
      Path dataFolder,
      Configuration configuration,
      String from,
      String to,
      ProgressListener progress)
      throws ShoalException, IOException, InterruptedException {
    return new StoreTransfer(dataFolder, pluginFolders(), pluginLock(), configuration)
        .copy(from, to, progress);
  }

  private static List<Path> pluginFolders() {
    return inPackage("plugins");
  }

  private static Optional<Path> pluginLock() {
    return PackageFolder.find().map(PackageCommands::lock);
  }

  private static List<Path> inPackage(String name) {
    return PackageFolder.find().map(folder -> List.of(folder.resolve(name))).orElse(List.of());
  }

  private static Node.Builder builder(
      Path dataFolder, Configuration configuration, Node.Mode mode) {
    Node.Builder builder =
        Node.builder()
            .dataFolder(dataFolder)
            .pluginFolders(pluginFolders())
            .mistakenFolders(inPackage("lib"))
            .configuration(configuration)
            .mode(mode)
            .version(Version.TEXT);
    pluginLock().ifPresent(builder::pluginLock);
    return builder;
  }
}
