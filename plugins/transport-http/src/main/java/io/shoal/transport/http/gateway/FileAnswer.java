package io.shoal.transport.http.gateway;

import io.shoal.api.Content;
import io.shoal.api.NodeAccess;
import io.shoal.api.RefusedException;
import io.shoal.api.ShoalException;
import io.shoal.api.Upload;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// Answers with a file as it is, or with a page that lists a folder: for clients that do not check
/// what they get, such as browsers.
final class FileAnswer {
  private static final int BUFFER_BYTES = 64 * 1024;

  private final Exchange exchange;
  private final Question question;
  private final NodeAccess node;

  FileAnswer(Exchange exchange, Question question, NodeAccess node) {
    this.exchange = exchange;
    this.question = question;
    this.node = node;
  }

  void send()
      throws StatusException, RefusedException, ShoalException, IOException, InterruptedException {
    Optional<Content> found = node.open(question.root(), String.join("/", question.path()));
    if (found.isEmpty()) {
      boolean cached = exchange.request().isOnlyIfCached();
      throw new StatusException(
          cached ? 412 : 404,
          "no root of this node: it serves the files of what it added or downloaded, and chunks by"
              + " ?format=raw");
    }
    try (Content content = found.get()) {
      if (!content.isFolder()) {
        sendFile(content);
      } else if (question.isFolder()) {
        sendFolder(content);
      } else {
        // The links of the page are relative.
        throw new StatusException(
            Head.of(301).with("Location", question.text() + "/"), "a folder: its path ends with /");
      }
    }
  }

  private void sendFile(Content content)
      throws StatusException, RefusedException, ShoalException, IOException, InterruptedException {
    long size = content.files().getFirst().sizeBytes();
    String etag = '"' + content.cid().toString() + '"';
    Headers.requireChanged(exchange.request(), etag);
    Optional<ByteRange> range = ByteRange.of(exchange.request(), etag, size);
    String name =
        question.parameter("filename").or(content::name).orElse(question.root().toString());
    String type = ContentTypes.of(name);
    boolean save =
        question.parameter("download").filter("true"::equals).isPresent()
            || !ContentTypes.isShown(type);
    Head head =
        ByteRange.head(range, size)
            .with("Content-Type", type)
            .with("Content-Disposition", Headers.disposition(save, name))
            .with("Content-Security-Policy", "default-src 'none'; media-src 'self'; sandbox")
            .with("ETag", etag)
            .with("Cache-Control", Headers.IMMUTABLE)
            .with("X-Ipfs-Path", question.text());
    if (exchange.request().isHead()) {
      exchange.begin(head);
      return;
    }
    try (Upload turn = node.upload(exchange.peer())) {
      copy(content, range.orElse(new ByteRange(0, size - 1)), head, turn);
    }
  }

  /// The answer begins once the first bytes are here: until then it can still say what is wrong.
  private void copy(Content content, ByteRange part, Head head, Upload turn)
      throws ShoalException, IOException, InterruptedException {
    ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(BUFFER_BYTES, part.sizeBytes()));
    for (long at = part.first(); at <= part.last(); at += bytes.limit()) {
      bytes.clear().limit((int) Math.min(bytes.capacity(), part.last() - at + 1));
      if (content.read(0, at, bytes) < 0) {
        throw new EOFException("a file ends before its end");
      }
      bytes.flip();
      if (!exchange.hasBegun()) {
        exchange.begin(head);
      }
      int end = bytes.limit();
      while (bytes.position() < end) {
        bytes.limit(bytes.position() + turn.permit(end - bytes.position()));
        exchange.write(bytes);
      }
    }
    if (!exchange.hasBegun()) {
      exchange.begin(head);
    }
  }

  private void sendFolder(Content content)
      throws StatusException, RefusedException, ShoalException, IOException, InterruptedException {
    String etag = Headers.etag("folder", FolderPage.VERSION, content.cid(), question.text());
    Headers.requireChanged(exchange.request(), etag);
    byte[] page =
        FolderPage.of(question, content.name(), content.files()).getBytes(StandardCharsets.UTF_8);
    Head head =
        Head.of(200)
            .sized(page.length)
            .with("Content-Type", "text/html; charset=utf-8")
            .with("Content-Security-Policy", FolderPage.SECURITY_POLICY)
            .with("Referrer-Policy", "no-referrer")
            .with("ETag", etag)
            // Another version of the program may write another page.
            .with("Cache-Control", "public, max-age=3600")
            .with("X-Ipfs-Path", question.text());
    try (Upload turn = node.upload(exchange.peer())) {
      exchange.begin(head);
      ByteBuffer bytes = ByteBuffer.wrap(page);
      while (!exchange.request().isHead() && bytes.position() < page.length) {
        bytes.limit(bytes.position() + turn.permit(page.length - bytes.position()));
        exchange.write(bytes);
      }
    }
  }
}
