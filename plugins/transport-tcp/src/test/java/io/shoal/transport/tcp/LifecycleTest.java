package io.shoal.transport.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.ChunkBody;
import io.shoal.api.Cid;
import io.shoal.api.PeerConnection;
import io.shoal.api.PeerUnreachableException;
import io.shoal.api.Refusal;
import io.shoal.api.RefusedException;
import io.shoal.api.Transport;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LifecycleTest {

  @Test
  void closingTheTransportEndsRequestsThreadsAndSockets() throws Exception {
    int port;
    try (Nodes nodes = new Nodes()) {
      Nodes.Seed seed = nodes.seed("tcps", Map.of());
      Cid cid =
          seed.server()
              .answer(
                  "waits",
                  (_, _) -> {
                    new CountDownLatch(1).await();
                    throw new IllegalStateException("never");
                  });
      PeerConnection connection = nodes.dial(seed);
      ChunkBody body = Nodes.fetch(connection, cid);
      Nodes.await("the request is there", () -> seed.server().inRequest.get() == 1);
      seed.transport().close();
      assertEquals(0, seed.server().inRequest.get());
      assertEquals(1, seed.server().disconnected.size());
      RefusedException e = assertThrows(RefusedException.class, body::awaitSize);
      assertEquals(new Refusal.Gone(), e.refusal());
      port = URI.create(seed.address().uri()).getPort();
      assertThrows(PeerUnreachableException.class, () -> nodes.dial(seed));
    }
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    }
    Nodes.await(
        "the event loops ended",
        () ->
            Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().startsWith("shoal-tcp")));
  }

  @Test
  void closingTwiceAndWithoutStartIsHarmless() throws Exception {
    TcpTransport transport = new TcpTransport();
    transport.close();
    transport.close();
    assertThrows(
        PeerUnreachableException.class, () -> Nodes.listen(transport, "tcp", new TestServer()));
  }

  @Test
  void theModuleProvidesTheTransport() {
    assertTrue(
        TcpTransport.class.getModule().getDescriptor().provides().stream()
            .anyMatch(
                provides ->
                    provides.service().equals(Transport.class.getName())
                        && provides.providers().contains(TcpTransport.class.getName())));
  }
}
