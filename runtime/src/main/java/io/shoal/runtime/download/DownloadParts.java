package io.shoal.runtime.download;

import io.shoal.api.Cid;
import io.shoal.runtime.destination.Adoption;
import io.shoal.runtime.destination.Checkpoints;
import io.shoal.runtime.discovery.PeerNetwork;
import io.shoal.runtime.limit.BufferPool;
import io.shoal.runtime.limit.FairRateLimiter;
import io.shoal.runtime.serving.AvailabilityWatches;
import io.shoal.runtime.store.DownloadJournal;
import io.shoal.runtime.store.LocalStore;
import java.util.Optional;

/// The parts of a node that all its downloads share.
///
/// @param local what is here
/// @param network how peers are found and reached
/// @param watches which peers want to know what is here
/// @param buffers for chunks on their way in
/// @param downloadMeter the node's download rates
/// @param journal which downloads have begun and not ended
public record DownloadParts(
    LocalStore local,
    PeerNetwork network,
    AvailabilityWatches watches,
    BufferPool buffers,
    FairRateLimiter downloadMeter,
    DownloadJournal journal) {

  /// @param adoption claims leaves where they lie; empty if they are in the store
  Checkpoints checkpoints(Cid root, Optional<Adoption> adoption) {
    return new Checkpoints(
        local.store(), gained -> watches.gained(root, gained), adoption, network.nanoTime());
  }
}
