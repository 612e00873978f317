package io.shoal.runtime.discovery;

import io.shoal.api.Cid;
import io.shoal.api.ShoalException;
import io.shoal.runtime.store.KeptRoot;
import io.shoal.runtime.store.LocalDag;
import io.shoal.runtime.store.RootIndex;
import java.io.IOException;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Decides which provider keys are announced for what is here: for each root its own, that of its
/// whole-file digest and, if so configured, those of its chunks. For a private root none of them
/// is, except those of chunks that a public root has too. Usable from any thread.
public final class Announcements {
  private static final Logger LOG = LoggerFactory.getLogger(Announcements.class);

  private final Announcer announcer;
  private final RootIndex index;
  private final LocalDag dag;
  private final AnnounceScope scope;
  private final Predicate<Cid> provided;

  /// @param scope `NONE` also for a node that does not serve
  /// @param provided whether the bytes of a root in the index are still here
  public Announcements(
      Announcer announcer,
      RootIndex index,
      LocalDag dag,
      AnnounceScope scope,
      Predicate<Cid> provided) {
    this.announcer = announcer;
    this.index = index;
    this.dag = dag;
    this.scope = scope;
    this.provided = provided;
  }

  /// Announces every root in the index.
  public void announceAll() {
    index.all().forEach(root -> announce(root.cid()));
  }

  /// A root is here now, wholly or in part. One whose files were lost is not announced.
  public void announce(Cid root) {
    if (scope == AnnounceScope.NONE || index.isPrivate(root) || !provided.test(root.toV1())) {
      return;
    }
    announcer.announce(root);
    index.get(root).flatMap(KeptRoot::sha256).ifPresent(this::announceDigest);
    if (scope == AnnounceScope.ALL) {
      eachChunk(root, announcer::announce);
      // It may have become private while its chunks were announced.
      if (index.isPrivate(root)) {
        withdraw(root, Optional.empty());
      }
    }
  }

  /// The whole-file digest of a root is known now.
  public void announceDigest(String sha256) {
    if (scope != AnnounceScope.NONE && index.sharedByDigest(sha256).isPresent()) {
      announcer.announce(DigestLookup.key(sha256));
    }
  }

  /// A root is private now, or no longer here: withdraws the keys that no other root needs.
  ///
  /// @param sha256 its whole-file digest, if known
  public void withdraw(Cid root, Optional<String> sha256) {
    Set<Cid> keys = new LinkedHashSet<>();
    keys.add(root.toV1());
    if (scope == AnnounceScope.ALL) {
      eachChunk(root, cid -> keys.add(cid.toV1()));
      keys.removeAll(chunksOfOthers(root));
    }
    if (index.isPrivate(root)) {
      keys.add(root.toV1());
    }
    sha256
        .filter(hex -> index.sharedByDigest(hex).filter(other -> stays(other, root)).isEmpty())
        .map(DigestLookup::key)
        .ifPresent(keys::add);
    keys.forEach(announcer::withdraw);
  }

  private boolean stays(KeptRoot other, Cid root) {
    return !other.cid().equals(root.toV1())
        && !index.isPrivate(other.cid())
        && provided.test(other.cid());
  }

  private Set<Cid> chunksOfOthers(Cid root) {
    Set<Cid> needed = new HashSet<>();
    for (KeptRoot other : index.all()) {
      if (stays(other, root)) {
        eachChunk(other.cid(), cid -> needed.add(cid.toV1()));
      }
    }
    return needed;
  }

  private void eachChunk(Cid root, Consumer<Cid> each) {
    try {
      dag.reachable(root, each::accept);
    } catch (IOException | ShoalException e) {
      LOG.warn("not all chunks of {} are known: {}", root, e.getMessage());
    }
  }
}
