package io.shoal.discovery.lan;

import io.shoal.api.InvalidInputException;
import io.shoal.api.PeerAddress;
import io.shoal.discovery.lan.DnsMessage.Data;
import io.shoal.discovery.lan.DnsMessage.Resource;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A node, as DNS-SD describes it: an instance of the service `_shoal._tcp`.
///
/// Its text record (RFC 6763 §6) has `txtvers=1`, `tag` (see [SwarmKeys#tag]), and its endpoints as
/// `e0`, `e1` and so on, each a URI of a [PeerAddress]. Service and address records are there for
/// those that browse: a node takes endpoints alone, since these have a scheme.
///
/// @param instance the node's name, another one at each start: a network must not know again who
///   was there
/// @param endpoints where it is reached on this link
/// @param tag as above
record ServiceDescription(String instance, List<String> endpoints, String tag) {
  static final DnsName SERVICE = DnsName.of("_shoal", "_tcp", "local");

  /// All services of a network point from here (RFC 6763 §9).
  static final DnsName ALL_SERVICES = DnsName.of("_services", "_dns-sd", "_udp", "local");

  static final int MAX_ENDPOINTS = 12;

  /// A string of a text record has 255 bytes, with its key.
  static final int MAX_ENDPOINT_CHARS = 250;

  /// RFC 6762 §10: of records that name a host, and of all others.
  static final long HOST_SECONDS = 120;

  private static final long OTHER_SECONDS = 4_500;

  ServiceDescription {
    endpoints = List.copyOf(endpoints);
  }

  static ServiceDescription of(String instance, List<String> endpoints, SwarmKeys keys) {
    return new ServiceDescription(instance, endpoints, keys.tag(instance, endpoints));
  }

  /// Whether a member of this swarm wrote it.
  boolean isGenuine(SwarmKeys keys) {
    return keys.tag(instance, endpoints).equals(tag);
  }

  DnsName name() {
    return SERVICE.below(instance);
  }

  DnsName host() {
    return DnsName.of(instance, "local");
  }

  Resource pointer(long ttlSeconds) {
    return new Resource(SERVICE, Math.min(ttlSeconds, OTHER_SECONDS), new Data.Pointer(name()));
  }

  Resource pointerOfAllServices(long ttlSeconds) {
    return new Resource(
        ALL_SERVICES, Math.min(ttlSeconds, OTHER_SECONDS), new Data.Pointer(SERVICE));
  }

  /// All records of the node.
  ///
  /// @param addresses of its machine on this link
  /// @param mostSeconds no record holds longer
  List<Resource> records(List<InetAddress> addresses, long mostSeconds) {
    long hostSeconds = Math.min(mostSeconds, HOST_SECONDS);
    List<String> strings = new ArrayList<>(List.of("txtvers=1", "tag=" + tag));
    for (int i = 0; i < endpoints.size(); i++) {
      strings.add("e" + i + "=" + endpoints.get(i));
    }
    int port = PeerAddress.of(endpoints.getFirst()).port().orElse(0);
    List<Resource> records = new ArrayList<>();
    records.add(pointer(mostSeconds));
    records.add(new Resource(name(), hostSeconds, new Data.Service(port, host())));
    records.add(new Resource(name(), Math.min(mostSeconds, OTHER_SECONDS), new Data.Text(strings)));
    addresses.forEach(
        address -> records.add(new Resource(host(), hostSeconds, new Data.Address(address))));
    return records;
  }

  /// Reads the description of an instance from its text record.
  ///
  /// @return empty for what is none: a later version, or a stranger's
  static Optional<ServiceDescription> read(DnsName name, List<String> strings) {
    String tag = "";
    boolean isVersion1 = false;
    List<String> endpoints = new ArrayList<>();
    for (String string : strings) {
      String key = string.substring(0, Math.max(0, string.indexOf('=')));
      String value = string.substring(string.indexOf('=') + 1);
      if (key.equals("txtvers")) {
        isVersion1 = value.equals("1");
      } else if (key.equals("tag")) {
        tag = value;
      } else if (key.equals("e" + endpoints.size()) && endpoints.size() < MAX_ENDPOINTS) {
        endpoints.add(value);
      }
    }
    return isVersion1 && !endpoints.isEmpty()
        ? Optional.of(new ServiceDescription(name.first(), endpoints, tag))
        : Optional.empty();
  }

  /// The endpoints that may be dialled: those in a network of the link over which they came. A
  /// stranger must not point this node at its own machine or at another network.
  List<PeerAddress> dialable(Link link) {
    List<PeerAddress> dialable = new ArrayList<>();
    for (String endpoint : endpoints) {
      parse(endpoint)
          .filter(address -> address.ip().filter(ip -> isDialable(ip, link)).isPresent())
          .ifPresent(dialable::add);
    }
    return dialable;
  }

  private static boolean isDialable(InetAddress ip, Link link) {
    return !Link.isBound(ip) && link.reaches(ip);
  }

  /// @return empty for one of a form that a later version may know
  private static Optional<PeerAddress> parse(String endpoint) {
    try {
      return Optional.of(PeerAddress.parse(endpoint));
    } catch (InvalidInputException e) {
      return Optional.empty();
    }
  }
}
