package io.shoal.test.gateway;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.shoal.api.Cid;
import io.shoal.api.Content;
import io.shoal.api.FileEntry;
import io.shoal.api.NoSuchPathException;
import io.shoal.api.NodeAccess;
import io.shoal.api.NodeObserver;
import io.shoal.api.PeerAddress;
import io.shoal.api.PermanentException;
import io.shoal.api.PluginContext;
import io.shoal.api.Refusal;
import io.shoal.api.RefusedException;
import io.shoal.api.ShoalException;
import io.shoal.api.Upload;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.concurrent.Executors;

/// Serves what the node has to browsers on this machine: `GET /ROOT/PATH`, with one range. The port
/// is in the file `port` of its folder.
public final class Gateway implements NodeObserver {
  private HttpServer server;
  private NodeAccess node;

  @Override
  public void start(PluginContext context) throws ShoalException {
    node = context.node();
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
      server.createContext("/", this::handle);
      server.start();
      Files.writeString(
          context.dataFolder().resolve("port"), "" + server.getAddress().getPort());
    } catch (IOException e) {
      throw new PermanentException("no port for browsers: " + e, e);
    }
  }

  @Override
  public void close() {
    if (server != null) {
      server.stop(0);
    }
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String[] asked = exchange.getRequestURI().getPath().substring(1).split("/", 2);
      int refused = answerOrStatus(exchange, asked[0], asked.length > 1 ? asked[1] : "");
      if (refused != 0) {
        exchange.sendResponseHeaders(refused, -1);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// @return a status for an answer without bytes; 0 if an answer was given
  private int answerOrStatus(HttpExchange exchange, String root, String path)
      throws IOException, InterruptedException {
    try {
      return answer(exchange, Cid.parse(root), path) ? 0 : 404;
    } catch (NoSuchPathException e) {
      return 404;
    } catch (RefusedException e) {
      return e.refusal() instanceof Refusal.Busy ? 503 : 403;
    } catch (ShoalException e) {
      return 503;
    }
  }

  private boolean answer(HttpExchange exchange, Cid root, String path)
      throws ShoalException, RefusedException, IOException, InterruptedException {
    InetSocketAddress from = exchange.getRemoteAddress();
    PeerAddress peer =
        PeerAddress.of("http://" + from.getAddress().getHostAddress() + ":" + from.getPort());
    try (Content content = node.open(root, path).orElse(null)) {
      if (content == null) {
        return false;
      }
      try (Upload upload = node.upload(peer)) {
        exchange.getResponseHeaders().add("Etag", content.cid().toString());
        if (content.isFolder()) {
          list(exchange, content);
        } else {
          send(exchange, content, upload);
        }
        return true;
      }
    }
  }

  private static void list(HttpExchange exchange, Content content)
      throws ShoalException, IOException {
    StringBuilder text = new StringBuilder();
    for (FileEntry file : content.files()) {
      text.append(file.sizeBytes()).append(' ').append(file.path()).append('\n');
    }
    byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(200, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  private static void send(HttpExchange exchange, Content content, Upload upload)
      throws ShoalException, IOException, InterruptedException {
    long size = content.files().getFirst().sizeBytes();
    long from = 0;
    long to = size;
    String range = exchange.getRequestHeaders().getFirst("Range");
    if (range != null) {
      String[] ends = range.substring("bytes=".length()).split("-", 2);
      from = Long.parseLong(ends[0]);
      to = Math.min(size, Long.parseLong(ends[1]) + 1);
    }
    exchange.sendResponseHeaders(range == null ? 200 : 206, to == from ? -1 : to - from);
    ByteBuffer buffer = ByteBuffer.allocate(64 * 1024);
    for (long at = from; at < to; ) {
      buffer.clear().limit((int) Math.min(buffer.capacity(), to - at));
      at += content.read(0, at, buffer);
      buffer.flip();
      while (buffer.hasRemaining()) {
        int permitted = upload.permit(buffer.remaining());
        exchange.getResponseBody().write(buffer.array(), buffer.position(), permitted);
        buffer.position(buffer.position() + permitted);
      }
    }
  }
}
