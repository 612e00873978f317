package io.shoal.transport.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Endpoint;
import io.shoal.api.InvalidInputException;
import io.shoal.api.PeerAddress;
import io.shoal.api.PeerConnection;
import io.shoal.api.PeerFaultException;
import io.shoal.api.PeerUnreachableException;
import io.shoal.api.RemotePeer;
import io.shoal.api.UserFaultException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The identity of the other side, and where a node listens.
@Timeout(60)
class PeerTest {

  @Test
  void tlsProvesBothSides() throws Exception {
    try (Nodes nodes = new Nodes()) {
      Nodes.Seed seed = nodes.seed("tcps", Map.of());
      TcpTransport leech = nodes.start("leech", Map.of());
      PeerAddress own = Nodes.listen(leech, "tcps", new TestServer());
      RemotePeer far = leech.connect(seed.address(), new TestServer()).remote();
      assertEquals(Optional.of(Nodes.identity("seed").peerId()), far.provenId());
      assertTrue(far.outbound());
      assertEquals(seed.address(), far.address());
      Nodes.await("the node is notified", () -> !seed.server().connected.isEmpty());
      RemotePeer near = seed.server().connected.getFirst().remote();
      assertEquals(Optional.of(Nodes.identity("leech").peerId()), near.provenId());
      assertEquals(Optional.of(own), near.listenAddress());
      assertFalse(near.outbound());
      assertTrue(near.agent().startsWith("shoal"), near.agent());
    }
  }

  @Test
  void plainTcpProvesNoIdentity() throws Exception {
    try (Nodes nodes = new Nodes()) {
      Nodes.Seed seed = nodes.seed("tcp", Map.of());
      RemotePeer far = nodes.dial(seed).remote();
      assertEquals(Optional.empty(), far.provenId());
      PeerAddress pinned = seed.address().withPeerId(Nodes.identity("seed").peerId());
      TcpTransport other = nodes.start("other", Map.of());
      InvalidInputException e =
          assertThrows(InvalidInputException.class, () -> other.connect(pinned, new TestServer()));
      assertTrue(e.getMessage().contains("tcps"), e.getMessage());
    }
  }

