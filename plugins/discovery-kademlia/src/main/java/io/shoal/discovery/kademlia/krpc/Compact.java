package io.shoal.discovery.kademlia.krpc;

import io.shoal.discovery.kademlia.bencode.Bytes;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// The compact forms of BEP 5 and BEP 32: a peer is its address and port, 6 or 18 bytes; a node is
/// its id and that, 26 or 38.
public final class Compact {
  private Compact() {}

  public static Bytes peer(InetSocketAddress address) {
    byte[] out = new byte[Family.of(address.getAddress()).peerBytes()];
    copyPeer(address, out, 0);
    return Bytes.of(out);
  }

  private static void copyPeer(InetSocketAddress address, byte[] out, int at) {
    byte[] host = address.getAddress().getAddress();
    System.arraycopy(host, 0, out, at, host.length);
    out[at + host.length] = (byte) (address.getPort() >>> 8);
    out[at + host.length + 1] = (byte) address.getPort();
  }

  public static Bytes nodes(List<Contact> contacts, Family family) {
    byte[] out = new byte[contacts.size() * family.nodeBytes()];
    int at = 0;
    for (Contact contact : contacts) {
      contact.id().copyTo(out, at);
      copyPeer(contact.address(), out, at + NodeId.SIZE_BYTES);
      at += family.nodeBytes();
    }
    return Bytes.of(out);
  }

  /// Keys behind one another.
  public static Bytes keys(List<NodeId> keys) {
    byte[] out = new byte[keys.size() * NodeId.SIZE_BYTES];
    for (int i = 0; i < keys.size(); i++) {
      keys.get(i).copyTo(out, i * NodeId.SIZE_BYTES);
    }
    return Bytes.of(out);
  }

  /// At most `max` keys; an incomplete key at the end is ignored.
  public static List<NodeId> readKeys(Bytes in, int max) {
    byte[] bytes = in.toArray();
    List<NodeId> keys = new ArrayList<>();
    for (int at = 0; at + NodeId.SIZE_BYTES <= bytes.length && keys.size() < max; ) {
      keys.add(NodeId.of(bytes, at));
      at += NodeId.SIZE_BYTES;
    }
    return keys;
  }

  /// A peer of 6 or 18 bytes; empty for any other length, and for an IPv4 address in IPv6 form
  /// (`::ffff:0:0/96`): it belongs to the other network, where it has 6 bytes.
  public static Optional<InetSocketAddress> readPeer(Bytes in) {
    boolean known =
        in.length() == Family.IPV4.peerBytes() || in.length() == Family.IPV6.peerBytes();
    return known
        ? Optional.of(peerAt(in.toArray(), 0, in.length()))
            .filter(peer -> Family.of(peer.getAddress()).peerBytes() == in.length())
        : Optional.empty();
  }

  /// The peers in one string of `values`. Old nodes put several IPv4 peers into one string; a
  /// string of 18 bytes is one IPv6 peer.
  public static List<InetSocketAddress> readPeers(Bytes in) {
    Optional<InetSocketAddress> one = readPeer(in);
    if (one.isPresent()) {
      return List.of(one.get());
    }
    int size = Family.IPV4.peerBytes();
    if (in.length() % size != 0 || in.length() == Family.IPV6.peerBytes()) {
      return List.of();
    }
    List<InetSocketAddress> peers = new ArrayList<>();
    byte[] bytes = in.toArray();
    for (int at = 0; at < bytes.length; at += size) {
      peers.add(peerAt(bytes, at, size));
    }
    return peers;
  }

  /// The whole nodes in a string; an incomplete node at the end is ignored, and so is a node of the
  /// other family, see [#readPeer].
  public static List<Contact> readNodes(Bytes in, Family family) {
    byte[] bytes = in.toArray();
    List<Contact> contacts = new ArrayList<>(bytes.length / family.nodeBytes());
    for (int at = 0; at + family.nodeBytes() <= bytes.length; at += family.nodeBytes()) {
      InetSocketAddress address = peerAt(bytes, at + NodeId.SIZE_BYTES, family.peerBytes());
      if (Family.of(address.getAddress()) == family) {
        contacts.add(new Contact(NodeId.of(bytes, at), address));
      }
    }
    return contacts;
  }

  /// The peer of `size` bytes, 6 or 18, at `at`.
  public static InetSocketAddress peerAt(byte[] in, int at, int size) {
    int port = (in[at + size - 2] & 0xff) << 8 | in[at + size - 1] & 0xff;
    try {
      return new InetSocketAddress(
          InetAddress.getByAddress(Arrays.copyOfRange(in, at, at + size - 2)), port);
    } catch (UnknownHostException e) {
      throw new AssertionError("4 or 16 bytes are an address", e);
    }
  }
}
