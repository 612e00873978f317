package io.shoal.runtime.serving;

import io.shoal.api.Availability;
import io.shoal.api.PeerConnection;
import io.shoal.runtime.peer.PeerKey;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A peer's watch of a root: calls its listener in order and from one thread at a time, without a
/// lock held. Whoever brings a report while another thread calls the listener leaves it to that
/// thread. Told apart by identity.
final class Watcher {
  private static final Logger LOG = LoggerFactory.getLogger(Watcher.class);

  /// Gains that wait for a slow listener; beyond it they are replaced by one report of everything.
  static final int MAX_WAITING = 64;

  private final PeerConnection peer;
  private final PeerConnection.AvailabilityListener listener;
  private final Supplier<Availability> holdings;
  private final ArrayDeque<Availability> gains = new ArrayDeque<>();

  /// Everything is due first.
  private boolean renewal = true;

  private boolean reporting;
  private boolean ended;

  /// @param holdings what is here now; must not block
  Watcher(
      PeerConnection peer,
      PeerConnection.AvailabilityListener listener,
      Supplier<Availability> holdings) {
    this.peer = peer;
    this.listener = listener;
    this.holdings = holdings;
  }

  PeerConnection peer() {
    return peer;
  }

  /// Reports everything that is here.
  void renew() {
    synchronized (this) {
      beginAnew();
    }
    report();
  }

  /// Called under the lock. What was gained before is part of everything.
  private void beginAnew() {
    renewal = true;
    gains.clear();
  }

  /// Reports a gain, which the holdings have already.
  void gained(Availability.Gained more) {
    synchronized (this) {
      if (gains.size() >= MAX_WAITING) {
        beginAnew();
      } else {
        gains.add(more);
      }
    }
    report();
  }

  /// No call of the listener begins from now on.
  synchronized void end() {
    ended = true;
    gains.clear();
  }

  private void report() {
    if (!begin()) {
      return;
    }
    try {
      for (Optional<Supplier<Availability>> next = next(); next.isPresent(); next = next()) {
        listener.availability(next.get().get());
      }
    } catch (RuntimeException | LinkageError e) {
      LOG.warn("the transport of {} failed to take a report: {}", PeerKey.of(peer), e.toString());
      LOG.debug("a listener failed", e);
      end();
    }
  }

  private synchronized boolean begin() {
    boolean first = !reporting;
    reporting = true;
    return first;
  }

  /// The next report, or the end of this thread's turn.
  private synchronized Optional<Supplier<Availability>> next() {
    if (!ended && renewal) {
      renewal = false;
      return Optional.of(holdings);
    }
    if (!ended && !gains.isEmpty()) {
      Availability gain = gains.remove();
      return Optional.of(() -> gain);
    }
    reporting = false;
    return Optional.empty();
  }
}
