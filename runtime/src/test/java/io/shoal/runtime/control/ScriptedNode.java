package io.shoal.runtime.control;

import io.shoal.api.PeerAddress;
import io.shoal.api.ShoalException;
import io.shoal.api.StoreUsage;
import io.shoal.runtime.command.NodeCommands;
import io.shoal.runtime.command.Reference;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

/// A node whose answers a test sets.
class ScriptedNode implements NodeCommands {

  static final Fetched FETCHED =
      new Fetched(
          "bafyroot",
          "/tmp/x",
          10,
          7,
          3,
          1234,
          Map.of("12D3", 7L),
          Map.of("tcps", 7L),
          Map.of("12D3", 1L),
          List.of("a: it is a symbolic link to 'b'"),
          List.of("b?: the destination cannot hold its name"),
          Optional.of("peer 12D3"));

  /// Thrown by every command, if set.
  volatile Optional<Throwable> failure = Optional.empty();

  /// Whether `gc` waits until it is interrupted.
  final CountDownLatch gcBegan = new CountDownLatch(1);

  /// Has a permit for each `gc` that waits.
  final Semaphore gcWaiting = new Semaphore(0);

  final CountDownLatch gcInterrupted = new CountDownLatch(1);
  volatile Optional<Object> last = Optional.empty();

  private void asked(Object what) throws ShoalException, IOException {
    last = Optional.of(what);
    if (failure.isPresent()) {
      switch (failure.get()) {
        case ShoalException e -> throw e;
        case IOException e -> throw e;
        case RuntimeException e -> throw e;
        case Error e -> throw e;
        default -> throw new AssertionError(failure.get());
      }
    }
  }

  @Override
  public void add(
      AddRequest request,
      ProgressListener progress,
      Consumer<Added> each,
      Consumer<NotAdded> failed)
      throws ShoalException, IOException {
    asked(request);
    for (Path path : request.paths()) {
      if (path.endsWith("bad")) {
        failed.accept(new NotAdded(path.toString(), "it is bad", true));
        continue;
      }
      progress.progress(new Progress("importing", 1, 2, 3, 0, ""));
      each.accept(
          new Added(
              "root",
              path.toString(),
              1,
              2,
              3,
              4,
              Optional.of("aa"),
              List.of("a link"),
              "private",
              1,
              Optional.of("a?b: it holds a ?"),
              List.of("a log"),
              "shoal:root"));
    }
  }

  @Override
  public TakenOver takeOver(Path folder, ProgressListener progress)
      throws ShoalException, IOException {
    asked(folder);
    return new TakenOver(1, 2, 3, List.of("x: corrupt"));
  }

  @Override
  public Fetched get(GetRequest request, ProgressListener progress)
      throws ShoalException, IOException {
    asked(request);
    progress.progress(new Progress("downloading", 5, 10, 1, 2, "waits"));
    return FETCHED;
  }

  @Override
  public void find(Reference reference, Duration timeout, Consumer<FoundProvider> each)
      throws ShoalException, IOException {
    asked(reference);
    each.accept(new FoundProvider("tcps://h:1", Optional.empty(), Reach.REACHABLE, "complete", ""));
  }

  @Override
  public List<RootEntry> roots() throws ShoalException, IOException {
    asked("roots");
    return List.of(new RootEntry("r", "n", 1, "file", "pinned", "", "public"));
  }

  @Override
  public List<FolderEntry> list(Reference reference) throws ShoalException, IOException {
    asked(reference);
    return List.of(new FolderEntry("c", "ä\nb", 1, "file"), new FolderEntry("d", "e", 2, "folder"));
  }

  @Override
  public ContentStat stat(Reference reference) throws ShoalException, IOException {
    asked(reference);
    return new ContentStat(
        "r",
        "file",
        Optional.empty(),
        -1,
        -1,
        0,
        true,
        Optional.of("ff"),
        true,
        Optional.of("private"));
  }

  @Override
  public void cat(Reference reference, List<PeerAddress> peers, Duration timeout, OutputStream out)
      throws ShoalException, IOException {
    out.write(new byte[200_000]);
    asked(timeout);
    out.write('x');
  }

  @Override
  public void pin(Reference reference) throws ShoalException, IOException {
    asked(reference);
  }

  @Override
  public void unpin(Reference reference) throws ShoalException, IOException {
    asked(reference);
  }

