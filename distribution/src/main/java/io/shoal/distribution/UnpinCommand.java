package io.shoal.distribution;

import io.shoal.api.ShoalException;
import io.shoal.runtime.NodeCommands;
import io.shoal.runtime.Reference;
import java.io.IOException;
import picocli.CommandLine.Command;

@Command(name = "unpin")
final class UnpinCommand extends KeepCommand {

  UnpinCommand(Environment environment) {
    super(environment);
  }

  @Override
  void change(NodeCommands node, Reference root)
      throws ShoalException, IOException, InterruptedException {
    node.unpin(root);
  }
}
