package io.shoal.storage.s3;

import java.net.http.HttpRequest.BodyPublisher;
import java.nio.ByteBuffer;
import java.util.concurrent.Flow;

/// The body of a request, which says whenever some more of it is taken.
///
/// @param whole the body
/// @param onProgress called whenever some of it is taken
record SentBody(BodyPublisher whole, Runnable onProgress) implements BodyPublisher {

  @Override
  public long contentLength() {
    return whole.contentLength();
  }

  @Override
  public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
    whole.subscribe(
        new Flow.Subscriber<>() {
          @Override
          public void onSubscribe(Flow.Subscription subscription) {
            subscriber.onSubscribe(subscription);
          }

          @Override
          public void onNext(ByteBuffer some) {
            onProgress.run();
            subscriber.onNext(some);
          }

          @Override
          public void onError(Throwable failure) {
            subscriber.onError(failure);
          }

          @Override
          public void onComplete() {
            subscriber.onComplete();
          }
        });
  }
}
