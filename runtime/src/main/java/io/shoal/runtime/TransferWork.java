package io.shoal.runtime;

import io.shoal.api.ChunkReader;
import io.shoal.api.Cid;
import io.shoal.api.PeerAddress;
import io.shoal.api.ShoalException;
import io.shoal.api.StoreFullException;
import io.shoal.api.UserFaultException;
import io.shoal.runtime.command.NameCommands;
import io.shoal.runtime.command.NodeCommands;
import io.shoal.runtime.command.NotFoundException;
import io.shoal.runtime.command.Reference;
import io.shoal.runtime.command.VerificationFailedException;
import io.shoal.runtime.dag.TreePlan;
import io.shoal.runtime.destination.TargetComparison;
import io.shoal.runtime.discovery.DigestLookup;
import io.shoal.runtime.download.DiskPause;
import io.shoal.runtime.download.Download;
import io.shoal.runtime.download.DownloadCounters;
import io.shoal.runtime.download.DownloadRequest;
import io.shoal.runtime.download.LeafWindow;
import io.shoal.runtime.file.DiskFull;
import io.shoal.runtime.file.Sha256;
import io.shoal.runtime.importer.HashedFolder;
import io.shoal.runtime.importer.ImportOptions;
import io.shoal.runtime.importer.ImportProfile;
import io.shoal.runtime.importer.ImportResult;
import io.shoal.runtime.importer.Importer;
import io.shoal.runtime.limit.RateGauge;
import io.shoal.runtime.store.CollectionLock;
import io.shoal.runtime.store.KeptRoot;
import io.shoal.runtime.store.LocalDag;
import io.shoal.runtime.store.LocalStore;
import io.shoal.runtime.store.RootCompleteness;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What a user brings in and takes out: add, get, cat.
final class TransferWork {
  private static final Logger LOG = LoggerFactory.getLogger(TransferWork.class);

  private static final long PROGRESS_NANOS = 100_000_000;

  /// For the resolution of a name, where the user sets no time.
  private static final Duration NAME_PATIENCE = Duration.ofSeconds(60);

  private final NodeCore core;
  private final LocalStore local;
  private final Importer importer;
  private final LocalDag dag;

  TransferWork(NodeCore core, Executor bulkPool, int cores) {
    this.core = core;
    this.local = core.local();
    this.importer = new Importer(local.store(), local.newContent(), bulkPool, cores);
    this.dag = new LocalDag(local);
  }

  /// The root that a reference names.
  ///
  /// @param name what it is called, if the reference says
  /// @param digest what its bytes must hash to as a whole, if that is all the user knows
  record Resolved(Cid root, Optional<String> name, Optional<String> digest) {}

  Resolved resolve(Reference reference, Optional<Duration> timeout, List<PeerAddress> peers)
      throws ShoalException, IOException, InterruptedException {
    return switch (reference) {
      case Reference.Content content ->
          new Resolved(content.root().toV1(), content.name(), Optional.empty());
      case Reference.WholeDigest digest -> {
        Optional<Cid> root = core.digests().find(digest.hex(), timeout, peers);
        yield new Resolved(
            root.orElseThrow(
                () ->
                    new NotFoundException(
                        "no peer knows a file with sha256:"
                            + digest.hex()
                            + ": ask for its root, or have it added with --sha256")),
            Optional.empty(),
            Optional.of(digest.hex()));
      }
      case Reference.SignedName name -> named(name, timeout.orElse(NAME_PATIENCE));
    };
  }

  private Resolved named(Reference.SignedName name, Duration timeout)
      throws ShoalException, IOException, InterruptedException {
    NameCommands.ResolvedName found = core.names().resolve(name, timeout);
    found.notes().forEach(note -> LOG.info("{}: {}", name.text(), note));
    return new Resolved(
        Cid.parse(found.root()),
        found.fileName().or(() -> Optional.of(name.name())),
        Optional.empty());
  }

