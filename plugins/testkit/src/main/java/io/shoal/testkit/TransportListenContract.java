package io.shoal.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.shoal.api.ChunkServer;
import io.shoal.api.Cid;
import io.shoal.api.Endpoint;
import io.shoal.api.PeerAddress;
import io.shoal.api.PeerConnection;
import io.shoal.api.Scheme;
import io.shoal.api.Transport;
import io.shoal.api.UserFaultException;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// The part of [TransportContract] about listening and what comes from outside.
public abstract class TransportListenContract extends TransportFixture {
  static final int GARBAGE_SIZE_BYTES = 4_096;

  TransportListenContract() {}

  /// [Transport#schemes] never changes, and an endpoint, of 64 at most, has the scheme asked for.
  ///
  /// @throws Exception as the transport throws it
  @Test
  public void whatItSpeaksAndWhereItListensFitTogether() throws Exception {
    Transport fresh = newTransport();
    Set<Scheme> schemes = fresh.schemes();
    fresh.close();
    assertEquals(schemes, server.schemes(), "schemes() changes with the start");
    assertEquals(
        schemes.size(),
        schemes.stream().map(Scheme::name).distinct().count(),
        "a scheme is there twice");
    assertEquals(scheme(), address.scheme());
    for (Endpoint endpoint : listener.endpoints()) {
      assertEquals(scheme(), endpoint.address().scheme());
    }
    assertTrue(listener.endpoints().size() <= Transport.Listener.MAX_ENDPOINTS);
    server.close();
    assertEquals(schemes, server.schemes(), "schemes() changes with the close");
  }

  /// [Transport#seenAs] writes the outer host and port as an address of the same scheme, or none.
  ///
  /// @throws Exception as the transport throws it
  @Test
  public void anEndpointSeenFromOutsideIsAnAddressOfItsScheme() throws Exception {
    Endpoint endpoint = listener.endpoints().getFirst();
    InetSocketAddress outside =
        new InetSocketAddress(InetAddress.getByAddress(new byte[] {(byte) 192, 0, 2, 7}), 4_711);
    Optional<PeerAddress> seen = server.seenAs(endpoint, outside);
    seen.ifPresent(
        there -> {
          assertEquals(scheme(), there.scheme());
          assertEquals(endpoint.address().peerId(), there.peerId());
          assertTrue(there.uri().contains("192.0.2.7:4711"), there::uri);
        });
  }

  /// A closed listener takes no dial and reports no endpoints; connections that are open go on, and
  /// its transport dials as before.
  ///
  /// @throws Exception as the transport throws it
  @Test
  public void aClosedListenerAcceptsNoMore() throws Exception {
    byte[] bytes = TestData.bytes(1, 100_000);
    Cid cid = chunks.serve(bytes);
    listener.close();
    int reported = changes.size();
    listener.close();
    assertUnreachable(address);
    if (has(Trait.CONNECTIONS)) {
      assertTrue(connection.isOpen());
      assertArrayEquals(bytes, fetch(connection, cid));
    }
    assertStillDials(bytes);
    server.close();
    listener.close();
    assertEquals(reported, changes.size(), "endpoints were reported after the listener's end");
  }

  private void assertStillDials(byte[] bytes) throws Exception {
    TestChunkServer other = new TestChunkServer();
    Cid cid = other.serve(bytes);
    try (Transport.Listener there = client.listen(Set.of(scheme()), other, _ -> {});
        PeerConnection dialled =
            assertDoesNotThrow(
                () -> server.connect(there.endpoints().getFirst().address(), ChunkServer.NOTHING),
                "a transport whose listener was closed does not dial")) {
      assertArrayEquals(bytes, fetch(dialled, cid));
    }
  }

  /// A port in use gives a [UserFaultException] that names it. Needs [#configureAt].
  ///
  /// @throws Exception as the transport throws it
  @Test
  public void aTakenPortIsTheUsersFault() throws Exception {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    try (ServerSocket connections = new ServerSocket(0, 50, loopback);
        DatagramSocket datagrams = new DatagramSocket(0, loopback)) {
      int number = listensForDatagrams() ? datagrams.getLocalPort() : connections.getLocalPort();
      Optional<TestContext> same = configureAt(TestContext.in(folder.resolve("taken")), number);
      assumeTrue(same.isPresent(), "it listens on no port that can be chosen");
      UserFaultException fault =
          assertThrows(
              UserFaultException.class,
              () -> start(same.get()).listen(Set.of(scheme()), ChunkServer.NOTHING, _ -> {}),
              "a port that is taken is no fault");
      Messages.assertOneLine(fault);
      String port = Integer.toString(number);
      assertTrue(
          String.valueOf(fault.getMessage()).contains(port),
          () -> "the message does not name the port " + port + ": " + fault.getMessage());
    }
  }

  /// [Transport#listen] for all schemes of the transport has an endpoint of each of them.
  ///
  /// @throws Exception as the transport throws it
  @Test
  public void everySchemeIsListenedFor() throws Exception {
    Transport several = start(context(folder.resolve("several")));
    Set<String> names = names(several.schemes().stream().map(Scheme::name));
    try (Transport.Listener all = several.listen(names, chunks, _ -> {})) {
      Stream<Endpoint> endpoints = all.endpoints().stream();
      assertEquals(
          names,
          names(endpoints.map(endpoint -> endpoint.address().scheme())),
          "the schemes that listen was asked for");
    }
  }

  private static Set<String> names(Stream<String> all) {
    return all.collect(Collectors.toUnmodifiableSet());
  }

  /// A dial to nobody throws [io.shoal.api.PeerUnreachableException]; without CONNECTIONS the
  /// request is Gone.
  ///
  /// @throws Exception as the transport throws it
  @Test
  public void anAddressWithoutAListenerIsUnreachable() throws Exception {
    server.close();
    assertUnreachable(address);
  }

  /// Random bytes at a listening socket harm neither open connections nor later ones.
  ///
  /// @throws Exception as the transport throws it
  @Test
  public void garbageFromOutsideHarmsNoOther() throws Exception {
    Optional<Endpoint.Socket> socket = listener.endpoints().getFirst().socket();
    assumeTrue(socket.isPresent(), "it listens on no socket");
    if (listensForDatagrams()) {
      sendGarbage(socket.get());
    } else {
      writeGarbage(socket.get());
    }
    byte[] bytes = TestData.bytes(5, 10_000);
    Cid cid = chunks.serve(bytes);
    assertArrayEquals(bytes, fetch(connection, cid));
    try (PeerConnection later = client.connect(address, ChunkServer.NOTHING)) {
      assertArrayEquals(bytes, fetch(later, cid));
    }
  }

  private static void writeGarbage(Endpoint.Socket to) {
    try (Socket stranger = new Socket(to.host(), to.port())) {
      stranger.getOutputStream().write(TestData.bytes(4, GARBAGE_SIZE_BYTES));
      stranger.shutdownOutput();
      stranger.getInputStream().readAllBytes();
    } catch (IOException e) {
      // It is thrown out, in whichever way.
    }
  }

  private static void sendGarbage(Endpoint.Socket to) throws IOException {
    try (DatagramSocket stranger = new DatagramSocket()) {
      for (int size = 0; size <= GARBAGE_SIZE_BYTES; size += 64) {
        stranger.send(
            new DatagramPacket(TestData.bytes(4 + size, size), size, to.host(), to.port()));
      }
    }
  }
}
