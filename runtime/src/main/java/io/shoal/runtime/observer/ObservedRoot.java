package io.shoal.runtime.observer;

import io.shoal.api.Cid;
import io.shoal.api.NodeObserver;
import io.shoal.runtime.store.KeptRoot;
import java.nio.file.Path;
import java.util.Optional;

/// A root as observers see it.
record ObservedRoot(
    Cid cid,
    Optional<String> name,
    Optional<Path> path,
    long sizeBytes,
    boolean isFolder,
    boolean isPrivate)
    implements NodeObserver.Root {

  static ObservedRoot of(KeptRoot root, boolean isPrivate) {
    return new ObservedRoot(
        root.cid(),
        Optional.of(root.name()).filter(name -> !name.isEmpty()),
        root.path(),
        root.sizeBytes(),
        root.folder(),
        isPrivate);
  }
}