  /// As [#resolve], with what is here alone; only names are asked for.
  Cid resolveHere(Reference reference) throws ShoalException, IOException, InterruptedException {
    return switch (reference) {
      case Reference.Content content -> content.root().toV1();
      case Reference.WholeDigest digest -> {
        Optional<Cid> known = core.index().byDigest(digest.hex()).map(KeptRoot::cid);
        Cid raw = DigestLookup.key(digest.hex());
        yield known.isPresent() || !local.store().contains(raw)
            ? known.orElseThrow(
                () -> new NotFoundException("no file with sha256:" + digest.hex() + " is here"))
            : raw;
      }
      case Reference.SignedName name -> named(name, NAME_PATIENCE).root();
    };
  }

  void add(
      NodeCommands.AddRequest request,
      NodeCommands.ProgressListener progress,
      Consumer<NodeCommands.Added> each)
      throws ShoalException, IOException, InterruptedException {
    ImportProfile profile;
    try {
      profile = ImportProfile.unixfsV1(request.leafSizeBytes());
    } catch (IllegalArgumentException e) {
      throw new UserFaultException(
          "the leaf size is %d bytes: choose 256 KiB to 1 MiB".formatted(request.leafSizeBytes()),
          e);
    }
    ImportOptions options = new ImportOptions(profile, request.inPlace(), request.wholeDigest());
    ImportProgress told = new ImportProgress(progress);
    try (CollectionLock.Hold passage = core.gate().enter()) {
      // One import, one group of syncs: that is what makes many small files fast.
      List<ImportResult> results =
          importer.importAll(request.paths(), request.name(), options, told::read);
      for (int i = 0; i < results.size(); i++) {
        each.accept(kept(results.get(i), request, request.paths().get(i)));
      }
    } catch (IOException e) {
      Optional<StoreFullException> full = DiskFull.of(e);
      if (full.isPresent()) {
        throw full.get();
      }
      throw e;
    }
  }

  private NodeCommands.Added kept(ImportResult result, NodeCommands.AddRequest request, Path path)
      throws IOException {
    Optional<String> whole =
        result.folder() || result.digests().isEmpty()
            ? Optional.empty()
            : Optional.of(result.digests().getFirst().sha256());
    Optional<Path> place =
        request.inPlace() ? Optional.of(path.toAbsolutePath().normalize()) : Optional.empty();
    if (request.privately()) {
      core.share(result.root(), NodeCommands.Sharing.PRIVATE);
    }
    core.index()
        .put(
            new KeptRoot(
                result.root().toV1(),
                result.name(),
                result.sizeBytes(),
                result.folder(),
                place.isEmpty(),
                place,
                whole));
    core.announce(result.root());
    core.watches().changed(result.root());
    return new NodeCommands.Added(
        result.root().toString(),
        result.name(),
        result.sizeBytes(),
        result.files(),
        result.chunks(),
        result.newBytes(),
        whole,
        result.skipped(),
        core.sharing(result.root()).word());
  }

  NodeCommands.TakenOver takeOver(Path folder, NodeCommands.ProgressListener progress)
      throws ShoalException, IOException, InterruptedException {
    List<Cid> taken = new ArrayList<>();
    try (CollectionLock.Hold passage = core.gate().enter()) {
      NodeCommands.TakenOver result =
          new HashedFolder(local.store(), taken::add).takeOver(folder, progress);
      for (Cid cid : taken) {
        long size = sizeOf(cid);
        core.index()
            .put(new KeptRoot(cid, "", size, false, true, Optional.empty(), Optional.empty()));
        core.announce(cid);
      }
      return result;
    }
  }

  private long sizeOf(Cid chunk) throws IOException {
    try (ChunkReader reader = local.store().open(chunk).orElse(null)) {
      return reader == null ? 0 : reader.sizeBytes();
    }
  }

  private static final class ImportProgress {
    private final NodeCommands.ProgressListener progress;
    private final RateGauge speed = new RateGauge();
    private long bytes;
    private long toldNanos;

    ImportProgress(NodeCommands.ProgressListener progress) {
      this.progress = progress;
    }

    void read(long more) {
      bytes += more;
      long now = System.nanoTime();
      if (now - toldNanos >= PROGRESS_NANOS) {
        toldNanos = now;
        progress.progress(
            new NodeCommands.Progress(
                "importing", bytes, -1, speed.bytesPerSecond(bytes, now), 0, ""));
      }
    }
  }

