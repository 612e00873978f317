package io.shoal.distribution.command;

import io.shoal.api.ShoalException;
import io.shoal.runtime.command.NodeCommands;
import io.shoal.runtime.command.Reference;
import java.io.IOException;
import picocli.CommandLine.Command;

@Command(name = "unpin")
public final class UnpinCommand extends KeepCommand {

  public UnpinCommand(Environment environment) {
    super(environment);
  }

  @Override
  void change(NodeCommands node, Reference root)
      throws ShoalException, IOException, InterruptedException {
    node.unpin(root);
  }
}
