package io.shoal.discovery.routing;

import io.shoal.api.Scheduler;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;

/// The threads of a server: a virtual one for each request, few at once, each with a deadline. A
/// client that sends or reads too slowly is disconnected: the interruption closes its connection.
final class RequestThreads implements Executor {
  /// Each answer takes up to 1 MB while it is sent.
  static final int MAX_REQUESTS = 32;

  static final Duration DEADLINE = Duration.ofSeconds(10);

  private final Semaphore places = new Semaphore(MAX_REQUESTS);
  private final Scheduler scheduler;
  private final Set<Thread> running = ConcurrentHashMap.newKeySet();

  RequestThreads(Scheduler scheduler) {
    this.scheduler = scheduler;
  }

  /// @throws RejectedExecutionException too many requests run: the server disconnects the client
  @Override
  public void execute(Runnable request) {
    if (!places.tryAcquire()) {
      throw new RejectedExecutionException("more than " + MAX_REQUESTS + " requests at once");
    }
    Thread.ofVirtual()
        .name("routing-request")
        .start(
            () -> {
              Thread self = Thread.currentThread();
              running.add(self);
              try (Scheduler.Timer _ = scheduler.after(DEADLINE, self::interrupt)) {
                request.run();
              } finally {
                running.remove(self);
                places.release();
              }
            });
  }

  void interruptAll() {
    running.forEach(Thread::interrupt);
  }
}
