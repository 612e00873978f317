package io.shoal.runtime;

import io.shoal.api.Cid;
import io.shoal.api.ShoalException;
import io.shoal.runtime.command.ContentCommands;
import io.shoal.runtime.command.StoreCommands;
import io.shoal.runtime.content.OpenContents;
import io.shoal.runtime.discovery.ProviderQueries;
import io.shoal.runtime.importer.Importer;
import io.shoal.runtime.maintenance.StoreVerify;
import io.shoal.runtime.plugin.node.NodeHandle;
import io.shoal.runtime.store.LocalStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;

/// The commands on content and names, made from a node's parts, and of them those that plugins may
/// give.
///
/// @param resolver finds the roots that references name
/// @param runner runs downloads
record NodeWork(
    ReferenceResolver resolver,
    DownloadRunner runner,
    AddWork adds,
    GetWork gets,
    CatWork cats,
    StoreWork store,
    NameWork names)
    implements NodeHandle.Pins {

  /// For each root that `verify` repairs.
  private static final Duration REPAIR_PATIENCE = Duration.ofSeconds(30);

  /// @param dataFolder what is never imported
  /// @param bulkPool hashes what is imported
  /// @param cores how many leaves are hashed at once
  static NodeWork of(NodeCore core, Path dataFolder, Executor bulkPool, int cores) {
    LocalStore local = core.local();
    Importer importer =
        new Importer(local.store(), local.newContent(), dataFolder, bulkPool, cores);
    ReferenceResolver resolver =
        new ReferenceResolver(
            local, core.index(), core.digests(), core.names().resolver(), core.network());
    DownloadRunner runner = core.downloadRunner();
    StoreWork store =
        new StoreWork(
            local,
            core.index(),
            core.journal(),
            core.downloads(),
            core.holdings(),
            core.leftBehind());
    return new NodeWork(
        resolver,
        runner,
        new AddWork(
            local,
            importer,
            core.holdings(),
            core.collectionLock(),
            core.endpoints()::linked,
            core.sources().nanoTime()),
        new GetWork(
            local,
            core.index(),
            core.holdings(),
            resolver,
            runner,
            core.network().dialler(),
            core.journal()),
        new CatWork(local, resolver, core.downloads(), runner, core.streamMemory()),
        store,
        new NameWork(core.names().resolver(), core.names().publisher(), store, resolver));
  }

  /// Fetches again what is missing, if that is asked for.
  StoreCommands.Verified verify(
      StoreVerify verify,
      StoreCommands.VerifyRequest request,
      ContentCommands.ProgressListener progress)
      throws ShoalException, IOException, InterruptedException {
    Optional<StoreVerify.Repair> repair =
        request.repair()
            ? Optional.of(root -> runner.intoStore(root, Optional.of(REPAIR_PATIENCE)))
            : Optional.empty();
    return verify.run(repair, request.bytesPerSecond(), progress);
  }

  /// What plugins may do with the node.
  NodeHandle.Parts forPlugins(NodeCore core) {
    Holdings holdings = core.holdings();
    return new NodeHandle.Parts(
        holdings::sharedRoots,
        new OpenContents(core.local(), holdings::isShared, holdings::name),
        core.server()
            .foreignUploads(
                core.network().book(), core.serves() && core.accessGate().admitsUnproven()),
        new ProviderQueries(core.network().discoveries()),
        this);
  }

  @Override
  public void pin(Cid root) throws ShoalException, IOException, InterruptedException {
    if (!store.isKept(root)) {
      runner.intoStore(root.toV1(), Optional.empty());
    }
    store.pin(root.toV1());
  }

  @Override
  public void unpin(Cid root) throws ShoalException, IOException {
    store.unpinStored(root.toV1());
  }
}
