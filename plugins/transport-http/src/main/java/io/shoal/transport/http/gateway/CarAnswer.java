package io.shoal.transport.http.gateway;

import io.shoal.api.ChunkSource;
import io.shoal.api.Cid;
import io.shoal.api.MalformedDataException;
import io.shoal.api.RefusedException;
import io.shoal.transport.http.content.Blocks;
import io.shoal.transport.http.content.Car;
import io.shoal.transport.http.content.DagWalk;
import io.shoal.transport.http.content.PathWalk;
import java.io.IOException;
import java.nio.ByteBuffer;

/// Answers with the chunks of a DAG. They are sent as they are found: one that is missing breaks
/// the answer off.
final class CarAnswer {
  private final Exchange exchange;
  private final Question question;
  private final PathWalk path;
  private final Format.Car format;
  private final Chunks chunks;

  CarAnswer(Exchange exchange, Question question, PathWalk path, Format.Car format) {
    this.exchange = exchange;
    this.question = question;
    this.path = path;
    this.format = format;
    this.chunks = new Chunks(exchange);
  }

  void send()
      throws StatusException,
          MalformedDataException,
          RefusedException,
          IOException,
          InterruptedException {
    if (!path.end().isIdentity()) {
      // Once the answer has begun nothing can say any more that its end is not here.
      chunks.open(path.end()).close();
    }
    String duplicates = format.duplicates() ? "y" : "n";
    String etag =
        Headers.etag(
            "car",
            question.root(),
            path.way(),
            path.end(),
            format.scope(),
            format.span().map(Object::toString).orElse(""),
            duplicates);
    Headers.requireChanged(exchange.request(), etag);
    String name = question.parameter("filename").orElse(path.end() + ".car");
    exchange.begin(
        Headers.trustless(Head.of(200), question, path.entries(), etag)
            .with("Content-Type", Negotiation.CAR + "; version=1; order=dfs; dups=" + duplicates)
            .with("Content-Disposition", Headers.disposition(true, name)));
    if (!exchange.request().isHead()) {
      exchange.write(ByteBuffer.wrap(Car.header(question.root())));
      new DagWalk(new Sections(), format.duplicates()).walk(path, format.scope(), format.span());
    }
  }

  /// Sends each chunk as a section.
  private final class Sections implements Blocks {

    @Override
    public byte[] read(Cid cid) throws RefusedException, IOException, InterruptedException {
      try (ChunkSource source = chunks.open(cid)) {
        return chunks.read(source);
      }
    }

    @Override
    public void pass(Cid cid) throws RefusedException, IOException, InterruptedException {
      try (ChunkSource source = chunks.open(cid)) {
        int size = source.sizeBytes();
        exchange.write(ByteBuffer.wrap(Car.sectionHead(cid, size)));
        chunks.send(source, 0, size - 1);
      }
    }

    @Override
    public byte[] passNode(Cid cid) throws RefusedException, IOException, InterruptedException {
      try (ChunkSource source = chunks.open(cid)) {
        byte[] node = chunks.read(source);
        exchange.write(ByteBuffer.wrap(Car.sectionHead(cid, node.length)));
        chunks.pay(source, ByteBuffer.wrap(node));
        return node;
      }
    }
  }
}
