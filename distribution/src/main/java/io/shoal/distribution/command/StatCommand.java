package io.shoal.distribution.command;

import io.shoal.api.ShoalException;
import io.shoal.distribution.console.Console;
import io.shoal.runtime.command.NodeCommands;
import io.shoal.runtime.command.Reference;
import io.shoal.runtime.command.StoreCommands.ContentStat;
import io.shoal.runtime.unit.Units;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "stat")
public final class StatCommand extends ReferencesCommand {

  @Parameters(paramLabel = "REF", arity = "0..*", description = "files or folders")
  List<String> references = new ArrayList<>();

  public StatCommand(Environment environment) {
    super(environment);
  }

  @Override
  WithoutData withoutData() {
    return WithoutData.DOES_WITHOUT;
  }

  @Override
  List<String> given() {
    return references;
  }

  @Override
  boolean asksOthers() {
    return true;
  }

  @Override
  void one(NodeCommands node, Reference reference)
      throws ShoalException, IOException, InterruptedException {
    ContentStat stat = node.stat(content(node, reference, NAME_PATIENCE));
    if (common.json) {
      console().json(stat);
    } else if (common.quiet) {
      console().result(stat.root());
    } else if (isMany()) {
      console().result(line(stat));
    } else {
      printTable(stat);
    }
  }

  /// All in one line, for one of many.
  private static String line(ContentStat stat) {
    String here =
        stat.hearsay()
            ? "hearsay"
            : stat.chunksHere() + "/" + (stat.chunks() < 0 ? "?" : stat.chunks()) + " chunks";
    return String.join(
            "  ",
            stat.root(),
            stat.kind(),
            Units.size(stat.sizeBytes()),
            here,
            stat.pinned() ? "pinned" : "not pinned",
            Console.printable(stat.name().orElse("")))
        .stripTrailing();
  }

  private void printTable(ContentStat stat) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("root", stat.root()));
    rows.add(List.of("kind", stat.kind()));
    stat.name().ifPresent(name -> rows.add(List.of("name", Console.printable(name))));
    rows.add(List.of("size", Units.size(stat.sizeBytes()) + " (" + stat.sizeBytes() + " bytes)"));
    if (stat.hearsay()) {
      rows.add(List.of("here", "nothing; other nodes claim this, unchecked: get it to be sure"));
      console().table(rows);
      return;
    }
    rows.add(
        List.of(
            "chunks",
            stat.chunksHere() + " of " + (stat.chunks() < 0 ? "?" : stat.chunks()) + " here"));
    rows.add(List.of("pinned", stat.pinned() ? "yes" : "no"));
    stat.sharing().ifPresent(rule -> rows.add(List.of("sharing", rule)));
    stat.sha256().ifPresent(hex -> rows.add(List.of("sha256", hex)));
    console().table(rows);
  }
}
