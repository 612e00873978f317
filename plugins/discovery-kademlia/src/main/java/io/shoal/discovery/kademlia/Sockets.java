package io.shoal.discovery.kademlia;

import io.shoal.api.UserFaultException;
import io.shoal.discovery.kademlia.krpc.Contact;
import io.shoal.discovery.kademlia.krpc.Family;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.channels.DatagramChannel;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The UDP sockets of a node: one for each address family that it speaks (BEP 32).
///
/// On all interfaces and one port, both families share a socket: the JDK's sockets for IPv6 take
/// IPv4 as well, so two of them would conflict.
///
/// @param channels bound; one may stand for both families
/// @param local where each family listens
record Sockets(Map<Family, DatagramChannel> channels, Map<Family, InetSocketAddress> local)
    implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Sockets.class);

  private static final InetAddress ANY_IPV4 = InetAddress.ofLiteral("0.0.0.0");
  private static final InetAddress ANY_IPV6 = InetAddress.ofLiteral("::");

  Sockets {
    channels = new EnumMap<>(channels);
    local = new EnumMap<>(local);
  }

  /// All interfaces, in both families where the machine has both; another port if this one is
  /// taken.
  static Sockets openDefault(int port) throws IOException {
    try {
      return openAny(port);
    } catch (BindException e) {
      LOG.info("Port {} is taken, so the DHT uses another one", port);
      return openAny(0);
    }
  }

  private static Sockets openAny(int port) throws IOException {
    try {
      return openShared(port);
    } catch (BindException e) {
      throw e;
    } catch (SocketException | UnsupportedOperationException e) {
      LOG.debug("No IPv6 on this machine ({}): the DHT speaks IPv4", e.getMessage());
      return new Builder().open(new InetSocketAddress(ANY_IPV4, port)).build();
    }
  }

  private static Sockets openShared(int port) throws IOException {
    DatagramChannel channel = bound(Family.IPV6, new InetSocketAddress(ANY_IPV6, port));
    int chosen = ((InetSocketAddress) channel.getLocalAddress()).getPort();
    return new Sockets(
        Map.of(Family.IPV4, channel, Family.IPV6, channel),
        Map.of(
            Family.IPV4,
            new InetSocketAddress(ANY_IPV4, chosen),
            Family.IPV6,
            new InetSocketAddress(ANY_IPV6, chosen)));
  }

  /// Where the user said, at most one address of each family.
  static Sockets open(List<InetSocketAddress> listen, String pluginId)
      throws IOException, UserFaultException {
    Builder builder = new Builder();
    for (InetSocketAddress address : listen) {
      try {
        if (builder.isBesideAny(address)) {
          builder.close();
          return openShared(address.getPort());
        }
        builder.open(address);
      } catch (BindException e) {
        builder.close();
        throw new UserFaultException(
            "plugins.%s.listen: cannot listen on UDP %s (%s): choose another address, or port 0 for any"
                .formatted(pluginId, Contact.text(address), e.getMessage()),
            e);
      } catch (IOException | UnsupportedOperationException e) {
        builder.close();
        throw e;
      }
    }
    return builder.build();
  }

  private static DatagramChannel bound(Family family, InetSocketAddress address)
      throws IOException {
    DatagramChannel channel = DatagramChannel.open(family.protocol());
    try {
      channel.bind(address);
      return channel;
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  private static final class Builder {
    private final Map<Family, DatagramChannel> channels = new EnumMap<>(Family.class);
    private final Map<Family, InetSocketAddress> local = new EnumMap<>(Family.class);
    private final Set<InetSocketAddress> requested = new HashSet<>();

    /// Whether it is the same port on all interfaces of the other family.
    boolean isBesideAny(InetSocketAddress address) {
      return address.getAddress().isAnyLocalAddress()
          && requested.stream()
              .anyMatch(
                  other ->
                      other.getAddress().isAnyLocalAddress()
                          && other.getPort() == address.getPort());
    }

    Builder open(InetSocketAddress address) throws IOException {
      Family family = Family.of(address.getAddress());
      DatagramChannel channel = bound(family, address);
      channels.put(family, channel);
      local.put(family, (InetSocketAddress) channel.getLocalAddress());
      requested.add(address);
      return this;
    }

    Sockets build() {
      return new Sockets(channels, local);
    }

    void close() throws IOException {
      for (DatagramChannel channel : channels.values()) {
        channel.close();
      }
    }
  }

  @Override
  public void close() throws IOException {
    for (DatagramChannel channel : Set.copyOf(channels.values())) {
      channel.close();
    }
  }
}
