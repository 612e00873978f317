package io.shoal.runtime.peer;

import io.shoal.api.PeerAddress;
import io.shoal.api.PeerConnection;
import io.shoal.api.PeerId;
import io.shoal.api.RemotePeer;
import java.net.URI;
import java.net.URISyntaxException;

/// Identifies a peer: its proven identity or, where nothing is proven, the address where its bytes
/// come from.
///
/// @param text the peer id's or the address's text, as reports show it
public record PeerKey(String text) {

  public static PeerKey of(PeerConnection connection) {
    return of(connection.remote());
  }

  public static PeerKey of(RemotePeer remote) {
    return remote.provenId().map(PeerKey::of).orElseGet(() -> new PeerKey(remote.address().uri()));
  }

  public static PeerKey of(PeerId id) {
    return new PeerKey(id.toString());
  }

  /// By what a peer without a proven identity is banned: the host, since another port costs
  /// nothing; on this machine the whole address, since all share the host.
  public static PeerKey unproven(PeerAddress address) {
    if (AddressScope.of(address) != AddressScope.LOOPBACK) {
      try {
        String host = new URI(address.uri()).getHost();
        if (host != null) {
          return new PeerKey(host);
        }
      } catch (URISyntaxException e) {
        // the whole address will do
      }
    }
    return new PeerKey(address.uri());
  }

  @Override
  public String toString() {
    return text;
  }
}
