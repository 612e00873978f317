package io.shoal.distribution.command;

import io.shoal.api.ShoalException;
import io.shoal.distribution.console.ExitCode;
import io.shoal.runtime.Node;
import io.shoal.runtime.command.NodeCommands;
import io.shoal.runtime.command.Reference;
import io.shoal.runtime.command.StoreCommands.Collected;
import io.shoal.runtime.unit.Units;
import java.io.IOException;
import java.util.Optional;
import picocli.CommandLine.Command;

@Command(name = "gc")
public final class CollectCommand extends NodeCommand {

  public CollectCommand(Environment environment) {
    super(environment);
  }

  @Override
  Node.Mode mode() {
    return Node.Mode.OFFLINE;
  }

  @Override
  public boolean take(Optional<Reference> reference) {
    return reference.isEmpty();
  }

  @Override
  public int run(NodeCommands node) throws ShoalException, IOException, InterruptedException {
    Collected collected = node.gc();
    if (common.json) {
      console().json(collected);
    } else if (!common.quiet) {
      console()
          .result(
              "%d chunks removed (%s), %d kept"
                  .formatted(
                      collected.chunksRemoved(),
                      Units.size(collected.bytesRemoved()),
                      collected.chunksKept()));
      if (collected.rootsForgotten() > 0) {
        console()
            .result(
                collected.rootsForgotten() == 1
                    ? "1 root forgotten, since its file is gone"
                    : collected.rootsForgotten() + " roots forgotten, since their files are gone");
      }
    }
    return ExitCode.DONE;
  }
}
