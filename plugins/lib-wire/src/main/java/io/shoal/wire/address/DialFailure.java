package io.shoal.wire.address;

import io.shoal.api.PeerAddress;
import io.shoal.api.PeerFaultException;
import io.shoal.api.PeerUnreachableException;
import io.shoal.api.RetryableException;
import io.shoal.api.ShoalException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Failures of dials, with the address in front of the message.
public final class DialFailure {
  private DialFailure() {}

  /// The way to the peer failed. Lacks of this machine say nothing about the peer.
  public static RetryableException ofSocket(PeerAddress address, Throwable cause) {
    String why = String.valueOf(cause.getMessage());
    Optional<String> lack = OwnLack.of(cause);
    return lack.isPresent()
        ? new RetryableException(
            "%s was not tried (%s): %s".formatted(address, why, lack.get()), cause)
        : new PeerUnreachableException(address + ": " + why, cause);
  }

  /// The handshake failed.
  public static ShoalException ofHandshake(PeerAddress address, Throwable cause) {
    return switch (cause) {
      case PeerUnreachableException e ->
          new PeerUnreachableException(named(address, e.getMessage()), e);
      case PeerFaultException e -> new PeerFaultException(named(address, e.getMessage()), e);
      case ShoalException e -> e;
      default -> new PeerUnreachableException(named(address, cause.toString()), cause);
    };
  }

  private static String named(PeerAddress address, @Nullable String message) {
    return message != null && message.startsWith(address.uri())
        ? message
        : address + ": " + message;
  }
}
