package io.shoal.api;

import java.time.Duration;

/// Timers of a node. A task runs on a virtual thread of its own; what it throws is logged and does not end a
/// repeated task. When the plugin is closed its timers end and running tasks are interrupted.
///
/// At most 4,096 timers a plugin: one more throws [IllegalStateException], which tells of a leak.
public interface Scheduler {

  /// Runs `task` once after `delay`.
  Timer after(Duration delay, Runnable task);

  /// Runs `task` again and again, the pause from the end of one run to the start of the next being `pause`.
  Timer every(Duration pause, Runnable task);

  /// A task that was asked for.
  interface Timer extends AutoCloseable {
    /// Forgets the task; one that runs already goes on to its end. Safe to call twice.
    @Override
    void close();
  }
}
