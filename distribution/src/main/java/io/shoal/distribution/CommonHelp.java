package io.shoal.distribution;

import io.shoal.distribution.command.CommonOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/// The help on the options that every command has: described once, in the help of the program, and
/// named in one line by the commands. Else what is special in a command would be lost among them.
final class CommonHelp {

  private static final String SECTION = "commonOptions";

  private CommonHelp() {}

  /// Adds their description to the help of the program.
  static void describe(CommandLine program) {
    List<String> sections = new ArrayList<>(program.getHelpSectionKeys());
    sections.add(1 + sections.indexOf(UsageMessageSpec.SECTION_KEY_COMMAND_LIST), SECTION);
    program.setHelpSectionKeys(sections);
    program
        .getHelpSectionMap()
        .put(
            SECTION,
            help ->
                "Options of every command that opens or asks a node:%n".formatted()
                    + new CommandLine.Help(common(), help.colorScheme()).optionList());
  }

  /// Makes them one line in the help of a command that has them.
  static void shorten(CommandLine command) {
    List<String> common = common().options().stream().map(OptionSpec::longestName).toList();
    List<OptionSpec> own = new ArrayList<>();
    List<String> others = new ArrayList<>();
    for (OptionSpec option : command.getCommandSpec().options()) {
      if (common.contains(option.longestName()) || option.usageHelp() || option.versionHelp()) {
        others.add(option.shortestName());
      } else {
        own.add(option);
      }
    }
    if (!others.containsAll(List.of("--data", "--config"))) {
      return; // it has none of them: what is alike by name is its own
    }
    String line =
        others.stream()
            .collect(Collectors.joining(" ", "Common ('shoal --help'): ", "%n"))
            .formatted();
    command
        .getHelpSectionMap()
        .put(UsageMessageSpec.SECTION_KEY_OPTION_LIST, help -> help.optionListExcludingGroups(own));
    // The last line, also where commands of its own are listed.
    command.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_FOOTER, _ -> line);
  }

  private static CommandSpec common() {
    CommandSpec common = CommandSpec.forAnnotatedObject(new CommonOptions());
    common.usageMessage().sortOptions(false);
    return common;
  }
}
