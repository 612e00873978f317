package io.shoal.transport.http.gateway;

import io.shoal.api.ChunkSource;
import io.shoal.api.Cid;
import io.shoal.api.MalformedDataException;
import io.shoal.api.NoSuchPathException;
import io.shoal.api.NodeAccess;
import io.shoal.api.PermanentException;
import io.shoal.api.RefusedException;
import io.shoal.api.RetryableException;
import io.shoal.api.ShoalException;
import io.shoal.transport.http.content.Blocks;
import io.shoal.transport.http.content.PathWalk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The HTTP interface of a node: the trustless gateway of IPFS, and plain files and folders.
/// Fetches nothing. Usable from any thread.
public final class Gateway {
  private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);

  private static final Duration RETRY = Duration.ofSeconds(5);

  private final NodeAccess node;
  private final boolean files;

  /// @param files whether files and folders are served to clients that cannot check them
  public Gateway(NodeAccess node, boolean files) {
    this.node = node;
    this.files = files;
  }

  /// Answers a request. What ends with an exception once the answer has begun is broken off.
  ///
  /// @throws IOException the client is gone, or the answer cannot be completed
  public void answer(Exchange exchange) throws IOException, InterruptedException {
    try {
      send(exchange);
    } catch (StatusException e) {
      refuse(exchange, e);
    } catch (RefusedException e) {
      refuse(exchange, StatusException.of(e, exchange.request().isOnlyIfCached()));
    } catch (ShoalException e) {
      refuse(exchange, status(e));
    } catch (IOException e) {
      if (exchange.hasBegun()) {
        throw e;
      }
      LOG.warn("A request is not answered: {}", e.getMessage());
      refuse(exchange, new StatusException(500, "this node cannot read its own store"));
    }
  }

  /// Answers a request that is not to be looked at.
  ///
  /// @throws IOException the client is gone
  public void refuse(Exchange exchange, int status) throws IOException, InterruptedException {
    refuse(exchange, new StatusException(status, "the request is not one that is answered here"));
  }

  private static StatusException status(ShoalException failure) {
    return switch (failure) {
      case NoSuchPathException e -> new StatusException(404, String.valueOf(e.getMessage()));
      case RetryableException _ -> StatusException.busy(RETRY);
      case MalformedDataException e -> new StatusException(500, String.valueOf(e.getMessage()));
      case PermanentException e -> new StatusException(500, String.valueOf(e.getMessage()));
      default -> new StatusException(500, "this node cannot answer that");
    };
  }

  private void send(Exchange exchange)
      throws StatusException, RefusedException, ShoalException, IOException, InterruptedException {
    Request request = exchange.request();
    if (!request.method().equals("GET") && !request.isHead()) {
      throw new StatusException(Head.of(405).with("Allow", "GET, HEAD"), "only GET and HEAD");
    }
    Question question = Question.of(request.target());
    switch (new Negotiation(question, request, files).format()) {
      case Format.Raw() -> new RawAnswer(exchange, question, path(exchange, question)).send();
      case Format.Car car ->
          new CarAnswer(exchange, question, path(exchange, question), car).send();
      case Format.Plain() -> new FileAnswer(exchange, question, node).send();
    }
  }

  private static PathWalk path(Exchange exchange, Question question)
      throws NoSuchPathException,
          MalformedDataException,
          RefusedException,
          IOException,
          InterruptedException {
    return PathWalk.follow(question.root(), question.path(), new ReadOnly(new Chunks(exchange)));
  }

  /// Chunks on the way to what is sent.
  private record ReadOnly(Chunks chunks) implements Blocks {

    @Override
    public byte[] read(Cid cid) throws RefusedException, IOException, InterruptedException {
      try (ChunkSource source = chunks.open(cid)) {
        return chunks.read(source);
      }
    }

    @Override
    public void pass(Cid cid) {}

    @Override
    public byte[] passNode(Cid cid) throws RefusedException, IOException, InterruptedException {
      return read(cid);
    }
  }

  private static void refuse(Exchange exchange, StatusException status)
      throws IOException, InterruptedException {
    if (exchange.hasBegun()) {
      throw new IOException("an answer is broken off: " + status.getMessage());
    }
    byte[] text =
        status.head().status() == 304
            ? new byte[0]
            : (status.getMessage() + "\n").getBytes(StandardCharsets.UTF_8);
    exchange.begin(
        status.head().sized(text.length).with("Content-Type", "text/plain; charset=utf-8"));
    if (!exchange.request().isHead()) {
      exchange.write(ByteBuffer.wrap(text));
    }
  }
}
