package io.shoal.distribution.command;

import io.shoal.api.ShoalException;
import io.shoal.runtime.command.NodeCommands;
import io.shoal.runtime.command.Reference;
import java.io.IOException;
import picocli.CommandLine.Command;

@Command(name = "pin")
public final class PinCommand extends KeepCommand {

  public PinCommand(Environment environment) {
    super(environment);
  }

  @Override
  void change(NodeCommands node, Reference root)
      throws ShoalException, IOException, InterruptedException {
    node.pin(root);
  }
}
