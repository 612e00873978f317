package io.shoal.runtime;

import io.shoal.api.Discovery;
import io.shoal.api.Inspection;
import io.shoal.api.InvalidInputException;
import io.shoal.api.ShoalException;
import io.shoal.runtime.command.StatusCommands.InspectRequest;
import io.shoal.runtime.command.StatusCommands.InspectionEntry;
import io.shoal.runtime.command.StatusCommands.InspectionLine;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// The questions that the active discoveries answer about their inside.
final class Inspections {
  private final Map<String, Inspection> byPlugin = new LinkedHashMap<>();

  Inspections(Map<String, Discovery> discoveries) {
    discoveries.forEach(
        (id, discovery) ->
            discovery.inspection().ifPresent(inspection -> byPlugin.put(id, inspection)));
  }

  List<InspectionEntry> entries() {
    List<InspectionEntry> entries = new ArrayList<>();
    byPlugin.forEach(
        (id, inspection) ->
            inspection
                .questions()
                .forEach(
                    question ->
                        entries.add(
                            new InspectionEntry(
                                id,
                                question.name(),
                                question.arguments(),
                                question.description()))));
    return entries;
  }

  void ask(InspectRequest request, Consumer<InspectionLine> each)
      throws ShoalException, InterruptedException {
    InspectionEntry entry =
        entries().stream()
            .filter(known -> isMeant(known, request.question()))
            .findFirst()
            .orElseThrow(() -> unknown(request.question()));
    Inspection inspection =
        Optional.ofNullable(byPlugin.get(entry.plugin()))
            .orElseThrow(() -> unknown(request.question()));
    inspection.ask(entry.name(), request.arguments(), new Bounded(entry, each));
  }

  private static boolean isMeant(InspectionEntry entry, String question) {
    return entry.name().equals(question) || (entry.plugin() + "/" + entry.name()).equals(question);
  }

  private InvalidInputException unknown(String question) {
    List<String> names = entries().stream().map(InspectionEntry::name).toList();
    return new InvalidInputException(
        names.isEmpty()
            ? "no active discovery can be asked about its inside: see 'shoal plugins'"
            : "no active discovery knows '%s': ask %s"
                .formatted(question, String.join(", ", names)));
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