  @Test
  void anotherPeerThanExpectedIsAFault() throws Exception {
    try (Nodes nodes = new Nodes()) {
      Nodes.Seed seed = nodes.seed("tcps", Map.of());
      PeerAddress wrong = seed.address().withPeerId(Nodes.identity("other").peerId());
      TcpTransport leech = nodes.start("leech", Map.of());
      PeerFaultException e =
          assertThrows(PeerFaultException.class, () -> leech.connect(wrong, new TestServer()));
      assertTrue(
          e.getMessage().contains(Nodes.identity("seed").peerId().toString()), e.getMessage());
      assertTrue(seed.server().connected.isEmpty());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcp", "tcps"})
  void aNodeNoticesThatItDialledItself(String scheme) throws Exception {
    try (Nodes nodes = new Nodes()) {
      Nodes.Seed seed = nodes.seed(scheme, Map.of());
      PeerFaultException e =
          assertThrows(
              PeerFaultException.class,
              () -> seed.transport().connect(seed.address(), new TestServer()));
      assertTrue(e.getMessage().contains("this node itself"), e.getMessage());
      assertTrue(
          e.getMessage().contains(Nodes.identity("seed").peerId().toString()), e.getMessage());
    }
  }

  @Test
  void aNodeNoticesAnotherWithItsIdentityAndBothSaySo() throws Exception {
    try (Nodes nodes = new Nodes()) {
      Nodes.Seed seed = nodes.seed("tcps", Map.of());
      TcpTransport twin = nodes.start("seed", Map.of());
      PeerAddress bare = PeerAddress.of(seed.address().uri());

      var fault =
          assertThrows(PeerFaultException.class, () -> twin.connect(bare, new TestServer()));

      assertTrue(fault.getMessage().contains("runs with this node's identity"));
      assertEquals(1, twin.advice().size());
      Nodes.await("the other says so too", () -> seed.transport().advice().size() == 1);
    }
  }

  @Test
  void aPeerWithoutTlsIsNamedAsThat() throws Exception {
    try (Nodes nodes = new Nodes()) {
      Nodes.Seed seed = nodes.seed("tcp", Map.of());
      PeerAddress wrong = PeerAddress.of(seed.address().uri().replace("tcp:", "tcps:"));

      var fault =
          assertThrows(
              PeerFaultException.class,
              () -> nodes.start("leech", Map.of()).connect(wrong, new TestServer()));

      assertTrue(fault.getMessage().contains("does not speak TLS"), fault.getMessage());
    }
  }

  @Test
  void aPeerWithTlsIsNamedAsThat() throws Exception {
    try (Nodes nodes = new Nodes()) {
      Nodes.Seed seed = nodes.seed("tcps", Map.of());
      PeerAddress wrong = PeerAddress.of(seed.address().uri().replace("tcps:", "tcp:"));

      var fault =
          assertThrows(
              PeerFaultException.class,
              () -> nodes.start("leech", Map.of()).connect(wrong, new TestServer()));

      String cure = "speaks TLS: use " + seed.address().uri();
      assertTrue(fault.getMessage().endsWith(cure), fault.getMessage());
      assertTrue(seed.server().connected.isEmpty());
    }
  }

  @Test
  void aPortWithoutAListenerIsUnreachable() throws Exception {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    try (Nodes nodes = new Nodes()) {
      TcpTransport leech = nodes.start("leech", Map.of());
      PeerAddress address = PeerAddress.of("tcps://127.0.0.1:" + port);
      PeerUnreachableException e =
          assertThrows(
              PeerUnreachableException.class, () -> leech.connect(address, new TestServer()));
      assertTrue(e.getMessage().startsWith(address.uri()), e.getMessage());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tcps://127.0.0.1", "tcps://127.0.0.1:0", "tcps://127.0.0.1:70000", "tcps:127.0.0.1:1",
        "tcps://127.0.0.1:1/path", "tcps://user@127.0.0.1:1", "udp://127.0.0.1:1", "tcps://::1:1"
      })
  void addressesOfAnotherFormAreRefused(String uri) throws Exception {
    try (Nodes nodes = new Nodes()) {
      TcpTransport leech = nodes.start("leech", Map.of());
      assertThrows(
          InvalidInputException.class,
          () -> leech.connect(PeerAddress.parse(uri), new TestServer()));
    }
  }

  @Test
  void aGivenPortThatIsTakenNamesTheKey() throws Exception {
    try (Nodes nodes = new Nodes();
        ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      TcpTransport seed =
          nodes.start("seed", Map.of("listen", "127.0.0.1:" + taken.getLocalPort()));
      UserFaultException e =
          assertThrows(
              UserFaultException.class, () -> Nodes.listen(seed, "tcps", new TestServer()));
      assertTrue(e.getMessage().startsWith("plugins.transport-tcp.listen:"), e.getMessage());
    }
  }

  @Test
  void bothSchemesListenOnPortsOfTheirOwn() throws Exception {
    try (Nodes nodes = new Nodes()) {
      TcpTransport seed = nodes.start("seed", Map.of());
      List<PeerAddress> addresses =
          seed.listen(Set.of("tcp", "tcps"), new TestServer(), any -> {}).endpoints().stream()
              .map(Endpoint::address)
              .toList();
      assertEquals(List.of("tcps", "tcp"), addresses.stream().map(PeerAddress::scheme).toList());
      TcpTransport leech = nodes.start("leech", Map.of());
      for (PeerAddress address : addresses) {
        try (PeerConnection connection = leech.connect(address, new TestServer())) {
          assertTrue(connection.isOpen());
        }
      }
    }
  }

  @Test
  void connectionsFromOneAddressAreLimited() throws Exception {
    try (Nodes nodes = new Nodes()) {
      Nodes.Seed seed = nodes.seed("tcp", Map.of("maxConnectionsPerAddress", 2));
      PeerConnection first = nodes.dial(seed);
      PeerConnection second = nodes.dial(seed);
      assertThrows(PeerUnreachableException.class, () -> nodes.dial(seed));
      first.close();
      Nodes.await("room again", () -> dials(nodes, seed));
      assertTrue(second.isOpen());
    }
  }

  private static boolean dials(Nodes nodes, Nodes.Seed seed) {
    try {
      return nodes.dial(seed).isOpen();
    } catch (Exception e) {
      return false;
    }
  }
}
