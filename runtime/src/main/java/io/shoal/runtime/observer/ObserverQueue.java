package io.shoal.runtime.observer;

import io.shoal.api.NodeObserver;
import io.shoal.runtime.plugin.border.PluginBorder;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The events that wait for one observer. There is a thread as long as some do. Usable from any
/// thread; no lock is held while the observer is called.
final class ObserverQueue {
  private static final Logger LOG = LoggerFactory.getLogger(ObserverQueue.class);

  /// About 200 bytes each. An observer that is so far behind will hardly catch up.
  static final int MAX_WAITING = 1_024;

  private final String pluginId;
  private final NodeObserver observer;

  // Guarded by this.
  private final ArrayDeque<Consumer<NodeObserver>> waiting = new ArrayDeque<>();
  private Optional<Thread> delivering = Optional.empty();
  private boolean begun;
  private boolean last;
  private boolean ended;
  private long dropped;

  /// @param observer behind the border, so that its calls throw nothing
  ObserverQueue(String pluginId, NodeObserver observer) {
    this.pluginId = pluginId;
    this.observer = observer;
  }

  /// Delivers the first event, then those that wait already, and then all others as they come.
  synchronized void begin(Consumer<NodeObserver> event) {
    begun = true;
    waiting.addFirst(event);
    startDelivery();
  }

  /// Adds an event, unless the last was added already.
  void add(Consumer<NodeObserver> event) {
    boolean first = false;
    synchronized (this) {
      if (last || ended) {
        return;
      }
      if (waiting.size() >= MAX_WAITING) {
        waiting.remove();
        first = dropped++ == 0;
      }
      waiting.add(event);
      startDelivery();
    }
    if (first) {
      LOG.warn(
          "plugin {} takes events more slowly than they come: {} wait, and the oldest are left out",
          pluginId,
          MAX_WAITING);
    }
  }

  /// Adds the last event: those that are added later are not delivered.
  synchronized void addLast(Consumer<NodeObserver> event) {
    add(event);
    last = true;
  }

  private synchronized void startDelivery() {
    if (begun && !ended && !waiting.isEmpty() && delivering.isEmpty()) {
      Thread thread = Thread.ofVirtual().name("observer-" + pluginId).unstarted(this::deliver);
      thread.setContextClassLoader(PluginBorder.loader(observer));
      delivering = Optional.of(thread);
      thread.start();
    }
  }

  private void deliver() {
    boolean done = false;
    try {
      for (Optional<Consumer<NodeObserver>> next = next(); next.isPresent(); next = next()) {
        next.get().accept(observer);
      }
      done = true;
    } finally {
      if (!done) {
        // An error of the Java machine, which ends this thread and not the events.
        synchronized (this) {
          delivering = Optional.empty();
          startDelivery();
        }
      }
    }
  }

  private synchronized Optional<Consumer<NodeObserver>> next() {
    if (ended || waiting.isEmpty()) {
      // Said under the same lock, so that the next event makes a thread again.
      delivering = Optional.empty();
      return Optional.empty();
    }
    return Optional.of(waiting.remove());
  }

  /// Events that were left out.
  synchronized long dropped() {
    return dropped;
  }

  /// No event is delivered from now on, and the one that is being delivered is interrupted.
  synchronized void end() {
    ended = true;
    waiting.clear();
    delivering.ifPresent(Thread::interrupt);
  }
}
