package io.shoal.distribution.plugins;

import io.shoal.api.ShoalException;
import io.shoal.api.UserFaultException;
import io.shoal.distribution.command.CommonOptions;
import io.shoal.distribution.command.Environment;
import io.shoal.distribution.console.Console;
import io.shoal.distribution.console.ExitCode;
import io.shoal.distribution.launch.PackageFolder;
import io.shoal.distribution.launch.Version;
import io.shoal.runtime.command.PackageCommands;
import io.shoal.runtime.command.PackageCommands.Activated;
import io.shoal.runtime.command.PackageCommands.InstalledPlugin;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// A command on the plugins of the package. It needs no node, and tells none.
@Command(
    mixinStandardHelpOptions = true,
    versionProvider = Version.Line.class,
    sortOptions = false,
    abbreviateSynopsis = true)
abstract class PackageCommand implements Callable<Integer> {

  @Mixin CommonOptions common = new CommonOptions();

  private final Environment environment;

  PackageCommand(Environment environment) {
    this.environment = environment;
  }

  /// Does the work.
  abstract void run(PackageCommands plugins)
      throws ShoalException, IOException, InterruptedException;

  @Override
  public final Integer call() throws ShoalException, IOException, InterruptedException {
    run(plugins(common));
    return ExitCode.DONE;
  }

  static PackageCommands plugins(CommonOptions common) throws UserFaultException {
    Path folder =
        PackageFolder.find()
            .orElseThrow(
                () -> new UserFaultException("there is no package: run it with bin/shoal"));
    return common.configuration(true).pluginsOf(folder);
  }

  Environment environment() {
    return environment;
  }

  Console console() {
    return environment.console();
  }

  /// The configuration file that is changed.
  Path file() throws UserFaultException {
    return common
        .configurationFile()
        .orElseThrow(() -> new UserFaultException("no file is given: name one with --config"));
  }

  /// @param state that the plugin has now
  void print(Activated change, String state) {
    if (common.json) {
      console().json(change);
      return;
    }
    String line = change.id() + " is " + state;
    if (change.keys().isEmpty()) {
      console().result(line + " already");
      return;
    }
    console()
        .result("%s: %s of %s".formatted(line, String.join(", ", change.keys()), change.file()));
    if (!common.quiet) {
      console().note("shoal: a node that runs goes on as it is until it is restarted");
    }
  }

  /// Prints what was done, and what the user has to do next.
  void print(InstalledPlugin plugin, String next) {
    if (common.json) {
      console().json(plugin);
      return;
    }
    console().table(List.of(List.of(plugin.id(), plugin.version(), plugin.location())));
    if (!common.quiet) {
      console().note("shoal: " + next);
    }
  }
}
