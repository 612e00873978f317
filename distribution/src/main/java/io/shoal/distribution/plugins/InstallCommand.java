package io.shoal.distribution.plugins;

import io.shoal.api.InvalidInputException;
import io.shoal.api.ShoalException;
import io.shoal.distribution.command.Environment;
import io.shoal.runtime.command.PackageCommands;
import io.shoal.runtime.command.PackageCommands.InstallRequest;
import io.shoal.runtime.command.PackageCommands.InstalledPlugin;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command
final class InstallCommand extends PackageCommand {

  @Parameters(
      index = "0",
      paramLabel = "PLUGIN",
      description =
          "the id of one in extras/, a path to a jar, zip or folder, or an https address; FILE.sig"
              + " beside it is its publisher's signature")
  String source = "";

  @Option(
      names = "--sha256",
      paramLabel = "HEX",
      description = "refuse it if its SHA-256 is another one")
  Optional<String> sha256 = Optional.empty();

  private final boolean update;

  /// @param update whether to replace an installed one
  InstallCommand(Environment environment, boolean update) {
    super(environment);
    this.update = update;
  }

  @Override
  void run(PackageCommands plugins) throws ShoalException, IOException, InterruptedException {
    if (sha256.isPresent() && !sha256.get().matches("[0-9a-fA-F]{64}")) {
      throw new InvalidInputException(
          "--sha256 '" + sha256.get() + "': a SHA-256 has 64 hex digits");
    }
    InstallRequest request = new InstallRequest(source, environment().folder(), sha256);
    InstalledPlugin plugin = update ? plugins.update(request) : plugins.install(request);
    print(plugin, update ? updated(plugin) : next(plugin));
  }

  private static String updated(InstalledPlugin plugin) {
    return plugin.replaced().isPresent()
        ? "%s %s is in the place of %s; a node that runs uses it after a restart"
            .formatted(plugin.id(), plugin.version(), plugin.replaced().get())
        : "it was there already, with the same bytes";
  }

  private static String next(InstalledPlugin plugin) {
    List<String> kinds = plugin.kinds().stream().filter(kind -> !isUsedAtOnce(kind)).toList();
    return kinds.isEmpty()
        ? "a node uses it from its next start"
        : "'shoal plugins enable %s' makes it active".formatted(plugin.id());
  }

  /// All verifiers check, and all observers hear of events, unless the configuration says less.
  private static boolean isUsedAtOnce(String kind) {
    return kind.equals("verification") || kind.equals("observer");
  }
}
