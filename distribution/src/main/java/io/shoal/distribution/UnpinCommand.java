package io.shoal.distribution;

import io.shoal.api.ShoalException;
import io.shoal.runtime.Node;
import io.shoal.runtime.NodeCommands;
import io.shoal.runtime.Reference;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "unpin")
final class UnpinCommand extends NodeCommand {

  @Parameters(paramLabel = "REF", description = "a root that is here")
  @SuppressWarnings("NullAway.Init") // picocli refuses a command line without it
  Reference reference;

  UnpinCommand(Environment environment) {
    super(environment);
  }

  @Override
  Node.Mode mode() {
    return Node.Mode.OFFLINE;
  }

  @Override
  int run(NodeCommands node) throws ShoalException, IOException, InterruptedException {
    node.unpin(reference);
    var stat = node.stat(reference);
    if (common.json) {
      console().json(stat);
    } else if (!common.quiet) {
      console().result(stat.root() + (stat.pinned() ? "  pinned" : "  not pinned"));
    }
    return ExitCode.DONE;
  }
}