  @Override
  public Shared share(Reference reference, Sharing sharing) throws ShoalException, IOException {
    asked(reference);
    return new Shared("r", sharing.word());
  }

  @Override
  public Collected gc() throws InterruptedException {
    gcBegan.countDown();
    gcWaiting.release();
    try {
      new CountDownLatch(1).await();
      throw new AssertionError("nobody counts down");
    } catch (InterruptedException e) {
      gcInterrupted.countDown();
      throw e;
    }
  }

  @Override
  public Verified verify(VerifyRequest request, ProgressListener progress)
      throws ShoalException, IOException {
    asked(request);
    return new Verified(1, 2, List.of("bad"), List.of(), 0);
  }

  @Override
  public NodeStatus status() throws ShoalException, IOException {
    asked("status");
    return new NodeStatus(
        "12D3",
        "0.1.0",
        5,
        List.of("tcps://127.0.0.1:1"),
        List.of(new DiscoveryEntry("d", Optional.of("127.0.0.1:2"), 1, 2, 3, 4, Map.of("k", "v"))),
        new StoreUsage(1, 2, 3, 4, 5),
        List.of(new TransferEntry("r", "n", 1, 2, 3, 4, "downloading")),
        new UploadEntry(1, 2, 3, 4, 5),
        new NamesEntry(1, 2, 3),
        List.of(new BanEntry("identity", "p", "it sent wrong bytes", 1000, 2)),
        new AccessEntry("open", 0),
        new CheckEntry(1, 2, 3, 4, 5, 6, 7),
        List.of("advice"));
  }

  @Override
  public List<PeerEntry> peers() throws ShoalException, IOException {
    asked("peers");
    return List.of(
        new PeerEntry(Optional.of("p"), "a", true, "x", 1, 2, 3, 4, 5, Optional.empty()));
  }

  @Override
  public List<PluginEntry> plugins() throws ShoalException, IOException {
    asked("plugins");
    return List.of(
        new PluginEntry(
            "p", List.of("storage"), "1", "/x.jar", "started", true, Optional.of("none")));
  }

  @Override
  public List<InspectionEntry> inspections() throws ShoalException, IOException {
    asked("inspections");
    return List.of(new InspectionEntry("p", "table", "[BUCKET]", "one line"));
  }

  @Override
  public void inspect(InspectRequest request, Consumer<InspectionLine> each)
      throws ShoalException, IOException {
    asked(request);
    each.accept(new InspectionLine(true, List.of("a", "b")));
    each.accept(new InspectionLine(false, List.of("1", "")));
  }

  @Override
  public PublishedName publish(PublishRequest request) throws ShoalException, IOException {
    asked(request);
    return new PublishedName(
        "shoal:k/K/n", Optional.of("r"), Optional.empty(), -1, 7, "a", "b", true, 3, "published");
  }

  @Override
  public PublishedName withdraw(String name, Duration timeout) throws ShoalException, IOException {
    asked(name);
    return new PublishedName(
        "shoal:k/K/n", Optional.empty(), Optional.of("f"), 1, 8, "a", "b", false, 0, "withdrawn");
  }

  @Override
  public List<PublishedName> published() throws ShoalException, IOException {
    return List.of(withdraw("published", Duration.ZERO));
  }

  @Override
  public ResolvedName resolve(Reference.SignedName name, Duration timeout)
      throws ShoalException, IOException {
    asked(name);
    return new ResolvedName(
        "shoal:k/K/n",
        "r",
        Optional.of("f"),
        1,
        Optional.of("file"),
        Optional.of("a note"),
        9,
        "a",
        "b",
        8,
        7,
        true,
        List.of("first contact"));
  }

  @Override
  public PublishingKey publishingKey() throws ShoalException, IOException {
    asked("key");
    return new PublishingKey("k", Optional.empty(), List.of());
  }

  @Override
  public PublishingKey exportKey(Path file) throws ShoalException, IOException {
    asked(file);
    return new PublishingKey("k", Optional.of(file.toString()), List.of());
  }

  @Override
  public PublishingKey importKey(Path file) throws ShoalException, IOException {
    asked(file);
    return new PublishingKey("i", Optional.of(file.toString()), List.of());
  }

  @Override
  public PublishingKey rotateKey(Duration timeout) throws ShoalException, IOException {
    asked(timeout);
    return new PublishingKey("n", Optional.empty(), List.of("shoal:k/K/n"));
  }

  @Override
  public void close() {}
}
