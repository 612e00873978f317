package io.shoal.distribution.plugins;

import io.shoal.distribution.command.Environment;
import java.util.function.Predicate;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/// The commands of `shoal plugins`, in the order in which its help lists them.
public enum PluginSubcommand {
  LIST("list", "List the plugins that were found, and those of the package that may be installed."),
  INSTALL("install", "Check a plugin, put it into plugins/ and record it in conf/plugins.lock."),
  UPDATE("update", "Put another version of an installed plugin in its place."),
  REMOVE("remove", "Take a plugin that is not active out of plugins/; its data stays."),
  ENABLE("enable", "Make an installed plugin active, in the configuration file."),
  DISABLE("disable", "Make a plugin inactive, in the configuration file."),
  NEW("new", "Write a project for a plugin of your own: it builds, is tested and runs."),
  RECORD("record", "Record the plugins that the package comes with.");

  private final String word;
  private final String description;

  PluginSubcommand(String word, String description) {
    this.word = word;
    this.description = description;
  }

  /// The word that the user types after `plugins`.
  public String word() {
    return word;
  }

  /// Adds all of them to a command line.
  ///
  /// @param whole those with all their options; others get a name and a description, since reading
  ///   the options of all takes longer than the rest of a small command
  public static void addTo(
      CommandLine plugins, Environment environment, Predicate<PluginSubcommand> whole) {
    for (PluginSubcommand command : values()) {
      var sub =
          new CommandLine(whole.test(command) ? command.make(environment) : CommandSpec.create());
      sub.getCommandSpec()
          .usageMessage()
          .description(command.description)
          .hidden(command == RECORD);
      plugins.addSubcommand(command.word, sub);
    }
  }

  private Object make(Environment environment) {
    return switch (this) {
      case LIST -> new ListPluginsCommand(environment);
      case INSTALL -> new InstallCommand(environment, false);
      case UPDATE -> new InstallCommand(environment, true);
      case REMOVE -> new RemoveCommand(environment);
      case ENABLE -> new EnableCommand(environment);
      case DISABLE -> new DisableCommand(environment);
      case NEW -> new NewCommand(environment);
      case RECORD -> new RecordCommand(environment);
    };
  }
}
