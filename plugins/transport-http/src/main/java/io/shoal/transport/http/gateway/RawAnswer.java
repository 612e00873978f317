package io.shoal.transport.http.gateway;

import io.shoal.api.ChunkSource;
import io.shoal.api.Cid;
import io.shoal.api.RefusedException;
import io.shoal.transport.http.content.PathWalk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/// Answers with one chunk.
final class RawAnswer {
  private final Exchange exchange;
  private final Question question;
  private final PathWalk path;

  RawAnswer(Exchange exchange, Question question, PathWalk path) {
    this.exchange = exchange;
    this.question = question;
    this.path = path;
  }

  void send() throws StatusException, RefusedException, IOException, InterruptedException {
    Cid cid = path.end();
    if (cid.isIdentity()) {
      byte[] content = cid.identityContent();
      Optional<ByteRange> range = begin(content.length);
      if (!exchange.request().isHead()) {
        ByteRange part = range.orElse(new ByteRange(0, content.length - 1));
        exchange.write(ByteBuffer.wrap(content, (int) part.first(), (int) part.sizeBytes()));
      }
      return;
    }
    Chunks chunks = new Chunks(exchange);
    try (ChunkSource source = chunks.open(cid)) {
      int size = source.sizeBytes();
      Optional<ByteRange> range = begin(size);
      if (!exchange.request().isHead()) {
        ByteRange part = range.orElse(new ByteRange(0, size - 1));
        chunks.send(source, (int) part.first(), (int) part.last());
      }
    }
  }

  private Optional<ByteRange> begin(int size) throws StatusException, IOException {
    String etag = '"' + path.end().toString() + ".raw\"";
    Headers.requireChanged(exchange.request(), etag);
    Optional<ByteRange> range = ByteRange.of(exchange.request(), etag, size);
    String name = question.parameter("filename").orElse(path.end() + ".bin");
    exchange.begin(
        Headers.trustless(ByteRange.head(range, size), question, path.entries(), etag)
            .with("Content-Type", Negotiation.RAW)
            .with("Content-Disposition", Headers.disposition(true, name)));
    return range;
  }
}
