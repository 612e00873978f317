package io.shoal.test.unix;

import io.shoal.api.ChunkChangedException;
import io.shoal.api.ChunkRequest;
import io.shoal.api.ChunkServer;
import io.shoal.api.ChunkSource;
import io.shoal.api.Refusal;
import io.shoal.api.RetryableException;
import io.shoal.api.ServeAnswer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.Semaphore;

/// A chunk that this side sends: runs on a thread of its own, which is interrupted when the peer takes the request back.
final class Outgoing implements Runnable {

  private static final int PIECE_SIZE_BYTES = 32 * 1024;

  private final UnixConnection connection;
  private final ChunkServer server;
  private final long id;
  private final ChunkRequest request;
  private final Semaphore credit = new Semaphore(IncomingBody.WINDOW_SIZE_BYTES);
  private final Thread thread;

  Outgoing(UnixConnection connection, ChunkServer server, long id, ChunkRequest request) {
    this.connection = connection;
    this.server = server;
    this.id = id;
    this.request = request;
    this.thread = Thread.ofVirtual().name("unix-serve").unstarted(this);
  }

  void start() {
    thread.start();
  }

  void credit(int bytes) {
    credit.release(bytes);
  }

  void cancel() {
    thread.interrupt();
  }

  @Override
  public void run() {
    try {
      switch (server.request(connection, request)) {
        case ServeAnswer.Refuse no -> connection.send(Frame.refusal(id, no.refusal()));
        case ServeAnswer.Serve yes -> {
          try (ChunkSource source = yes.source()) {
            send(source);
          }
        }
        default -> connection.send(Frame.refusal(id, new Refusal.NotHeld()));
      }
    } catch (InterruptedException e) {
      // The peer wants it no longer, or is gone: there is nobody to answer.
    } finally {
      connection.served(id);
    }
  }

  private void send(ChunkSource source) throws InterruptedException {
    try {
      int size = source.sizeBytes();
      connection.send(Frame.of(Frame.SIZE, id, Frame.number(size)));
      int sent = 0;
      while (sent < size) {
        int piece = source.permit(Math.min(PIECE_SIZE_BYTES, size - sent));
        credit.acquire(piece);
        ByteBuffer bytes = ByteBuffer.allocate(piece);
        while (bytes.hasRemaining()) {
          if (source.read(bytes, sent + bytes.position()) < 0) {
            throw new IOException("the chunk is shorter than it was");
          }
        }
        connection.send(Frame.of(Frame.DATA, id, bytes.array()));
        sent += piece;
      }
      source.revalidate();
      connection.send(Frame.of(Frame.END, id));
    } catch (ChunkChangedException | IOException e) {
      connection.send(Frame.refusal(id, new Refusal.Corrupt()));
    } catch (RetryableException e) {
      connection.send(Frame.refusal(id, new Refusal.Busy(Duration.ofSeconds(1))));
    }
  }
}
