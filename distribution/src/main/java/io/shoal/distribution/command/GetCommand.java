package io.shoal.distribution.command;

import io.shoal.api.InvalidInputException;
import io.shoal.api.PeerAddress;
import io.shoal.api.ShoalException;
import io.shoal.distribution.console.ExitCode;
import io.shoal.runtime.Node;
import io.shoal.runtime.command.ContentCommands.Fetched;
import io.shoal.runtime.command.ContentCommands.GetRequest;
import io.shoal.runtime.command.NodeCommands;
import io.shoal.runtime.command.Reference;
import io.shoal.runtime.unit.Units;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "get")
public final class GetCommand extends ReferencesCommand {

  private static final String STANDARD_OUTPUT = "-";

  private static final Duration STREAM_PATIENCE = Duration.ofMinutes(5);

  private static final int BUFFER_BYTES = 256 * 1024;

  @Parameters(
      paramLabel = "REF",
      arity = "0..*",
      description =
          "a CID, CID/PATH, a link with one in it, 64 hex digits, sha256:HEX, or shoal:k/KEY/NAME")
  List<String> references = new ArrayList<>();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "PATH",
      description =
          "where it goes: a path to create, an existing folder (default: the current folder), or"
              + " standard output ('-')")
  Optional<Path> target = Optional.empty();

  @Option(
      names = "--peer",
      paramLabel = "URI",
      description = {
        "ask this peer instead of searching; repeatable, each as",
        "tcps://HOST:PORT#PEERID"
      })
  List<PeerAddress> peers = new ArrayList<>();

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      description =
          "the most time it may take (default: no limit, but it gives up after 5m without a"
              + " verified byte)")
  Optional<Duration> timeout = Optional.empty();

  @Option(
      names = "--max-size",
      paramLabel = "SIZE",
      description = "refuse what is larger, before its first byte")
  Optional<String> maxSize = Optional.empty();

  @Option(names = "--keep", description = "keep a copy in the store, pinned")
  boolean keep;

  @Option(names = "--sync", description = "force the files to the disk before reporting success")
  boolean sync;

  @Option(
      names = "--replace",
      description = "replace a file that exists, or a folder that has nothing else in it")
  boolean replace;

  @Option(
      names = "--private",
      description = "never announce it, neither during the download nor afterwards")
  boolean privately;

  @Option(
      names = "--no-preserve",
      description = "give files no rights and times of the folder that was added with --preserve")
  boolean noPreserve;

  @Option(names = "--no-serve", description = "upload nothing while it runs")
  boolean noServe;

  public GetCommand(Environment environment) {
    super(environment);
  }

  @Override
  WithoutData withoutData() {
    return WithoutData.MAKES_IT;
  }

  @Override
  Node.Mode mode() {
    return noServe ? Node.Mode.FETCH_ONLY : Node.Mode.FETCH;
  }

  @Override
  List<String> given() {
    return references;
  }

  @Override
  boolean readsAsItGoes() {
    return true;
  }

  @Override
  void checkOptions() throws InvalidInputException {
    maxSizeBytes();
    if (toStandardOutput() && (keep || sync || replace || privately || maxSize.isPresent())) {
      throw new InvalidInputException(
          "-o - writes no file: leave out --keep, --sync, --replace, --private and --max-size");
    }
    if (isMany()
        && !toStandardOutput()
        && target.isPresent()
        && !Files.isDirectory(environment().path(target.get()))) {
      throw new InvalidInputException(
          "-o %s: for several REF it is a folder that exists".formatted(target.get()));
    }
  }

  private boolean toStandardOutput() {
    return target.filter(path -> path.toString().equals(STANDARD_OUTPUT)).isPresent();
  }

  private Optional<Long> maxSizeBytes() throws InvalidInputException {
    return maxSize.isEmpty()
        ? Optional.empty()
        : Optional.of(Units.requireSizeBytes(maxSize.get()));
  }

  @Override
  void one(NodeCommands node, Reference reference)
      throws ShoalException, IOException, InterruptedException {
    if (toStandardOutput()) {
      Duration patience = timeout.orElse(STREAM_PATIENCE);
      var out = new BufferedOutputStream(console().raw(), BUFFER_BYTES);
      node.cat(content(node, reference, patience), peers, patience, out);
      out.flush();
      return;
    }
    Path folder = environment().folder();
    long began = System.nanoTime();
    Reference root = content(node, reference, timeout.orElse(NAME_PATIENCE));
    Duration spent = Duration.ofNanos(System.nanoTime() - began);
    var request =
        GetRequest.builder(root, folder)
            .peers(peers)
            .keep(keep)
            .sync(sync)
            .replace(replace)
            .privately(privately)
            .noPreserve(noPreserve);
    target.map(environment()::path).ifPresent(request::target);
    if (target.isPresent() && target.get().endsWith(".")) {
      // A slash at the end says that it is to be a folder, also where none is yet.
      Files.createDirectories(environment().path(target.get()));
    }
    maxSizeBytes().ifPresent(request::maxSizeBytes);
    // The time that resolving a name took is part of the whole.
    timeout
        .map(whole -> root.equals(reference) ? whole : rest(whole, spent))
        .ifPresent(request::timeout);
    Fetched fetched;
    try (var progress = progress()) {
      fetched = node.get(request.build(), progress);
    }
    if (common.json) {
      console().json(fetched);
    } else {
      console().result(fetched.path());
    }
    fetched.skipped().forEach(line -> console().note("shoal: left out: " + line));
    fetched.unwritable().forEach(line -> console().note("shoal: left out: " + line));
    if (!common.quiet && !common.json) {
      fetched.nameFrom().ifPresent(by -> console().note(naming(fetched.path(), by)));
      console().note(summary(fetched));
    }
    if (!fetched.unwritable().isEmpty()) {
      count(ExitCode.LEFT_OUT);
    }
  }

  private static String naming(String path, String by) {
    return "shoal: '%s' is its name at %s: -o PATH gives it another"
        .formatted(Path.of(path).getFileName(), by);
  }

  private static Duration rest(Duration whole, Duration spent) {
    Duration rest = whole.minus(spent);
    return rest.isPositive() ? rest : Duration.ofMillis(1);
  }

  private static String summary(Fetched fetched) {
    long millis = Math.max(1, fetched.durationMillis());
    int peers = fetched.bytesByPeer().size();
    return "%s in %s: %s from %d %s (%s), %s were here already"
        .formatted(
            Units.size(fetched.sizeBytes()),
            Units.time(millis),
            Units.size(fetched.bytesTransferred()),
            peers,
            peers == 1 ? "peer" : "peers",
            Units.rate(fetched.bytesTransferred() * 1000 / millis),
            Units.size(fetched.bytesReused()));
  }
}
