package io.shoal.runtime;

import io.shoal.api.Availability;
import io.shoal.api.Cid;
import io.shoal.api.RetryableException;
import io.shoal.runtime.command.StoreCommands;
import io.shoal.runtime.discovery.AnnounceScope;
import io.shoal.runtime.discovery.Announcements;
import io.shoal.runtime.discovery.Announcer;
import io.shoal.runtime.download.Download;
import io.shoal.runtime.download.Downloads;
import io.shoal.runtime.serving.AvailabilityWatches;
import io.shoal.runtime.store.KeptRoot;
import io.shoal.runtime.store.LocalDag;
import io.shoal.runtime.store.LocalStore;
import io.shoal.runtime.store.RootIndex;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The roots that this node has: every change of one goes through here, so that the index, the
/// announcements and the peers that watch the root agree. Usable from any thread.
final class Holdings {
  private static final Logger LOG = LoggerFactory.getLogger(Holdings.class);

  private final LocalStore local;
  private final RootIndex index;
  private final Downloads downloads;
  private final Announcements announcements;
  private final AvailabilityWatches watches;

  /// Adopted roots whose files changed or are gone: they are in the index and not provided.
  private volatile Set<Cid> unservable = Set.of();

  Holdings(
      LocalStore local,
      RootIndex index,
      Downloads downloads,
      Announcer announcer,
      AnnounceScope scope) {
    this.local = local;
    this.index = index;
    this.downloads = downloads;
    this.watches = new AvailabilityWatches(this::availability);
    this.announcements =
        new Announcements(
            announcer, index, new LocalDag(local), scope, root -> !unservable.contains(root));
  }

  AvailabilityWatches watches() {
    return watches;
  }

  /// How much of a root is here now. Called under a lock: must not block.
  private Availability availability(Cid root) {
    if (index.get(root).isPresent() && !unservable.contains(root)) {
      return new Availability.Complete();
    }
    return downloads.of(root).map(Download::availability).orElse(singleChunk(root));
  }

  private Availability singleChunk(Cid root) {
    try {
      return root.codec() == Cid.RAW && local.has(root)
          ? new Availability.Complete()
          : new Availability.Unknown();
    } catch (IOException | RetryableException e) {
      return new Availability.Unknown();
    }
  }

  /// Takes a root into the index: all of it is here, and durable.
  void keep(KeptRoot root) throws IOException {
    index.put(root);
    announcements.announce(root.cid());
    watches.changed(root.cid());
  }

  /// Takes a root out of the index: it is announced no longer.
  void release(Cid root) throws IOException {
    Optional<String> sha256 = index.get(root).flatMap(KeptRoot::sha256);
    index.remove(root);
    announcements.withdraw(root, sha256);
    watches.changed(root);
  }

  /// Announces a root that is here, wholly or in part, as far as its sharing rule allows.
  void announce(Cid root) {
    announcements.announce(root);
  }

  void announceAll() {
    announcements.announceAll();
  }

  void announceDigest(String sha256) {
    announcements.announceDigest(sha256);
  }

  /// Sets the sharing rule of a root, and announces or withdraws it at once.
  void share(Cid root, StoreCommands.Sharing sharing) throws IOException {
    index.setPrivate(root, sharing == StoreCommands.Sharing.PRIVATE);
    Optional<KeptRoot> kept = index.get(root);
    if (sharing == StoreCommands.Sharing.PRIVATE) {
      announcements.withdraw(root, kept.flatMap(KeptRoot::sha256));
    } else if (kept.isPresent() || downloads.of(root).isPresent()) {
      announcements.announce(root);
    }
  }

  StoreCommands.Sharing sharing(Cid root) {
    return index.isPrivate(root) ? StoreCommands.Sharing.PRIVATE : StoreCommands.Sharing.PUBLIC;
  }

  /// From now on exactly these roots of the index are not provided.
  void unservable(Set<Cid> gone) {
    Set<Cid> before = unservable;
    unservable = Set.copyOf(gone);
    for (Cid root : gone) {
      if (!before.contains(root)) {
        LOG.info("files of {} changed or moved: it is no longer provided", root);
        announcements.withdraw(root, index.get(root).flatMap(KeptRoot::sha256));
        watches.changed(root);
      }
    }
    before.stream().filter(root -> !gone.contains(root)).forEach(announcements::announce);
  }
}
