package io.shoal.distribution.command;

import io.shoal.api.ShoalException;
import io.shoal.distribution.console.ExitCode;
import io.shoal.runtime.Node;
import io.shoal.runtime.command.NodeCommands;
import io.shoal.runtime.command.Reference;
import java.io.IOException;
import java.util.Optional;
import picocli.CommandLine.Parameters;

/// Pins or unpins a root that is here, and prints whether it is pinned then.
abstract class KeepCommand extends NodeCommand {

  @Parameters(paramLabel = "REF", description = "a root that is here")
  @SuppressWarnings("NullAway.Init") // picocli refuses a command line without it
  Reference reference;

  KeepCommand(Environment environment) {
    super(environment);
  }

  abstract void change(NodeCommands node, Reference root)
      throws ShoalException, IOException, InterruptedException;

  @Override
  Node.Mode mode() {
    return modeFor(reference);
  }

  @Override
  public boolean take(Optional<Reference> given) {
    given.ifPresent(value -> reference = value);
    return given.isPresent();
  }

  @Override
  public int run(NodeCommands node) throws ShoalException, IOException, InterruptedException {
    Reference root = content(node, reference, NAME_PATIENCE);
    change(node, root);
    var stat = node.stat(root);
    if (common.json) {
      console().json(stat);
    } else if (!common.quiet) {
      console().result(stat.root() + (stat.pinned() ? "  pinned" : "  not pinned"));
    }
    return ExitCode.DONE;
  }
}
