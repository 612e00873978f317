package io.shoal.runtime;

import io.shoal.api.PeerConnection;
import io.shoal.api.RetryableException;
import io.shoal.runtime.connection.Connections;
import io.shoal.runtime.download.Downloads;
import io.shoal.runtime.file.DiskReserve;
import io.shoal.runtime.store.DownloadJournal;
import io.shoal.runtime.store.LocalStore;
import java.io.IOException;
import java.time.Duration;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The chores of a node, every few seconds: closes idle connections, makes durable what no command
/// waited for, and reserves room on the disk.
final class Housekeeping {
  private static final Logger LOG = LoggerFactory.getLogger(Housekeeping.class);

  static final Duration EVERY = Duration.ofSeconds(20);

  private final LocalStore local;
  private final DownloadJournal journal;
  private final DiskReserve reserve;
  private final Downloads downloads;
  private final Holdings holdings;
  private final Connections connections;
  private final AtomicBoolean syncing = new AtomicBoolean();

  Housekeeping(
      LocalStore local,
      DownloadJournal journal,
      DiskReserve reserve,
      Downloads downloads,
      Holdings holdings,
      Connections connections) {
    this.local = local;
    this.journal = journal;
    this.reserve = reserve;
    this.downloads = downloads;
    this.holdings = holdings;
    this.connections = connections;
  }

  void round() {
    Set<PeerConnection> watching = Collections.newSetFromMap(new IdentityHashMap<>());
    holdings.watches().roots().forEach(root -> watching.addAll(holdings.watches().peers(root)));
    connections.sweep(watching::contains);
    reserve.keep();
    if (downloads.all().isEmpty()) {
      syncBehind();
    }
  }

  /// Makes durable what a download without `--sync` left to the system, so that a crash does not
  /// cost its claims. A running download has its own checkpoints: to force its part file more often
  /// costs it more than a crash would. On a thread of its own: a disk takes its time.
  private void syncBehind() {
    if (syncing.compareAndSet(false, true)) {
      Thread.ofVirtual()
          .name("sync-behind")
          .start(
              () -> {
                try {
                  sync();
                } finally {
                  syncing.set(false);
                }
              });
    }
  }

  /// Makes the store durable and removes what the journal of downloads no longer needs.
  void sync() {
    try {
      local.store().sync();
      journal.sweep();
    } catch (IOException | RetryableException e) {
      LOG.warn("what was stored last may not survive a power loss: {}", e.getMessage());
    }
  }
}
