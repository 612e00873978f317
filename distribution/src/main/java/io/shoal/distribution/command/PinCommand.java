package io.shoal.distribution.command;

import io.shoal.api.ShoalException;
import io.shoal.runtime.command.NodeCommands;
import io.shoal.runtime.command.Reference;
import io.shoal.runtime.command.StoreCommands.ContentStat;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "pin")
public final class PinCommand extends ReferencesCommand {

  @Parameters(paramLabel = "REF", arity = "0..*", description = "roots that are here")
  List<String> references = new ArrayList<>();

  public PinCommand(Environment environment) {
    super(environment);
  }

  @Override
  List<String> given() {
    return references;
  }

  @Override
  void one(NodeCommands node, Reference reference)
      throws ShoalException, IOException, InterruptedException {
    Reference root = content(node, reference, NAME_PATIENCE);
    node.pin(root);
    print(this, node.stat(root));
  }

  /// Prints whether a root is pinned now.
  static void print(NodeCommand command, ContentStat stat) {
    if (command.common.json) {
      command.console().json(stat);
    } else if (!command.common.quiet) {
      command.console().result(stat.root() + (stat.pinned() ? "  pinned" : "  not pinned"));
    }
  }
}
