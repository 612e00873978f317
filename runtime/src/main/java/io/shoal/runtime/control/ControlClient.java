package io.shoal.runtime.control;

import io.shoal.api.ShoalException;
import io.shoal.runtime.command.ContentCommands.NotAdded;
import io.shoal.runtime.command.ContentCommands.Progress;
import io.shoal.runtime.command.ContentCommands.ProgressListener;
import io.shoal.runtime.command.DeadlineException;
import io.shoal.runtime.command.NodeGoneException;
import io.shoal.runtime.json.JsonException;
import io.shoal.runtime.unit.Units;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/// Sends requests to a [ControlServer]. Speaks HTTP/1.0 over a socket channel: an answer then ends
/// where the connection ends, an interrupt closes the channel, and a command does not pay for the
/// start of a full HTTP client, which takes longer than most commands.
///
/// All that it asks is answered with events or blocks, which show life while the node works. So a
/// node that hangs is noticed, and so is another program behind the node's port.
public final class ControlClient {

  /// Longest line of an event: a result of some ten thousand skipped names.
  private static final int MAX_LINE_BYTES = 16 * 1024 * 1024;

  private static final int MAX_HEAD_LINE_BYTES = 8 * 1024;

  private static final int MAX_HEADER_LINES = 64;

  /// A failure is one line; more is no node's.
  private static final int MAX_FAILURE_BYTES = 1024 * 1024;

  /// What a node has on top of a command's own time, to end it and to say so.
  private static final Duration GRACE = Duration.ofSeconds(5);

  /// For a question that is answered at once: a node that shows life for so long without an answer
  /// works on it no more.
  private static final Duration VALUE_WITHIN = Duration.ofMinutes(1);

  private final ControlFile node;
  private final Duration silentFor;
  private final LongSupplier nanoTime;
  private final InetSocketAddress address;

  private interface Reader<T> {
    T read(NodeConnection connection) throws ShoalException, IOException;
  }

  private record Head(int status, String type) {}

  /// What answers is not the node of the [ControlFile].
  private static final class StrangerException extends IOException {
    private static final long serialVersionUID = 1;

    StrangerException(String message) {
      super(message);
    }

    StrangerException(IOException cause) {
      super(cause);
    }
  }

  /// @param nanoTime monotonic
  public ControlClient(ControlFile node, LongSupplier nanoTime) {
    this(node, NodeConnection.SILENT_FOR, nanoTime);
  }

  /// @param silentFor how long the node may send nothing
  ControlClient(ControlFile node, Duration silentFor, LongSupplier nanoTime) {
    this.node = node;
    this.silentFor = silentFor;
    this.nanoTime = nanoTime;
    URI uri = URI.create(node.url());
    this.address = new InetSocketAddress(uri.getHost().replaceAll("[\\[\\]]", ""), uri.getPort());
  }

