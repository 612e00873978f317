package io.shoal.distribution.plugins;

import io.shoal.api.ShoalException;
import io.shoal.distribution.command.Environment;
import io.shoal.runtime.command.PackageCommands;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command
final class DisableCommand extends PackageCommand {

  @Parameters(index = "0", paramLabel = "ID", description = "the plugin, by its id")
  String id = "";

  DisableCommand(Environment environment) {
    super(environment);
  }

  @Override
  void run(PackageCommands plugins) throws ShoalException, IOException {
    print(plugins.disable(id, file()), "inactive");
  }
}
