package io.shoal.runtime;

import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/// The clocks, the random source and the memory of a node: made once and passed on, so that no
/// class below reads the machine's own.
///
/// @param clock wall time
/// @param nanoTime monotonic, any origin
/// @param random for keys and other secrets
/// @param memoryBytes that the process may use
record SystemSources(
    InstantSource clock, LongSupplier nanoTime, SecureRandom random, long memoryBytes) {

  /// Those of this machine.
  static SystemSources ofMachine() {
    return new SystemSources(
        InstantSource.system(),
        System::nanoTime,
        new SecureRandom(),
        Runtime.getRuntime().maxMemory());
  }

  /// Monotonic time in milliseconds.
  LongSupplier millis() {
    return () -> TimeUnit.NANOSECONDS.toMillis(nanoTime.getAsLong());
  }
}
