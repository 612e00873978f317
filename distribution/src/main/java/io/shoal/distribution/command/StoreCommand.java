package io.shoal.distribution.command;

import io.shoal.api.ShoalException;
import io.shoal.api.UserFaultException;
import io.shoal.distribution.console.ExitCode;
import io.shoal.distribution.launch.LogSetup;
import io.shoal.runtime.Configuration;
import io.shoal.runtime.Node;
import io.shoal.runtime.command.NodeCommands;
import io.shoal.runtime.command.StoreCommands.Copied;
import io.shoal.runtime.unit.Units;
import java.io.IOException;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "store")
public final class StoreCommand extends NodeCommand {

  /// What is to be done with the stores?
  enum Action {
    COPY
  }

  @Parameters(
      index = "0",
      paramLabel = "copy",
      description = "take all chunks along; FROM keeps them as well")
  @SuppressWarnings("NullAway.Init") // picocli refuses a command line without it
  Action action;

  @Parameters(
      index = "1",
      paramLabel = "FROM",
      description = "the storage plugin that has the chunks, by its id; see 'shoal plugins'")
  String from = "";

  @Parameters(
      index = "2",
      paramLabel = "TO",
      description = "the one that gets them; what it has already is skipped")
  String to = "";

  public StoreCommand(Environment environment) {
    super(environment);
  }

  @Override
  Node.Mode mode() {
    return Node.Mode.OFFLINE;
  }

  @Override
  int work() throws ShoalException, IOException, InterruptedException {
    Optional<NodeCommands> running = environment().nodes().running(common.dataFolder());
    return running.isPresent() ? run(running.get()) : print(inTurn(this::copied));
  }

  /// A node that runs uses one of the stores.
  @Override
  public int run(NodeCommands node) throws ShoalException {
    throw new UserFaultException(
        "a node runs on " + common.dataFolder() + " and uses its store: stop it first");
  }

  private Copied copied() throws ShoalException, IOException, InterruptedException {
    Configuration configuration = common.configuration(false);
    LogSetup.prepare(common.logLevel.orElse("error"), common.dataFolder());
    try (var progress = progress()) {
      return environment()
          .nodes()
          .copyStore(common.dataFolder(), configuration, from, to, progress);
    }
  }

  private int print(Copied copied) {
    if (common.json) {
      console().json(copied);
    } else if (!common.quiet) {
      console()
          .result(
              "%d chunks copied (%s), %d there already, %d left out: corrupt or unreadable"
                  .formatted(
                      copied.chunksCopied(),
                      Units.size(copied.bytesCopied()),
                      copied.chunksThere(),
                      copied.chunksLeftOut()));
      console().note("shoal: name " + to + " in active.storage to use it; " + next(copied));
    }
    return copied.chunksLeftOut() > 0 ? ExitCode.VERIFICATION_FAILED : ExitCode.DONE;
  }

  private String next(Copied copied) {
    return copied.chunksLeftOut() > 0
        ? "'shoal verify --repair' then fetches what was left out"
        : from + " keeps its copies: once 'shoal verify' misses nothing, its folder may go";
  }
}
