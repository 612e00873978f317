package io.shoal.runtime.observer;

import io.shoal.api.NodeObserver;
import io.shoal.runtime.plugin.ActivePlugins;
import io.shoal.runtime.store.KeptRoot;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reports what happens in the node to every observer. Usable from any thread; no method but
/// [#close] waits for an observer.
public final class Observers implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Observers.class);

  /// For all observers together to take their last events, so that a node still ends soon.
  private static final Duration STOP_WITHIN = Duration.ofSeconds(5);

  private final List<ObserverQueue> queues;
  private final Duration stopWithin;

  /// Whether the node is ready and does not stop yet.
  private final AtomicBoolean begun = new AtomicBoolean();

  public Observers(List<ActivePlugins.Active<NodeObserver>> observers) {
    this(observers, STOP_WITHIN);
  }

  Observers(List<ActivePlugins.Active<NodeObserver>> observers, Duration stopWithin) {
    this.queues =
        observers.stream()
            .map(active -> new ObserverQueue(active.pluginId(), active.extension()))
            .toList();
    this.stopWithin = stopWithin;
  }

  private void report(Consumer<NodeObserver> event) {
    queues.forEach(queue -> queue.add(event));
  }

  /// The node is ready. What was reported before is delivered after this.
  public void ready() {
    begun.set(true);
    queues.forEach(queue -> queue.begin(NodeObserver::ready));
  }

  public void downloadEnded(NodeObserver.Download download) {
    report(observer -> observer.downloadEnded(download));
  }

  public void rootAdded(KeptRoot root, boolean isPrivate) {
    NodeObserver.Root added = ObservedRoot.of(root, isPrivate);
    report(observer -> observer.rootAdded(added));
  }

  public void rootReleased(KeptRoot root, boolean isPrivate) {
    NodeObserver.Root released = ObservedRoot.of(root, isPrivate);
    report(observer -> observer.rootReleased(released));
  }

  /// Events that were left out since their observers were too slow.
  public long dropped() {
    return queues.stream().mapToLong(ObserverQueue::dropped).sum();
  }

  /// Reports that the node stops, and waits for those that have not taken all events yet, but not
  /// for long. Nothing is reported afterwards. An observer of a node that was never ready hears
  /// nothing. Safe to call twice.
  @Override
  public void close() {
    if (begun.getAndSet(false)) {
      stop();
    }
    queues.forEach(ObserverQueue::end);
  }

  private void stop() {
    CountDownLatch left = new CountDownLatch(queues.size());
    Consumer<NodeObserver> stopping =
        observer -> {
          try {
            observer.stopping();
          } finally {
            left.countDown();
          }
        };
    queues.forEach(queue -> queue.addLast(stopping));
    try {
      if (!left.await(stopWithin.toNanos(), TimeUnit.NANOSECONDS)) {
        LOG.warn(
            "{} observers did not take their last events within {} s: the node stops without them",
            left.getCount(),
            stopWithin.toSeconds());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
