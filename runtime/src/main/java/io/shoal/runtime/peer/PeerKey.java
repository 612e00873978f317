package io.shoal.runtime.peer;

import io.shoal.api.PeerAddress;
import io.shoal.api.PeerConnection;
import io.shoal.api.PeerId;
import io.shoal.api.RemotePeer;
import java.net.Inet6Address;
import java.net.InetAddress;

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
  /// nothing, however it is written; on this machine the whole address, since all share the host.
  public static PeerKey unproven(PeerAddress address) {
    return AddressScope.of(address) == AddressScope.LOOPBACK
        ? new PeerKey(address.uri())
        : new PeerKey(address.ip().map(PeerKey::text).or(address::host).orElseGet(address::uri));
  }

  private static String text(InetAddress ip) {
    return ip instanceof Inet6Address ? "[" + ip.getHostAddress() + "]" : ip.getHostAddress();
  }

  @Override
  public String toString() {
    return text;
  }
}
