package io.shoal.distribution.plugins;

import io.shoal.api.ShoalException;
import io.shoal.distribution.command.Environment;
import io.shoal.runtime.command.PackageCommands;
import java.io.IOException;
import picocli.CommandLine.Command;

/// Part of making the package.
@Command
final class RecordCommand extends PackageCommand {

  RecordCommand(Environment environment) {
    super(environment);
  }

  @Override
  void run(PackageCommands plugins) throws ShoalException, IOException {
    plugins.record();
  }
}
