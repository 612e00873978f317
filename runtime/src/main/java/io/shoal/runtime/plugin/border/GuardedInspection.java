package io.shoal.runtime.plugin.border;

import io.shoal.api.Inspection;
import io.shoal.api.ShoalException;
import java.util.List;

/// The questions of a plugin behind the border.
final class GuardedInspection implements Inspection {
  private final Inspection inspection;
  private final PluginCalls calls;

  GuardedInspection(Inspection inspection, PluginCalls calls) {
    this.inspection = inspection;
    this.calls = calls;
  }

  @Override
  public List<Question> questions() {
    return calls.orElse("Inspection.questions", List.of(), inspection::questions);
  }

  @Override
  public void ask(String question, List<String> arguments, AnswerSink sink)
      throws ShoalException, InterruptedException {
    PluginCalls.Command<ShoalException, InterruptedException> command =
        () -> inspection.ask(question, arguments, sink);
    var _ = calls.ask("Inspection.ask", CallLimit.QUESTION, command.asCall());
  }
}
