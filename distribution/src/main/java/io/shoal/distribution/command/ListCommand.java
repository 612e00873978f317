package io.shoal.distribution.command;

import io.shoal.api.ShoalException;
import io.shoal.distribution.console.Console;
import io.shoal.distribution.console.ExitCode;
import io.shoal.runtime.Node;
import io.shoal.runtime.command.NodeCommands;
import io.shoal.runtime.command.Reference;
import io.shoal.runtime.command.StoreCommands.FolderEntry;
import io.shoal.runtime.command.StoreCommands.RootEntry;
import io.shoal.runtime.unit.Units;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "ls")
public final class ListCommand extends NodeCommand {

  @Parameters(paramLabel = "REF", arity = "0..1", description = "a folder")
  Optional<Reference> reference = Optional.empty();

  public ListCommand(Environment environment) {
    super(environment);
  }

  @Override
  Node.Mode mode() {
    return reference.map(NodeCommand::modeFor).orElse(Node.Mode.OFFLINE);
  }

  @Override
  public boolean take(Optional<Reference> given) {
    reference = given;
    return true;
  }

  @Override
  public int run(NodeCommands node) throws ShoalException, IOException, InterruptedException {
    if (reference.isPresent()) {
      printEntries(node.list(content(node, reference.get(), NAME_PATIENCE)));
    } else {
      printRoots(node.roots());
    }
    return ExitCode.DONE;
  }

  private void printRoots(List<RootEntry> roots) {
    List<List<String>> rows = new ArrayList<>();
    long lost = roots.stream().filter(ListCommand::isLost).count();
    for (RootEntry root : roots) {
      if (lost > 1 && isLost(root) && !common.json && !common.quiet) {
        continue;
      }
      if (common.json) {
        console().json(root);
      } else if (common.quiet) {
        console().result(root.root());
      } else {
        rows.add(
            List.of(
                root.root(),
                Units.size(root.sizeBytes()),
                root.sharing().equals("private") ? root.kept() + " private" : root.kept(),
                shown(root.name(), root.kind()),
                root.note()));
      }
    }
    console().table(rows);
    if (lost > 1 && !common.json && !common.quiet) {
      console()
          .result(
              lost
                  + " roots whose files are gone or were changed: 'shoal verify' reads these again,"
                  + " 'shoal gc' forgets what is lost");
    }
  }

  private static boolean isLost(RootEntry root) {
    return root.kept().equals("lost");
  }

  private void printEntries(List<FolderEntry> entries) {
    List<List<String>> rows = new ArrayList<>();
    for (FolderEntry entry : entries) {
      if (common.json) {
        console().json(entry);
      } else if (common.quiet) {
        console().result(entry.cid());
      } else {
        rows.add(
            List.of(entry.cid(), Units.size(entry.sizeBytes()), shown(entry.name(), entry.kind())));
      }
    }
    console().table(rows);
  }

  /// Names come from strangers: characters that steer a terminal are not printed.
  private static String shown(String name, String kind) {
    String safe = Console.printable(name);
    return kind.equals("folder") ? safe + "/" : safe;
  }
}