  NodeCommands.Fetched get(NodeCommands.GetRequest request, NodeCommands.ProgressListener progress)
      throws ShoalException, IOException, InterruptedException {
    Resolved resolved = resolve(request.reference(), request.timeout(), request.peers());
    String name = resolved.name().orElse(resolved.root().toString());
    Path asked = request.target().orElse(request.folder()).toAbsolutePath().normalize();
    Path target = Files.isDirectory(asked) ? asked.resolve(name) : asked;
    DownloadRequest wanted =
        DownloadRequest.intoFile(resolved.root(), target)
            .named(name)
            .from(request.peers())
            .timeout(request.timeout())
            .keep(request.keep())
            .sync(request.sync())
            .replace(request.replace())
            .wholeDigest(resolved.digest())
            .build();
    try (CollectionLock.Hold held = local.temporaryPins().hold(wanted.root())) {
      if (request.privately()) {
        core.share(wanted.root(), NodeCommands.Sharing.PRIVATE);
      }
      // A folder that this root became is meant itself; any other is meant to be put into.
      for (Path place : request.target().isPresent() ? List.of(asked, target) : List.of(target)) {
        Optional<NodeCommands.Fetched> there = alreadyThere(wanted, place);
        if (there.isPresent()) {
          if (wanted.keep()) {
            copy(wanted.root());
            keep(wanted, there.get());
          }
          return there.get();
        }
      }
      NodeCommands.Fetched fetched = run(wanted, progress);
      keep(wanted, fetched);
      return fetched;
    }
  }

