package io.shoal.storage.s3;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;

/// The body of an answer: received whole, since a chunk must outlive its object once it was opened,
/// and handed on buffer by buffer, so that it is never twice in memory.
final class ReceivedBody implements BodySubscriber<InputStream> {
  /// An answer is longer than any that was asked for: asking again does not help.
  static final class TooLongException extends IOException {
    private static final long serialVersionUID = 1;

    TooLongException(long maxBytes) {
      super("an answer of more than " + maxBytes + " bytes");
    }
  }

  private final long maxBytes;
  private final Runnable onProgress;
  private final Queue<ByteBuffer> received = new ArrayDeque<>();
  private final CompletableFuture<InputStream> whole = new CompletableFuture<>();
  private long receivedBytes;
  private Flow.Subscription source =
      new Flow.Subscription() {
        @Override
        public void request(long n) {}

        @Override
        public void cancel() {}
      };

  /// @param onProgress called whenever something arrives
  ReceivedBody(long maxBytes, Runnable onProgress) {
    this.maxBytes = maxBytes;
    this.onProgress = onProgress;
  }

  @Override
  public CompletionStage<InputStream> getBody() {
    return whole;
  }

  @Override
  public void onSubscribe(Flow.Subscription subscription) {
    source = subscription;
    subscription.request(Long.MAX_VALUE);
  }

  @Override
  public void onNext(List<ByteBuffer> some) {
    onProgress.run();
    for (ByteBuffer one : some) {
      receivedBytes += one.remaining();
      received.add(one);
    }
    if (receivedBytes > maxBytes) {
      received.clear();
      source.cancel();
      whole.completeExceptionally(new TooLongException(maxBytes));
    }
  }

  @Override
  public void onError(Throwable failure) {
    received.clear();
    whole.completeExceptionally(failure);
  }

  @Override
  public void onComplete() {
    whole.complete(new Buffers(received));
  }

  /// Lets go of each buffer once it was read.
  private static final class Buffers extends InputStream {
    private final Queue<ByteBuffer> left;

    Buffers(Queue<ByteBuffer> left) {
      this.left = left;
    }

    @Override
    public int read() {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) {
      if (length == 0) {
        return 0;
      }
      while (true) {
        ByteBuffer first = left.peek();
        if (first == null) {
          return -1;
        }
        if (first.hasRemaining()) {
          int count = Math.min(length, first.remaining());
          first.get(into, offset, count);
          return count;
        }
        left.remove();
      }
    }

    @Override
    public int available() {
      ByteBuffer first = left.peek();
      return first == null ? 0 : first.remaining();
    }
  }
}
