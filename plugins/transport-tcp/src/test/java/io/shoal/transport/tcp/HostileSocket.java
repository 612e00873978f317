package io.shoal.transport.tcp;

import io.shoal.api.PeerFaultException;
import io.shoal.wire.Frame;
import io.shoal.wire.FrameCodec;
import io.shoal.wire.FrameReader;
import io.shoal.wire.Nonce;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;

/// A peer on a real socket that says whatever a test wants it to say.
final class HostileSocket implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 40_000;

  private final Socket socket;
  private final Optional<TlsStream> tls;
  private final FrameReader reader = new FrameReader();
  private final ArrayDeque<Frame> read = new ArrayDeque<>();
  private final byte[] input = new byte[16 * 1024];

  /// Without TLS.
  HostileSocket(Socket socket) throws IOException {
    this(socket, Optional.empty());
  }

  private HostileSocket(Socket socket, Optional<TlsStream> tls) throws IOException {
    this.socket = socket;
    this.tls = tls;
    socket.setSoTimeout(PATIENCE_MILLIS);
    socket.setTcpNoDelay(true);
  }

  static HostileSocket open(Nodes.Seed seed) throws IOException {
    return new HostileSocket(connect(seed));
  }

  /// With a whole TLS handshake.
  static HostileSocket openTls(Nodes.Seed seed, String identity, String alpn) throws Exception {
    Socket socket = connect(seed);
    return new HostileSocket(socket, Optional.of(new TlsStream(socket, identity, alpn)));
  }

  private static Socket connect(Nodes.Seed seed) throws IOException {
    URI uri = URI.create(seed.address().uri());
    return new Socket(uri.getHost(), uri.getPort());
  }

  static byte[] bytes(Frame frame) {
    ByteBuffer out = ByteBuffer.allocate(FrameCodec.sizeBytes(frame));
    FrameCodec.encode(frame, out);
    return out.array();
  }

  static byte[] hello(String scheme) {
    return bytes(new Frame.Hello(new Nonce(9, 9), 256, 0, scheme, "hostile", List.of()));
  }

  void write(byte[] bytes) throws IOException {
    if (tls.isPresent()) {
      tls.get().write(bytes);
    } else {
      socket.getOutputStream().write(bytes);
    }
  }

  void send(Frame frame) throws IOException {
    write(bytes(frame));
  }

  /// Reads the next frame; empty if the other side closed.
  Optional<Frame> next() throws IOException {
    while (read.isEmpty()) {
      int count;
      try {
        count = tls.isPresent() ? tls.get().read(input) : socket.getInputStream().read(input);
      } catch (SocketException e) {
        return Optional.empty();
      }
      if (count < 0) {
        return Optional.empty();
      }
      take(ByteBuffer.wrap(input, 0, count));
    }
    return Optional.of(read.poll());
  }

  private void take(ByteBuffer bytes) throws IOException {
    try {
      reader.read(
          bytes,
          new FrameReader.Sink() {
            @Override
            public void frame(Frame frame) {
              read.add(frame);
            }

            @Override
            public void chunkBytes(int index, int sizeBytes) {}
          });
    } catch (PeerFaultException e) {
      throw new IOException(e);
    }
  }

  /// Reads until the other side closes.
  ///
  /// @return what it said in its good-bye, empty if it said none
  String awaitClosed() throws IOException {
    String last = "";
    for (Optional<Frame> frame = next(); frame.isPresent(); frame = next()) {
      if (frame.get() instanceof Frame.Goodbye goodbye) {
        last = goodbye.text();
      }
    }
    return last;
  }

  /// Writes a byte now and then until the other side closes.
  void trickleUntilClosed() throws InterruptedException {
    Nodes.await(
        "closed",
        () -> {
          try {
            write(new byte[1]);
            return false;
          } catch (IOException e) {
            return true;
          }
        });
  }

  Socket raw() {
    return socket;
  }

  void endOutput() throws IOException {
    socket.shutdownOutput();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
