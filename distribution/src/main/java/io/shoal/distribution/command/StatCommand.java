package io.shoal.distribution.command;

import io.shoal.api.ShoalException;
import io.shoal.distribution.console.Console;
import io.shoal.distribution.console.ExitCode;
import io.shoal.runtime.Node;
import io.shoal.runtime.command.NodeCommands;
import io.shoal.runtime.command.Reference;
import io.shoal.runtime.command.StoreCommands.ContentStat;
import io.shoal.runtime.unit.Units;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "stat")
public final class StatCommand extends NodeCommand {

  @Parameters(paramLabel = "REF", description = "a file or folder")
  @SuppressWarnings("NullAway.Init") // picocli refuses a command line without it
  Reference reference;

  public StatCommand(Environment environment) {
    super(environment);
  }

  @Override
  WithoutData withoutData() {
    return WithoutData.DOES_WITHOUT;
  }

  @Override
  Node.Mode mode() {
    return modeFor(reference);
  }

  @Override
  boolean asksOthers() {
    return true;
  }

  @Override
  public boolean take(Optional<Reference> given) {
    given.ifPresent(value -> reference = value);
    return given.isPresent();
  }

  @Override
  public int run(NodeCommands node) throws ShoalException, IOException, InterruptedException {
    ContentStat stat = node.stat(content(node, reference, NAME_PATIENCE));
    if (common.json) {
      console().json(stat);
      return ExitCode.DONE;
    }
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("root", stat.root()));
    rows.add(List.of("kind", stat.kind()));
    stat.name().ifPresent(name -> rows.add(List.of("name", Console.printable(name))));
    rows.add(List.of("size", Units.size(stat.sizeBytes()) + " (" + stat.sizeBytes() + " bytes)"));
    if (stat.hearsay()) {
      rows.add(List.of("here", "nothing; other nodes claim this, unchecked: get it to be sure"));
      console().table(rows);
      return ExitCode.DONE;
    }
    rows.add(
        List.of(
            "chunks",
            stat.chunksHere() + " of " + (stat.chunks() < 0 ? "?" : stat.chunks()) + " here"));
    rows.add(List.of("pinned", stat.pinned() ? "yes" : "no"));
    stat.sharing().ifPresent(rule -> rows.add(List.of("sharing", rule)));
    stat.sha256().ifPresent(hex -> rows.add(List.of("sha256", hex)));
    console().table(rows);
    return ExitCode.DONE;
  }
}
