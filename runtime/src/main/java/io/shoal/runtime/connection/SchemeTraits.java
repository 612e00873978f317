package io.shoal.runtime.connection;

import io.shoal.api.PeerConnection;
import io.shoal.api.RemotePeer;
import io.shoal.api.Scheme;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// What connections can do, by the schemes that this node uses. A connection of any other scheme
/// carries no messages, and only its dialler asks.
public final class SchemeTraits {
  private final Map<String, Scheme> byName;

  /// @param schemes those that this node uses, one of each name
  public SchemeTraits(Collection<Scheme> schemes) {
    byName = schemes.stream().collect(Collectors.toUnmodifiableMap(Scheme::name, s -> s));
  }

  /// Whether connections of a scheme have a trait.
  public boolean has(String scheme, Scheme.Trait trait) {
    return Optional.ofNullable(byName.get(scheme)).filter(known -> known.has(trait)).isPresent();
  }

  private boolean has(RemotePeer remote, Scheme.Trait trait) {
    return has(remote.address().scheme(), trait);
  }

  /// Whether anything may be sent by [PeerConnection#send].
  public boolean carriesMessages(PeerConnection connection) {
    return has(connection.remote(), Scheme.Trait.MESSAGES);
  }

  /// Whether this node may fetch over a connection.
  public boolean mayAsk(PeerConnection connection) {
    RemotePeer remote = connection.remote();
    return remote.outbound() || has(remote, Scheme.Trait.SYMMETRIC);
  }

  /// Whether the peer may fetch over a connection.
  public boolean mayBeAsked(PeerConnection connection) {
    RemotePeer remote = connection.remote();
    return !remote.outbound() || has(remote, Scheme.Trait.SYMMETRIC);
  }
}