  /// Whether a program listens where the node should be, if only to be silent.
  public boolean answers() {
    try (var _ = NodeConnection.open(address, silentFor, nanoTime)) {
      return true;
    } catch (NodeConnection.SilentException e) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /// Asks for a value.
  public <T> T get(String path, Class<T> type) throws ShoalException, IOException {
    List<T> values = list(path, type);
    if (values.size() != 1) {
      throw new IOException("the node gave " + values.size() + " values where one was expected");
    }
    return values.getFirst();
  }

  /// Asks for several values.
  public <T> List<T> list(String path, Class<T> type) throws ShoalException, IOException {
    List<T> values = new ArrayList<>();
    try {
      exchange(
          "GET",
          path,
          new byte[0],
          CommandStream.EVENTS,
          Optional.of(VALUE_WITHIN),
          connection ->
              events(connection.in(), type, ProgressListener.SILENT, values::add, _ -> {}));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
    return values;
  }

  /// Runs a command that has no results; returns when it is done.
  public void command(String path, Object request)
      throws ShoalException, IOException, InterruptedException {
    command(path, request, Optional.empty(), Object.class, ProgressListener.SILENT, _ -> {});
  }

  /// Runs a command; returns when it is done.
  ///
  /// @param most the time that the user allowed, if any: it is the node that keeps to it, and where
  ///   it does not, this does
  /// @param progress gets each progress event
  /// @param each gets each result
  public <T> void command(
      String path,
      Object request,
      Optional<Duration> most,
      Class<T> type,
      ProgressListener progress,
      Consumer<T> each)
      throws ShoalException, IOException, InterruptedException {
    command(path, request, most, type, progress, each, _ -> {});
  }

  /// Runs a command of which a part may fail; returns when it is done.
  ///
  /// @param failed gets each failure of a part
  public <T> void command(
      String path,
      Object request,
      Optional<Duration> most,
      Class<T> type,
      ProgressListener progress,
      Consumer<T> each,
      Consumer<NotAdded> failed)
      throws ShoalException, IOException, InterruptedException {
    exchange(
        "POST",
        path,
        ControlJson.write(request),
        CommandStream.EVENTS,
        most,
        connection -> events(connection.in(), type, progress, each, failed));
  }

  private static <T> boolean events(
      InputStream in,
      Class<T> type,
      ProgressListener progress,
      Consumer<T> each,
      Consumer<NotAdded> failed)
      throws ShoalException, IOException {
    String event = "";
    while (true) {
      String line = line(in);
      if (line.startsWith("event: ")) {
        event = line.substring("event: ".length());
      } else if (line.startsWith("data: ")) {
        byte[] data = line.substring("data: ".length()).getBytes(StandardCharsets.UTF_8);
        switch (event) {
          case "done" -> {
            return true;
          }
          case "error" -> raise(data);
          case "progress" -> progress.progress(ControlJson.answer(data, Progress.class));
          case "failed" -> failed.accept(ControlJson.answer(data, NotAdded.class));
          case "result" -> each.accept(ControlJson.answer(data, type));
          default -> {
            // A newer node may send more.
          }
        }
      }
    }
  }

  /// Runs a command that sends blocks of bytes, as [CommandStream] has them.
  ///
  /// @param most the time without a byte that the user allowed
  public void bytes(String path, Object request, Duration most, OutputStream out)
      throws ShoalException, IOException, InterruptedException {
    exchange(
        "POST",
        path,
        ControlJson.write(request),
        CommandStream.BLOCKS,
        Optional.of(most),
        connection -> {
          DataInputStream in = connection.in();
          byte[] block = new byte[CommandStream.MAX_BLOCK_BYTES];
          while (true) {
            int length = in.readInt();
            if (length == CommandStream.END) {
              return true;
            }
            if (length == CommandStream.ERROR) {
              raise(in.readNBytes(MAX_FAILURE_BYTES));
            }
            if (length < 0 || length > block.length) {
              throw new IOException("the node sent a block of " + length + " bytes");
            }
            in.readFully(block, 0, length);
            if (length > 0) {
              out.write(block, 0, length);
              connection.within(Optional.of(withGrace(most)));
            }
          }
        });
  }

  private static Duration withGrace(Duration most) {
    return ControlJson.bounded(most).plus(GRACE);
  }

  private <T> T exchange(
      String method,
      String path,
      byte[] body,
      String type,
      Optional<Duration> most,
      Reader<T> reader)
      throws ShoalException, IOException, InterruptedException {
    try (NodeConnection connection = NodeConnection.open(address, silentFor, nanoTime)) {
      connection.send(request(method, path, body, type));
      begin(connection, type);
      connection.within(most.map(ControlClient::withGrace));
      return reader.read(connection);
    } catch (NodeConnection.OverdueException e) {
      throw new DeadlineException(
          "the node at %s did not end this within %s: see 'shoal status', or restart the node"
              .formatted(node.url(), most.map(Units::exactTime).orElse("its time")),
          e);
    } catch (JsonException e) {
      throw new IOException(
          "the node at " + node.url() + " is of another version: restart it with this one", e);
    } catch (IOException e) {
      if (Thread.interrupted()) {
        var interrupted = new InterruptedException("interrupted");
        interrupted.initCause(e);
        throw interrupted;
      }
      throw explained(e);
    }
  }

  private IOException explained(IOException failure) {
    return switch (failure) {
      case NodeConnection.SilentException e ->
          new NodeGoneException(
              "the node at %s (process %d) does not answer: if it is stopped, let it go on with 'kill -CONT %d'; if it hangs, end it and start it again"
                  .formatted(node.url(), node.pid(), node.pid()),
              e);
      case StrangerException e ->
          new NodeGoneException(
              "%s is not the node of this data folder: another program has its port now: if no node runs here, delete control.json in the data folder"
                  .formatted(node.url()),
              e);
      case ConnectException e -> stopped(e);
      case EOFException e -> stopped(e);
      // What a write or a read of a connection meets that the other side closed.
      case SocketException e -> stopped(e);
      default -> failure;
    };
  }

  private IOException stopped(IOException cause) {
    return new NodeGoneException(
        "the node at "
            + node.url()
            + " stopped before it was done: start it, and repeat the command",
        cause);
  }

  private static void raise(byte[] failure) throws ShoalException, IOException {
    ControlJson.answer(failure, CommandFailure.class).raise();
  }

  private byte[] request(String method, String path, byte[] body, String accept) {
    String head =
        method
            + (" " + path + " HTTP/1.0\r\n")
            + ("Host: " + node.url().substring("http://".length()) + "\r\n")
            + ("Authorization: Bearer " + node.token() + "\r\n")
            + ("Accept: " + accept + "\r\n")
            + "Content-Type: application/json\r\n"
            + ("Content-Length: " + body.length + "\r\n\r\n");
    var request = new ByteArrayOutputStream(head.length() + body.length);
    request.writeBytes(head.getBytes(StandardCharsets.UTF_8));
    request.writeBytes(body);
    return request.toByteArray();
  }

  /// Reads the head of the answer, and all of it if it is a refusal.
  private void begin(NodeConnection connection, String type) throws ShoalException, IOException {
    // As a whole: what drips is no node.
    connection.within(Optional.of(silentFor));
    byte[] refusal;
    try {
      Head head = head(connection.in());
      if (head.status == 200) {
        if (!head.type.equals(type)) {
          throw new StrangerException("it answers with " + head.type);
        }
        return;
      }
      if (head.status == 401 || head.status == 421 || !head.type.equals("application/json")) {
        throw new StrangerException("it answers with status " + head.status);
      }
      refusal = connection.in().readNBytes(MAX_FAILURE_BYTES);
    } catch (NodeConnection.OverdueException e) {
      throw new StrangerException(e);
    } catch (EOFException e) {
      throw new NodeGoneException(
          "%s was closed without an answer: the node is being stopped, or another program has its port now: repeat the command; if no node runs here, delete control.json in the data folder"
              .formatted(node.url()),
          e);
    }
    raise(refusal);
  }

  private static Head head(InputStream in) throws IOException {
    String[] status = line(in, MAX_HEAD_LINE_BYTES).split(" ", 3);
    if (status.length < 2 || !status[0].startsWith("HTTP/") || !status[1].matches("\\d{3}")) {
      throw new StrangerException("it does not speak HTTP as a node does");
    }
    String type = "";
    for (int lines = 0; lines < MAX_HEADER_LINES; lines++) {
      String line = line(in, MAX_HEAD_LINE_BYTES);
      if (line.isEmpty()) {
        return new Head(Integer.parseInt(status[1]), type);
      }
      if (line.regionMatches(true, 0, "Content-Type:", 0, "Content-Type:".length())) {
        type = line.substring("Content-Type:".length()).strip();
      }
    }
    throw new StrangerException("it does not speak HTTP as a node does");
  }

  private static String line(InputStream in) throws IOException {
    return line(in, MAX_LINE_BYTES);
  }

  private static String line(InputStream in, int maxBytes) throws IOException {
    var line = new ByteArrayOutputStream();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        throw new EOFException();
      }
      if (line.size() == maxBytes) {
        if (maxBytes == MAX_HEAD_LINE_BYTES) {
          throw new StrangerException("it does not speak HTTP as a node does");
        }
        throw new IOException("the node sent a line of more than " + maxBytes + " bytes");
      }
      if (b != '\r') {
        line.write(b);
      }
    }
    return line.toString(StandardCharsets.UTF_8);
  }
}
