package io.shoal.distribution;

import io.shoal.api.ShoalException;
import io.shoal.runtime.Node;
import io.shoal.runtime.NodeCommands;
import io.shoal.runtime.Reference;
import java.io.IOException;
import java.util.Optional;
import picocli.CommandLine.Parameters;

/// Changes whether a root that is here is kept, and tells how it stands then.
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
  boolean take(Optional<Reference> given) {
    given.ifPresent(value -> reference = value);
    return given.isPresent();
  }

  @Override
  int run(NodeCommands node) throws ShoalException, IOException, InterruptedException {
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
