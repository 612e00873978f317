package io.shoal.wire.address;

import java.net.BindException;
import java.net.SocketException;
import java.util.Map;
import java.util.Optional;

/// What this machine itself lacked when a connection failed, told from what the peer did.
public final class OwnLack {
  private static final String DESCRIPTORS =
      "this machine has no descriptor left: raise the limit of open files (ulimit -n)";
  private static final String PORTS =
      "this machine has no free port for it: end some connections, or wait a minute";

  /// The JDK has no type of its own for these: by the system's words.
  private static final Map<String, String> BY_WORDS =
      Map.of(
          "Too many open files", DESCRIPTORS,
          "Cannot assign requested address", PORTS,
          "No buffer space available", "this machine has no memory left for its network: wait",
          "Network is unreachable", "this machine has no network there: connect it to one",
          "Network is down", "this machine's network is down: connect it to one");

  private OwnLack() {}

  /// The lack and its cure; empty if it is not this machine's.
  public static Optional<String> of(Throwable failed) {
    for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
      String words = String.valueOf(cause.getMessage());
      for (Map.Entry<String, String> known : BY_WORDS.entrySet()) {
        if (cause instanceof SocketException && words.startsWith(known.getKey())) {
          return Optional.of(known.getValue());
        }
      }
      if (cause instanceof BindException) {
        return Optional.of(PORTS);
      }
    }
    return Optional.empty();
  }
}
