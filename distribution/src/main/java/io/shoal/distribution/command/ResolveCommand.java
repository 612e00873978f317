package io.shoal.distribution.command;

import io.shoal.api.InvalidInputException;
import io.shoal.api.ShoalException;
import io.shoal.distribution.console.Console;
import io.shoal.distribution.console.ExitCode;
import io.shoal.runtime.Node;
import io.shoal.runtime.command.NameCommands.ResolvedName;
import io.shoal.runtime.command.NodeCommands;
import io.shoal.runtime.command.Reference;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(name = "resolve")
public final class ResolveCommand extends NodeCommand {

  @Parameters(paramLabel = "NAME-REF", description = "shoal:k/KEY/NAME")
  @SuppressWarnings("NullAway.Init") // picocli refuses a command line without it
  Reference reference;

  @Mixin NamePatience patience = new NamePatience();

  public ResolveCommand(Environment environment) {
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

  private Reference.SignedName name() throws InvalidInputException {
    if (reference instanceof Reference.SignedName name) {
      return name;
    }
    throw new InvalidInputException("this is not a name: give shoal:k/KEY/NAME");
  }

  @Override
  void check() throws InvalidInputException {
    name();
  }

  @Override
  public int run(NodeCommands node) throws ShoalException, IOException, InterruptedException {
    ResolvedName found = node.resolve(name(), patience.timeout);
    printNotes(found);
    if (common.json) {
      console().json(found);
      return ExitCode.DONE;
    }
    console()
        .result(
            common.quiet
                ? found.root()
                : found.root()
                    + found.fileName().map(file -> "  " + Console.printable(file)).orElse(""));
    if (!common.quiet) {
      console()
          .note(
              "shoal: number %d of %s, valid until %s; %d nodes answered, %d of them hold it"
                  .formatted(
                      found.sequence(),
                      found.publishedAt(),
                      found.expiresAt(),
                      found.answered(),
                      found.holders()));
      found
          .note()
          .ifPresent(
              note -> console().note("shoal: note of its owner: " + Console.printable(note)));
    }
    return ExitCode.DONE;
  }
}
