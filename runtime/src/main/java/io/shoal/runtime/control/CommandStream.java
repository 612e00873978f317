package io.shoal.runtime.control;

import io.shoal.runtime.command.ContentCommands;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Runs one command on a thread of its own and sends its results to the client while it runs. When
/// the client disconnects, the command is interrupted.
///
/// It has two forms: server-sent events (`progress`, `result`, `failed`, then `done` or `error`),
/// and for a file's bytes a stream of blocks, each after its length in four bytes (see
/// [#MAX_BLOCK_BYTES]), since text would make it a third longer.
final class CommandStream {

  /// A command that sends its results to a stream.
  interface Command {
    void run(CommandStream out) throws Exception;
  }

  /// Lengths of a block of bytes: positive for bytes, 0 to show life, and these two.
  static final int END = -1;

  static final int ERROR = -2;

  static final String EVENTS = "text/event-stream";

  static final String BLOCKS = "application/vnd.shoal.blocks";

  /// The largest block: enough to make the length before it irrelevant.
  static final int MAX_BLOCK_BYTES = 64 * 1024;

  /// How long nothing may be written. A client's disconnect is noticed only by writing to it,
  /// twice; commands are to be interrupted within a second.
  private static final int HEARTBEAT_MILLIS = 250;

  /// How much waits for a slow client before the command does: 4 MiB of blocks.
  private static final int MAX_WAITING = 64;

  private static final Logger LOG = LoggerFactory.getLogger(CommandStream.class);

  private final boolean bytes;
  private final BlockingQueue<Piece> waiting = new ArrayBlockingQueue<>(MAX_WAITING);

  @SuppressWarnings("ArrayRecordComponent") // never compared, and written as it is
  private record Piece(byte[] bytes, boolean last) {}

  private CommandStream(boolean bytes) {
    this.bytes = bytes;
  }

  /// Runs a command that sends events.
  static void events(Exchange exchange, String name, Command command) throws IOException {
    new CommandStream(false).run(exchange.stream(EVENTS), name, command);
  }

  /// Runs a command that writes bytes.
  static void blocks(Exchange exchange, String name, Command command) throws IOException {
    new CommandStream(true).run(exchange.stream(BLOCKS), name, command);
  }

  private void run(OutputStream out, String name, Command command) {
    // A thread of the system: virtual ones wait while hashing and handshakes hold all processors,
    // and a client that hears nothing for seconds takes the node for one that hangs.
    Thread writer =
        Thread.ofPlatform().daemon().name("answer " + name).start(() -> write(out, name, command));
    try {
      writer.join();
    } catch (InterruptedException e) {
      // The node ends. The caller closes the connection, and with it a write that waits.
      writer.interrupt();
      Thread.currentThread().interrupt();
    }
  }

  private void write(OutputStream out, String name, Command command) {
    Thread worker = Thread.ofVirtual().name("command " + name).start(() -> work(command));
    byte[] heartbeat = bytes ? length(0) : ":\n\n".getBytes(StandardCharsets.UTF_8);
    try {
      boolean last = false;
      while (!last) {
        Piece piece = waiting.poll(HEARTBEAT_MILLIS, TimeUnit.MILLISECONDS);
        if (piece == null && !worker.isAlive() && waiting.isEmpty()) {
          // Even its last word failed, for want of memory: the end of the stream has to say it.
          return;
        }
        out.write(piece == null ? heartbeat : piece.bytes);
        out.flush();
        last = piece != null && piece.last;
      }
    } catch (IOException e) {
      LOG.debug("the client of {} disconnected: its command is interrupted", name, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      worker.interrupt();
    }
  }

  private void work(Command command) {
    try {
      command.run(this);
      put(bytes ? length(END) : event("done", "{}".getBytes(StandardCharsets.UTF_8)), true);
    } catch (Throwable e) {
      // Whatever it is, the client waits for a last word.
      LOG.debug("a command failed", e);
      byte[] failure = ControlJson.write(CommandFailure.of(e));
      try {
        put(bytes ? block(ERROR, failure, 0, failure.length) : event("error", failure), true);
      } catch (InterruptedException gone) {
        LOG.debug("the client is gone", gone);
      }
    }
  }

  private void put(byte[] piece, boolean last) throws InterruptedException {
    waiting.put(new Piece(piece, last));
  }

  /// Sends a result; waits for a client that is slow.
  void result(Object value) {
    send("result", value);
  }

  /// Sends a path that was not added; the command goes on.
  void failed(ContentCommands.NotAdded path) {
    send("failed", path);
  }

  private void send(String event, Object value) {
    try {
      put(event(event, ControlJson.write(value)), false);
    } catch (InterruptedException e) {
      // The command notices at its next wait, as it does for any other interruption.
      Thread.currentThread().interrupt();
    }
  }

  /// Sends progress. Without room it is dropped: the next one says more.
  void progress(ContentCommands.Progress progress) {
    if (waiting.remainingCapacity() > MAX_WAITING / 2) {
      waiting.offer(new Piece(event("progress", ControlJson.write(progress)), false));
    }
  }

  /// Where a command writes bytes.
  OutputStream asOutput() {
    return new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
      }

      @Override
      public void write(byte[] from, int offset, int count) throws IOException {
        try {
          for (int done = 0; done < count; done += MAX_BLOCK_BYTES) {
            int size = Math.min(MAX_BLOCK_BYTES, count - done);
            put(block(size, from, offset + done, size), false);
          }
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new IOException("the client is gone", e);
        }
      }
    };
  }

  private static byte[] event(String name, byte[] json) {
    var out = new ByteArrayOutputStream(json.length + 32);
    out.writeBytes(("event: " + name + "\ndata: ").getBytes(StandardCharsets.UTF_8));
    out.writeBytes(json);
    out.writeBytes(new byte[] {'\n', '\n'});
    return out.toByteArray();
  }

  private static byte[] length(int length) {
    return ByteBuffer.allocate(Integer.BYTES).putInt(length).array();
  }

  private static byte[] block(int length, byte[] from, int offset, int count) {
    return ByteBuffer.allocate(Integer.BYTES + count)
        .putInt(length)
        .put(from, offset, count)
        .array();
  }
}
