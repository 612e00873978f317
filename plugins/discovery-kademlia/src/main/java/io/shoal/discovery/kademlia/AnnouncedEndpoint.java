package io.shoal.discovery.kademlia;

import io.shoal.api.PeerAddress;
import io.shoal.discovery.kademlia.announce.Announcer;
import io.shoal.discovery.kademlia.krpc.Contact;
import io.shoal.discovery.kademlia.krpc.Family;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.util.Optional;

/// A transport's address as the DHT can express it: a port, at the address from which our datagrams
/// come.
///
/// @param address what was to be announced
/// @param place the port, and the host where the transport does not listen on all interfaces
record AnnouncedEndpoint(PeerAddress address, Announcer.Place place) {
  /// Empty if the address has no port, or a host by name: the DHT knows only numbers.
  static Optional<AnnouncedEndpoint> of(PeerAddress address) {
    return address.port().isEmpty()
        ? Optional.empty()
        : address
            .ip()
            .map(
                ip ->
                    new AnnouncedEndpoint(
                        address,
                        new Announcer.Place(
                            address.port().getAsInt(),
                            ip.isAnyLocalAddress() ? Optional.empty() : Optional.of(ip))));
  }

  /// Whether it can be reached in that family: where a transport listens on all interfaces it takes
  /// both.
  boolean isIn(Family family) {
    return place.host().map(host -> Family.of(host) == family).orElse(true);
  }

  /// The address of a provider that was found under the key of a scheme.
  static PeerAddress found(String scheme, InetSocketAddress provider) {
    String text = Contact.text(provider);
    int zone = text.indexOf('%');
    if (zone < 0) {
      return PeerAddress.of(scheme + "://" + text);
    }
    // The host of an address has no place for a zone: transports read it in the query. By number,
    // since names of interfaces may have any character.
    int scope = ((Inet6Address) provider.getAddress()).getScopeId();
    return PeerAddress.of(
        scheme
            + "://"
            + text.substring(0, zone)
            + text.substring(text.indexOf(']'))
            + "?zone="
            + scope);
  }
}
