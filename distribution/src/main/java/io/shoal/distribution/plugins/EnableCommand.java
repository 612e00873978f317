package io.shoal.distribution.plugins;

import io.shoal.api.ShoalException;
import io.shoal.distribution.command.Environment;
import io.shoal.runtime.command.PackageCommands;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command
final class EnableCommand extends PackageCommand {

  @Parameters(index = "0", paramLabel = "ID", description = "the plugin, by its id")
  String id = "";

  @Option(
      names = "--instead",
      description = "in the place of the active one: a node has one store, and names by one hash")
  boolean instead;

  EnableCommand(Environment environment) {
    super(environment);
  }

  @Override
  void run(PackageCommands plugins) throws ShoalException, IOException {
    print(plugins.enable(id, file(), instead), "active");
  }
}
