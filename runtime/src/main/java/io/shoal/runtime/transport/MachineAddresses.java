package io.shoal.runtime.transport;

import io.shoal.api.PeerAddress;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// The addresses of this machine at one moment: what a listener on all of them stands for.
///
/// @param all those of interfaces that are up, loopback included
public record MachineAddresses(List<InetAddress> all) {
  /// Of one listener: more are of no use to a reader, and a machine with many containers has
  /// hundreds.
  static final int MAX_SHOWN = 16;

  private static final HexFormat HEX = HexFormat.of();

  public MachineAddresses {
    all = List.copyOf(all);
  }

  /// Those that another machine can use, the widest scope first; loopback alone where there is no
  /// other.
  public List<InetAddress> usable() {
    List<InetAddress> outside =
        all.stream()
            .filter(address -> !address.isLoopbackAddress())
            .sorted(Comparator.comparingInt(MachineAddresses::rank))
            .limit(MAX_SHOWN)
            .toList();
    return outside.isEmpty()
        ? all.stream().filter(InetAddress::isLoopbackAddress).toList()
        : outside;
  }

  /// An address of narrow scope comes late, and one with a zone last: it means something on one
  /// link alone.
  private static int rank(InetAddress address) {
    if (address.isLinkLocalAddress()) {
      return address instanceof Inet4Address ? 4 : 5;
    }
    boolean unique = address instanceof Inet6Address && (address.getAddress()[0] & 0xfe) == 0xfc;
    boolean isPrivate = address.isSiteLocalAddress() || unique;
    return (isPrivate ? 2 : 0) + (address instanceof Inet4Address ? 0 : 1);
  }

  /// The text of an endpoint once for each address that it stands for: itself, unless its host is
  /// the unspecified one.
  public List<String> texts(PeerAddress endpoint) {
    Optional<InetAddress> ip = endpoint.ip();
    if (ip.isEmpty() || !ip.get().isAnyLocalAddress() || endpoint.port().isEmpty()) {
      return List.of(withZone(endpoint.toString()));
    }
    String id = endpoint.peerId().map(peer -> "#" + peer).orElse("");
    return usable().stream()
        .map(
            address ->
                endpoint.scheme()
                    + "://"
                    + text(address)
                    + ":"
                    + endpoint.port().getAsInt()
                    + endpoint.path()
                    + endpoint.query().map(query -> "?" + query).orElse("")
                    + id)
        .toList();
  }

  /// The zone where tools print it: an address holds it in its query, since its host has no place
  /// for it.
  private static String withZone(String endpoint) {
    return endpoint.replaceFirst("]:(\\d+)\\?zone=([^#&]+)", "%$2]:$1");
  }

  /// `HOST:PORT` with the unspecified host replaced by the first address of this machine that
  /// stands for it, of the same family if there is one.
  public String firstText(String hostAndPort) {
    int colon = hostAndPort.lastIndexOf(':');
    String host = hostAndPort.substring(0, Math.max(0, colon));
    boolean four = host.equals("0.0.0.0");
    if (!four && !host.equals("[::]") && !host.equals("[0:0:0:0:0:0:0:0]")) {
      return hostAndPort;
    }
    return Stream.concat(
            usable().stream().filter(address -> address instanceof Inet4Address == four),
            usable().stream())
        .findFirst()
        .map(address -> text(address) + hostAndPort.substring(colon))
        .orElse(hostAndPort);
  }

  /// Whether an address is this machine's.
  public boolean has(InetAddress address) {
    // Without the zone, which `equals` does not look at either.
    return address.isLoopbackAddress() || all.contains(address);
  }

  /// As a host in a URI (RFC 5952), with the zone of a link-local address (RFC 6874's plain form,
  /// as tools print it).
  static String text(InetAddress address) {
    if (!(address instanceof Inet6Address six)) {
      return address.getHostAddress();
    }
    String full = six.getHostAddress();
    int zone = full.indexOf('%');
    // The system gives every address its interface; only here it is a part of it.
    boolean zoned = six.isLinkLocalAddress() && zone >= 0;
    return "[" + compressed(six.getAddress()) + (zoned ? full.substring(zone) : "") + "]";
  }

  private static String compressed(byte[] bytes) {
    List<String> groups = new ArrayList<>();
    for (int i = 0; i < bytes.length; i += 2) {
      String hex = HEX.formatHex(bytes, i, i + 2).replaceFirst("^0{1,3}", "");
      groups.add(hex);
    }
    int best = -1;
    int most = 1;
    for (int start = 0; start < groups.size(); start++) {
      int end = start;
      while (end < groups.size() && groups.get(end).equals("0")) {
        end++;
      }
      if (end - start > most) {
        best = start;
        most = end - start;
      }
    }
    return best < 0
        ? String.join(":", groups)
        : String.join(":", groups.subList(0, best))
            + "::"
            + String.join(":", groups.subList(best + most, groups.size()));
  }
}
