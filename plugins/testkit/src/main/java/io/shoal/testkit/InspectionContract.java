package io.shoal.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Extension;
import io.shoal.api.Inspection;
import io.shoal.api.Inspection.Question;
import io.shoal.api.InvalidInputException;
import io.shoal.api.RetryableException;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// The contract of [Inspection], for plugins of every kind: one without this ability passes.
public abstract class InspectionContract extends ExtensionContract {
  InspectionContract() {}

  /// What to ask a question with, so that it has an answer. Asked for questions with arguments
  /// only; without, such a question is asked wrongly alone.
  ///
  /// @param question its name
  /// @return the arguments, or empty
  protected Optional<List<String>> argumentsOf(String question) {
    return Optional.empty();
  }

  /// [Inspection#questions] has the same answer before the start and after it, and after the close
  /// if it answers then. There is at least one question. Each has a name of one word that no other
  /// has, and a description of one line.
  ///
  /// @throws Exception as the plugin throws it
  @Test
  public void theQuestionsAreAlwaysTheSame() throws Exception {
    Extension one = anotherExtension();
    Optional<List<Question>> before = one.inspection().map(Inspection::questions);
    one.start(anotherContext());
    assertEquals(before, one.inspection().map(Inspection::questions), "after the start");
    one.close();
    assertEquals(before, lateQuestions(one, before), "after the close");
    before.ifPresent(all -> assertFalse(all.isEmpty(), "an inspection without a question"));
    for (Question question : before.orElse(List.of())) {
      assertTrue(question.name().matches("[A-Za-z0-9-]+"), () -> "not one word: " + question);
      assertFalse(question.description().isBlank(), () -> "not described: " + question);
      assertFalse(question.description().contains("\n"), () -> "not one line: " + question);
    }
    List<String> names = before.orElse(List.of()).stream().map(Question::name).toList();
    assertEquals(names.size(), new HashSet<>(names).size(), () -> "asked twice: " + names);
  }

  /// A call after the close may throw as any late call does.
  private static Optional<List<Question>> lateQuestions(
      Extension closed, Optional<List<Question>> before) {
    try {
      return closed.inspection().map(Inspection::questions);
    } catch (IllegalStateException e) {
      return before;
    }
  }

  /// [Inspection#ask] refuses the name of no question with an [InvalidInputException] of one line.
  ///
  /// @throws Exception as the plugin throws it
  @Test
  public void aQuestionThatDoesNotExistIsRefused() throws Exception {
    Optional<Inspection> inspection = startedExtension().inspection();
    if (inspection.isPresent()) {
      InvalidInputException refused =
          assertThrows(
              InvalidInputException.class,
              () -> inspection.get().ask("no-such-question", List.of(), new Table()),
              "a question that does not exist is answered");
      Messages.assertOneLine(refused);
    }
  }

  /// [Inspection#ask] refuses 20 arguments to any question with an [InvalidInputException] of one
  /// line.
  ///
  /// @throws Exception as the plugin throws it
  @Test
  public void argumentsThatAQuestionDoesNotHaveAreRefused() throws Exception {
    Optional<Inspection> inspection = startedExtension().inspection();
    if (inspection.isPresent()) {
      for (Question question : inspection.get().questions()) {
        InvalidInputException refused =
            assertThrows(
                InvalidInputException.class,
                () ->
                    inspection
                        .get()
                        .ask(question.name(), Collections.nCopies(20, "?"), new Table()),
                () -> question.name() + " takes 20 arguments");
        Messages.assertOneLine(refused);
      }
    }
  }

  /// [Inspection#ask] answers in the calling thread with at least one table: its columns before its
  /// rows, a cell for each column, and 10,000 rows at most. A [RetryableException] of one line is
  /// an answer too. A question with arguments is asked only if [#argumentsOf] has some.
  ///
  /// @throws Exception as the plugin throws it
  @Test
  public void everyAnswerIsATable() throws Exception {
    Optional<Inspection> inspection = startedExtension().inspection();
    if (inspection.isPresent()) {
      for (Question question : inspection.get().questions()) {
        Optional<List<String>> arguments =
            question.arguments().isBlank() ? Optional.of(List.of()) : argumentsOf(question.name());
        if (arguments.isPresent()) {
          Table answer = new Table();
          try {
            inspection.get().ask(question.name(), arguments.get(), answer);
            assertTrue(answer.columns.isPresent(), () -> question.name() + " has no columns");
          } catch (RetryableException e) {
            // No answer now, as from one that knows no other party.
            Messages.assertOneLine(e);
          }
        }
      }
    }
  }

  /// Checks what it is given.
  private static final class Table implements Inspection.AnswerSink {
    private final Thread asking = Thread.currentThread();
    private Optional<List<String>> columns = Optional.empty();
    private int rows;

    @Override
    public void columns(List<String> names) {
      assertSame(asking, Thread.currentThread(), "columns came from another thread");
      assertEquals(names.size(), new HashSet<>(names).size(), () -> "columns twice: " + names);
      columns = Optional.of(List.copyOf(names));
    }

    @Override
    public void row(List<String> cells) {
      assertSame(asking, Thread.currentThread(), "a row came from another thread");
      assertTrue(columns.isPresent(), "a row came before its columns");
      assertEquals(
          columns.get().size(), cells.size(), () -> "cells " + cells + " of columns " + columns);
      rows++;
      assertTrue(rows <= Inspection.MAX_ROWS, "more rows than MAX_ROWS");
    }
  }
}
