package io.shoal.runtime;

import io.shoal.api.Cid;
import io.shoal.api.PeerAddress;
import io.shoal.api.ShoalException;
import io.shoal.runtime.command.ContentCommands;
import io.shoal.runtime.command.StoreCommands;
import io.shoal.runtime.connection.Dialler;
import io.shoal.runtime.dag.TreePlan;
import io.shoal.runtime.dag.UnixNode;
import io.shoal.runtime.destination.ClaimedSize;
import io.shoal.runtime.destination.SuggestedName;
import io.shoal.runtime.destination.TargetComparison;
import io.shoal.runtime.download.DownloadRequest;
import io.shoal.runtime.file.SystemPath;
import io.shoal.runtime.store.AdoptedFiles;
import io.shoal.runtime.store.CollectionLock;
import io.shoal.runtime.store.DownloadJournal;
import io.shoal.runtime.store.KeptRoot;
import io.shoal.runtime.store.LocalDag;
import io.shoal.runtime.store.LocalStore;
import io.shoal.runtime.store.RootCompleteness;
import io.shoal.runtime.store.RootIndex;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// The command `get`: downloads a root to a place of the user's, unless it is there already.
final class GetWork {
  private final LocalStore local;
  private final RootIndex index;
  private final Holdings holdings;
  private final ReferenceResolver resolver;
  private final DownloadRunner runner;
  private final Dialler dialler;
  private final DownloadJournal journal;
  private final LocalDag dag;
  private final AdoptedFiles adopted;

  GetWork(
      LocalStore local,
      RootIndex index,
      Holdings holdings,
      ReferenceResolver resolver,
      DownloadRunner runner,
      Dialler dialler,
      DownloadJournal journal) {
    this.local = local;
    this.index = index;
    this.holdings = holdings;
    this.resolver = resolver;
    this.runner = runner;
    this.dialler = dialler;
    this.journal = journal;
    this.dag = new LocalDag(local);
    this.adopted = new AdoptedFiles(local);
  }

  ContentCommands.Fetched get(
      ContentCommands.GetRequest request, ContentCommands.ProgressListener progress)
      throws ShoalException, IOException, InterruptedException {
    for (PeerAddress peer : request.peers()) {
      dialler.requirePossible(peer);
    }
    ReferenceResolver.Resolved resolved =
        resolver.resolve(request.reference(), request.timeout(), request.peers());
    Path asked = SystemPath.of(request.target().orElse(request.folder()));
    Placing placing = placing(asked, resolved);
    DownloadRequest wanted =
        DownloadRequest.intoFile(resolved.root(), placing.target())
            .named(placing.name())
            .naming(placing.naming())
            .from(request.peers())
            .providersOf(resolved.providersOf(), resolved.hints())
            .timeout(request.timeout())
            .keep(request.keep())
            .sync(request.sync())
            .replace(request.replace())
            .wholeDigest(resolved.digest())
            .maxSizeBytes(request.maxSizeBytes().orElse(Long.MAX_VALUE))
            .preserve(!request.noPreserve())
            .build();
    try (CollectionLock.Hold held = local.temporaryPins().hold(wanted.root())) {
      if (request.privately()) {
        holdings.share(wanted.root(), StoreCommands.Sharing.PRIVATE);
      }
      // A folder that this root became is meant itself; any other is meant to be put into.
      List<Path> places = request.target().isPresent() ? List.of(asked) : List.of();
      for (Path place : Stream.concat(places.stream(), placing.places().stream()).toList()) {
        Optional<ContentCommands.Fetched> there = alreadyThere(wanted, place);
        if (there.isPresent()) {
          if (wanted.keep()) {
            copy(wanted.root());
            keep(wanted, there.get());
          }
          return there.get();
        }
      }
      if (resolved.claimedBytes().isPresent()) {
        new ClaimedSize(wanted.root(), resolved.claimedBytes().getAsLong())
            .require(wanted.maxSizeBytes(), placing.target());
      }
      ContentCommands.Fetched fetched = runner.run(wanted, progress);
      keep(wanted.placedAt(fetched.path()), fetched);
      return fetched;
    }
  }

  /// Where a root goes, and as what.
  ///
  /// @param places where it may be already
  private record Placing(
      Path target, String name, DownloadRequest.Naming naming, List<Path> places) {
    Placing(Path target, String name, DownloadRequest.Naming naming) {
      this(target, name, naming, List.of(target));
    }
  }

