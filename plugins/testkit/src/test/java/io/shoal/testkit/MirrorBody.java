package io.shoal.testkit;

import io.shoal.api.ChunkBody;
import io.shoal.api.Cid;
import io.shoal.api.PeerAddress;
import io.shoal.api.Refusal;
import io.shoal.api.RefusedException;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;

/// A chunk on its way over a socket of its own.
final class MirrorBody implements ChunkBody {
  private static final Duration RETRY = Duration.ofMillis(10);

  private final Socket socket = new Socket();
  private final Consumer<MirrorBody> ended;
  private final boolean full;
  private final CompletableFuture<Integer> size = new CompletableFuture<>();
  private Optional<DataInputStream> in = Optional.empty();
  private OptionalInt piece = OptionalInt.empty();
  private int leftOfPiece;
  private volatile boolean closed;

  /// @param full whether there are too many requests for another one
  MirrorBody(PeerAddress address, Cid cid, boolean full, Consumer<MirrorBody> ended) {
    this.ended = ended;
    this.full = full;
    if (full) {
      size.completeExceptionally(new RefusedException(new Refusal.Busy(RETRY)));
    } else {
      Thread.ofVirtual().name("mirror-ask").start(() -> ask(address, cid));
    }
  }

  private void ask(PeerAddress address, Cid cid) {
    try {
      socket.connect(
          new InetSocketAddress(address.host().orElseThrow(), address.port().orElseThrow()));
      socket.getOutputStream().write((cid + "\n").getBytes(StandardCharsets.US_ASCII));
      DataInputStream answer = new DataInputStream(socket.getInputStream());
      in = Optional.of(answer);
      int status = answer.readInt();
      if (status >= 0) {
        size.complete(status);
        return;
      }
      size.completeExceptionally(
          new RefusedException(
              switch (status) {
                case MirrorAnswer.BUSY -> new Refusal.Busy(Duration.ofMillis(answer.readInt()));
                case MirrorAnswer.DENIED -> new Refusal.Denied();
                case MirrorAnswer.CORRUPT -> new Refusal.Corrupt();
                default -> new Refusal.NotHeld();
              }));
    } catch (IOException e) {
      size.completeExceptionally(gone());
    }
  }

  private static RefusedException gone() {
    return new RefusedException(new Refusal.Gone());
  }

  @Override
  public int awaitSize() throws RefusedException, InterruptedException {
    try {
      return size.get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RefusedException refused ? refused : gone();
    }
  }

  @Override
  public int read(ByteBuffer into) throws RefusedException, InterruptedException {
    awaitSize();
    DataInputStream answer = in.orElseThrow();
    try {
      while (leftOfPiece == 0) {
        if (piece.isPresent() && piece.getAsInt() < 0) {
          return -1;
        }
        piece = OptionalInt.of(answer.readInt());
        if (piece.getAsInt() == MirrorAnswer.CORRUPT) {
          throw new RefusedException(new Refusal.Corrupt());
        }
        leftOfPiece = Math.max(0, piece.getAsInt());
      }
      byte[] bytes = new byte[Math.min(into.remaining(), leftOfPiece)];
      answer.readFully(bytes);
      into.put(bytes);
      leftOfPiece -= bytes.length;
      return bytes.length;
    } catch (IOException e) {
      throw gone();
    }
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    size.completeExceptionally(gone());
    try {
      socket.close();
    } catch (IOException e) {
      throw new AssertionError("a socket does not close", e);
    }
    ended.accept(this);
  }

  @Override
  public String toString() {
    return full ? "a request too many" : "a request over " + socket;
  }
}
