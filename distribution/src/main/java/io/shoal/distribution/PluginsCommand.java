package io.shoal.distribution;

import io.shoal.api.ShoalException;
import io.shoal.runtime.Node;
import io.shoal.runtime.NodeCommands;
import io.shoal.runtime.NodeCommands.PluginEntry;
import io.shoal.runtime.Reference;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;

@Command(name = "plugins")
final class PluginsCommand extends NodeCommand {

  PluginsCommand(Environment environment) {
    super(environment);
  }

  @Override
  Node.Mode mode() {
    return Node.Mode.OFFLINE;
  }

  @Override
  boolean take(Optional<Reference> reference) {
    return reference.isEmpty();
  }

  @Override
  int run(NodeCommands node) throws ShoalException, IOException, InterruptedException {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("KIND", "NAME", "VERSION", "STATE", "ACTIVE", "FROM", "PROBLEM"));
    for (PluginEntry plugin : node.plugins()) {
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
    return ExitCode.DONE;
  }
}