  /// A name in a folder was only suggested: where the folder cannot hold it, the root's id takes
  /// its place. So it does where something has a name that the user did not even see.
  private Placing placing(Path asked, ReferenceResolver.Resolved resolved) {
    Optional<String> known = holdings.givenName(resolved.root()).filter(SuggestedName::isSound);
    String id = resolved.root().toString();
    String name = resolved.name().or(() -> known).orElse(id);
    if (!Files.isDirectory(asked)) {
      return new Placing(asked, name, DownloadRequest.Naming.GIVEN);
    }
    Path byId = asked.resolve(id);
    if (resolved.name().isEmpty() && known.isEmpty()) {
      return new Placing(byId, id, DownloadRequest.Naming.BY_PEERS);
    }
    Path byName = SuggestedName.in(asked, name).orElse(byId);
    if (resolved.name().isPresent()) {
      return new Placing(byName, name, DownloadRequest.Naming.GIVEN);
    }
    return !byName.equals(byId) && SuggestedName.isFree(byName, resolved.root(), journal)
        ? new Placing(byName, name, DownloadRequest.Naming.KNOWN_HERE, List.of(byId))
        : new Placing(byId, name, DownloadRequest.Naming.GIVEN, List.of(byName, byId));
  }

  /// To repeat the command after it succeeded is not an error.
  private Optional<ContentCommands.Fetched> alreadyThere(DownloadRequest wanted, Path target)
      throws ShoalException, IOException, InterruptedException {
    Cid root = wanted.root();
    Optional<KeptRoot> kept = index.get(root);
    if (kept.isEmpty() || !Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    try (TreePlan plan = dag.plan(root).orElse(null)) {
      return plan == null ? Optional.empty() : alreadyThere(wanted, target, plan, kept.get());
    }
  }

  private Optional<ContentCommands.Fetched> alreadyThere(
      DownloadRequest wanted, Path target, TreePlan plan, KeptRoot kept)
      throws ShoalException, IOException, InterruptedException {
    plan.requireContent();
    boolean here = kept.path().equals(Optional.of(target));
    // A pinned root is in the store; one that lost its place may have this one.
    boolean serve = !wanted.keep() && !kept.pinned() && (here || adopted.problem(kept).isPresent());
    TargetComparison tree = new TargetComparison(local, plan, target, serve);
    Optional<List<String>> leftOut = tree.leftOut();
    if (leftOut.isEmpty()) {
      return Optional.empty();
    }
    if (serve) {
      holdings.keep(
          KeptRoot.inPlace(wanted.root(), kept.name(), kept.sizeBytes(), kept.folder(), target));
    }
    if (wanted.sync()) {
      // The command that fetched it may not have asked for that.
      tree.force();
      local.store().sync();
    }
    return Optional.of(
        new ContentCommands.Fetched(
            wanted.root().toString(),
            target.toString(),
            kept.sizeBytes(),
            0,
            kept.sizeBytes(),
            0,
            Map.of(),
            Map.of(),
            Map.of(),
            plan.leftOut(),
            leftOut.get(),
            Optional.empty()));
  }

  /// Copies chunks that are in users' files alone into the store.
  private void copy(Cid root) throws ShoalException, IOException {
    dag.reachable(root, this::copyChunk);
  }

  private void copyChunk(Cid cid) throws ShoalException, IOException {
    local.temporaryPins().lookFor(cid);
    if (!cid.isIdentity() && !local.owns(cid)) {
      byte[] bytes =
          local
              .load(cid)
              .orElseThrow(() -> new IOException("chunk " + cid + " went: get it again"));
      local.store().put(cid, ByteBuffer.wrap(bytes));
    }
  }

  private void keep(DownloadRequest wanted, ContentCommands.Fetched fetched)
      throws ShoalException, IOException {
    Cid root = wanted.root();
    if (wanted.keep()) {
      local.store().sync();
      RootCompleteness.require(local.store(), root);
    }
    boolean folder = isFolder(root);
    KeptRoot kept;
    if (wanted.keep()) {
      kept = KeptRoot.pinned(root, wanted.name(), fetched.sizeBytes(), folder);
    } else if (local.store().fileBacked().isPresent()) {
      Path target = wanted.target().orElseThrow();
      kept = KeptRoot.inPlace(root, wanted.name(), fetched.sizeBytes(), folder, target);
    } else {
      kept = KeptRoot.cached(root, wanted.name(), fetched.sizeBytes(), folder);
    }
    holdings.keep(kept.withDigest(wanted.wholeDigest()));
  }

  private boolean isFolder(Cid root) throws ShoalException, IOException {
    Cid top = root.toV1();
    Optional<byte[]> block =
        top.codec() != Cid.DAG_PB
            ? Optional.empty()
            : top.isIdentity() ? Optional.of(top.identityContent()) : local.load(root);
    return block.isPresent() && UnixNode.isFolder(block.get());
  }
}
