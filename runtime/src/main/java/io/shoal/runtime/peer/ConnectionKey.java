package io.shoal.runtime.peer;

import io.shoal.api.PeerConnection;

/// A connection as a key of maps and sets: connections are told apart by identity. A plugin's
/// `equals` may call two connections with one peer equal, or a closed and an open one.
public final class ConnectionKey {
  private final PeerConnection connection;

  public ConnectionKey(PeerConnection connection) {
    this.connection = connection;
  }

  /// Whether two are one and the same.
  public static boolean same(PeerConnection one, PeerConnection other) {
    return new ConnectionKey(one).equals(new ConnectionKey(other));
  }

  public PeerConnection connection() {
    return connection;
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // identity is what this class is for
  public boolean equals(Object other) {
    return other instanceof ConnectionKey that && connection == that.connection;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(connection);
  }

  @Override
  public String toString() {
    return PeerKey.of(connection).text();
  }
}
