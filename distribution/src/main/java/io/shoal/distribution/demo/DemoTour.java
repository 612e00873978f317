package io.shoal.distribution.demo;

import io.shoal.api.PeerAddress;
import io.shoal.api.ShoalException;
import io.shoal.distribution.console.Console;
import io.shoal.distribution.demo.DemoCommand.DemoResult;
import io.shoal.runtime.command.ContentCommands.AddRequest;
import io.shoal.runtime.command.ContentCommands.Added;
import io.shoal.runtime.command.ContentCommands.Fetched;
import io.shoal.runtime.command.ContentCommands.GetRequest;
import io.shoal.runtime.command.ContentCommands.ProgressListener;
import io.shoal.runtime.command.NodeCommands;
import io.shoal.runtime.command.Reference;
import io.shoal.runtime.unit.Units;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

/// The steps of the demo, printed as they happen. Four nodes get a file; two more fetch it from
/// them.
final class DemoTour implements AutoCloseable {

  private static final int PROVIDERS = 4;

  /// From here on, a download counts as midway.
  private static final int KILL_AT_PERCENT = 40;

  /// Longer than the classic rate needs for a chunk, by far; a demo that hangs should say so.
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final String FILE = "film.bin";

  private final Console console;
  private final Path launcher;
  private final Path folder;
  private final String rate;
  private final boolean silent;
  private final List<DemoNode> nodes = new ArrayList<>();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  DemoTour(Console console, Path launcher, Path folder, String rate, boolean silent) {
    this.console = console;
    this.launcher = launcher;
    this.folder = folder;
    this.rate = rate;
    this.silent = silent;
  }

  DemoResult run(long sizeBytes, long seed)
      throws ShoalException, IOException, InterruptedException {
    say(
        "Making a file of "
            + Units.size(sizeBytes)
            + " and starting "
            + (PROVIDERS + 2)
            + " nodes, each a process with a data folder of its own.");
    Path file = folder.resolve(FILE);
    start();
    DemoFile.make(file, sizeBytes, seed);
    nodes.getFirst().awaitReady();
    type(nodes.getFirst().commandLine());
    while (nodes.size() < PROVIDERS + 2) {
      start();
    }
    type(nodes.get(1).commandLine() + "    (and so on)");
    String sha256 = DemoFile.sha256(file);
    String root = add(file);
    // Before anything is measured: a start takes the machine's cores.
    for (DemoNode node : nodes.subList(1, nodes.size())) {
      node.awaitReady();
    }

    Fetched one = fromOne(root);
    spread(root);
    Fetched four = fromFour(root);
    Fetched killed = withOneKilled(root);

    boolean identical = compare(sha256);
    long oneMillis = one.durationMillis();
    long fourMillis = four.durationMillis();
    say("");
    say(
        "One peer: %s. Four peers: %s, %.1f times as fast. With one killed midway: %s."
            .formatted(
                Units.time(oneMillis),
                Units.time(fourMillis),
                (double) oneMillis / Math.max(1, fourMillis),
                Units.time(killed.durationMillis())));
    say(
        identical
            ? "All copies have the SHA-256 of the original, " + sha256 + "."
            : "A COPY DIFFERS from the original.");
    return new DemoResult(
        root,
        sha256,
        sizeBytes,
        oneMillis,
        fourMillis,
        killed.durationMillis(),
        chunksByNode(four),
        identical);
  }

  /// Starts the next node; the first is what the others start from.
  private void start() throws IOException {
    List<String> options = new ArrayList<>(List.of("--set", "limits.upload=" + rate));
    if (!nodes.isEmpty()) {
      options.addAll(List.of("--bootstrap", nodes.getFirst().ready("dht")));
    }
    nodes.add(DemoNode.start(launcher, folder, "node" + (nodes.size() + 1), options));
  }

  private String add(Path file) throws ShoalException, IOException, InterruptedException {
    say("");
    say("The first node imports the file.");
    type("shoal add " + FILE + " --data " + nodes.getFirst().folder());
    var request = AddRequest.builder(List.of(file)).build();
    List<Added> added = new ArrayList<>();
    nodes.getFirst().node().add(request, ProgressListener.SILENT, added::add);
    say("  " + added.getFirst().root() + "  " + added.getFirst().name());
    return added.getFirst().root();
  }

  private Fetched fromOne(String root) throws ShoalException, IOException, InterruptedException {
    say("");
    say(
        "node2 fetches it from node1 alone, which may send "
            + Units.rate(Units.requireBytesPerSecond(rate))
            + ".");
    PeerAddress first = nodes.getFirst().address();
    type(
        "shoal get "
            + root
            + " -o "
            + FILE
            + " --peer "
            + first
            + " --data "
            + nodes.get(1).folder());
    Fetched fetched = fetch(nodes.get(1), root, List.of(first), ProgressListener.SILENT);
    say("  " + summary(fetched));
    return fetched;
  }

