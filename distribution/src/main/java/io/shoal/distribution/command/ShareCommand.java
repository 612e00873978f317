package io.shoal.distribution.command;

import io.shoal.api.ShoalException;
import io.shoal.distribution.console.ExitCode;
import io.shoal.runtime.Node;
import io.shoal.runtime.command.NodeCommands;
import io.shoal.runtime.command.Reference;
import io.shoal.runtime.command.StoreCommands.Shared;
import io.shoal.runtime.command.StoreCommands.Sharing;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "share")
public final class ShareCommand extends NodeCommand {

  @Parameters(index = "0", paramLabel = "REF", description = "a root that is here")
  @SuppressWarnings("NullAway.Init") // picocli refuses a command line without it
  Reference reference;

  @Parameters(
      index = "1",
      paramLabel = "public|private",
      description = "private: nothing of it is announced; public: as the configuration says")
  @SuppressWarnings("NullAway.Init") // picocli refuses a command line without it
  Sharing sharing;

  public ShareCommand(Environment environment) {
    super(environment);
  }

  @Override
  Node.Mode mode() {
    return modeFor(reference);
  }

  @Override
  public int run(NodeCommands node) throws ShoalException, IOException, InterruptedException {
    Shared shared = node.share(content(node, reference, NAME_PATIENCE), sharing);
    if (common.json) {
      console().json(shared);
    } else if (!common.quiet) {
      console().result(shared.root() + "  " + shared.sharing());
    }
    return ExitCode.DONE;
  }
}
