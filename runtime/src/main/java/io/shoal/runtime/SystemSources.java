package io.shoal.runtime;

import io.shoal.runtime.transport.MachineAddresses;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The clocks, the random source, the network and the memory of a node: made once and passed on, so
/// that no class below reads the machine's own.
///
/// @param clock wall time
/// @param nanoTime monotonic, any origin
/// @param random for keys and other secrets
/// @param addresses of this machine now
/// @param memoryBytes that the process may use
record SystemSources(
    InstantSource clock,
    LongSupplier nanoTime,
    SecureRandom random,
    Supplier<MachineAddresses> addresses,
    long memoryBytes) {
  private static final Logger LOG = LoggerFactory.getLogger(SystemSources.class);

  /// Those of this machine.
  static SystemSources ofMachine() {
    return new SystemSources(
        InstantSource.system(),
        System::nanoTime,
        new SecureRandom(),
        SystemSources::interfaces,
        Runtime.getRuntime().maxMemory());
  }

  private static MachineAddresses interfaces() {
    List<InetAddress> all = new ArrayList<>();
    try {
      for (NetworkInterface each : NetworkInterface.networkInterfaces().toList()) {
        if (each.isUp()) {
          all.addAll(each.inetAddresses().toList());
        }
      }
    } catch (SocketException e) {
      // A machine without any interface, or one that goes while it is asked.
      LOG.debug("not all addresses of this machine are known", e);
    }
    return new MachineAddresses(all);
  }

  /// Monotonic time in milliseconds.
  LongSupplier millis() {
    return () -> TimeUnit.NANOSECONDS.toMillis(nanoTime.getAsLong());
  }
}
