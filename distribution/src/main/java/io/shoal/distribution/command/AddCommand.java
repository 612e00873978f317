package io.shoal.distribution.command;

import io.shoal.api.InvalidInputException;
import io.shoal.api.ShoalException;
import io.shoal.distribution.command.input.InputLines;
import io.shoal.distribution.command.input.StreamFile;
import io.shoal.distribution.command.input.TypedPath;
import io.shoal.distribution.console.Console;
import io.shoal.distribution.console.ExitCode;
import io.shoal.runtime.Node;
import io.shoal.runtime.command.ContentCommands.AddRequest;
import io.shoal.runtime.command.ContentCommands.Added;
import io.shoal.runtime.command.ContentCommands.NotAdded;
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

  /// Paths in one request to the node, which takes a megabyte of them.
  private static final int MAX_BATCH = 256;

  /// Links to send are for people: a script that adds more has its own use for the roots.
  private static final int MAX_LINKS = 8;

  @Parameters(
      paramLabel = "PATH",
      arity = "0..*",
      description = "files and folders; '-' for standard input")
  List<String> paths = new ArrayList<>();

  @Option(names = "--in-place", description = "serve the files where they are, without a copy")
  boolean inPlace;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "a name instead of the file's own; for a single PATH")
  Optional<String> name = Optional.empty();

  @Option(
      names = "--input-file",
      paramLabel = "FILE",
      description = "take more PATH from a file, one a line, or from standard input ('-')")
  Optional<String> inputFile = Optional.empty();

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

  private final List<Path> batch = new ArrayList<>();
  private int code = ExitCode.DONE;

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
    boolean any = !paths.isEmpty() || inputFile.isPresent();
    if (any == hashedFolder.isPresent()) {
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
    if (name.isPresent() && !isSingle()) {
      throw new InvalidInputException("--name is for a single PATH: add the others on their own");
    }
    if (name.filter(String::isEmpty).isPresent()) {
      throw new InvalidInputException("--name is empty: check the variable that it comes from");
    }
    checkStreams();
    leafSizeBytes();
  }

  private boolean isSingle() {
    return paths.size() == 1 && inputFile.isEmpty();
  }

  private void checkStreams() throws InvalidInputException {
    long standard = inputFile.filter(StreamFile::isStandardInput).isPresent() ? 1 : 0;
    for (String path : paths) {
      TypedPath.of(path, environment().folder());
      standard += StreamFile.isStandardInput(path) ? 1 : 0;
      if (inPlace && StreamFile.isOne(path, environment().folder())) {
        throw new InvalidInputException(
            "--in-place: '" + path + "' is no file that stays: leave out --in-place to copy it");
      }
    }
    if (standard > 1) {
      throw new InvalidInputException("standard input can be read once: name it once");
    }
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
      for (String path : paths) {
        add(path, node, progress);
      }
      if (inputFile.isPresent()) {
        addLines(inputFile.get(), node, progress);
      }
      send(node, progress);
      return code;
    }
  }

  private void addLines(String file, NodeCommands node, Console.ProgressDisplay progress)
      throws ShoalException, IOException, InterruptedException {
    try (InputLines lines = InputLines.open(file, environment().folder())) {
      for (Optional<String> line = lines.next(); line.isPresent(); line = lines.next()) {
        try {
          add(line.get(), node, progress);
        } catch (InvalidInputException e) {
          print(new NotAdded(line.get(), lines.place() + ": " + e.getMessage(), true));
        }
        if (!lines.ready()) {
          send(node, progress);
        }
      }
    }
  }

  private void add(String typed, NodeCommands node, Console.ProgressDisplay progress)
      throws ShoalException, IOException, InterruptedException {
    Path folder = environment().folder();
    if (!StreamFile.isOne(typed, folder)) {
      batch.add(environment().path(TypedPath.of(typed, folder)));
      if (batch.size() == MAX_BATCH) {
        send(node, progress);
      }
      return;
    }
    send(node, progress);
    try (StreamFile stream = StreamFile.read(typed, folder)) {
      batch.add(stream.path());
      send(node, progress);
    }
  }

  private void send(NodeCommands node, Console.ProgressDisplay progress)
      throws ShoalException, IOException, InterruptedException {
    if (batch.isEmpty()) {
      return;
    }
    var request =
        AddRequest.builder(batch)
            .inPlace(inPlace)
            .leafSizeBytes(leafSizeBytes())
            .wholeDigest(sha256)
            .privately(privately)
            .portable(portable)
            .preserve(preserve);
    name.ifPresent(request::name);
    batch.clear();
    node.add(
        request.build(),
        progress,
        added -> {
          // The rest of the progress bar must not precede the result on its line.
          progress.close();
          print(added);
        },
        failed -> {
          progress.close();
          print(failed);
        });
  }

  private void print(NotAdded failed) {
    int its = isSingle() && failed.misuse() ? ExitCode.USAGE : ExitCode.FAILED;
    console().failure("shoal: " + failed.reason(), its, common.json);
    code = its;
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
    for (String file : added.changed()) {
      code = ExitCode.FAILED;
      console()
          .note(
              "shoal: %s changed while it was read: what was added may mix old and new; add it again when it rests"
                  .formatted(file));
    }
    if (!common.quiet && !common.json && inputFile.isEmpty() && paths.size() <= MAX_LINKS) {
      console().note(linkLine(added.link()));
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

  private static String linkLine(String link) {
    return link.contains("peer=")
        ? "shoal: to send: '" + link + "'"
        : "shoal: to send, once 'shoal serve' runs on this data folder: '" + link + "'";
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
