package io.shoal.distribution.command;

import io.shoal.api.InvalidInputException;
import io.shoal.api.ShoalException;
import io.shoal.distribution.console.ExitCode;
import io.shoal.runtime.Node;
import io.shoal.runtime.command.ContentCommands.AddRequest;
import io.shoal.runtime.command.ContentCommands.Added;
import io.shoal.runtime.command.ContentCommands.TakenOver;
import io.shoal.runtime.command.NodeCommands;
import io.shoal.runtime.unit.Units;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "add")
public final class AddCommand extends NodeCommand {

  private static final int MIN_LEAF_BYTES = 256 * 1024;
  private static final int MAX_LEAF_BYTES = 1024 * 1024;

  @Parameters(paramLabel = "PATH", arity = "0..*", description = "files and folders")
  List<Path> paths = new ArrayList<>();

  @Option(names = "--in-place", description = "serve the files where they are, without a copy")
  boolean inPlace;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "a name instead of the file's own; for a single PATH")
  Optional<String> name = Optional.empty();

  @Option(
      names = "--leaf-size",
      paramLabel = "SIZE",
      description = "256KiB to 1MiB (default: 1MiB); another size gives another root")
  Optional<String> leafSize = Optional.empty();

  @Option(
      names = "--sha256",
      description = "compute each file's SHA-256 too, so that sha256:HEX finds it")
  boolean sha256;

  @Option(
      names = "--portable",
      description =
          "refuse names that some systems cannot hold and would leave out: aux.c, a:b, A beside a")
  boolean portable;

  @Option(
      names = "--preserve",
      description = "keep rights and times of files and folders; this gives another root")
  boolean preserve;

  @Option(
      names = "--private",
      description = "never announce it: only peers that know the root and an address get it")
  boolean privately;

  @Option(
      names = "--hashed-dir",
      paramLabel = "DIR",
      description = "import a folder of chunk files that are named by their SHA-256")
  Optional<Path> hashedFolder = Optional.empty();

  public AddCommand(Environment environment) {
    super(environment);
  }

  @Override
  WithoutData withoutData() {
    return WithoutData.MAKES_IT;
  }

  @Override
  Node.Mode mode() {
    return Node.Mode.OFFLINE;
  }

  @Override
  void check() throws InvalidInputException {
    if (paths.isEmpty() == hashedFolder.isEmpty()) {
      throw new InvalidInputException(
          "add: give either files and folders or --hashed-dir DIR; see 'shoal add --help'");
    }
    if (privately && hashedFolder.isPresent()) {
      throw new InvalidInputException(
          "--private is for files and folders: with --hashed-dir, give --set announce=none");
    }
    if ((portable || preserve) && hashedFolder.isPresent()) {
      throw new InvalidInputException(
          "--portable and --preserve are for files and folders: leave them out with --hashed-dir");
    }
    if (name.isPresent() && paths.size() != 1) {
      throw new InvalidInputException("--name is for a single PATH: add the others on their own");
    }
    if (name.filter(String::isEmpty).isPresent()) {
      throw new InvalidInputException("--name is empty: check the variable that it comes from");
    }
    leafSizeBytes();
  }

  private int leafSizeBytes() throws InvalidInputException {
    long bytes = leafSize.isEmpty() ? MAX_LEAF_BYTES : Units.requireSizeBytes(leafSize.get());
    if (bytes < MIN_LEAF_BYTES || bytes > MAX_LEAF_BYTES) {
      throw new InvalidInputException(
          "--leaf-size: " + leafSize.orElse("") + " is not from 256KiB to 1MiB");
    }
    return (int) bytes;
  }

  @Override
  public int run(NodeCommands node) throws ShoalException, IOException, InterruptedException {
    try (var progress = progress()) {
      if (hashedFolder.isPresent()) {
        print(node.takeOver(environment().path(hashedFolder.get()), progress));
        return ExitCode.DONE;
      }
      var request =
          AddRequest.builder(paths.stream().map(environment()::path).toList())
              .inPlace(inPlace)
              .leafSizeBytes(leafSizeBytes())
              .wholeDigest(sha256)
              .privately(privately)
              .portable(portable)
              .preserve(preserve);
      name.ifPresent(request::name);
      node.add(
          request.build(),
          progress,
          added -> {
            // The rest of the progress bar must not precede the result on its line.
            progress.close();
            print(added);
          });
      return ExitCode.DONE;
    }
  }

  private void print(Added added) {
    if (common.json) {
      console().json(added);
    } else if (common.quiet) {
      console().result(added.root());
    } else {
      console().result(added.root() + "  " + added.name());
      added.sha256().ifPresent(hex -> console().result("sha256:" + hex + "  " + added.name()));
    }
    added.skipped().forEach(line -> console().note("shoal: left out: " + line));
    if (!common.quiet) {
      added.firstUnportable().ifPresent(first -> console().note(unportable(added, first)));
    }
    if (!privately && added.sharing().equals("private")) {
      console()
          .note(
              "shoal: %s was made private before and stays private: 'shoal share %s public' changes that"
                  .formatted(added.root(), added.root()));
    }
  }

  private static String unportable(Added added, String first) {
    return "shoal: some systems cannot hold %s, and leave %s out: %s%s"
        .formatted(
            added.unportable() == 1 ? "1 name" : added.unportable() + " names",
            added.unportable() == 1 ? "it" : "them",
            first,
            added.unportable() == 1 ? "" : ", and others; --portable refuses them");
  }

  private void print(TakenOver taken) {
    if (common.json) {
      console().json(taken);
      return;
    }
    console()
        .result(
            "%d chunks taken over (%s, %s of it new)"
                .formatted(
                    taken.chunks(), Units.size(taken.sizeBytes()), Units.size(taken.newBytes())));
    taken.leftOut().forEach(line -> console().note("shoal: left out: " + line));
  }
}
