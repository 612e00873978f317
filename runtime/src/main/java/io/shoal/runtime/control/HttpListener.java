package io.shoal.runtime.control;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Accepts connections for the control API, each with one request on a virtual thread of its own.
///
/// Any program of the machine can connect. So a connection is a stranger's until its request showed
/// the token: there are few of those, a new one takes the place of the oldest, and each has little
/// time. The owner, who sends the request in one go, is through before that matters. The JDK's
/// server cannot do this: at its limit it turns away whoever comes, the owner too.
final class HttpListener implements AutoCloseable {

  /// Handles one request. The connection is closed afterwards.
  interface Handler {
    void handle(Exchange exchange) throws IOException;
  }

  /// Connections that did not show the token yet. They cost a descriptor and about 10 kB each; an
  /// owner's has reached the node while this many others are accepted.
  static final int MAX_UNPROVEN_CONNECTIONS = 128;

  /// From the connection to the end of its request, which takes the owner milliseconds.
  static final int REQUEST_WITHIN_MILLIS = 10_000;

  /// Connections that the system holds until they are accepted. Under a flood the owner's waits its
  /// turn among them, for about a second.
  private static final int BACKLOG_CONNECTIONS = 256;

  /// A connection that has to go sooner than this after it came shows that there is a flood.
  private static final int FLOOD_WITHIN_MILLIS = 1_000;

  /// Before the next connection in a flood: so one program does not make the node, and the machine,
  /// busy with nothing but connections.
  private static final int FLOOD_PAUSE_MILLIS = 4;

  /// After accepting failed, so that it is not tried in a busy loop.
  private static final int PAUSE_MILLIS = 50;

  private static final Logger LOG = LoggerFactory.getLogger(HttpListener.class);

  private final ServerSocket server;
  private final LongSupplier nanoTime;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Deque<Unproven> unproven = new ArrayDeque<>();

  private record Unproven(Socket socket, long sinceNanos) {}

  /// Listens; connections wait until [#start].
  ///
  /// @throws IOException the address is taken
  HttpListener(InetSocketAddress address, LongSupplier nanoTime) throws IOException {
    this.nanoTime = nanoTime;
    this.server = new ServerSocket();
    try {
      server.bind(address, BACKLOG_CONNECTIONS);
    } catch (IOException e) {
      server.close();
      throw e;
    }
  }

  InetSocketAddress address() {
    return (InetSocketAddress) server.getLocalSocketAddress();
  }

  void start(Handler handler) {
    Thread.ofPlatform().daemon().name("control-accept").start(() -> acceptAll(handler));
  }

  private void acceptAll(Handler handler) {
    boolean closing = false;
    while (!closing) {
      try {
        Socket socket = server.accept();
        closing = enter(socket) && closedWithin(FLOOD_PAUSE_MILLIS);
        threads.execute(() -> serve(socket, handler));
      } catch (IOException | RuntimeException e) {
        // Mostly for want of descriptors, of which this frees one.
        oldest().ifPresent(HttpListener::cut);
        closing = closedWithin(PAUSE_MILLIS);
        LOG.debug("a connection to the control API was not accepted: {}", e.toString());
      }
    }
  }

  /// @return whether there is a flood
  private boolean enter(Socket socket) {
    long now = nanoTime.getAsLong();
    Optional<Unproven> tooMany;
    synchronized (unproven) {
      unproven.addLast(new Unproven(socket, now));
      tooMany =
          unproven.size() > MAX_UNPROVEN_CONNECTIONS
              ? Optional.of(unproven.removeFirst())
              : Optional.empty();
    }
    tooMany.ifPresent(HttpListener::cut);
    return tooMany
        .filter(cut -> now - cut.sinceNanos < TimeUnit.MILLISECONDS.toNanos(FLOOD_WITHIN_MILLIS))
        .isPresent();
  }

  private Optional<Unproven> oldest() {
    synchronized (unproven) {
      return Optional.ofNullable(unproven.pollFirst());
    }
  }

  private void leave(Socket socket) {
    synchronized (unproven) {
      unproven.removeIf(one -> one.socket.equals(socket));
    }
  }

  private void serve(Socket socket, Handler handler) {
    try (socket) {
      socket.setTcpNoDelay(true);
      var exchange = new Exchange(socket, REQUEST_WITHIN_MILLIS, nanoTime, () -> leave(socket));
      handler.handle(exchange);
      exchange.finish();
    } catch (IOException e) {
      // Without its trace: whoever scans ports would fill the log with it.
      LOG.debug("a connection to the control API ended: {}", e.toString());
    } finally {
      leave(socket);
    }
  }

  private boolean closedWithin(int millis) {
    try {
      return closed.await(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  private static void cut(Unproven connection) {
    try {
      connection.socket.close();
    } catch (IOException e) {
      LOG.debug("closing a connection failed", e);
    }
  }

  /// Ends at once: the threads of all requests are interrupted, which closes their connections.
  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      LOG.debug("closing the control API's port failed", e);
    }
    closed.countDown();
    threads.shutdownNow();
    for (Optional<Unproven> left = oldest(); left.isPresent(); left = oldest()) {
      left.ifPresent(HttpListener::cut);
    }
  }
}
