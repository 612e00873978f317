package io.shoal.distribution.command;

import io.shoal.api.ShoalException;
import io.shoal.runtime.command.NodeCommands;
import io.shoal.runtime.command.NotFoundException;
import io.shoal.runtime.command.Reference;
import io.shoal.runtime.command.StoreCommands.ContentStat;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "unpin")
public final class UnpinCommand extends ReferencesCommand {

  @Parameters(paramLabel = "REF", arity = "0..*", description = "roots that are here")
  List<String> references = new ArrayList<>();

  public UnpinCommand(Environment environment) {
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
    node.unpin(root);
    PinCommand.print(this, stat(node, root));
  }

  /// Nothing may be here of a root that 'gc' forgot before: it is not pinned, as the user wants it.
  private static ContentStat stat(NodeCommands node, Reference root)
      throws ShoalException, IOException, InterruptedException {
    try {
      return node.stat(root);
    } catch (NotFoundException e) {
      return ContentStat.unknown(
          root instanceof Reference.Content content ? content.root().toString() : root.text(),
          0,
          Optional.empty());
    }
  }
}
