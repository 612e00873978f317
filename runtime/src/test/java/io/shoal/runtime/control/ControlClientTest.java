package io.shoal.runtime.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.runtime.command.ContentCommands.ProgressListener;
import io.shoal.runtime.command.DeadlineException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The client against what is no node, or one that hangs.
@Timeout(60)
class ControlClientTest {

  private static final Duration SILENT_FOR = Duration.ofMillis(600);

  private static final String HEAD = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";

  private static final String SIGN_OF_LIFE = ":\n\n";

  private final AtomicLong nanos = new AtomicLong();
  private ServerSocket server;

  /// What listens where the node should be.
  private interface Program {
    void answer(InputStream in, OutputStream out) throws IOException;
  }

  @BeforeEach
  void listen() throws IOException {
    server = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
  }

  @AfterEach
  void close() throws IOException {
    server.close();
  }

  private ControlClient clientOf(Program program) {
    return clientOf(program, nanos::get);
  }

  private ControlClient clientOf(Program program, LongSupplier nanoTime) {
    Thread.ofVirtual()
        .start(
            () -> {
              try (Socket socket = server.accept()) {
                program.answer(socket.getInputStream(), socket.getOutputStream());
              } catch (IOException e) {
                // The client went away, or the test is over.
              }
            });
    return client(nanoTime);
  }

  private ControlClient client() {
    return client(nanos::get);
  }

  private ControlClient client(LongSupplier nanoTime) {
    String url = "http://127.0.0.1:" + server.getLocalPort();
    return new ControlClient(new ControlFile(url, "t", 4711), SILENT_FOR, nanoTime);
  }

  /// Time that passes with each look at it.
  private long passing() {
    return nanos.addAndGet(Duration.ofMillis(5).toNanos());
  }

  private static void send(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.UTF_8));
  }

  /// Reads until the client closes.
  private static void listenOn(InputStream in) throws IOException {
    in.transferTo(OutputStream.nullOutputStream());
  }

  private static void assertSilent(IOException e) {
    assertTrue(e.getMessage().contains("(process 4711) does not answer"), e.getMessage());
  }

  @Test
  void aNodeThatNeverAnswersIsReported() {
    ControlClient client = clientOf((in, _) -> listenOn(in));

    assertSilent(assertThrows(IOException.class, () -> client.get("/v1/status", String.class)));
  }

  @Test
  void aNodeThatAcceptsNothingIsReported() {
    assertSilent(assertThrows(IOException.class, () -> client().get("/v1/status", String.class)));
  }

  @Test
  void aNodeThatFallsSilentIsReported() {
    ControlClient client =
        clientOf(
            (in, out) -> {
              send(out, HEAD + SIGN_OF_LIFE);
              listenOn(in);
            });

    assertSilent(assertThrows(IOException.class, () -> client.command("/v1/gc", "")));
  }

  @Test
  void aNodeThatTakesNoLargeRequestIsReported() {
    ControlClient client = client();

    assertSilent(
        assertThrows(
            IOException.class, () -> client.command("/v1/add", "x".repeat(32 * 1024 * 1024))));
  }

  @Test
  void aNodeThatShowsLifeIsWaitedFor() throws Exception {
    ControlClient client =
        clientOf(
            (in, out) -> {
              send(out, HEAD + SIGN_OF_LIFE.repeat(100));
              send(out, "event: result\ndata: \"late\"\n\nevent: done\ndata: {}\n\n");
              listenOn(in);
            });

    assertEquals("late", client.get("/v1/status", String.class));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SSH-2.0-OpenSSH_9.2\r\n",
        "\u0015\u0003\u0001 no line",
        "HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\n\r\n<html>",
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>",
        "HTTP/1.1 401 Refused\r\nContent-Type: application/json\r\n\r\n{}"
      })
  void anotherProgramIsReported(String banner) {
    ControlClient client =
        clientOf(
            (in, out) -> {
              send(out, banner + "x".repeat(banner.endsWith("line") ? 20_000 : 0));
              listenOn(in);
            });

    assertStranger(assertThrows(IOException.class, () -> client.get("/v1/status", String.class)));
  }

  private static void assertStranger(IOException e) {
    assertTrue(e.getMessage().contains("another program has its port now"), e.getMessage());
  }

  @Test
  void anotherProgramThatDripsIsReported() {
    ControlClient client =
        clientOf(
            (_, out) -> {
              while (true) {
                send(out, "x");
                nanos.addAndGet(1_000_000);
              }
            });

    assertStranger(assertThrows(IOException.class, () -> client.get("/v1/status", String.class)));
  }

  @Test
  void anotherProgramThatHangsUpIsReported() {
    ControlClient client = clientOf((in, _) -> in.readNBytes(100));

    var e = assertThrows(IOException.class, () -> client.get("/v1/status", String.class));

    assertTrue(e.getMessage().contains("was closed without an answer"), e.getMessage());
  }

  @Test
  void theTimeOfACommandHoldsThoughTheNodeForgetsIt() {
    ControlClient client = clientOf((_, out) -> showLifeForEver(out), this::passing);

    assertThrows(
        DeadlineException.class,
        () ->
            client.command(
                "/v1/get",
                "",
                Optional.of(Duration.ofSeconds(60)),
                String.class,
                ProgressListener.SILENT,
                _ -> {}));
  }

  private void showLifeForEver(OutputStream out) throws IOException {
    send(out, HEAD);
    while (true) {
      send(out, SIGN_OF_LIFE);
    }
  }

  @Test
  void theTimeForBytesBeginsAnewWithEach() throws Exception {
    var client =
        clientOf(
            (in, out) -> {
              send(out, "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.shoal.blocks\r\n\r\n");
              for (int i = 0; i < 100; i++) {
                send(out, "\0\0\0\1x");
              }
              out.write(new byte[] {-1, -1, -1, -1});
              listenOn(in);
            });
    var bytes = new ByteArrayOutputStream();
    // The reader of the bytes is slow: that time is not the node's.
    var slow =
        new OutputStream() {
          @Override
          public void write(int b) {
            nanos.addAndGet(Duration.ofSeconds(60).toNanos());
            bytes.write(b);
          }
        };

    client.bytes("/v1/cat", "", Duration.ofSeconds(60), slow);

    assertEquals(100, bytes.size());
  }
}
