package io.shoal.transport.http.fetch;

import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;

/// Throws a body away. A short one is read to its end, so that the connection can be used again.
final class UnwantedBody implements HttpResponse.BodySubscriber<Void> {
  private static final int MAX_UNWANTED_BYTES = 16 * 1024;

  private Optional<Flow.Subscription> subscription = Optional.empty();
  private int bytes;

  @Override
  public CompletionStage<Void> getBody() {
    return CompletableFuture.completedStage(null);
  }

  @Override
  public void onSubscribe(Flow.Subscription from) {
    subscription = Optional.of(from);
    from.request(Long.MAX_VALUE);
  }

  @Override
  public void onNext(List<ByteBuffer> items) {
    bytes += items.stream().mapToInt(ByteBuffer::remaining).sum();
    if (bytes > MAX_UNWANTED_BYTES) {
      subscription.ifPresent(Flow.Subscription::cancel);
    }
  }

  @Override
  public void onError(Throwable failure) {
    // Nobody waits for it.
  }

  @Override
  public void onComplete() {
    // Nobody waits for it.
  }
}
