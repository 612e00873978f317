package io.shoal.distribution.plugins;

import io.shoal.api.ShoalException;
import io.shoal.distribution.command.Environment;
import io.shoal.runtime.command.PackageCommands;
import io.shoal.runtime.command.PackageCommands.InstalledPlugin;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command
final class RemoveCommand extends PackageCommand {

  @Parameters(index = "0", paramLabel = "ID", description = "the plugin, by its id")
  String id = "";

  RemoveCommand(Environment environment) {
    super(environment);
  }

  @Override
  void run(PackageCommands plugins) throws ShoalException, IOException {
    InstalledPlugin removed = plugins.remove(id);
    print(
        removed,
        "a node that runs goes on with it until it is restarted; its data stays, in plugins/%s of the data folder"
            .formatted(removed.id()));
  }
}
