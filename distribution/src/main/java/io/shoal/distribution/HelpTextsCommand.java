package io.shoal.distribution;

import io.shoal.api.UserFaultException;
import io.shoal.distribution.command.Environment;
import io.shoal.distribution.console.ExitCode;
import io.shoal.distribution.launch.PackageFolder;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

@Command(name = "help-texts")
final class HelpTextsCommand implements Callable<Integer> {

  private final Environment environment;

  HelpTextsCommand(Environment environment) {
    this.environment = environment;
  }

  @Override
  public Integer call() throws UserFaultException, IOException {
    HelpTexts.write(
        new Program(environment),
        PackageFolder.find()
            .orElseThrow(
                () -> new UserFaultException("there is no package: start it with bin/shoal")));
    return ExitCode.DONE;
  }
}
