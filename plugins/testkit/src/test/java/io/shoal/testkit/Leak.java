package io.shoal.testkit;

import java.util.concurrent.CountDownLatch;

/// What wrong plugins leave behind: threads that wait until they are interrupted.
final class Leak {
  private Leak() {}

  /// Starts one.
  static void thread(Thread.Builder kind, String name) {
    kind.name(name).start(Leak::waitForEver);
  }

  /// Does not return before this thread is interrupted.
  static void waitForEver() {
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
