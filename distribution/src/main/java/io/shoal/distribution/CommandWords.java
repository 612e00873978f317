package io.shoal.distribution;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// A command line in the order in which it is read: the command first. People also type `help` and
/// `version`, and options before the command.
final class CommandWords {

  private static final Set<String> HELP = Set.of("--help", "-h");

  /// The options of every command that have a value.
  private static final Set<String> WITH_VALUE =
      Set.of(
          "--data",
          "--config",
          "--set",
          "--listen",
          "--dht",
          "--bootstrap",
          "--log-level",
          "--wait");

  /// The command that has commands of its own.
  private static final String WITH_COMMANDS = Subcommand.PLUGINS.word();

  private static final Set<String> WITHOUT_VALUE = Set.of("--json", "--quiet", "-q");

  private CommandWords() {}

  static String[] arranged(String... typed) {
    List<String> words = commandFirst(List.of(typed));
    if (words.isEmpty()) {
      return typed;
    }
    if (words.getFirst().equals("version") && words.size() == 1) {
      return new String[] {"--version"};
    }
    if (words.getFirst().equals("help")) {
      List<String> named = words.stream().skip(1).filter(word -> !HELP.contains(word)).toList();
      if (named.isEmpty()) {
        return new String[] {"--help"};
      }
      return named.size() > 1 && named.getFirst().equals(WITH_COMMANDS)
          ? new String[] {WITH_COMMANDS, named.get(1), "--help"}
          : new String[] {named.getFirst(), "--help"};
    }
    if (words.getFirst().equals(WITH_COMMANDS)) {
      List<String> rest = commandFirst(words.subList(1, words.size()));
      return Stream.concat(Stream.of(WITH_COMMANDS), rest.stream()).toArray(String[]::new);
    }
    return words.toArray(String[]::new);
  }

  /// Whether failures are to be reported as JSON, as far as an unread command line says.
  static boolean asksForJson(String... typed) {
    return Arrays.stream(typed).takeWhile(word -> !word.equals("--")).anyMatch("--json"::equals);
  }

  private static List<String> commandFirst(List<String> typed) {
    int at = 0;
    while (at < typed.size() && typed.get(at).startsWith("-")) {
      String word = typed.get(at);
      String name = word.replaceFirst("=.*", "");
      if (WITH_VALUE.contains(word)) {
        at += 2;
      } else if (WITH_VALUE.contains(name) || WITHOUT_VALUE.contains(word)) {
        at++;
      } else {
        return typed; // an option of the program, or none: the library says so
      }
    }
    if (at == 0 || at >= typed.size()) {
      return typed;
    }
    List<String> words = new ArrayList<>(typed.size());
    words.add(typed.get(at));
    words.addAll(typed.subList(0, at));
    words.addAll(typed.subList(at + 1, typed.size()));
    return words;
  }
}
