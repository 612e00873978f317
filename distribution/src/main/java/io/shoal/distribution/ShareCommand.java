package io.shoal.distribution;

import io.shoal.api.ShoalException;
import io.shoal.runtime.Node;
import io.shoal.runtime.NodeCommands;
import io.shoal.runtime.NodeCommands.Shared;
import io.shoal.runtime.NodeCommands.Sharing;
import io.shoal.runtime.Reference;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "share")
final class ShareCommand extends NodeCommand {

  @Parameters(index = "0", paramLabel = "REF", description = "a root that is here")
  @SuppressWarnings("NullAway.Init") // picocli refuses a command line without it
  Reference reference;

  @Parameters(
      index = "1",
      paramLabel = "public|private",
      description = "private: nothing of it is announced; public: as the configuration says")
  @SuppressWarnings("NullAway.Init") // picocli refuses a command line without it
  Sharing sharing;

  ShareCommand(Environment environment) {
    super(environment);
  }

  @Override
  Node.Mode mode() {
    return modeFor(reference);
  }

  @Override
  int run(NodeCommands node) throws ShoalException, IOException, InterruptedException {
    Shared shared = node.share(content(node, reference, NAME_PATIENCE), sharing);
    if (common.json) {
      console().json(shared);
    } else if (!common.quiet) {
      console().result(shared.root() + "  " + shared.sharing());
    }
    return ExitCode.DONE;
  }
}
