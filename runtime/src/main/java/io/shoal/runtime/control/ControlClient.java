package io.shoal.runtime.control;

import io.shoal.api.ShoalException;
import io.shoal.runtime.command.ContentCommands.Progress;
import io.shoal.runtime.command.ContentCommands.ProgressListener;
import io.shoal.runtime.json.JsonException;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;

/// Sends requests to a [ControlServer]. Speaks HTTP/1.0 over a socket channel: an answer then ends
/// where the connection ends, an interrupt closes the channel, and a command does not pay for the
/// start of a full HTTP client, which takes longer than most commands.
public final class ControlClient {

  /// Longest line of an answer's head and of an event: a result of some ten thousand skipped names.
  private static final int MAX_LINE_BYTES = 16 * 1024 * 1024;

  private static final int MAX_HEADER_LINES = 64;

  private static final int BUFFER_BYTES = 64 * 1024;

  private final ControlFile node;
  private final InetSocketAddress address;

  private interface Reader<T> {
    T read(DataInputStream in) throws ShoalException, IOException;
  }

  public ControlClient(ControlFile node) {
    this.node = node;
    URI uri = URI.create(node.url());
    this.address = new InetSocketAddress(uri.getHost().replaceAll("[\\[\\]]", ""), uri.getPort());
  }

  /// Whether a program listens where the node should be.
  public boolean answers() {
    try (SocketChannel channel = SocketChannel.open(address)) {
      return channel.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  /// Asks for a value.
  public <T> T get(String path, Class<T> type) throws ShoalException, IOException {
    return exchange(path, in -> ControlJson.answer(in.readAllBytes(), type));
  }

  /// Asks for several values.
  public <T> List<T> list(String path, Class<T> type) throws ShoalException, IOException {
    return exchange(path, in -> ControlJson.answers(in.readAllBytes(), type));
  }

  /// Asks for a text.
  public String text(String path) throws ShoalException, IOException {
    return exchange(path, in -> new String(in.readAllBytes(), StandardCharsets.UTF_8));
  }

  private <T> T exchange(String path, Reader<T> reader) throws ShoalException, IOException {
    try {
      return exchange("GET", path, new byte[0], reader);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /// Runs a command that has no results; returns when it is done.
  public void command(String path, Object request)
      throws ShoalException, IOException, InterruptedException {
    command(path, request, Object.class, ProgressListener.SILENT, _ -> {});
  }

  /// Runs a command; returns when it is done.
  ///
  /// @param progress gets each progress event
  /// @param each gets each result
  public <T> void command(
      String path, Object request, Class<T> type, ProgressListener progress, Consumer<T> each)
      throws ShoalException, IOException, InterruptedException {
    exchange(
        "POST",
        path,
        ControlJson.write(request),
        in -> {
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
                case "result" -> each.accept(ControlJson.answer(data, type));
                default -> {
                  // A newer node may send more.
                }
              }
            }
          }
        });
  }

  /// Runs a command that sends blocks of bytes, as [CommandStream] has them.
  public void bytes(String path, Object request, OutputStream out)
      throws ShoalException, IOException, InterruptedException {
    exchange(
        "POST",
        path,
        ControlJson.write(request),
        in -> {
          byte[] block = new byte[CommandStream.MAX_BLOCK_BYTES];
          while (true) {
            int length = in.readInt();
            if (length == CommandStream.END) {
              return true;
            }
            if (length == CommandStream.ERROR) {
              raise(in.readAllBytes());
            }
            if (length < 0 || length > block.length) {
              throw new IOException("the node sent a block of " + length + " bytes");
            }
            in.readFully(block, 0, length);
            out.write(block, 0, length);
          }
        });
  }

  private <T> T exchange(String method, String path, byte[] body, Reader<T> reader)
      throws ShoalException, IOException, InterruptedException {
    try (SocketChannel channel = SocketChannel.open(address)) {
      send(channel, method, path, body);
      var in =
          new DataInputStream(
              new BufferedInputStream(Channels.newInputStream(channel), BUFFER_BYTES));
      int status = head(in);
      if (status != 200) {
        raise(in.readAllBytes());
      }
      return reader.read(in);
    } catch (ClosedByInterruptException e) {
      Thread.interrupted();
      var interrupted = new InterruptedException("interrupted");
      interrupted.initCause(e);
      throw interrupted;
    } catch (EOFException e) {
      throw new IOException(
          "the node at "
              + node.url()
              + " stopped before it was done: start it, and repeat the command",
          e);
    } catch (JsonException e) {
      throw new IOException(
          "the node at " + node.url() + " is of another version: restart it with this one", e);
    }
  }

  private static void raise(byte[] failure) throws ShoalException, IOException {
    ControlJson.answer(failure, CommandFailure.class).raise();
  }

  private void send(SocketChannel channel, String method, String path, byte[] body)
      throws IOException {
    String head =
        method
            + (" " + path + " HTTP/1.0\r\n")
            + ("Host: " + node.url().substring("http://".length()) + "\r\n")
            + ("Authorization: Bearer " + node.token() + "\r\n")
            + "Content-Type: application/json\r\n"
            + ("Content-Length: " + body.length + "\r\n\r\n");
    byte[] bytes = head.getBytes(StandardCharsets.UTF_8);
    ByteBuffer request =
        ByteBuffer.allocate(bytes.length + body.length).put(bytes).put(body).flip();
    while (request.hasRemaining()) {
      channel.write(request);
    }
  }

  private static int head(InputStream in) throws IOException {
    String[] status = line(in).split(" ", 3);
    if (status.length < 2 || !status[1].matches("\\d{3}")) {
      throw new IOException("the program that listens there is not a Shoal node");
    }
    for (int lines = 0; lines < MAX_HEADER_LINES; lines++) {
      if (line(in).isEmpty()) {
        return Integer.parseInt(status[1]);
      }
    }
    throw new IOException("the program that listens there is not a Shoal node");
  }

  private static String line(InputStream in) throws IOException {
    var line = new ByteArrayOutputStream();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        throw new EOFException();
      }
      if (line.size() == MAX_LINE_BYTES) {
        throw new IOException("the node sent a line of more than " + MAX_LINE_BYTES + " bytes");
      }
      if (b != '\r') {
        line.write(b);
      }
    }
    return line.toString(StandardCharsets.UTF_8);
  }
}
