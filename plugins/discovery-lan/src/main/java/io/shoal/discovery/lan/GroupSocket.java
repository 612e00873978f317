package io.shoal.discovery.lan;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.MembershipKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The socket of a group: other programs of this machine have one at the same port. Confined to one
/// thread but for [#close].
final class GroupSocket implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(GroupSocket.class);

  private final Group group;
  private final InetSocketAddress address;
  private final DatagramChannel channel;
  private final Map<Integer, MembershipKey> joined = new HashMap<>();
  private int outgoingIndex = -1;

  private GroupSocket(Group group, DatagramChannel channel) {
    this.group = group;
    this.address = group.address();
    this.channel = channel;
  }

  /// Opens a socket that does not block, a member of the group on no link yet.
  static GroupSocket open(Group group) throws IOException {
    DatagramChannel channel =
        DatagramChannel.open(
            group.family() == Family.IPV4
                ? StandardProtocolFamily.INET
                : StandardProtocolFamily.INET6);
    try {
      channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      if (channel.supportedOptions().contains(StandardSocketOptions.SO_REUSEPORT)) {
        channel.setOption(StandardSocketOptions.SO_REUSEPORT, true);
      }
      channel.setOption(StandardSocketOptions.IP_MULTICAST_TTL, group.hops());
      channel.setOption(StandardSocketOptions.IP_MULTICAST_LOOP, true);
      channel.bind(new InetSocketAddress(group.port()));
      channel.configureBlocking(false);
      return new GroupSocket(group, channel);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  Group group() {
    return group;
  }

  DatagramChannel channel() {
    return channel;
  }

  /// Is a member on these links and no others.
  void join(Links links) {
    List<Link> wanted = links.links().stream().filter(link -> link.speaks(group.family())).toList();
    Set<Integer> indices = wanted.stream().map(Link::index).collect(Collectors.toSet());
    for (Integer index : new ArrayList<>(joined.keySet())) {
      MembershipKey key = joined.get(index);
      if (key != null && (!indices.contains(index) || !key.isValid())) {
        key.drop();
        joined.remove(index);
      }
    }
    for (Link link : wanted) {
      if (!joined.containsKey(link.index())) {
        try {
          NetworkInterface at = NetworkInterface.getByIndex(link.index());
          if (at != null) {
            joined.put(link.index(), channel.join(address.getAddress(), at));
          }
        } catch (IOException e) {
          LOG.debug("{} cannot join {}: {}", link.name(), group, e.getMessage());
        }
      }
    }
    outgoingIndex = -1;
  }

  /// Reads a packet, if there is one.
  ///
  /// @param buffer cleared; longer packets are cut off
  Optional<InetSocketAddress> receive(ByteBuffer buffer) throws IOException {
    return Optional.ofNullable((InetSocketAddress) channel.receive(buffer));
  }

  /// Sends a packet, or loses it as the network may.
  ///
  /// @return whether the system took it
  boolean send(Outgoing packet) {
    try {
      if (outgoingIndex != packet.link().index()) {
        NetworkInterface at = NetworkInterface.getByIndex(packet.link().index());
        if (at == null) {
          return false;
        }
        channel.setOption(StandardSocketOptions.IP_MULTICAST_IF, at);
        outgoingIndex = packet.link().index();
      }
      return channel.send(ByteBuffer.wrap(packet.bytes()), packet.to().orElse(address)) > 0;
    } catch (IOException e) {
      LOG.debug("{} on {} cannot be sent: {}", group, packet.link().name(), e.getMessage());
      return false;
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      LOG.debug("{} does not close: {}", group, e.getMessage());
    }
  }
}
