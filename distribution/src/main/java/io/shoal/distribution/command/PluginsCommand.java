package io.shoal.distribution.command;

import io.shoal.api.ShoalException;
import io.shoal.distribution.console.ExitCode;
import io.shoal.runtime.Configuration;
import io.shoal.runtime.Node;
import io.shoal.runtime.command.NodeCommands;
import io.shoal.runtime.command.Reference;
import io.shoal.runtime.command.StatusCommands.PluginEntry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;

@Command(name = "plugins")
public class PluginsCommand extends NodeCommand {

  public PluginsCommand(Environment environment) {
    super(environment);
  }

  @Override
  WithoutData withoutData() {
    return WithoutData.DOES_WITHOUT;
  }

  @Override
  Node.Mode mode() {
    return Node.Mode.OFFLINE;
  }

  @Override
  public boolean take(Optional<Reference> reference) {
    return reference.isEmpty();
  }

  @Override
  void notStarted(Configuration configuration)
      throws ShoalException, IOException, InterruptedException {
    List<PluginEntry> plugins =
        environment().nodes().pluginsOfFailedStart(common.dataFolder(), configuration);
    if (!plugins.isEmpty()) {
      print(plugins);
    }
  }

  @Override
  public int run(NodeCommands node) throws ShoalException, IOException, InterruptedException {
    List<PluginEntry> all = new ArrayList<>(node.plugins());
    all.addAll(notInstalled());
    print(all);
    return ExitCode.DONE;
  }

  /// Plugins that are named besides those that the node found.
  protected List<PluginEntry> notInstalled() throws ShoalException, IOException {
    return List.of();
  }

  private void print(List<PluginEntry> plugins) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("KIND", "NAME", "VERSION", "STATE", "ACTIVE", "FROM", "PROBLEM"));
    for (PluginEntry plugin : plugins) {
      if (common.json) {
        console().json(plugin);
      } else {
        rows.add(
            List.of(
                String.join(",", plugin.kinds()),
                plugin.id(),
                plugin.version(),
                plugin.state(),
                plugin.active() ? "yes" : "no",
                plugin.location(),
                plugin.problem().orElse("")));
      }
    }
    if (!common.json) {
      console().table(rows);
    }
  }
}
