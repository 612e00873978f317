package io.shoal.storage.filesystem.disk;

import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/// Runs steps that must not break off midway. Java closes a file whose thread is interrupted while
/// it writes or forces: what others wrote into it would be lost with it. So such a step has a
/// thread of its own, which nobody interrupts.
final class Uninterrupted {
  private Uninterrupted() {}

  /// A step that writes or forces.
  @FunctionalInterface
  interface Step {
    void run() throws IOException;
  }

  /// Returns when the step has ended. An interrupt of the calling thread is there to see then.
  static void run(Step step) throws IOException {
    FutureTask<Boolean> task =
        new FutureTask<>(
            () -> {
              step.run();
              return true;
            });
    Thread.ofVirtual().name("store-step").start(task);
    boolean interrupted = false;
    try {
      while (true) {
        try {
          task.get();
          return;
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException failed ? failed : new IOException(e.getCause());
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
