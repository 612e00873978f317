package io.shoal.storage.s3;

import io.shoal.testkit.Await;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/// Stands between a store and its service, and does with each connection what a test wants.
final class FaultyProxy implements AutoCloseable {
  /// What is done with a connection.
  enum Way {
    /// All goes through.
    FORWARD,
    /// Each request is told to slow down.
    SLOW_DOWN,
    /// Each request is told that its time is wrong, by a clock that is two hours ahead.
    SKEWED,
    /// Nothing is ever answered.
    SILENCE,
    /// The answer ends after a while.
    CUT
  }

  private static final int CUT_AFTER_BYTES = 20_000;

  private final int target;
  private final ServerSocket server;
  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("testkit-proxy").factory());
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final AtomicInteger faultsLeft = new AtomicInteger();
  private final AtomicInteger accepted = new AtomicInteger();
  private volatile Way way = Way.FORWARD;

  FaultyProxy(int target) throws IOException {
    this.target = target;
    server = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    threads.execute(this::acceptAll);
  }

  int port() {
    return server.getLocalPort();
  }

  /// Does this with the next connections, and ends those that are there.
  ///
  /// @param times how many connections; all further ones are forwarded
  void next(int times, Way what) throws Exception {
    way = what;
    faultsLeft.set(times);
    for (Socket socket : sockets) {
      socket.close();
    }
    Await.until("old connections are closed", sockets::isEmpty);
  }

  /// How many connections were made so far.
  int accepted() {
    return accepted.get();
  }

  private void acceptAll() {
    while (!server.isClosed()) {
      try {
        Socket from = server.accept();
        accepted.incrementAndGet();
        sockets.add(from);
        threads.execute(() -> serve(from));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(Socket from) {
    boolean faulty = faultsLeft.getAndUpdate(left -> Math.max(0, left - 1)) > 0;
    Way now = faulty ? way : Way.FORWARD;
    try (from) {
      switch (now) {
        case SLOW_DOWN -> refuse(from, "503 Slow Down", "SlowDown", Instant.now());
        case SKEWED ->
            refuse(
                from,
                "403 Forbidden",
                "RequestTimeTooSkewed",
                Instant.now().plus(Duration.ofHours(2)));
        case SILENCE -> from.getInputStream().transferTo(OutputStream.nullOutputStream());
        case CUT -> forward(from, CUT_AFTER_BYTES);
        case FORWARD -> forward(from, Long.MAX_VALUE);
      }
    } catch (IOException e) {
      // The other side left, or the test.
    } finally {
      sockets.remove(from);
    }
  }

  private static void refuse(Socket from, String status, String code, Instant date)
      throws IOException {
    byte[] buffer = new byte[1 << 16];
    int read = from.getInputStream().read(buffer);
    if (read < 0) {
      return;
    }
    String body = "<Error><Code>" + code + "</Code><Message>no</Message></Error>";
    String head =
        "HTTP/1.1 %s\r\nContent-Type: application/xml\r\nDate: %s\r\nConnection: close\r\n"
            .formatted(
                status, DateTimeFormatter.RFC_1123_DATE_TIME.format(date.atOffset(ZoneOffset.UTC)));
    boolean isHead = buffer[0] == 'H';
    String answer =
        head + (isHead ? "\r\n" : "Content-Length: " + body.length() + "\r\n\r\n" + body);
    from.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
    from.shutdownOutput();
    // Taken to its end, or the answer would be lost with a reset.
    from.getInputStream().transferTo(OutputStream.nullOutputStream());
  }

  private void forward(Socket from, long atMostBytes) throws IOException {
    try (var to = new Socket(InetAddress.getLoopbackAddress(), target)) {
      sockets.add(to);
      try {
        threads.execute(() -> copy(from, to));
        InputStream in = to.getInputStream();
        byte[] buffer = new byte[8192];
        long left = atMostBytes;
        while (left > 0) {
          int read = in.read(buffer, 0, (int) Math.min(buffer.length, left));
          if (read < 0) {
            return;
          }
          left -= read;
          from.getOutputStream().write(buffer, 0, read);
        }
      } finally {
        sockets.remove(to);
      }
    }
  }

  private static void copy(Socket from, Socket to) {
    try {
      from.getInputStream().transferTo(to.getOutputStream());
    } catch (IOException e) {
      // One side left.
    } finally {
      try {
        to.close();
      } catch (IOException e) {
        // It is closed.
      }
    }
  }

  @Override
  public void close() throws Exception {
    server.close();
    for (Socket socket : sockets) {
      socket.close();
    }
    threads.close();
  }
}
