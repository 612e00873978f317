package io.shoal.distribution;

import io.shoal.api.ShoalException;
import io.shoal.runtime.Node;
import io.shoal.runtime.NodeCommands;
import io.shoal.runtime.NodeCommands.Collected;
import io.shoal.runtime.Reference;
import java.io.IOException;
import java.util.Optional;
import picocli.CommandLine.Command;

@Command(name = "gc")
final class CollectCommand extends NodeCommand {

  CollectCommand(Environment environment) {
    super(environment);
  }

  @Override
  Node.Mode mode() {
    return Node.Mode.OFFLINE;
  }

  @Override
  boolean take(Optional<Reference> reference) {
    return reference.isEmpty();
  }

  @Override
  int run(NodeCommands node) throws ShoalException, IOException, InterruptedException {
    Collected collected = node.gc();
    if (common.json) {
      console().json(collected);
    } else if (!common.quiet) {
      console()
          .result(
              "%d chunks removed (%s), %d kept"
                  .formatted(
                      collected.chunksRemoved(),
                      Quantity.ofBytes(collected.bytesRemoved()),
                      collected.chunksKept()));
    }
    return ExitCode.DONE;
  }
}
