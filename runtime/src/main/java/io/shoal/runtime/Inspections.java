package io.shoal.runtime;

import io.shoal.api.Extension;
import io.shoal.api.Inspection;
import io.shoal.api.InvalidInputException;
import io.shoal.api.ShoalException;
import io.shoal.runtime.command.StatusCommands.InspectRequest;
import io.shoal.runtime.command.StatusCommands.InspectionEntry;
import io.shoal.runtime.command.StatusCommands.InspectionLine;
import io.shoal.runtime.plugin.ActivePlugins;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// The questions that the active plugins answer about their inside.
final class Inspections {
  /// A question and the extension that answers it.
  private record Asked(InspectionEntry entry, Inspection inspection) {}

  private final List<Asked> questions = new ArrayList<>();

  Inspections(List<ActivePlugins.Active<? extends Extension>> extensions) {
    for (ActivePlugins.Active<?> active : extensions) {
      active
          .extension()
          .inspection()
          .ifPresent(
              inspection ->
                  inspection
                      .questions()
                      .forEach(
                          question ->
                              questions.add(
                                  new Asked(entry(active.pluginId(), question), inspection))));
    }
  }

  private static InspectionEntry entry(String pluginId, Inspection.Question question) {
    return new InspectionEntry(
        pluginId, question.name(), question.arguments(), question.description());
  }

  List<InspectionEntry> entries() {
    return questions.stream().map(Asked::entry).toList();
  }

  void ask(InspectRequest request, Consumer<InspectionLine> each)
      throws ShoalException, InterruptedException {
    Asked asked =
        questions.stream()
            .filter(known -> isMeant(known.entry(), request.question()))
            .findFirst()
            .orElseThrow(() -> unknown(request.question()));
    asked
        .inspection()
        .ask(asked.entry().name(), request.arguments(), new Bounded(asked.entry(), each));
  }

  private static boolean isMeant(InspectionEntry entry, String question) {
    return entry.name().equals(question) || (entry.plugin() + "/" + entry.name()).equals(question);
  }

  private InvalidInputException unknown(String question) {
    List<String> names = entries().stream().map(InspectionEntry::name).toList();
    return new InvalidInputException(
        names.isEmpty()
            ? "no active plugin can be asked about its inside: see 'shoal plugins'"
            : "no active plugin knows '%s': ask %s".formatted(question, String.join(", ", names)));
  }

  /// Holds a plugin to its contract: a table without end must not fill a reader's memory.
  private static final class Bounded implements Inspection.AnswerSink {
    private final InspectionEntry entry;
    private final Consumer<InspectionLine> each;
    private int columns;
    private int lines;

    Bounded(InspectionEntry entry, Consumer<InspectionLine> each) {
      this.entry = entry;
      this.each = each;
    }

    @Override
    public void columns(List<String> names) {
      columns = names.size();
      pass(new InspectionLine(true, List.copyOf(names)));
    }

    @Override
    public void row(List<String> cells) {
      if (cells.size() != columns) {
        throw new IllegalArgumentException(
            "plugin %s: a row of %s has %d cells where the table has %d columns"
                .formatted(entry.plugin(), entry.name(), cells.size(), columns));
      }
      pass(new InspectionLine(false, List.copyOf(cells)));
    }

    private void pass(InspectionLine line) {
      if (lines++ < 2 * Inspection.MAX_ROWS) {
        each.accept(line);
      }
    }
  }
}
