package io.shoal.runtime;

import io.shoal.runtime.importer.Importer;
import io.shoal.runtime.store.LocalStore;
import java.util.concurrent.Executor;

/// The commands on content and names, made from a node's parts.
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
    NameWork names) {

  /// @param bulkPool hashes what is imported
  /// @param cores how many leaves are hashed at once
  static NodeWork of(NodeCore core, Executor bulkPool, int cores) {
    LocalStore local = core.local();
    Importer importer = new Importer(local.store(), local.newContent(), bulkPool, cores);
    ReferenceResolver resolver =
        new ReferenceResolver(local, core.index(), core.digests(), core.names().resolver());
    DownloadRunner runner = core.downloadRunner();
    StoreWork store =
        new StoreWork(local, core.index(), core.journal(), core.downloads(), core.holdings());
    return new NodeWork(
        resolver,
        runner,
        new AddWork(
            local, importer, core.holdings(), core.collectionLock(), core.sources().nanoTime()),
        new GetWork(local, core.index(), core.holdings(), resolver, runner),
        new CatWork(local, resolver, core.downloads(), runner, core.streamMemory()),
        store,
        new NameWork(core.names().resolver(), core.names().publisher(), store, resolver));
  }
}
