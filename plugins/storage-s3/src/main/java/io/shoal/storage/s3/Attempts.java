package io.shoal.storage.s3;

import io.shoal.api.RetryableException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;

/// Makes requests, again where that may help, until the deadline of the call.
final class Attempts {
  private static final Logger LOG = LoggerFactory.getLogger(Attempts.class);

  /// Less than the 30 s after which the node interrupts a call.
  static final Duration CALL = Duration.ofSeconds(27);

  private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
  private static final Duration MAX_PAUSE = Duration.ofSeconds(4);

  private final Faults faults;
  private final RequestLimit limit;
  private final int retries;
  private final Health health;
  private final LongSupplier nanoTime;
  private final RandomGenerator random;
  private final CountDownLatch closed = new CountDownLatch(1);

  /// A request and what it gives.
  @FunctionalInterface
  interface Request<T> {
    T make();
  }

  Attempts(
      Faults faults,
      Settings.Effort effort,
      Health health,
      LongSupplier nanoTime,
      RandomGenerator random) {
    this.faults = faults;
    this.limit = new RequestLimit(effort.requests());
    this.retries = effort.retries();
    this.health = health;
    this.nanoTime = nanoTime;
    this.random = random;
  }

  /// The deadline of a call that begins now.
  Deadline deadline() {
    return Deadline.in(CALL, nanoTime);
  }

  /// How many requests may run at once now.
  int allowedAtOnce() {
    return limit.allowed();
  }

  /// Makes a request, and again if it failed for now.
  ///
  /// @throws RetryableException it went on failing, or there was no time left
  /// @throws IOException another try does not help
  /// @throws IllegalStateException the store was closed meanwhile
  <T> T make(Deadline deadline, Request<T> request) throws IOException, RetryableException {
    for (int tries = 1; ; tries++) {
      SdkException failure;
      try {
        long round = enter(deadline);
        boolean done = false;
        boolean overloaded = false;
        try {
          T given = ScopedValue.where(Deadline.CURRENT, deadline).call(request::make);
          done = true;
          health.well();
          return given;
        } catch (SdkException e) {
          overloaded = faults.of(e).overloaded();
          failure = e;
        } finally {
          limit.leave(round, overloaded, done);
        }
        pauseOrFail(failure, tries, deadline);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted while waiting for the bucket");
      }
    }
  }

  private long enter(Deadline deadline)
      throws InterruptedException, InterruptedIOException, RetryableException {
    requireOpen();
    if (Thread.currentThread().isInterrupted()) {
      throw new InterruptedIOException("interrupted before a request");
    }
    long round = limit.enter(deadline.leftNanos());
    if (round < 0) {
      throw new RetryableException(
          "%s: more requests wait than it answers in time: wait, or raise %srequests"
              .formatted(faults.service(), faults.prefix()));
    }
    return round;
  }

  private void pauseOrFail(SdkException failure, int tries, Deadline deadline)
      throws IOException, RetryableException, InterruptedException {
    requireOpen();
    if (Thread.currentThread().isInterrupted()) {
      throw new InterruptedIOException("interrupted in a request");
    }
    Faults.Fault fault = faults.of(failure);
    LOG.debug("try {} failed: {}", tries, fault.message(), failure);
    if (!fault.passes()) {
      health.ill(fault.message());
      throw new IOException(fault.message(), failure);
    }
    long pause = pauseNanos(tries);
    if (tries > retries || pause >= deadline.leftNanos()) {
      health.ill(fault.message());
      throw new RetryableException(fault.message(), failure);
    }
    health.retried();
    if (closed.await(pause, TimeUnit.NANOSECONDS)) {
      requireOpen();
    }
  }

  /// From half of a pause to all of it, so that nodes that failed together do not come back
  /// together.
  private long pauseNanos(int tries) {
    long doubled = FIRST_PAUSE.toNanos() << Math.min(tries - 1, 10);
    long whole = Math.min(doubled, MAX_PAUSE.toNanos());
    return whole / 2 + random.nextLong(whole / 2 + 1);
  }

  private void requireOpen() {
    if (closed.getCount() == 0) {
      throw new IllegalStateException("the store is closed");
    }
  }

  /// Ends all pauses: calls that run fail.
  void close() {
    closed.countDown();
  }
}
