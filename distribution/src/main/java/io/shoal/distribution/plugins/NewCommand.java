package io.shoal.distribution.plugins;

import io.shoal.api.UserFaultException;
import io.shoal.distribution.command.CommonOptions;
import io.shoal.distribution.command.Environment;
import io.shoal.distribution.console.ExitCode;
import io.shoal.distribution.launch.PackageFolder;
import io.shoal.distribution.launch.Version;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "new",
    mixinStandardHelpOptions = true,
    versionProvider = Version.Line.class,
    sortOptions = false,
    abbreviateSynopsis = true)
final class NewCommand implements Callable<Integer> {

  @Mixin CommonOptions common = new CommonOptions();

  @Parameters(index = "0", paramLabel = "KIND", description = "storage, transport or verification")
  PluginKind kind = PluginKind.STORAGE;

  @Parameters(
      index = "1",
      paramLabel = "NAME",
      description = "the plugin's id, such as storage-vault; its folder is made here")
  String name = "";

  @Option(
      names = "--package",
      paramLabel = "PACKAGE",
      description = "the Java package, and the name of its module (default: org.example.NAME)")
  Optional<String> packageName = Optional.empty();

  private final Environment environment;

  NewCommand(Environment environment) {
    this.environment = environment;
  }

  @Override
  public Integer call() throws UserFaultException, IOException {
    Path packageFolder =
        PackageFolder.find()
            .orElseThrow(
                () ->
                    new UserFaultException(
                        "the templates are in the package: run it with bin/shoal"));
    PluginProject project = PluginProject.of(kind, name, packageName);
    Path folder = environment.path(Path.of(name));
    project.write(packageFolder, folder);
    if (common.json) {
      environment
          .console()
          .json(new Written(folder.toString(), name, kind.word(), project.packageName()));
    } else {
      environment.console().result(folder.toString());
    }
    if (!common.quiet) {
      environment
          .console()
          .note("shoal: 'mvn package' in it builds the plugin; its README.md says how to go on");
    }
    return ExitCode.DONE;
  }

  /// The project that was written.
  ///
  /// @param folder where it is
  /// @param id the plugin's id
  /// @param kind its kind
  /// @param packageName the package of its classes
  record Written(String folder, String id, String kind, String packageName) {}
}
