package io.shoal.distribution.command;

import io.shoal.api.ShoalException;
import io.shoal.runtime.Configuration;
import io.shoal.runtime.Node;
import io.shoal.runtime.command.ContentCommands.ProgressListener;
import io.shoal.runtime.command.NodeCommands;
import io.shoal.runtime.command.StatusCommands.PluginEntry;
import io.shoal.runtime.command.StoreCommands.Copied;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// Where commands get the node that they work on.
public interface Nodes {

  /// The node that runs on a data folder in another process, if one does.
  Optional<NodeCommands> running(Path dataFolder) throws IOException;

  /// The plugins of a node that does not start because of one of them.
  List<PluginEntry> pluginsOfFailedStart(Path dataFolder, Configuration configuration)
      throws ShoalException, IOException, InterruptedException;

  /// Takes all chunks of one storage plugin along into another; no node may use the data folder.
  Copied copyStore(
      Path dataFolder,
      Configuration configuration,
      String from,
      String to,
      ProgressListener progress)
      throws ShoalException, IOException, InterruptedException;

  /// Starts a node in this process; closing it ends it.
  NodeCommands start(Path dataFolder, Configuration configuration, Node.Mode mode)
      throws ShoalException, IOException, InterruptedException;
}
