package io.shoal.runtime.observer;

import io.shoal.api.Cid;
import io.shoal.api.NodeObserver;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/// A download that ended, as observers see it.
///
/// @param path where it was put
/// @param failure one line; empty if all is here
public record ObservedDownload(
    Cid root,
    Optional<Path> path,
    long sizeBytes,
    Duration took,
    Optional<String> failure,
    boolean isPrivate)
    implements NodeObserver.Download {}
