package io.shoal.distribution.plugins;

import io.shoal.api.ShoalException;
import io.shoal.distribution.command.Environment;
import io.shoal.distribution.command.PluginsCommand;
import io.shoal.distribution.launch.PackageFolder;
import io.shoal.runtime.command.PackageCommands.InstalledPlugin;
import io.shoal.runtime.command.StatusCommands.PluginEntry;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;

/// As `shoal plugins`, with the plugins that are not installed.
@Command
final class ListPluginsCommand extends PluginsCommand {

  ListPluginsCommand(Environment environment) {
    super(environment);
  }

  @Override
  protected List<PluginEntry> notInstalled() throws ShoalException, IOException {
    return PackageFolder.find().isEmpty()
        ? List.of()
        : PackageCommand.plugins(common).available().stream()
            .map(ListPluginsCommand::entry)
            .toList();
  }

  private static PluginEntry entry(InstalledPlugin plugin) {
    return new PluginEntry(
        plugin.id(),
        plugin.kinds(),
        plugin.version(),
        plugin.location(),
        "available",
        false,
        Optional.empty());
  }
}
