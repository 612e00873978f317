package io.shoal.distribution.command;

import io.shoal.api.ShoalException;
import io.shoal.distribution.console.Console;
import io.shoal.distribution.console.ExitCode;
import io.shoal.runtime.Node;
import io.shoal.runtime.command.NodeCommands;
import io.shoal.runtime.command.NotFoundException;
import io.shoal.runtime.command.StatusCommands.InspectRequest;
import io.shoal.runtime.command.StatusCommands.InspectionEntry;
import io.shoal.runtime.command.StatusCommands.InspectionLine;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// Asks the active plugins about their state. They define the questions, at run time.
@Command(name = "inspect")
public final class InspectCommand extends NodeCommand {

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "PLUGIN|QUESTION",
      description =
          "a plugin, or what to ask, as QUESTION or PLUGIN/QUESTION (without it: list all"
              + " questions)")
  String asked = "";

  @Parameters(
      index = "1..*",
      paramLabel = "ARGUMENT",
      description =
          "the question, after a plugin (without it: list those of the plugin); the question's"
              + " arguments")
  List<String> words = new ArrayList<>();

  private List<String> columns = List.of();
  private final List<List<String>> rows = new ArrayList<>();
  private boolean answered;

  public InspectCommand(Environment environment) {
    super(environment);
  }

  @Override
  WithoutData withoutData() {
    return WithoutData.DOES_WITHOUT;
  }

  @Override
  Node.Mode mode() {
    return Node.Mode.FETCH_ONLY;
  }

  @Override
  public int run(NodeCommands node) throws ShoalException, IOException, InterruptedException {
    if (asked.isEmpty()) {
      list(node.inspections());
      return ExitCode.DONE;
    }
    String question = asked;
    List<String> arguments = List.copyOf(words);
    // Neither an id nor a question has a slash, so that only these two can be meant without one.
    List<InspectionEntry> ofPlugin = asked.contains("/") ? List.of() : questionsOf(node, asked);
    if (!ofPlugin.isEmpty()) {
      if (words.isEmpty()) {
        list(ofPlugin);
        return ExitCode.DONE;
      }
      question = asked + "/" + words.getFirst();
      arguments = List.copyOf(words.subList(1, words.size()));
    }
    node.inspect(new InspectRequest(question, arguments), this::line);
    printTable();
    if (!answered) {
      throw new NotFoundException(
          "'" + question + "' has no answer: no node is known, or none has it");
    }
    return ExitCode.DONE;
  }

  private static List<InspectionEntry> questionsOf(NodeCommands node, String plugin)
      throws ShoalException, IOException, InterruptedException {
    return node.inspections().stream().filter(entry -> entry.plugin().equals(plugin)).toList();
  }

  private void list(List<InspectionEntry> entries) {
    if (common.json) {
      entries.forEach(console()::json);
      return;
    }
    console()
        .table(
            entries.stream()
                .map(
                    entry ->
                        List.of(
                            (entry.plugin() + "/" + entry.name() + " " + entry.arguments()).strip(),
                            entry.description()))
                .toList());
  }

  private void line(InspectionLine line) {
    if (line.header()) {
      printTable();
      columns = line.cells();
      return;
    }
    answered = true;
    if (common.json) {
      Map<String, String> fields = new LinkedHashMap<>();
      for (int i = 0; i < columns.size(); i++) {
        fields.put(columns.get(i), line.cells().get(i));
      }
      console().json(fields);
    } else {
      rows.add(line.cells().stream().map(InspectCommand::shown).toList());
    }
  }

  /// Text that came from other nodes must not steer the terminal.
  private static String shown(String cell) {
    return cell.isEmpty() ? "-" : Console.printable(cell);
  }

  /// Widths are known only when a table is whole.
  private void printTable() {
    if (!rows.isEmpty()) {
      rows.addFirst(columns);
      console().table(rows);
      rows.clear();
    }
  }
}
