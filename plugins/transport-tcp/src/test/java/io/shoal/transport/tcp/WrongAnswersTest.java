package io.shoal.transport.tcp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.ChunkBody;
import io.shoal.api.Cid;
import io.shoal.api.PeerAddress;
import io.shoal.api.PeerConnection;
import io.shoal.api.Refusal;
import io.shoal.api.RefusedException;
import io.shoal.testkit.TestData;
import io.shoal.wire.Frame;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Peers that answer a request with what the rules do not allow, on real sockets.
@Timeout(60)
class WrongAnswersTest {
  private static final Cid CHUNK = TestData.cid(new byte[] {1});

  static Stream<List<Frame>> wrongAnswers() {
    return Stream.of(
        List.of(new Frame.Answer(1, (2 << 20) + 1)),
        List.of(new Frame.Answer(1, -1)),
        List.of(new Frame.Answer(1, 10), new Frame.Data(1, 20)),
        List.of(new Frame.Answer(1, 10), new Frame.Data(1, 5), new Frame.End(1)),
        List.of(new Frame.Answer(1, 10), new Frame.Answer(1, 10)),
        List.of(new Frame.Data(1, 5)),
        List.of(new Frame.Answer(2, 10)),
        List.of(new Frame.Pong(5)),
        List.of(new Frame.Gained(1, new int[] {3})),
        List.of(new Frame.Taken(1)));
  }

  private static byte[] stream(List<? extends Frame> frames) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (Frame frame : frames) {
      out.writeBytes(HostileSocket.bytes(frame));
      if (frame instanceof Frame.Data data) {
        out.writeBytes(new byte[data.sizeBytes()]);
      }
    }
    return out.toByteArray();
  }

  /// Accepts one connection, greets, waits for a request and answers it; then waits for the end.
  private static Thread answering(ServerSocket listener, byte[] answer) {
    return Thread.ofVirtual()
        .start(
            () -> {
              try (HostileSocket peer = new HostileSocket(accept(listener))) {
                peer.write(HostileSocket.hello("tcp"));
                while (!(peer.next().orElseThrow() instanceof Frame.Request)) {
                  // its hello comes first
                }
                peer.write(answer);
                peer.awaitClosed();
              } catch (IOException e) {
                // closed while it wrote
              }
            });
  }

  private static Socket accept(ServerSocket listener) throws IOException {
    return listener.accept();
  }

  @ParameterizedTest
  @MethodSource("wrongAnswers")
  void anAnswerAgainstTheRulesIsReportedAsThePeersFault(List<Frame> frames) throws Exception {
    try (Nodes nodes = new Nodes();
        ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread hostile = answering(listener, stream(frames));
      TestServer server = new TestServer();
      PeerConnection connection =
          nodes
              .start("leech", Map.of())
              .connect(PeerAddress.of("tcp://127.0.0.1:" + listener.getLocalPort()), server);
      ChunkBody body = Nodes.fetch(connection, CHUNK);
      RefusedException e = assertThrows(RefusedException.class, () -> Nodes.readAll(body));
      assertEquals(new Refusal.Gone(), e.refusal());
      Nodes.await("the node is notified", () -> server.disconnected.size() == 1);
      assertTrue(connection.fault().isPresent());
      hostile.join();
    }
  }

  @Test
  void aChunkInPiecesOfOneByteComesWithinItsCreditAndNothingElse() throws Exception {
    try (Nodes nodes = new Nodes();
        ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int size = 60_000;
      Frame[] frames = new Frame[size + 2];
      Arrays.fill(frames, new Frame.Data(1, 1));
      frames[0] = new Frame.Answer(1, size);
      frames[size + 1] = new Frame.End(1);
      Thread hostile = answering(listener, stream(List.of(frames)));
      PeerConnection connection =
          nodes
              .start("leech", Map.of("window", 65_536))
              .connect(
                  PeerAddress.of("tcp://127.0.0.1:" + listener.getLocalPort()), new TestServer());
      assertArrayEquals(new byte[size], Nodes.readAll(Nodes.fetch(connection, CHUNK)));
      connection.close();
      hostile.join();
      assertTrue(connection.fault().isEmpty());
    }
  }
}
