package io.shoal.transport.quic;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// A router with address translation, as far as one dialler and one peer notice: the peer sees the
/// packets come from a port of the router, which may become another one at any time. What is sent
/// to the old one is lost then.
final class UdpRelay implements AutoCloseable {
  private static final int MAX_DATAGRAM_SIZE_BYTES = 65_535;

  private final InetAddress loopback = InetAddress.getLoopbackAddress();
  private final DatagramSocket inside = new DatagramSocket(0, loopback);
  private final InetSocketAddress peer;
  private final AtomicInteger lost = new AtomicInteger();
  private volatile @Nullable SocketAddress dialler;
  private volatile DatagramSocket outside = new DatagramSocket(0, loopback);

  UdpRelay(int peerPort) throws IOException {
    peer = new InetSocketAddress(loopback, peerPort);
    Thread.ofVirtual().name("relay-out").start(this::forwardOut);
    forwardIn(outside);
  }

  int port() {
    return inside.getLocalPort();
  }

  /// The port that the peer sees is another one from now on.
  void rebind() throws IOException {
    DatagramSocket old = outside;
    DatagramSocket next = new DatagramSocket(0, loopback);
    forwardIn(next);
    outside = next;
    old.close();
  }

  private void forwardOut() {
    DatagramPacket packet = packet();
    try {
      while (true) {
        packet.setLength(MAX_DATAGRAM_SIZE_BYTES);
        inside.receive(packet);
        dialler = packet.getSocketAddress();
        send(outside, packet, peer);
      }
    } catch (IOException _) {
      // The test ends.
    }
  }

  private void forwardIn(DatagramSocket from) {
    Thread.ofVirtual()
        .name("relay-in")
        .start(
            () -> {
              DatagramPacket packet = packet();
              try {
                while (true) {
                  packet.setLength(MAX_DATAGRAM_SIZE_BYTES);
                  from.receive(packet);
                  SocketAddress to = dialler;
                  if (to != null) {
                    send(inside, packet, to);
                  }
                }
              } catch (IOException _) {
                // Another port took its place.
              }
            });
  }

  /// A socket that is closed meanwhile loses the packet, as networks do.
  private void send(DatagramSocket over, DatagramPacket packet, SocketAddress to) {
    try {
      over.send(new DatagramPacket(packet.getData(), packet.getLength(), to));
    } catch (IOException _) {
      lost.incrementAndGet();
    }
  }

  private static DatagramPacket packet() {
    return new DatagramPacket(new byte[MAX_DATAGRAM_SIZE_BYTES], MAX_DATAGRAM_SIZE_BYTES);
  }

  @Override
  public void close() {
    inside.close();
    outside.close();
  }
}
