package io.shoal.runtime.peer;

import io.shoal.api.PeerAddress;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/// How often this node dials one host or network because strangers named addresses there. Without
/// it, a liar that announces a third party's address under many ports and names could make a whole
/// swarm dial it. Addresses that the user or the operator gave are not counted. Confined to one
/// thread at a time.
public final class DialLimits {
  /// Of one host. A peer that answers is dialled once; one that restarts is back within these, and
  /// a dozen peers behind one address translator within two minutes.
  static final int MAX_DIALS_PER_HOST_AND_MINUTE = 6;

  /// Of one IPv4 /24 or IPv6 /48, which is about what one site has; and of all host names together,
  /// since many names may lead to one host.
  static final int MAX_DIALS_PER_NETWORK_AND_MINUTE = 30;

  /// Hosts and networks that are counted at once, about 150 bytes each. A target that was not
  /// dialled for a minute is forgotten, so only some 68 new hosts a second fill it; then new ones
  /// must wait.
  static final int MAX_TARGETS = 8_192;

  private static final long FORGET_EVERY_MILLIS = 1_000;

  private static final double MINUTE_MILLIS = 60_000;

  private static final int IPV4_NETWORK_BYTES = 3;
  private static final int IPV6_NETWORK_BYTES = 6;

  /// How many dials of a target are left: grows back evenly within a minute.
  private static final class Allowance {
    private final int most;
    private double left;
    private long atMillis;

    Allowance(int most, long nowMillis) {
      this.most = most;
      this.left = most;
      this.atMillis = nowMillis;
    }

    double at(long nowMillis) {
      left = Math.min(most, left + Math.max(0, nowMillis - atMillis) * most / MINUTE_MILLIS);
      atMillis = nowMillis;
      return left;
    }
  }

  private record Target(String name, int most) {}

  private final LongSupplier clockMillis;
  private final Map<String, Allowance> allowances = new HashMap<>();

  private long forgotMillis;

  /// @param clockMillis time in milliseconds that never goes back
  public DialLimits(LongSupplier clockMillis) {
    this.clockMillis = clockMillis;
  }

  /// Counts a dial of an address that came from strangers.
  ///
  /// @return false if it must wait; then nothing is counted
  public boolean take(PeerAddress address) {
    List<Target> targets = targets(address);
    long now = clockMillis.getAsLong();
    if (!hasRoom(targets.size(), now)) {
      return false;
    }
    for (Target target : targets) {
      Allowance allowance = allowances.get(target.name());
      if (allowance != null && allowance.at(now) < 1) {
        return false;
      }
    }
    for (Target target : targets) {
      allowances.computeIfAbsent(target.name(), any -> new Allowance(target.most(), now)).left--;
    }
    return true;
  }

  private boolean hasRoom(int more, long now) {
    if (allowances.size() + more <= MAX_TARGETS) {
      return true;
    }
    // Looking through all of them for each address would be work that a stranger can cause.
    if (now - forgotMillis >= FORGET_EVERY_MILLIS) {
      forgotMillis = now;
      allowances.values().removeIf(allowance -> allowance.at(now) >= allowance.most);
    }
    return allowances.size() + more <= MAX_TARGETS;
  }

  private static List<Target> targets(PeerAddress address) {
    // Dials of this machine hurt no third party, and all of them share one host.
    if (AddressScope.of(address) == AddressScope.LOOPBACK) {
      return List.of();
    }
    String host = address.host().orElse("");
    String network = "names";
    Optional<InetAddress> literal = address.ip();
    if (literal.isPresent()) {
      byte[] ip = literal.get().getAddress();
      int bytes = ip.length == 4 ? IPV4_NETWORK_BYTES : IPV6_NETWORK_BYTES;
      network = "net " + HexFormat.of().formatHex(ip, 0, bytes);
      host = HexFormat.of().formatHex(ip);
    }
    return List.of(
        new Target("host " + host, MAX_DIALS_PER_HOST_AND_MINUTE),
        new Target(network, MAX_DIALS_PER_NETWORK_AND_MINUTE));
  }
}
