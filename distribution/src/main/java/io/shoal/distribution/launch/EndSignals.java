package io.shoal.distribution.launch;

import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/// What asks a node to end, in the order in which it came. While the node starts, a signal
/// interrupts the start, which a plugin may hold up for as long as `plugins.startTimeout`. Usable
/// from any thread.
public final class EndSignals {
  private final BlockingQueue<String> came = new LinkedBlockingQueue<>();
  private Optional<Thread> starting = Optional.empty();

  /// A signal came.
  public synchronized void add(String name) {
    came.add(name);
    starting.ifPresent(Thread::interrupt);
  }

  /// This thread starts the node now. A signal that came before interrupts it too.
  public synchronized void begin() {
    starting = Optional.of(Thread.currentThread());
    if (!came.isEmpty()) {
      Thread.currentThread().interrupt();
    }
  }

  /// The start is over, well or not: no signal interrupts this thread any more.
  public synchronized void end() {
    starting = Optional.empty();
    if (!came.isEmpty()) {
      // It may have come too late for the start, and must not hit what follows.
      Thread.interrupted();
    }
  }

  /// Whether none came that was not taken.
  public boolean isEmpty() {
    return came.isEmpty();
  }

  /// Waits for a signal.
  public String take() throws InterruptedException {
    return came.take();
  }
}
