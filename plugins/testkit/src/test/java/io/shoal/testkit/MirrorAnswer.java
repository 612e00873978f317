package io.shoal.testkit;

import io.shoal.api.ChunkBody;
import io.shoal.api.ChunkChangedException;
import io.shoal.api.ChunkRequest;
import io.shoal.api.ChunkServer;
import io.shoal.api.ChunkSource;
import io.shoal.api.Cid;
import io.shoal.api.FileRegion;
import io.shoal.api.InvalidInputException;
import io.shoal.api.PeerConnection;
import io.shoal.api.PeerUnreachableException;
import io.shoal.api.Refusal;
import io.shoal.api.RemotePeer;
import io.shoal.api.RetryableException;
import io.shoal.api.ServeAnswer;
import io.shoal.testkit.Mirror.Fault;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.ByteBuffer;

/// Answers the one request of a socket.
final class MirrorAnswer implements PeerConnection {
  static final int END = -1;
  static final int NOT_HELD = -2;
  static final int BUSY = -3;
  static final int DENIED = -4;
  static final int CORRUPT = -5;

  private static final int MAX_LINE_BYTES = 200;
  private static final int PIECE_BYTES = 64 * 1024;

  private final Fault fault;
  private final Socket socket;
  private final RemotePeer remote;
  private final ChunkServer server;

  MirrorAnswer(Fault fault, Socket socket, RemotePeer remote, ChunkServer server) {
    this.fault = fault;
    this.socket = socket;
    this.remote = remote;
    this.server = server;
  }

  void run() {
    server.connected(this);
    Thread answering = Thread.currentThread();
    Thread listening = Thread.ofVirtual().name("mirror-hears").unstarted(() -> hear(answering));
    try (socket) {
      Cid cid = Cid.parse(line(socket.getInputStream()));
      listening.start();
      answer(cid, new DataOutputStream(socket.getOutputStream()));
    } catch (IOException | InvalidInputException | InterruptedException e) {
      // It is gone, or never asked for anything.
    }
    try {
      // `hear` ends with the socket; an interrupt that it sends meanwhile is for nothing.
      boolean ended = listening.getState() == Thread.State.NEW;
      while (!ended) {
        ended = joined(listening);
      }
    } finally {
      server.disconnected(this);
    }
  }

  private static boolean joined(Thread thread) {
    try {
      thread.join();
      return true;
    } catch (InterruptedException e) {
      return false;
    }
  }

  /// The peer sends nothing more: when its side ends, it has gone.
  private void hear(Thread answering) {
    try {
      var _ = socket.getInputStream().read();
    } catch (IOException e) {
      // The same.
    }
    if (fault != Fault.FORGETS_THE_REQUESTS_OF_THE_GONE) {
      answering.interrupt();
    }
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    int next = in.read();
    while (next > '\n' && line.length() < MAX_LINE_BYTES) {
      line.append((char) next);
      next = in.read();
    }
    return line.toString();
  }

  private void answer(Cid cid, DataOutputStream out) throws IOException, InterruptedException {
    switch (server.request(this, ChunkRequest.of(cid))) {
      case ServeAnswer.Serve(ChunkSource source) -> {
        try (source) {
          out.writeInt(source.sizeBytes());
          send(source, out);
        } catch (RetryableException e) {
          throw new IOException(e);
        }
      }
      case ServeAnswer.Refuse(Refusal refusal) -> refuse(refusal, out);
      default -> out.writeInt(NOT_HELD);
    }
    out.flush();
  }

  private static void refuse(Refusal refusal, DataOutputStream out) throws IOException {
    switch (refusal) {
      case Refusal.Busy busy -> {
        out.writeInt(BUSY);
        out.writeInt((int) busy.retryAfter().toMillis());
      }
      case Refusal.Denied _ -> out.writeInt(DENIED);
      case Refusal.Corrupt _ -> out.writeInt(CORRUPT);
      default -> out.writeInt(NOT_HELD);
    }
  }

  private void send(ChunkSource source, DataOutputStream out)
      throws IOException, InterruptedException, RetryableException {
    int at = 0;
    while (at < source.sizeBytes()) {
      int wanted = Math.min(PIECE_BYTES, source.sizeBytes() - at);
      ByteBuffer piece =
          ByteBuffer.allocate(fault == Fault.ASKS_FOR_NO_PERMIT ? wanted : source.permit(wanted));
      read(source, piece, at);
      out.writeInt(piece.capacity());
      out.write(piece.array());
      out.flush();
      at += piece.capacity();
    }
    try {
      if (fault != Fault.NEVER_REVALIDATES) {
        source.revalidate();
      }
      out.writeInt(END);
    } catch (ChunkChangedException e) {
      out.writeInt(CORRUPT);
    }
  }

  private void read(ChunkSource source, ByteBuffer piece, int at)
      throws IOException, RetryableException {
    if (source.region().isEmpty()) {
      while (piece.hasRemaining()) {
        source.read(piece, at + piece.position());
      }
      return;
    }
    FileRegion region = source.region().get();
    long from = fault == Fault.SENDS_WHAT_LIES_BEFORE_THE_REGION ? at : region.offsetBytes() + at;
    if (fault == Fault.MOVES_THE_CHANNEL) {
      region.channel().position(from);
    }
    while (piece.hasRemaining()) {
      region.channel().read(piece, from + piece.position());
    }
  }

  @Override
  public RemotePeer remote() {
    return remote;
  }

  @Override
  public ChunkBody fetch(ChunkRequest request) throws PeerUnreachableException {
    throw new PeerUnreachableException("only the side that dialled asks");
  }

  @Override
  public boolean isOpen() {
    return !socket.isClosed();
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new AssertionError("a socket does not close", e);
    }
  }
}
