package io.shoal.runtime.maintenance;

import io.shoal.api.ChunkStore;
import io.shoal.api.Cid;
import io.shoal.api.Multihash;
import io.shoal.api.ShoalException;
import io.shoal.runtime.dag.TreePlan;
import io.shoal.runtime.dag.UnixNode;
import io.shoal.runtime.file.Sha256;
import io.shoal.runtime.store.KeptRoot;
import io.shoal.runtime.store.LocalDag;
import io.shoal.runtime.store.LocalStore;
import io.shoal.runtime.store.RootIndex;
import java.io.IOException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Computes the SHA-256 of whole files that were added without it, so that they are found by it:
/// one file after the other, slowly, and only while the node has nothing else to do. A computed
/// digest is in the index of roots and is not computed again. A thread of its own. Nothing is done
/// where the store is remote: every byte would have to come from there.
public final class IdleDigests implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(IdleDigests.class);

  /// How often it looks for a file, or whether the node is idle again.
  private static final Duration LOOK_EVERY = Duration.ofSeconds(5);

  private final LocalStore local;
  private final boolean remote;
  private final RootIndex index;
  private final BooleanSupplier idle;
  private final long bytesPerSecond;
  private final Consumer<String> computed;
  private final CountDownLatch closed = new CountDownLatch(1);

  /// Roots that could not be read; the next process tries them again.
  private final Set<Cid> unreadable = new HashSet<>();

  /// @param idle whether nothing else goes on now
  /// @param bytesPerSecond how fast it may read
  /// @param computed receives each digest, in hex, once it is in the index
  public IdleDigests(
      LocalStore local,
      RootIndex index,
      BooleanSupplier idle,
      long bytesPerSecond,
      Consumer<String> computed) {
    this.local = local;
    this.remote = local.store().traits().contains(ChunkStore.Trait.REMOTE);
    this.index = index;
    this.idle = idle;
    this.bytesPerSecond = bytesPerSecond;
    this.computed = computed;
  }

  public void start() {
    Thread.ofVirtual().name("idle-digests").start(this::loop);
  }

  private void loop() {
    try {
      while (!closed.await(LOOK_EVERY.toNanos(), TimeUnit.NANOSECONDS)) {
        boolean more = true;
        while (more && closed.getCount() > 0) {
          more = round();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Does one file, if the node is idle and there is one.
  ///
  /// @return whether there was one
  public boolean round() throws InterruptedException {
    Optional<KeptRoot> next =
        !remote && idle.getAsBoolean()
            ? index.all().stream().filter(this::lacksDigest).findFirst()
            : Optional.empty();
    if (next.isEmpty()) {
      return false;
    }
    Cid root = next.get().cid();
    try {
      Optional<String> digest = digest(root);
      if (digest.isEmpty()) {
        unreadable.add(root);
      } else if (index.setDigest(root, digest.get())) {
        computed.accept(digest.get());
      }
    } catch (IOException | ShoalException e) {
      unreadable.add(root);
      LOG.debug("no whole digest of {}", root, e);
    }
    return true;
  }

  /// The id of a single raw chunk of SHA-256 is the digest already.
  private boolean lacksDigest(KeptRoot root) {
    boolean isDigest =
        root.cid().codec() == Cid.RAW && root.cid().multihashCode() == Multihash.SHA2_256;
    return !root.folder()
        && !isDigest
        && root.sha256().isEmpty()
        && !unreadable.contains(root.cid());
  }

  private Optional<String> digest(Cid root)
      throws IOException, ShoalException, InterruptedException {
    try (TreePlan plan = new LocalDag(local).plan(root).orElse(null)) {
      return plan == null || plan.isFolder() || plan.files().isEmpty()
          ? Optional.empty()
          : digest(plan);
    }
  }

  private Optional<String> digest(TreePlan plan)
      throws IOException, ShoalException, InterruptedException {
    TreePlan.Content content = plan.files().getFirst().content();
    MessageDigest digest = Sha256.begin();
    for (int run = 0; run < content.runCount(); run++) {
      Cid cid = plan.leafCid(content.leaf(run));
      Optional<byte[]> block =
          cid.isIdentity() ? Optional.of(cid.identityContent()) : local.load(cid);
      if (block.isEmpty() || !mayGoOn(block.get().length)) {
        return Optional.empty();
      }
      byte[] bytes = cid.codec() == Cid.DAG_PB ? UnixNode.leafContent(block.get()) : block.get();
      for (int i = 0; i < content.times(run); i++) {
        digest.update(bytes);
      }
    }
    return Optional.of(HexFormat.of().formatHex(digest.digest()));
  }

  /// Waits as long as the rate demands, and while the node has other work.
  private boolean mayGoOn(int bytesRead) throws InterruptedException {
    boolean ends = closed.await(bytesRead * 1_000_000L / bytesPerSecond, TimeUnit.MICROSECONDS);
    while (!ends && !idle.getAsBoolean()) {
      ends = closed.await(LOOK_EVERY.toNanos(), TimeUnit.NANOSECONDS);
    }
    return !ends;
  }

  @Override
  public void close() {
    closed.countDown();
  }
}
