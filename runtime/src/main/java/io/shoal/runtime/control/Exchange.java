package io.shoal.runtime.control;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/// One connection with its request and the answer: a connection carries one request. Used by one
/// thread.
final class Exchange {

  /// How much of a refused request is still read: a connection that is closed with unread bytes is
  /// reset, and the answer is lost with it.
  private static final int MAX_DRAINED_BYTES = 2 * 1024 * 1024;

  private static final int DRAIN_MILLIS = 500;

  private final Socket socket;
  private final LongSupplier nanoTime;
  private final InputStream in;
  private final OutputStream out;
  private final Runnable onProven;
  private final long deadlineNanos;
  private Optional<RequestHead> head = Optional.empty();
  private boolean wholeRead;

  /// @param withinMillis the time until the request is whole
  /// @param onProven called once the request is known to be the owner's
  Exchange(Socket socket, long withinMillis, LongSupplier nanoTime, Runnable onProven)
      throws IOException {
    this.socket = socket;
    this.nanoTime = nanoTime;
    this.onProven = onProven;
    this.in = new BufferedInputStream(new TimedInput(socket.getInputStream()));
    this.out = socket.getOutputStream();
    this.deadlineNanos = nanoTime.getAsLong() + TimeUnit.MILLISECONDS.toNanos(withinMillis);
  }

  /// Ends each read when the time of the request is over, however the bytes drip.
  private final class TimedInput extends InputStream {
    private final InputStream from;

    TimedInput(InputStream from) {
      this.from = from;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int count) throws IOException {
      long left = TimeUnit.NANOSECONDS.toMillis(deadlineNanos - nanoTime.getAsLong());
      if (left <= 0) {
        throw new SocketTimeoutException("the request was not whole in time");
      }
      socket.setSoTimeout((int) left);
      return from.read(into, offset, count);
    }
  }

  RequestHead readHead() throws RequestHead.MalformedException, IOException {
    RequestHead read = RequestHead.read(in);
    head = Optional.of(read);
    wholeRead = read.bodyBytes() == 0;
    return read;
  }

  /// The request is its owner's: from now on the connection counts no more as a stranger's.
  void proven() {
    onProven.run();
  }

  /// @return empty if the body has more than `maxBytes`
  Optional<byte[]> readBody(int maxBytes) throws RequestHead.MalformedException, IOException {
    RequestHead request = head.orElseThrow();
    int length = request.bodyBytes();
    if (length > maxBytes) {
      return Optional.empty();
    }
    if (request.header("expect").filter("100-continue"::equalsIgnoreCase).isPresent()) {
      write("HTTP/1.1 100 Continue\r\n\r\n");
    }
    byte[] body = in.readNBytes(length);
    if (body.length < length) {
      throw new EOFException("the request ended before it was whole");
    }
    wholeRead = true;
    return Optional.of(body);
  }

  void respond(int status, String type, byte[] body) throws IOException {
    writeHead(status, type, "Content-Length: " + body.length + "\r\n");
    if (head.filter(request -> request.method().equals("HEAD")).isEmpty()) {
      out.write(body);
    }
    out.flush();
  }

  /// Begins an answer that ends where the connection ends.
  OutputStream stream(String type) throws IOException {
    writeHead(200, type, "Cache-Control: no-store\r\n");
    return out;
  }

  private void writeHead(int status, String type, String more) throws IOException {
    write(
        ("HTTP/1.1 " + status + " " + (status == 200 ? "OK" : "Refused") + "\r\n")
            + (status == 401 ? "WWW-Authenticate: Bearer\r\n" : "")
            + ("Content-Type: " + type + "\r\n" + more + "Connection: close\r\n\r\n"));
  }

  private void write(String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.US_ASCII));
  }

  /// Closes the connection so that the answer arrives.
  void finish() {
    try (socket) {
      if (!wholeRead) {
        socket.shutdownOutput();
        socket.setSoTimeout(DRAIN_MILLIS);
        byte[] ignored = new byte[8192];
        InputStream rest = socket.getInputStream();
        long until = nanoTime.getAsLong() + TimeUnit.MILLISECONDS.toNanos(DRAIN_MILLIS);
        for (int drained = 0; drained < MAX_DRAINED_BYTES; ) {
          int count = rest.read(ignored);
          if (count < 0 || nanoTime.getAsLong() - until > 0) {
            return;
          }
          drained += count;
        }
      }
    } catch (IOException e) {
      // The other side is gone or silent, which is as good.
    }
  }
}
