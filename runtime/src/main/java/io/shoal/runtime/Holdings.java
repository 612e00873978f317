package io.shoal.runtime;

import io.shoal.api.Availability;
import io.shoal.api.Cid;
import io.shoal.api.RetryableException;
import io.shoal.runtime.command.StoreCommands;
import io.shoal.runtime.discovery.AnnounceScope;
import io.shoal.runtime.discovery.Announcements;
import io.shoal.runtime.discovery.Announcer;
import io.shoal.runtime.download.Download;
import io.shoal.runtime.download.DownloadRequest;
import io.shoal.runtime.download.Downloads;
import io.shoal.runtime.observer.ObservedDownload;
import io.shoal.runtime.observer.Observers;
import io.shoal.runtime.serving.AvailabilityWatches;
import io.shoal.runtime.store.KeptRoot;
import io.shoal.runtime.store.LocalDag;
import io.shoal.runtime.store.LocalStore;
import io.shoal.runtime.store.RootIndex;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
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
  private final Observers observers;

  /// Roots whose files changed or are gone, or whose chunks another store has: they are in the
  /// index and not provided.
  private final Set<Cid> unservable = ConcurrentHashMap.newKeySet();

  Holdings(
      LocalStore local,
      RootIndex index,
      Downloads downloads,
      Announcer announcer,
      AnnounceScope scope,
      Observers observers) {
    this.local = local;
    this.index = index;
    this.downloads = downloads;
    this.observers = observers;
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
    keepAll(List.of(root));
  }

  /// The same for many roots, which become durable as one group.
  void keepAll(List<KeptRoot> roots) throws IOException {
    List<KeptRoot> added = index.putAll(roots);
    for (KeptRoot root : roots) {
      unservable.remove(root.cid());
      announcements.announce(root.cid());
      watches.changed(root.cid());
    }
    added.forEach(root -> observers.rootAdded(root, index.isPrivate(root.cid())));
  }

  /// Takes a root out of the index: it is announced no longer.
  void release(Cid root) throws IOException {
    if (releaseAll(List.of(root)).isEmpty()) {
      announcements.withdraw(root, Optional.empty());
      watches.changed(root);
    }
  }

  /// The same for many roots, which go as one group.
  ///
  /// @return those that were there
  List<KeptRoot> releaseAll(List<Cid> roots) throws IOException {
    List<KeptRoot> released = index.removeAll(roots);
    for (KeptRoot kept : released) {
      if (!unservable.remove(kept.cid())) {
        announcements.withdraw(kept.cid(), kept.sha256());
      }
      watches.changed(kept.cid());
      observers.rootReleased(kept, index.isPrivate(kept.cid()));
    }
    return released;
  }

  /// Announces a root that is here, wholly or in part, as far as its sharing rule allows.
  void announce(Cid root) {
    announcements.announce(root);
  }

  /// Announces what is in the index, at the start.
  ///
  /// @param lost roots of the index that are not provided
  void announceBut(Set<Cid> lost) {
    withhold(lost);
    announcements.announceAll();
  }

  /// Provides none of these until they are here again.
  void withhold(Set<Cid> roots) {
    unservable.addAll(roots);
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

  /// A download into a file or the store ended.
  ///
  /// @param failure why; empty if all is here
  void ended(DownloadRequest wanted, long sizeBytes, Duration took, Optional<String> failure) {
    Cid root = wanted.root();
    observers.downloadEnded(
        new ObservedDownload(
            root.toV1(), wanted.target(), sizeBytes, took, failure, index.isPrivate(root)));
  }

  /// Whether a root is here, or on its way into a file, and may be given to others.
  boolean isShared(Cid root) {
    boolean here =
        index.get(root).isPresent()
            ? !unservable.contains(root)
            : downloads.all().stream()
                .map(Download::request)
                .anyMatch(wanted -> wanted.target().isPresent() && wanted.root().equals(root));
    return here && !index.isPrivate(root);
  }

  /// The name of a root, if it has one.
  Optional<String> name(Cid root) {
    return index.get(root).map(KeptRoot::name).filter(name -> !name.isEmpty());
  }

  /// The name of a root, if that says more than its id.
  Optional<String> givenName(Cid root) {
    return name(root).filter(name -> !name.equals(root.toV1().toString()));
  }

  /// The same for other peers.
  Optional<String> sharedName(Cid root) {
    return isShared(root.toV1()) ? givenName(root) : Optional.empty();
  }

  List<Cid> sharedRoots() {
    return Stream.concat(
            index.all().stream().map(KeptRoot::cid),
            downloads.all().stream().map(download -> download.request().root().toV1()))
        .distinct()
        .filter(this::isShared)
        .toList();
  }

  StoreCommands.Sharing sharing(Cid root) {
    return index.isPrivate(root) ? StoreCommands.Sharing.PRIVATE : StoreCommands.Sharing.PUBLIC;
  }

  /// A root of the index is provided from now on, or no longer.
  void provide(Cid root, boolean provided) {
    if (provided ? unservable.remove(root) : unservable.add(root)) {
      if (provided) {
        announcements.announce(root);
      } else {
        LOG.info("files of {} changed or moved: it is no longer provided", root);
        announcements.withdraw(root, index.get(root).flatMap(KeptRoot::sha256));
      }
      watches.changed(root);
    }
  }
}