  private void spread(String root) throws ShoalException, IOException, InterruptedException {
    say("");
    say(
        "node3 and node4 find both in the DHT and fetch at the same time: each passes its chunks on"
            + " to the other.");
    type("shoal get " + root + " -o " + FILE + " --data " + nodes.get(2).folder());
    List<Future<Fetched>> both = new ArrayList<>();
    for (DemoNode node : nodes.subList(2, PROVIDERS)) {
      both.add(threads.submit(() -> fetch(node, root, List.of(), ProgressListener.SILENT)));
    }
    for (int i = 0; i < both.size(); i++) {
      say("  " + nodes.get(i + 2).name() + ": " + summary(result(both.get(i))));
    }
  }

  private Fetched fromFour(String root) throws ShoalException, IOException, InterruptedException {
    DemoNode fetcher = nodes.get(PROVIDERS);
    say("");
    say(fetcher.name() + " fetches it from all four.");
    type("shoal get " + root + " -o " + FILE + " --data " + fetcher.folder());
    Fetched fetched = fetch(fetcher, root, List.of(), ProgressListener.SILENT);
    say("  " + summary(fetched));
    table(fetched);
    return fetched;
  }

  private Fetched withOneKilled(String root)
      throws ShoalException, IOException, InterruptedException {
    DemoNode fetcher = nodes.get(PROVIDERS + 1);
    DemoNode victim = nodes.get(1);
    say("");
    say(
        fetcher.name()
            + " fetches it too, and midway "
            + victim.name()
            + " is killed with SIGKILL.");
    var killed = new AtomicBoolean();
    Fetched fetched =
        fetch(
            fetcher,
            root,
            List.of(),
            progress -> {
              if (progress.totalBytes() > 0
                  && progress.doneBytes() * 100 >= progress.totalBytes() * KILL_AT_PERCENT
                  && !killed.getAndSet(true)) {
                victim.kill();
                say("  killed " + victim.name() + " at " + Units.size(progress.doneBytes()));
              }
            });
    say("  " + summary(fetched));
    table(fetched);
    return fetched;
  }

  private static Fetched fetch(
      DemoNode node, String root, List<PeerAddress> peers, ProgressListener progress)
      throws ShoalException, IOException, InterruptedException {
    NodeCommands commands = node.node();
    var request =
        GetRequest.builder(Reference.parse(root), node.folder())
            .target(node.folder().resolve(FILE))
            .peers(peers)
            .timeout(PATIENCE)
            .build();
    return commands.get(request, progress);
  }

  private static Fetched result(Future<Fetched> future)
      throws ShoalException, IOException, InterruptedException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case ShoalException cause -> throw cause;
        case IOException cause -> throw cause;
        case InterruptedException cause -> throw cause;
        case null, default -> throw new IOException("a fetch failed", e);
      }
    }
  }

  private boolean compare(String sha256) throws IOException {
    boolean identical = true;
    for (DemoNode node : nodes.subList(1, nodes.size())) {
      identical &= DemoFile.sha256(node.folder().resolve(FILE)).equals(sha256);
    }
    return identical;
  }

  private void table(Fetched fetched) {
    Map<String, Long> chunks = chunksByNode(fetched);
    long all = Math.max(1, chunks.values().stream().mapToLong(Long::longValue).sum());
    chunks.forEach(
        (name, count) ->
            say(
                "    %-8s %5d chunks  %3d%%  %s"
                    .formatted(
                        name,
                        count,
                        Math.round(100.0 * count / all),
                        "#".repeat((int) (40 * count / all)))));
  }

  private Map<String, Long> chunksByNode(Fetched fetched) {
    Map<String, Long> chunks = new LinkedHashMap<>();
    for (DemoNode node : nodes) {
      Long count = fetched.chunksByPeer().get(node.ready("peer"));
      if (count != null) {
        chunks.put(node.name(), count);
      }
    }
    return chunks;
  }

  private static String summary(Fetched fetched) {
    long millis = Math.max(1, fetched.durationMillis());
    return "%s in %s, %s, from %d %s"
        .formatted(
            Units.size(fetched.bytesTransferred()),
            Units.time(millis),
            Units.rate(fetched.bytesTransferred() * 1000 / millis),
            fetched.bytesByPeer().size(),
            fetched.bytesByPeer().size() == 1 ? "peer" : "peers");
  }

  private void say(String line) {
    if (!silent) {
      console.result(line);
    }
  }

  private void type(String command) {
    say("  $ " + command.replace(folder.toString() + "/", ""));
  }

  @Override
  public void close() {
    threads.shutdownNow();
    nodes.forEach(DemoNode::end);
    nodes.forEach(DemoNode::close);
    threads.close();
  }
}