  /// The same command again after it succeeded is no error.
  private Optional<NodeCommands.Fetched> alreadyThere(DownloadRequest wanted, Path target)
      throws ShoalException, IOException {
    Cid root = wanted.root();
    Optional<KeptRoot> kept = core.index().get(root);
    if (kept.isEmpty() || !Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    Optional<TreePlan> plan = dag.plan(root);
    if (plan.isEmpty()) {
      return Optional.empty();
    }
    TargetComparison tree = new TargetComparison(local, plan.get(), target);
    if (!tree.isThere()) {
      return Optional.empty();
    }
    if (wanted.sync()) {
      // Whoever fetched it before may not have asked for that.
      tree.force();
      local.store().sync();
    }
    long size = kept.get().sizeBytes();
    return Optional.of(
        new NodeCommands.Fetched(
            root.toString(), target.toString(), size, 0, size, 0, Map.of(), Map.of(), Map.of()));
  }

  /// Takes what lies in users' files alone into the store.
  private void copy(Cid root) throws ShoalException, IOException {
    List<Cid> all = new ArrayList<>();
    dag.reachable(root, all::add);
    for (Cid cid : all) {
      local.temporaryPins().lookFor(cid);
      if (!cid.isIdentity() && !LocalStore.isOwned(local.store(), cid)) {
        byte[] bytes =
            local
                .load(cid)
                .orElseThrow(() -> new IOException("chunk " + cid + " went: get it again"));
        LocalStore.put(local.store(), cid, ByteBuffer.wrap(bytes));
      }
    }
  }

  private NodeCommands.Fetched run(DownloadRequest wanted, NodeCommands.ProgressListener progress)
      throws ShoalException, IOException, InterruptedException {
    DownloadCounters counters = new DownloadCounters(System::nanoTime);
    DiskPause pause =
        new DiskPause(core.downloadParts(), core.downloads(), wanted, counters, progress);
    while (true) {
      Download download =
          new Download(
              core.downloadParts(),
              pause.remaining(),
              counters,
              new SplittableRandom(),
              progress,
              () -> core.announce(wanted.root()));
      try {
        return core.downloads().run(download);
      } catch (IOException | ShoalException e) {
        Optional<StoreFullException> full = DiskFull.of(e);
        if (full.isEmpty()) {
          throw e;
        }
        pause.awaitRoom(full.get());
      }
    }
  }

  private void keep(DownloadRequest wanted, NodeCommands.Fetched fetched)
      throws ShoalException, IOException {
    boolean inStore = wanted.keep() || local.store().fileBacked().isEmpty();
    if (wanted.keep()) {
      local.store().sync();
      RootCompleteness.require(local.store(), wanted.root());
    }
    Optional<TreePlan> plan = dag.plan(wanted.root());
    core.index()
        .put(
            new KeptRoot(
                wanted.root(),
                wanted.name(),
                fetched.sizeBytes(),
                plan.map(TreePlan::isFolder).orElse(false),
                wanted.keep(),
                inStore ? Optional.empty() : wanted.target(),
                wanted.wholeDigest()));
    core.announce(wanted.root());
    core.watches().changed(wanted.root());
  }

  /// Fetches into the store what is missing of a root.
  void fetch(Cid root, Optional<Duration> timeout)
      throws ShoalException, IOException, InterruptedException {
    try (CollectionLock.Hold held = local.temporaryPins().hold(root)) {
      run(DownloadRequest.intoStore(root, timeout), NodeCommands.ProgressListener.SILENT);
    }
  }

  /// Writes a file's bytes out as they are verified, in order.
  void cat(Reference reference, Duration timeout, OutputStream out)
      throws ShoalException, IOException, InterruptedException {
    Resolved resolved = resolve(reference, Optional.of(timeout), List.of());
    try (CollectionLock.Hold held = local.temporaryPins().hold(resolved.root())) {
      // A collection that runs already does not know of the hold.
      dag.reachable(resolved.root(), local.temporaryPins()::lookFor);
      if (resolved.digest().isPresent() && isHint(resolved)) {
        checkHint(resolved, timeout);
      }
      stream(resolved.root(), timeout, out);
    }
  }

  /// Whether a peer named the root of a whole-file digest, and not this node or the digest itself.
  private boolean isHint(Resolved resolved) {
    String hex = resolved.digest().orElseThrow();
    boolean known =
        core.index().byDigest(hex).filter(kept -> kept.cid().equals(resolved.root())).isPresent();
    return !known && !resolved.root().equals(DigestLookup.key(hex));
  }

  /// What a digest's hint leads to is right only once all of it was seen: so it is fetched before
  /// the first byte goes out.
  private void checkHint(Resolved resolved, Duration timeout)
      throws ShoalException, IOException, InterruptedException {
    fetch(resolved.root(), Optional.of(timeout));
    MessageDigest digest = Sha256.begin();
    stream(
        resolved.root(), timeout, new DigestOutputStream(OutputStream.nullOutputStream(), digest));
    String expected = resolved.digest().orElseThrow();
    if (!HexFormat.of().formatHex(digest.digest()).equals(expected)) {
      throw new VerificationFailedException(
          "sha256:%s: the peers' hint led to %s, which is something else; nothing was written: ask who gave you the digest for the root"
              .formatted(expected, resolved.root()));
    }
  }

  /// Holds a few leaves ahead and stores none: of what peers bring, the DAG's nodes alone stay in
  /// the store until the next collection.
  private void stream(Cid root, Duration timeout, OutputStream out)
      throws ShoalException, IOException, InterruptedException {
    try (LeafWindow window = new LeafWindow(core.streamMemory())) {
      // Nothing is announced: what comes is handed on and gone.
      Download download =
          new Download(
              core.downloadParts(),
              DownloadRequest.streamed(root, window, timeout),
              new DownloadCounters(System::nanoTime),
              new SplittableRandom(),
              NodeCommands.ProgressListener.SILENT,
              () -> {});
      CompletableFuture<NodeCommands.Fetched> ended =
          core.downloads().start(download).whenComplete((fetched, failure) -> window.end());
      writeOut(window, download, ended, out);
      core.downloads().await(download, ended);
    }
  }

  private void writeOut(
      LeafWindow window,
      Download download,
      CompletableFuture<NodeCommands.Fetched> ended,
      OutputStream out)
      throws IOException, InterruptedException {
    boolean written = false;
    try {
      for (Optional<byte[]> leaf = window.take(); leaf.isPresent(); leaf = window.take()) {
        download.wake();
        out.write(leaf.get());
        out.flush();
      }
      written = true;
    } finally {
      if (!written) {
        core.downloads().stop(download, ended);
      }
    }
  }
}
