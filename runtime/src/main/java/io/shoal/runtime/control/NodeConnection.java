package io.shoal.runtime.control;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/// A client's connection to a node that may hang: every wait for it ends. An interrupt of its
/// thread closes it.
final class NodeConnection implements AutoCloseable {

  /// How long a port may take to accept. On loopback that is microseconds, unless the program
  /// behind it accepts no more, or strangers take each place that it has.
  private static final int CONNECT_WITHIN_MILLIS = 250;

  /// The system itself tries again after one second and after three, which is too seldom where
  /// places are free for milliseconds.
  private static final int CONNECT_TRIES = 8;

  /// How long a node may be silent; one that works on a command shows life four times a second.
  /// With the connection and the start of this program it is less than ten seconds.
  static final Duration SILENT_FOR = Duration.ofSeconds(6);

  /// Silence is counted in pieces: where this process slept as well, that was one long piece, and
  /// the node may yet speak.
  private static final int PIECES = 6;

  /// What a socket takes at once, though nobody reads.
  private static final int MAX_UNWATCHED_BYTES = 64 * 1024;

  private static final int BUFFER_BYTES = 64 * 1024;

  private final SocketChannel channel;
  private final Duration silentFor;
  private final LongSupplier nanoTime;
  private final DataInputStream in;
  private Optional<Long> overdueAtNanos = Optional.empty();

  /// The node sent nothing for too long.
  static final class SilentException extends IOException {
    private static final long serialVersionUID = 1;

    private SilentException(IOException cause) {
      super("the node is silent", cause);
    }
  }

  /// The time that [#within] set is over.
  static final class OverdueException extends IOException {
    private static final long serialVersionUID = 1;

    private OverdueException() {
      super("the time for it is over");
    }
  }

  private NodeConnection(SocketChannel channel, Duration silentFor, LongSupplier nanoTime)
      throws IOException {
    this.channel = channel;
    this.silentFor = silentFor;
    this.nanoTime = nanoTime;
    this.in =
        new DataInputStream(
            new BufferedInputStream(
                new PatientInput(channel.socket().getInputStream()), BUFFER_BYTES));
  }

  /// @param silentFor how long the node may send nothing
  /// @throws SilentException the port is taken, and nothing accepts
  /// @throws IOException nothing listens there
  static NodeConnection open(InetSocketAddress address, Duration silentFor, LongSupplier nanoTime)
      throws IOException {
    for (int tries = 1; ; tries++) {
      SocketChannel channel = SocketChannel.open();
      try {
        channel.socket().connect(address, CONNECT_WITHIN_MILLIS);
        return new NodeConnection(channel, silentFor, nanoTime);
      } catch (SocketTimeoutException e) {
        channel.close();
        if (tries == CONNECT_TRIES) {
          throw new SilentException(e);
        }
      } catch (IOException e) {
        channel.close();
        throw e;
      }
    }
  }

  DataInputStream in() {
    return in;
  }

  /// From now on a read later than this is refused with an [OverdueException]; empty for no such
  /// limit.
  void within(Optional<Duration> most) {
    overdueAtNanos = most.map(time -> nanoTime.getAsLong() + ControlJson.bounded(time).toNanos());
  }

  private final class PatientInput extends InputStream {
    private final InputStream from;

    PatientInput(InputStream from) {
      this.from = from;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int count) throws IOException {
      // Not by Duration#dividedBy, whose arithmetic takes a sixth of a small command to load.
      channel.socket().setSoTimeout((int) silentFor.toMillis() / PIECES);
      for (int piece = 1; ; piece++) {
        if (overdueAtNanos.isPresent() && nanoTime.getAsLong() - overdueAtNanos.get() >= 0) {
          throw new OverdueException();
        }
        try {
          return from.read(into, offset, count);
        } catch (SocketTimeoutException e) {
          if (piece == PIECES) {
            throw new SilentException(e);
          }
        }
      }
    }
  }

  /// Sends a request.
  ///
  /// @throws SilentException the node did not take it
  void send(byte[] request) throws IOException {
    if (request.length <= MAX_UNWATCHED_BYTES) {
      write(request);
      return;
    }
    var sent = new CountDownLatch(1);
    Thread watch = Thread.ofVirtual().start(() -> closeUnless(sent));
    try {
      write(request);
    } catch (IOException e) {
      if (channel.isOpen() || Thread.currentThread().isInterrupted()) {
        throw e;
      }
      throw new SilentException(e);
    } finally {
      sent.countDown();
      watch.interrupt();
    }
  }

  private void closeUnless(CountDownLatch sent) {
    try {
      if (!sent.await(silentFor.toMillis(), TimeUnit.MILLISECONDS)) {
        channel.close();
      }
    } catch (InterruptedException | IOException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void write(byte[] request) throws IOException {
    ByteBuffer left = ByteBuffer.wrap(request);
    while (left.hasRemaining()) {
      channel.write(left);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
