package io.shoal.distribution.command;

import io.shoal.api.InvalidInputException;
import io.shoal.api.ShoalException;
import io.shoal.distribution.command.input.InputLines;
import io.shoal.distribution.console.ErrorLine;
import io.shoal.distribution.console.ExitCode;
import io.shoal.runtime.Node;
import io.shoal.runtime.command.NodeCommands;
import io.shoal.runtime.command.NodeGoneException;
import io.shoal.runtime.command.NotFoundException;
import io.shoal.runtime.command.Reference;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/// Does the same with each of many references. One that fails does not end the others.
abstract class ReferencesCommand extends NodeCommand {

  /// Lines that are read before a node is started, which must suit all of them.
  private static final int MAX_READ_FIRST = 1_000_000;

  @Option(
      names = "--input-file",
      paramLabel = "FILE",
      description = "take more REF from a file, one a line, or from standard input ('-')")
  Optional<String> inputFile = Optional.empty();

  private final List<Reference> waiting = new ArrayList<>();
  private final List<Reference> elsewhere = new ArrayList<>();
  private Optional<InputLines> later = Optional.empty();
  private int code = ExitCode.DONE;
  private boolean many;

  ReferencesCommand(Environment environment) {
    super(environment);
  }

  /// Those on the command line, as they were typed: the library has no good words for a wrong one.
  abstract List<String> given() throws InvalidInputException;

  /// Does the work for one, and prints its result.
  abstract void one(NodeCommands node, Reference reference)
      throws ShoalException, IOException, InterruptedException;

  /// Checks the arguments besides the references, once these are known to be several or one.
  void checkOptions() throws ShoalException, IOException {}

  /// Whether the references are worked on as they come, so that the kind of node must not depend on
  /// them.
  boolean readsAsItGoes() {
    return false;
  }

  /// Whether there is more than one reference, or may be.
  final boolean isMany() {
    return many;
  }

  @Override
  Node.Mode mode() {
    return waiting.stream().anyMatch(Reference::needsNames)
        ? Node.Mode.FETCH_ONLY
        : Node.Mode.OFFLINE;
  }

  @Override
  public boolean take(Optional<Reference> reference) {
    reference.ifPresent(waiting::add);
    return reference.isPresent();
  }

  @Override
  final void check() throws ShoalException, IOException, InterruptedException {
    for (String typed : given()) {
      waiting.add(Reference.parse(typed));
    }
    if (waiting.isEmpty() && inputFile.isEmpty()) {
      throw new InvalidInputException("a reference is missing: give a CID (b…), or --input-file");
    }
    many = waiting.size() > 1 || inputFile.isPresent();
    checkOptions();
    if (inputFile.isEmpty()) {
      return;
    }
    InputLines opened = InputLines.open(inputFile.get(), environment().folder());
    if (readsAsItGoes()) {
      later = Optional.of(opened);
    } else {
      try (InputLines lines = opened) {
        for (Optional<String> line = lines.next(); line.isPresent(); line = lines.next()) {
          if (waiting.size() == MAX_READ_FIRST) {
            throw new InvalidInputException(
                "--input-file has more than %,d lines: split it".formatted(MAX_READ_FIRST));
          }
          read(line.get(), lines).ifPresent(waiting::add);
        }
      }
    }
  }

  /// A line that is no reference is reported; the others count.
  private Optional<Reference> read(String line, InputLines lines) {
    try {
      return Optional.of(Reference.parse(line));
    } catch (InvalidInputException e) {
      failed(new InvalidInputException(lines.place() + ": " + e.getMessage(), e));
      return Optional.empty();
    }
  }

  @Override
  public final int run(NodeCommands node) throws ShoalException, IOException, InterruptedException {
    List<Reference> now = List.copyOf(elsewhere.isEmpty() ? waiting : elsewhere);
    boolean again = !elsewhere.isEmpty();
    elsewhere.clear();
    Optional<NotFoundException> notHere = Optional.empty();
    for (Reference reference : now) {
      try {
        one(node, reference);
      } catch (NotFoundException e) {
        if (!many) {
          throw e;
        }
        if (!again && canAskOthers()) {
          elsewhere.add(reference);
          notHere = notHere.or(() -> Optional.of(e));
        } else {
          failed(e);
        }
      } catch (ShoalException | IOException e) {
        if (!many || isOver(e)) {
          throw e;
        }
        failed(e);
      }
    }
    if (later.isPresent()) {
      readAndRun(node, later.get());
    }
    if (notHere.isPresent()) {
      throw notHere.get();
    }
    return code;
  }

  private void readAndRun(NodeCommands node, InputLines opened)
      throws ShoalException, IOException, InterruptedException {
    try (InputLines lines = opened) {
      for (Optional<String> line = lines.next(); line.isPresent(); line = lines.next()) {
        Optional<Reference> reference = read(line.get(), lines);
        if (reference.isPresent()) {
          try {
            one(node, reference.get());
          } catch (ShoalException | IOException e) {
            if (isOver(e)) {
              throw e;
            }
            failed(e);
          }
        }
      }
    }
  }

  /// Whether the others would fail in the same way.
  private boolean isOver(Exception failure) {
    return failure instanceof NodeGoneException
        || environment().interrupted().getAsBoolean()
        || console().lostResults();
  }

  private void failed(Exception e) {
    int its = ExitCode.of(e);
    console().failure(ErrorLine.of(e), its, common.json);
    count(its);
  }

  /// Failures of one kind give the code of that kind, others the general one.
  final void count(int its) {
    code = code == ExitCode.DONE || code == its ? its : ExitCode.FAILED;
  }
}
