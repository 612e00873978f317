package __package__;

import io.shoal.api.ChunkBody;
import io.shoal.api.ChunkStore;
import io.shoal.api.MalformedDataException;
import io.shoal.api.Refusal;
import io.shoal.api.RefusedException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.function.IntConsumer;

/// A chunk on its way here. The peer sends what there is room for, so that a slow reader delays no
/// other and takes no more memory than [#WINDOW_SIZE_BYTES].
final class IncomingChunk implements ChunkBody {

  static final int WINDOW_SIZE_BYTES = 256 * 1024;

  /// Room is reported in steps, not for every byte that is read.
  private static final int STEP_SIZE_BYTES = WINDOW_SIZE_BYTES / 4;

  private final IntConsumer room;
  private final Runnable cancel;
  private final Queue<ByteBuffer> pieces = new ArrayDeque<>();
  private Optional<Refusal> refusal = Optional.empty();
  private int sizeBytes = -1;
  private int receivedBytes;
  private int waitingBytes;
  private int unreportedBytes;
  private boolean whole;

  /// A chunk that was asked for.
  ///
  /// @param room reports to the peer that there is room for so many bytes more
  /// @param cancel takes the request back
  IncomingChunk(IntConsumer room, Runnable cancel) {
    this.room = room;
    this.cancel = cancel;
  }

  @Override
  public synchronized int awaitSize() throws RefusedException, InterruptedException {
    while (sizeBytes < 0) {
      throwRefusal();
      wait();
    }
    return sizeBytes;
  }

  @Override
  public int read(ByteBuffer into) throws RefusedException, InterruptedException {
    int count;
    int newRoom = 0;
    synchronized (this) {
      while (pieces.isEmpty()) {
        throwRefusal();
        if (whole) {
          return -1;
        }
        wait();
      }
      ByteBuffer piece = pieces.element();
      count = Math.min(piece.remaining(), into.remaining());
      into.put(piece.slice(piece.position(), count));
      piece.position(piece.position() + count);
      if (!piece.hasRemaining()) {
        pieces.remove();
      }
      waitingBytes -= count;
      unreportedBytes += count;
      if (unreportedBytes >= STEP_SIZE_BYTES && !whole) {
        newRoom = unreportedBytes;
        unreportedBytes = 0;
      }
    }
    if (newRoom > 0) {
      room.accept(newRoom);
    }
    return count;
  }

  private void throwRefusal() throws RefusedException {
    if (refusal.isPresent()) {
      throw new RefusedException(refusal.get());
    }
  }

  /// The peer said how large the chunk is.
  synchronized void size(Frame frame) throws MalformedDataException {
    if (sizeBytes >= 0) {
      throw new MalformedDataException("a second size of one chunk");
    }
    sizeBytes = frame.number(0, ChunkStore.MAX_CHUNK_SIZE_BYTES);
    notifyAll();
  }

  /// Bytes came.
  synchronized void data(ByteBuffer bytes) throws MalformedDataException {
    receivedBytes += bytes.remaining();
    waitingBytes += bytes.remaining();
    if (receivedBytes > sizeBytes || waitingBytes > WINDOW_SIZE_BYTES || !bytes.hasRemaining()) {
      throw new MalformedDataException("bytes that there is no room for");
    }
    if (refusal.isEmpty()) {
      pieces.add(bytes);
    }
    notifyAll();
  }

  /// The peer sent all of it.
  synchronized void whole() throws MalformedDataException {
    if (receivedBytes != sizeBytes) {
      throw new MalformedDataException("a chunk that ends early");
    }
    whole = true;
    notifyAll();
  }

  /// No more will come. What is here may be read before.
  synchronized void refuse(Refusal why) {
    refusal = refusal.or(() -> Optional.of(why));
    notifyAll();
  }

  @Override
  public void close() {
    boolean wasWanted;
    synchronized (this) {
      wasWanted = !whole && refusal.isEmpty();
      pieces.clear();
      refuse(new Refusal.Gone());
    }
    if (wasWanted) {
      cancel.run();
    }
  }
}
