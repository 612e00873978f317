package __package__;

import io.shoal.api.ChunkChangedException;
import io.shoal.api.ChunkRequest;
import io.shoal.api.ChunkServer;
import io.shoal.api.ChunkSource;
import io.shoal.api.MalformedDataException;
import io.shoal.api.Refusal;
import io.shoal.api.RetryableException;
import io.shoal.api.ServeAnswer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.Semaphore;

/// A peer's request, answered on a thread of its own, which is interrupted when the peer takes the
/// request back or goes.
final class OutgoingChunk {

  private static final Duration RETRY = Duration.ofSeconds(1);

  private final FramedConnection connection;
  private final ChunkServer server;
  private final int number;
  private final ChunkRequest request;
  private final Semaphore room = new Semaphore(IncomingChunk.WINDOW_SIZE_BYTES);
  private final Thread thread = Thread.ofVirtual().name("__id__-serve").unstarted(this::answer);

  OutgoingChunk(FramedConnection connection, ChunkServer server, int number, ChunkRequest request) {
    this.connection = connection;
    this.server = server;
    this.number = number;
    this.request = request;
  }

  void start() {
    thread.start();
  }

  /// The peer has room for more.
  void room(Frame frame) throws MalformedDataException {
    room.release(frame.number(1, IncomingChunk.WINDOW_SIZE_BYTES - room.availablePermits()));
  }

  void interrupt() {
    thread.interrupt();
  }

  void awaitEnd(Duration limit) throws InterruptedException {
    thread.join(limit);
  }

  private void answer() {
    try {
      switch (server.request(connection, request)) {
        case ServeAnswer.Serve serve -> {
          try (ChunkSource source = serve.source()) {
            connection.send(send(source));
          }
        }
        case ServeAnswer.Refuse refuse -> connection.send(Frame.end(number, refuse.refusal()));
        default -> connection.send(Frame.end(number, new Refusal.NotHeld()));
      }
    } catch (InterruptedException e) {
      // The peer wants it no longer: it waits for no answer.
    } finally {
      connection.answered(number);
    }
  }

  /// Sends all but the end.
  ///
  /// @return the end
  private ByteBuffer send(ChunkSource source) throws InterruptedException {
    try {
      int size = source.sizeBytes();
      connection.send(Frame.of(Frame.SIZE, number, size));
      for (int sent = 0; sent < size; ) {
        ByteBuffer piece = nextPiece(source, sent, size);
        sent += piece.remaining() - Frame.HEAD_SIZE_BYTES;
        connection.sendInTurn(piece);
      }
      source.revalidate();
      return Frame.of(Frame.END, number);
    } catch (ChunkChangedException e) {
      return Frame.end(number, new Refusal.Corrupt());
    } catch (RetryableException e) {
      return Frame.end(number, new Refusal.Busy(RETRY));
    } catch (IOException e) {
      return Frame.end(number, new Refusal.NotHeld());
    }
  }

  private ByteBuffer nextPiece(ChunkSource source, int sent, int size)
      throws IOException, RetryableException, InterruptedException {
    room.acquire();
    int wanted = Math.min(Frame.MAX_DATA_SIZE_BYTES, size - sent);
    while (wanted > 1 && !room.tryAcquire(wanted - 1)) {
      // Rather a little now than all of it later.
      wanted = Math.max(1, Math.min(wanted - 1, room.availablePermits() + 1));
    }
    // Every byte is paid for before it is sent, and what cannot be sent is not asked for.
    int permitted = source.permit(wanted);
    room.release(wanted - permitted);
    ByteBuffer piece = Frame.begin(Frame.DATA, number, permitted);
    while (piece.hasRemaining()) {
      if (source.read(piece, sent + piece.position() - Frame.HEAD_SIZE_BYTES) < 0) {
        throw new IOException("the chunk is shorter than it was");
      }
    }
    return piece.flip();
  }
}
