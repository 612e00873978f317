package io.shoal.runtime;

import io.shoal.api.Cid;
import io.shoal.api.PeerAddress;
import io.shoal.api.ShoalException;
import io.shoal.runtime.command.ContentCommands;
import io.shoal.runtime.command.StoreCommands;
import io.shoal.runtime.connection.Dialler;
import io.shoal.runtime.dag.TreePlan;
import io.shoal.runtime.dag.UnixNode;
import io.shoal.runtime.destination.TargetComparison;
import io.shoal.runtime.destination.TargetReservation;
import io.shoal.runtime.download.DownloadRequest;
import io.shoal.runtime.file.SystemPath;
import io.shoal.runtime.store.AdoptedFiles;
import io.shoal.runtime.store.CollectionLock;
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

/// The command `get`: downloads a root to a place of the user's, unless it is there already.
final class GetWork {
  private final LocalStore local;
  private final RootIndex index;
  private final Holdings holdings;
  private final ReferenceResolver resolver;
  private final DownloadRunner runner;
  private final Dialler dialler;
  private final LocalDag dag;
  private final AdoptedFiles adopted;

  GetWork(
      LocalStore local,
      RootIndex index,
      Holdings holdings,
      ReferenceResolver resolver,
      DownloadRunner runner,
      Dialler dialler) {
    this.local = local;
    this.index = index;
    this.holdings = holdings;
    this.resolver = resolver;
    this.runner = runner;
    this.dialler = dialler;
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
    String name = resolved.name().orElse(resolved.root().toString());
    Path asked = SystemPath.of(request.target().orElse(request.folder()));
    Path target = Files.isDirectory(asked) ? inside(asked, visible(name), resolved.root()) : asked;
    DownloadRequest wanted =
        DownloadRequest.intoFile(resolved.root(), target)
            .named(name)
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
      for (Path place : request.target().isPresent() ? List.of(asked, target) : List.of(target)) {
        Optional<ContentCommands.Fetched> there = alreadyThere(wanted, place);
        if (there.isPresent()) {
          if (wanted.keep()) {
            copy(wanted.root());
            keep(wanted, target, there.get());
          }
          return there.get();
        }
      }
      ContentCommands.Fetched fetched = runner.run(wanted, progress);
      keep(wanted, target, fetched);
      return fetched;
    }
  }

  /// A name comes from a stranger, and shells and programs read hidden files by themselves: without
  /// `-o` none is made. Browsers do the same.
  private static String visible(String name) {
    return name.startsWith(".") ? "_" + name.substring(1) : name;
  }

  /// The name was only suggested: where the folder cannot hold it, the root's id takes its place.
  private static Path inside(Path folder, String name, Cid root) {
    return TargetReservation.holds(folder, name)
        ? folder.resolve(name)
        : folder.resolve(root.toString());
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
            leftOut.get()));
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

  private void keep(DownloadRequest wanted, Path target, ContentCommands.Fetched fetched)
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
