package io.shoal.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Cid;
import io.shoal.api.Discovery;
import io.shoal.api.DiscoveryStatus;
import io.shoal.api.Extension;
import io.shoal.api.Inspection;
import io.shoal.api.InvalidInputException;
import io.shoal.api.PluginContext;
import io.shoal.runtime.command.StatusCommands.InspectRequest;
import io.shoal.runtime.command.StatusCommands.InspectionEntry;
import io.shoal.runtime.command.StatusCommands.InspectionLine;
import io.shoal.runtime.plugin.ActivePlugins.Active;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class InspectionsTest {

  @Test
  void aPluginThatShowsNothingOfItselfIsNotAsked() {
    Inspections none = new Inspections(List.of(new Active<>("shy", new Shown(Optional.empty()))));

    assertEquals(List.of(), none.entries());
    var fault = assertThrows(InvalidInputException.class, () -> ask(none, "table"));
    assertTrue(fault.getMessage().contains("no active plugin"), fault.getMessage());
  }

  @Test
  void theFirstThatKnowsTheQuestionAnswersUnlessAnotherIsNamed() throws Exception {
    Inspections two = of(new Saying("1"), new Saying("2"));

    assertEquals(
        List.of(
            new InspectionEntry("first", "say", "WHAT", "says it"),
            new InspectionEntry("second", "say", "WHAT", "says it")),
        two.entries());
    assertEquals(new InspectionLine(false, List.of("1", "x")), ask(two, "say", "x").getLast());
    assertEquals(
        new InspectionLine(false, List.of("2", "x")), ask(two, "second/say", "x").getLast());
    var fault = assertThrows(InvalidInputException.class, () -> ask(two, "cry"));
    assertTrue(fault.getMessage().contains("say"), fault.getMessage());
  }

  @Test
  void anAnswerWithoutEndIsCutOff() throws Exception {
    Inspections endless =
        of(
            (arguments, sink) -> {
              sink.columns(List.of("a"));
              for (int i = 0; i < 3 * Inspection.MAX_ROWS; i++) {
                sink.row(List.of("x"));
              }
            });

    assertTrue(ask(endless, "say").size() < 3 * Inspection.MAX_ROWS);
  }

  @Test
  void aRowThatDoesNotFitItsTableIsTheFaultOfThePlugin() {
    Inspections wrong = of((arguments, sink) -> sink.row(List.of("without a column")));

    var fault = assertThrows(IllegalArgumentException.class, () -> ask(wrong, "say"));

    assertTrue(fault.getMessage().contains("first"), fault.getMessage());
  }

  private static Inspections of(Answer... answers) {
    List<Active<? extends Extension>> extensions = new ArrayList<>();
    for (Answer answer : answers) {
      String id = extensions.isEmpty() ? "first" : "second";
      extensions.add(new Active<>(id, new Shown(Optional.of(answer))));
    }
    return new Inspections(extensions);
  }

  private static List<InspectionLine> ask(
      Inspections inspections, String question, String... arguments) throws Exception {
    List<InspectionLine> lines = new ArrayList<>();
    inspections.ask(new InspectRequest(question, List.of(arguments)), lines::add);
    return lines;
  }

  @FunctionalInterface
  private interface Answer extends Inspection {
    void to(List<String> arguments, AnswerSink sink);

    @Override
    default List<Question> questions() {
      return List.of(new Question("say", "WHAT", "says it"));
    }

    @Override
    default void ask(String question, List<String> arguments, AnswerSink sink) {
      to(arguments, sink);
    }
  }

  private record Saying(String who) implements Answer {
    @Override
    public void to(List<String> arguments, Inspection.AnswerSink sink) {
      sink.columns(List.of("who", "what"));
      sink.row(List.of(who, arguments.getFirst()));
    }
  }

  private record Shown(Optional<Inspection> inspection) implements Discovery {
    @Override
    public void start(PluginContext context) {}

    @Override
    public void findProviders(Cid cid, Set<String> schemes, ProviderSink sink) {}

    @Override
    public DiscoveryStatus status() {
      return DiscoveryStatus.builder().build();
    }

    @Override
    public void close() {}
  }
}
