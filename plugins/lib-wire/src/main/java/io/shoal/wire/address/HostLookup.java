package io.shoal.wire.address;

import io.shoal.api.PeerAddress;
import io.shoal.api.PeerUnreachableException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Looks names of hosts up, with a deadline that the system's resolver does not have.
///
/// @param threads run look-ups that may outlive their caller
public record HostLookup(Executor threads) {

  /// The addresses of a host.
  ///
  /// @param of names the address in the message of an error
  /// @throws PeerUnreachableException it has none, or the time is over
  public InetAddress[] addresses(String host, PeerAddress of, long timeoutNanos)
      throws PeerUnreachableException, InterruptedException {
    CompletableFuture<InetAddress[]> found = new CompletableFuture<>();
    // The system's resolver cannot be interrupted.
    threads.execute(
        () -> {
          try {
            found.complete(InetAddress.getAllByName(host));
          } catch (UnknownHostException e) {
            found.completeExceptionally(e);
          }
        });
    try {
      return found.get(timeoutNanos, TimeUnit.NANOSECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new PeerUnreachableException(of + ": the name '" + host + "' leads to no address", e);
    }
  }
}
