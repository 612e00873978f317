package io.shoal.distribution.command;

import io.shoal.api.InvalidInputException;
import io.shoal.api.ShoalException;
import io.shoal.runtime.command.NodeCommands;
import io.shoal.runtime.command.Reference;
import io.shoal.runtime.command.StoreCommands.Shared;
import io.shoal.runtime.command.StoreCommands.Sharing;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "share")
public final class ShareCommand extends ReferencesCommand {

  @Parameters(
      paramLabel = "REF... public|private",
      arity = "1..*",
      hideParamSyntax = true,
      description =
          "roots that are here; private: nothing of them is announced; public: as the configuration"
              + " says")
  List<String> words = new ArrayList<>();

  public ShareCommand(Environment environment) {
    super(environment);
  }

  @Override
  List<String> given() throws InvalidInputException {
    sharing();
    return words.subList(0, words.size() - 1);
  }

  private Sharing sharing() throws InvalidInputException {
    String last = words.getLast();
    return Arrays.stream(Sharing.values())
        .filter(sharing -> sharing.word().equalsIgnoreCase(last))
        .findFirst()
        .orElseThrow(
            () ->
                new InvalidInputException(
                    "share: the last word is 'public' or 'private', after the references"));
  }

  @Override
  void one(NodeCommands node, Reference reference)
      throws ShoalException, IOException, InterruptedException {
    Shared shared = node.share(content(node, reference, NAME_PATIENCE), sharing());
    if (common.json) {
      console().json(shared);
    } else if (!common.quiet) {
      console().result(shared.root() + "  " + shared.sharing());
    }
  }
}
